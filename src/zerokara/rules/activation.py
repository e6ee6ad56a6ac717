"""Activation functions: what bends a network."""

import math
from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.axes import several_axes
from zerokara.rules.rule import Ruled, detached, nothing


def step(x: Array) -> Ruled:
    """1 where x > 0, else 0        ∂L/∂x = 0 everywhere: a perceptron cannot learn by its gradient. Book §3.2."""
    return (x > 0).astype(x.dtype), (nothing,)


def sigmoid(x: Array) -> Ruled:
    """σ(x) = 1 / (1 + e⁻ˣ)        ∂L/∂x = g·σ(x)·(1 − σ(x)). Book §3.2, §5.5."""
    y = kernels.sigmoid(x)
    return y, (lambda g: g * y * (1 - y),)


def tanh(x: Array) -> Ruled:
    """tanh x        ∂L/∂x = g·(1 − tanh² x)"""
    y = np.tanh(x)
    return y, (lambda g: g * (1 - y * y),)


def relu(x: Array) -> Ruled:
    """max(x, 0)        ∂L/∂x = g where x > 0, else 0. Book §3.2, §5.5."""
    return kernels.relu(x), (lambda g: kernels.relu_grad(g, x),)


def relu_grad(g: Array, x: Array) -> Ruled:
    """g where x > 0, else 0: linear in g, and flat in x."""
    return kernels.relu_grad(g, x), (lambda v: kernels.relu_grad(v, x), nothing)


def leaky_relu(x: Array, *, negative_slope: float = 0.01) -> Ruled:
    """x where x > 0, else a·x        ∂L/∂x = g where x > 0, else a·g        a = negative_slope; for a = 0 it is ReLU"""
    if negative_slope == 0:
        return relu(x)
    positive = x > 0
    return np.where(positive, x, x * negative_slope), (lambda g: np.where(positive, g, g * negative_slope),)


def erf(x: Array) -> Ruled:
    """The error function (2/√π) ∫₀ˣ e^(−t²) dt        ∂L/∂x = g·(2/√π)·e^(−x²)"""

    def pull(g: Any) -> Any:
        near = np.clip(x, -_FAR, _FAR)
        return g * (2 / math.sqrt(math.pi)) * np.exp(-(near * near))

    return kernels.erf(x), (pull,)


def ndtr(x: Array) -> Ruled:
    """Φ(x) = ½(1 + erf(x/√2)), the normal distribution        ∂L/∂x = g·φ(x),  φ(x) = e^(−x²/2)/√(2π), its density

    Its small values keep their digits: Φ(−8) = 6.22e-16, where ½(1 + erf) has lost them all.
    """
    return kernels.ndtr(x), (lambda g: g * _density(np.clip(x, -_FAR, _FAR)),)


def gelu(x: Array, *, approximate: str = "none") -> Ruled:
    """x·Φ(x)        ∂L/∂x = g·(Φ(x) + x·φ(x))        Φ the normal distribution, φ its density (see `ndtr`)

    With approximate="tanh", σ(z) stands for Φ, z = 2·√(2/π)·(x + 0.044715·x³): then x·σ(z) = ½x·(1 + tanh(z/2)), and
    ∂L/∂x = g·(σ(z) + x·σ(z)·(1 − σ(z))·z′). It is what GPT-2 uses, and is nowhere further from Φ than 0.0005.

    Beyond ±40 both Φ(−|x|) and φ are 0, also times x: the numbers there are brought to 40, and gelu(−∞) is 0, not −∞·0.
    Hendrycks and Gimpel, 2016 (arXiv 1606.08415).
    """
    if approximate == "tanh":
        return kernels.gelu_tanh(x), (lambda g: kernels.gelu_tanh_grad(g, x),)
    cumulative = kernels.ndtr(x)

    def pull(g: Any) -> Any:
        near = np.clip(x, -_FAR, _FAR)
        return g * (cumulative + near * _density(near))

    return np.maximum(x, -_FAR) * cumulative, (pull,)


def gelu_tanh(x: Array) -> Ruled:
    """`gelu` by tanh, under the name of its kernel."""
    return gelu(x, approximate="tanh")


def gelu_tanh_grad(g: Array, x: Array) -> Ruled:
    """y = g·f′(x),  f′ = σ + x·σ·(1 − σ)·z′,  the slope of f(x) = x·σ(z): linear in g; and so twice differentiable

    ∂L/∂g = v·f′(x)        ∂L/∂x = v·g·f″(x),   f″ = σ·(1 − σ)·(2z′ + x·(1 − 2σ)·z′² + x·z″)        v = ∂L/∂y
    """

    def pull(v: Any) -> Any:
        near = np.clip(x, -_FAR, _FAR)
        share = kernels.sigmoid(_ROOT * (near + _CUBIC * near * near * near))
        first, second = _ROOT * (1 + 3 * _CUBIC * near * near), 6 * _ROOT * _CUBIC * near
        return v * g * share * (1 - share) * (2 * first + near * (1 - 2 * share) * first * first + near * second)

    return kernels.gelu_tanh_grad(g, x), (lambda v: kernels.gelu_tanh_grad(v, x), pull)


_ROOT, _CUBIC = 2 * math.sqrt(2 / math.pi), 0.044715
_FAR = 40.0
"""Standard deviations: e^(−40²/2) is 0 in every type."""


def _density(x: Any) -> Any:
    """φ(x) = e^(−x²/2)/√(2π)"""
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def softplus(x: Array, *, beta: float = 1.0, threshold: float = 20.0) -> Ruled:
    """ln(1 + e^(βx)) / β, and x itself where βx > threshold        ∂L/∂x = g·σ(βx), or g there"""
    straight = x * beta > threshold
    y = np.where(straight, x, np.logaddexp(0, x * beta) / beta)
    return y, (lambda g: g * np.where(straight, 1, kernels.sigmoid(x * beta)),)


def softmax(x: Array, *, axis: int = -1) -> Ruled:
    """yᵢ = e^(xᵢ−m) / Σⱼ e^(xⱼ−m),  m = max x        ∂L/∂xᵢ = yᵢ·(gᵢ − Σⱼ gⱼyⱼ)

    Softmax depends on differences only, so the largest score may be taken away first: e never overflows. Scores of −∞
    get 0; a row with +∞ or NaN, or of −∞ alone, is NaN, since ∞ − ∞ is no number. Book §3.5.
    """
    axes = several_axes("softmax", axis, x.shape)
    with np.errstate(invalid="ignore"):
        e = np.exp(x - _largest(x, axes))
        y = e / np.sum(e, axis=axes, keepdims=True)
    return y, (lambda g: y * (g - np.sum(g * y, axis=axes, keepdims=True)),)


def log_softmax(x: Array, *, axis: int = -1) -> Ruled:
    """yᵢ = (xᵢ−m) − ln Σⱼ e^(xⱼ−m)        ∂L/∂xᵢ = gᵢ − softmax(x)ᵢ·Σⱼ gⱼ        m = max x"""
    axes = several_axes("log_softmax", axis, x.shape)
    with np.errstate(invalid="ignore", divide="ignore"):  # of no scores at all the sum is 0
        shifted = x - _largest(x, axes)
        y = shifted - np.log(np.sum(np.exp(shifted), axis=axes, keepdims=True))
    return y, (lambda g: g - np.exp(y) * np.sum(g, axis=axes, keepdims=True),)


def _largest(x: Any, axes: tuple[int, ...]) -> Any:
    """The largest score, as a constant; of no scores at all, 0."""
    return np.max(detached(x), axis=axes, keepdims=True) if x.size else 0
