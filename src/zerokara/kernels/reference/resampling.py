"""Pictures a whole number of times as large, every pixel repeated; and the way back."""

import numpy as np

from zerokara.arrays import Array, Shape


def upsample_nearest(x: Array, factors: Shape) -> Array:
    """y[n, c, i, j] = x[n, c, i // a, j // b] with the factors (a, b); so for any number of axes of pixels.

    Shapes: x (N, C, H, W)  →  y (N, C, a·H, b·W).
    """
    for axis, factor in zip(range(2, x.ndim), factors, strict=True):
        x = np.repeat(x, factor, axis)
    return x


def upsample_nearest_grad(g: Array, factors: Shape) -> Array:
    """∂L/∂x[n, c, i, j] = Σ_pq g[n, c, a·i + p, b·j + q] with p < a and q < b: each pixel gets the g of its copies.

    Shapes: g (N, C, a·H, b·W)  →  dx (N, C, H, W).
    """
    apart = [length for n, k in zip(g.shape[2:], factors, strict=True) for length in (n // k, k)]
    dx: Array = g.reshape(*g.shape[:2], *apart).sum(axis=tuple(range(3, 2 + len(apart), 2)))
    return dx
