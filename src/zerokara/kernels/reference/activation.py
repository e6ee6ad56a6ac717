"""Activations whose values are kernels: sigmoid, the error function, ReLU, GELU by tanh, SiLU, and their gradients."""

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
    zero = x.dtype.type(0)
    return np.asarray(np.maximum(x, zero) + zero)  # −0 + 0 is 0


def relu_grad(g: Array, x: Array) -> Array:
    """∂L/∂x = g where x > 0, else 0 (so 0 at x = 0, as in PyTorch)."""
    return np.where(x > 0, g, g.dtype.type(0))


SQRT_8_OVER_PI = 1.5957691216057308
"""2·√(2/π)"""

CUBIC = 0.044715
"""The factor of x³ in the approximation of the normal distribution by tanh."""

FAR = 40.0
"""Beyond ±40 the normal distribution and its approximation are 0 or 1 in every type, also times x."""


def gelu_tanh(x: Array) -> Array:
    """x·σ(z),  z = 2·√(2/π)·(x + 0.044715·x³): ½x·(1 + tanh(z/2)), without losing the digits of small weights."""
    near = np.clip(x, -FAR, FAR)
    y: Array = np.maximum(x, -FAR) * sigmoid(SQRT_8_OVER_PI * (near + CUBIC * near * near * near))
    return y


def gelu_tanh_grad(g: Array, x: Array) -> Array:
    """∂L/∂x = g·(σ(z) + x·σ(z)·(1 − σ(z))·z′),  z′ = 2·√(2/π)·(1 + 3·0.044715·x²)."""
    near = np.clip(x, -FAR, FAR)
    share = sigmoid(SQRT_8_OVER_PI * (near + CUBIC * near * near * near))
    slope = SQRT_8_OVER_PI * (1 + 3 * CUBIC * near * near)
    dx: Array = g * (share + near * share * (1 - share) * slope)
    return dx


SIGMOID_FAR = 1000.0
"""σ(−1000) is 0 and σ(1000) is 1 in every type, also times x."""


def silu(x: Array) -> Array:
    """y = x·σ(x). Of −∞ it is −0, not ∞ times 0."""
    y: Array = np.maximum(x, -SIGMOID_FAR) * sigmoid(x)
    return y


def silu_grad(g: Array, x: Array) -> Array:
    """∂L/∂x = g·σ(x)·(1 + x·(1 − σ(x))), where 1 − σ(x) is written σ(−x), which keeps its digits."""
    near = np.clip(x, -SIGMOID_FAR, SIGMOID_FAR)
    dx: Array = g * (sigmoid(near) * (1 + near * sigmoid(-near)))
    return dx
