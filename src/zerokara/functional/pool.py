"""Pools of pictures and of rows."""

from functools import lru_cache
from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, Size, as_images, as_rows, fractional, images, pair, towards


def max_pool2d(
    x: Like,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest pixel of each window; the stride is the window's size unless given"""
    step = kernel_size if stride is None else stride
    window = {"kernel": pair(kernel_size), "stride": pair(step), "padding": pair(padding), "dilation": pair(dilation)}
    return apply(rules.max_pool2d, images("max_pool2d", x), ceil_mode=ceil_mode, **window)


def avg_pool2d(
    x: Like,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window; the stride is the window's size unless given"""
    step = kernel_size if stride is None else stride
    window = {"kernel": pair(kernel_size), "stride": pair(step), "padding": pair(padding)}
    return apply(
        rules.avg_pool2d,
        fractional(images("avg_pool2d", x)),
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        **window,
    )


def global_avg_pool2d(x: Like) -> Tensor:
    """The mean of every channel: (N, C, H, W) → (N, C)"""
    return images("global_avg_pool2d", x).mean((2, 3))


def adaptive_avg_pool2d(x: Like, output_size: Size) -> Tensor:
    """As many means as wanted: (N, C, H, W) → (N, C, *output_size).

    Row i is the mean of the rows ⌊i·H/h⌋ … ⌈(i+1)·H/h⌉ − 1, columns alike; windows overlap where h does not divide H.
    With A[i,r] = 1/(rows of window i) inside the window and 0 outside, and B alike for columns:  y = A·x·Bᵀ
    """
    t, (rows, columns) = fractional(images("adaptive_avg_pool2d", x)), pair(output_size)
    height, width = t.shape[2:]
    if min(rows, columns, height, width) < 1:
        raise ValueError(f"adaptive_avg_pool2d expects pixels and a size of at least 1; got {t.shape}, {output_size}")
    if (rows, columns) == (height, width):
        return t
    if (rows, columns) == (1, 1):
        return t.mean((2, 3), keepdims=True)
    if height % rows == 0 and width % columns == 0:
        return avg_pool2d(t, (height // rows, width // columns))
    by_rows, by_columns = _window_means(height, rows, t.dtype.char), _window_means(width, columns, t.dtype.char)
    return as_tensor(by_rows) @ t @ by_columns.T


def max_pool1d(x: Like, kernel_size: int, stride: int | None = None, padding: int = 0, dilation: int = 1) -> Tensor:
    """The largest number of each window of a row: (N, C, L) → (N, C, L')"""
    window = _window(kernel_size, stride, padding) | {"dilation": (1, int(dilation))}
    return as_rows(apply(rules.max_pool2d, as_images(_rows("max_pool1d", x)), **window))


def avg_pool1d(
    x: Like, kernel_size: int, stride: int | None = None, padding: int = 0, count_include_pad: bool = True
) -> Tensor:
    """The mean of each window of a row: (N, C, L) → (N, C, L')"""
    images = as_images(fractional(_rows("avg_pool1d", x)))
    window = _window(kernel_size, stride, padding)
    return as_rows(apply(rules.avg_pool2d, images, count_include_pad=count_include_pad, **window))


def _window(kernel: int, stride: int | None, padding: int) -> dict[str, Any]:
    step = kernel if stride is None else stride
    return {"kernel": (1, int(kernel)), "stride": (1, int(step)), "padding": (0, int(padding))}


def _rows(name: str, x: Like) -> Tensor:
    t = as_tensor(x)
    if t.ndim != 3:
        raise ValueError(f"{name} expects (N, C, L) rows; got {t.shape}: {towards(t.shape, 3)}")
    return t


@lru_cache(maxsize=64)
def _window_means(size: int, count: int, dtype: str) -> Array:
    """(count, size): row i averages the i-th of `count` windows that cover `size` pixels."""
    starts, stops = np.arange(count) * size // count, -(-np.arange(1, count + 1) * size // count)
    places = np.arange(size)
    inside = (places >= starts[:, None]) & (places < stops[:, None])
    means: Array = (inside / (stops - starts)[:, None]).astype(dtype)
    means.flags.writeable = False
    return means
