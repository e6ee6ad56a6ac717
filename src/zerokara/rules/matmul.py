"""Matrix products."""

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.rule import Ruled


def matmul(x: Array, y: Array) -> Ruled:
    """x @ y, over all leading (batch) axes        ∂L/∂x = g @ yᵀ, ∂L/∂y = xᵀ @ g

    Shapes: x (…, n, k), y (…, k, m)  →  (…, n, m). ᵀ swaps the last two axes.
    """
    return kernels.matmul(x, y), (
        lambda g: kernels.matmul(g, np.swapaxes(y, -1, -2)),
        lambda g: kernels.matmul(np.swapaxes(x, -1, -2), g),
    )


def linear(x: Array, w: Array, b: Array | None = None) -> Ruled:
    """The book's Affine layer.

    y = x·wᵀ + b
    ∂L/∂x = g·w        ∂L/∂w = gᵀ·x        ∂L/∂b = Σ g over the batch (the engine undoes the broadcasting of b)

    Shapes: x (N, in), w (out, in), b (out,)  →  y (N, out). Book §5.6 (which stores w as (in, out)).
    """
    y = kernels.matmul(x, np.transpose(w))
    return y if b is None else y + b, (
        lambda g: kernels.matmul(g, w),
        lambda g: kernels.matmul(np.transpose(g), x),
        lambda g: g,
    )
