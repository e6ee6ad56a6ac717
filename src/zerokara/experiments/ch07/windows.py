"""Windows that slide over arrays of numbers: which cells they cover, and which settings make sense."""

import math
from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels import conv_output_size


def square(values: Sequence[float], name: str) -> Array:
    """n² numbers as n rows; ValueError for any other count."""
    side = math.isqrt(len(values))
    if side**2 != len(values):
        raise ValueError(f"{name} is a square, row by row: 4, 9, 16, … numbers; got {len(values)}")
    return np.array(values, dtype=np.float64).reshape(side, side)


def covered(shape: tuple[int, int], place: tuple[int, int], size: tuple[int, int]) -> Array:
    """A mask of `shape`: true in the window of `size` whose first cell is `place`."""
    mask = np.zeros(shape, dtype=bool)
    (top, left), (rows, columns) = place, size
    mask[top : top + rows, left : left + columns] = True
    return mask


def so_far(values: Array, count: int) -> Array:
    """The first `count` values; the others are not yet computed (NaN)."""
    done = np.arange(values.size).reshape(values.shape) < count
    return np.where(done, values, np.nan)


def expect_fit(size: int, kernel: int, stride: int, padding: int) -> int:
    """How many places there are along one axis; ValueError in words if there is none."""
    return conv_output_size(size, kernel, stride, padding, 1)


def left_over(size: int, kernel: int, stride: int, padding: int) -> int:
    """How many pixels at the end no window reaches, those of the padding included."""
    return size + 2 * padding - (expect_fit(size, kernel, stride, padding) - 1) * stride - kernel
