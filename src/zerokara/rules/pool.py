"""Pooling: a window of pixels becomes one. Book §7.3."""

from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array, Shape
from zerokara.rules.rule import Ruled

Pair = tuple[int, int]


def max_pool2d(
    x: Array, *, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool = False
) -> Ruled:
    """y[n,c,i,j] = the largest x in the window        g goes to that one pixel (the first, where several are equal)

    Shapes: x (N, C, H, W)  →  y (N, C, (H+2·padding−d·(kernel−1)−1)//s + 1, …), rounded up with `ceil_mode`.
    """
    y, argmax = kernels.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode)
    return y, (lambda g: kernels.max_pool2d_grad(g, argmax, x.shape),)


def avg_pool2d(
    x: Array,
    *,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Ruled:
    """y[n,c,i,j] = the mean of x in the window        every pixel of the window gets g / (pixels in the window)"""
    window = (kernel, stride, padding, ceil_mode, count_include_pad)
    return kernels.avg_pool2d(x, *window), (lambda g: kernels.avg_pool2d_grad(g, x.shape, *window),)


def max_pool2d_grad(g: Array, *, argmax: Array, x_shape: Shape) -> Ruled:
    """Every g goes to the pixel that its window chose        ∂L/∂g = (incoming gradient) at that pixel

    `argmax` (N, C, H', W') counts the pixels of an image; −1 is a window that saw none, whose g goes nowhere.
    """

    def pull(v: Any) -> Any:
        n, c = np.indices(x_shape[:2], sparse=True)
        chosen = np.reshape(v, (*x_shape[:2], -1))[n[..., None, None], c[..., None, None], np.maximum(argmax, 0)]
        return np.where(argmax < 0, 0, chosen)

    return kernels.max_pool2d_grad(g, argmax, x_shape), (pull,)


def avg_pool2d_grad(
    g: Array, *, x_shape: Shape, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_include_pad: bool
) -> Ruled:
    """g / (pixels in the window), added to each pixel of its window        ∂L/∂g = the means of what comes in"""
    window = (kernel, stride, padding, ceil_mode, count_include_pad)
    return kernels.avg_pool2d_grad(g, x_shape, *window), (lambda v: kernels.avg_pool2d(v, *window),)
