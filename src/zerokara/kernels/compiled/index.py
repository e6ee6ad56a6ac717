"""The gradient of indexing."""

from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, kernel
from zerokara.kernels.compiled.elementwise import copy_to, fill
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.memory import empty


def scatter(g: Array, index: Any, shape: Shape) -> Array:
    """Zeros of `shape` with `g` added at `index`.

    Slices and numbers meet no element twice: then it is a copy. Whole numbers along the first axis, as those of words
    in a table, add rows.
    """
    if type(index) is np.ndarray and index.dtype == np.int64 and compilable(g) and _fits(g, index, shape):
        return _rows_added(g, index, shape)
    parts = index if isinstance(index, tuple) else (index,)
    simple = all(part is None or part is Ellipsis or type(part) in (int, slice) for part in parts)
    if not simple or not compilable(g):
        return reference.scatter(g, index, shape)
    total = empty(shape, g.dtype)
    fill(total, 0)
    copy_to(total[parts if Ellipsis in parts else (*parts, Ellipsis)], g)  # with "…" it is a view, never a number
    return total


def _fits(g: Array, index: Array, shape: Shape) -> bool:
    """Whether g has a row of the table for each number, and there is something to add."""
    return g.size > 0 and len(shape) > 1 and g.shape == (*index.shape, *shape[1:])


def _rows_added(g: Array, index: Array, shape: Shape) -> Array:
    """Each core has rows of the table of its own, so that rows are added in the order of the numbers."""
    if not threads.recording() and not (index.min() >= -shape[0] and index.max() < shape[0]):
        return reference.scatter(g, index, shape)  # which says what is wrong
    total = empty(shape, g.dtype)
    table, rows, numbers = total.reshape(shape[0], -1), plain(g).reshape(index.size, -1), plain(index).reshape(-1)
    ranges = threads.parts(shape[0], total.size + g.size)
    threads.share(_add_rows.on(g.dtype), [(rows, numbers, table, *r) for r in ranges])
    return total


@kernel("void(T[:, ::1], i8[::1], T[:, ::1], i8, i8)", writes=("table",))
def _add_rows(rows, numbers, table, start, stop):  # type: ignore[no-untyped-def]
    """table[numbers[k]] += rows[k], from 0, for the rows start…stop−1 of the table; −1 is its last row."""
    table[start:stop] = 0
    for k in range(numbers.size):
        number = numbers[k] + len(table) if numbers[k] < 0 else numbers[k]
        if start <= number < stop:
            target, row = table[number], rows[k]
            for j in range(target.size):
                target[j] += row[j]
