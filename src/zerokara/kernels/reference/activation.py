"""ReLU and its gradient."""

import numpy as np

from zerokara.arrays import Array


def relu(x: Array) -> Array:
    """y = max(x, 0). A NaN stays NaN."""
    y: Array = np.maximum(x, x.dtype.type(0))
    return y


def relu_grad(g: Array, x: Array) -> Array:
    """∂L/∂x = g where x > 0, else 0 (so 0 at x = 0, as in PyTorch)."""
    return np.where(x > 0, g, g.dtype.type(0))
