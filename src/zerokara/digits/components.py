"""Connected components of a mask, found by its runs: a few NumPy calls, no loop over pixels."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.quick import with_margin


def label(mask: Array) -> tuple[Array, int]:
    """Number the 8-connected components of a mask.

    Shapes: mask (H, W) bool → labels (H, W) int32, 0 for the paper and 1..count for the components, in reading order
    of their first pixel; and the count.

    Every row is cut into runs; runs of neighbouring rows that touch (also at a corner) belong together; the smallest
    run number spreads over each component until nothing changes (pointer jumping).
    """
    row, start, end = runs(mask)
    if row.size == 0:
        return np.zeros(mask.shape, np.int32), 0
    root = _roots(row.size, *_touching(row, start, end, mask.shape[1]))
    names, number = np.unique(root, return_inverse=True)
    return _paint(mask.shape, row, start, end, number + 1), len(names)


def boxes(labels: Array, count: int) -> Array:
    """[left, top, right, bottom) of every component: (count, 4) int."""
    y, x = np.nonzero(labels)
    which = labels[y, x] - 1
    box = np.empty((count, 4), np.int64)
    for column, (values, reduce) in enumerate(((x, np.minimum), (y, np.minimum), (x, np.maximum), (y, np.maximum))):
        edge = np.full(count, np.iinfo(np.int64).max if reduce is np.minimum else -1)
        reduce.at(edge, which, values)
        box[:, column] = edge
    box[:, 2:] += 1
    return box


def runs(mask: Array) -> tuple[Array, Array, Array]:
    """Row, first column and one past the last column of every run of True, in reading order."""
    edges = np.diff(with_margin(mask.astype(np.int8), 0, 1), axis=1)
    row, start = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    return row, start, end


def _touching(row: Array, start: Array, end: Array, width: int) -> tuple[Array, Array]:
    """Pairs (run above, run below) that share a side or a corner."""
    stride = width + 3
    first = np.searchsorted((row + 1) * stride + end, row * stride + start, side="left")
    last = np.searchsorted((row + 1) * stride + start, row * stride + end, side="right")
    many = np.maximum(last - first, 0)
    below = np.repeat(np.arange(row.size), many)
    above = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + np.repeat(first, many)
    return above, below


def _roots(count: int, a: Array, b: Array) -> Array:
    root = np.arange(count)
    while True:
        low = np.minimum(root[a], root[b])
        new = root.copy()
        np.minimum.at(new, root[a], low)
        np.minimum.at(new, root[b], low)
        new = new[new]
        if np.array_equal(new, root):
            return root
        root = new


def _paint(shape: tuple[int, ...], row: Array, start: Array, end: Array, number: Array) -> Array:
    steps = np.zeros((shape[0], shape[1] + 1), np.int32)
    np.add.at(steps, (row, start), number)
    np.add.at(steps, (row, end), -number)
    return np.cumsum(steps, axis=1, dtype=np.int32)[:, :-1]
