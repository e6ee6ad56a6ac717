"""Activations whose values are kernels: sigmoid, the error function, the normal distribution, ReLU and its gradient."""

import numpy as np

from zerokara.arrays import Array


def sigmoid(x: Array) -> Array:
    """y = 1 / (1 + e⁻ˣ), written with e^(−|x|) so that nothing overflows, and small values keep their digits."""
    z = np.exp(-np.abs(x))
    y: Array = np.where(x >= 0, x.dtype.type(1), z) / (1 + z)
    return y


def erf(x: Array) -> Array:
    """The error function (2/√π) ∫₀ˣ e^(−t²) dt."""
    from scipy.special import erf  # here, so that `import zerokara` need not load SciPy

    y: Array = erf(x).astype(x.dtype)
    return y


def ndtr(x: Array) -> Array:
    """The normal distribution Φ(x) = ½(1 + erf(x/√2)); small values keep their digits. SciPy's and PyTorch's name."""
    from scipy.special import ndtr  # here, so that `import zerokara` need not load SciPy

    y: Array = ndtr(x).astype(x.dtype)
    return y


def relu(x: Array) -> Array:
    """y = max(x, 0). A NaN stays NaN, and of −0 and 0 the larger is 0."""
    return np.where(x <= 0, x.dtype.type(0), x)


def relu_grad(g: Array, x: Array) -> Array:
    """∂L/∂x = g where x > 0, else 0 (so 0 at x = 0, as in PyTorch)."""
    return np.where(x > 0, g, g.dtype.type(0))
