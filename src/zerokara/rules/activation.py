"""Activation functions: what bends a network."""

import math

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.kernels.tracing import as_array
from zerokara.rules.rule import Ruled


def step(x: Array) -> Ruled:
    """1 where x > 0, else 0        ∂L/∂x = 0 everywhere: a perceptron cannot learn by its gradient. Book §3.2."""
    return (x > 0).astype(x.dtype), (lambda g: g * 0,)


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
    return kernels.relu_grad(g, x), (lambda v: kernels.relu_grad(v, x), lambda v: v * 0)


def leaky_relu(x: Array, *, negative_slope: float = 0.01) -> Ruled:
    """x where x > 0, else a·x        ∂L/∂x = g where x > 0, else a·g        a = negative_slope"""
    slope = np.where(as_array(x) > 0, 1, negative_slope).astype(x.dtype)
    return x * slope, (lambda g: g * slope,)


def erf(x: Array) -> Ruled:
    """The error function (2/√π) ∫₀ˣ e^(−t²) dt        ∂L/∂x = g·(2/√π)·e^(−x²)"""
    return kernels.erf(x), (lambda g: g * (2 / math.sqrt(math.pi)) * np.exp(-(x * x)),)


def gelu(x: Array) -> Ruled:
    """x·Φ(x)        ∂L/∂x = g·(Φ(x) + x·φ(x))

    Φ(x) = ½(1 + erf(x/√2)), φ(x) = e^(−x²/2)/√(2π): the normal distribution and its density.
    Hendrycks and Gimpel, 2016 (arXiv 1606.08415).
    """
    cumulative = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
    return x * cumulative, (lambda g: g * (cumulative + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)),)


def softplus(x: Array, *, beta: float = 1.0, threshold: float = 20.0) -> Ruled:
    """ln(1 + e^(βx)) / β, and x itself where βx > threshold        ∂L/∂x = g·σ(βx), or g there"""
    straight = as_array(x * beta) > threshold
    y = np.where(straight, x, np.logaddexp(0, x * beta) / beta)
    return y, (lambda g: g * np.where(straight, 1, kernels.sigmoid(x * beta)),)


def softmax(x: Array, *, axis: int = -1) -> Ruled:
    """yᵢ = e^(xᵢ−m) / Σⱼ e^(xⱼ−m),  m = max x        ∂L/∂xᵢ = yᵢ·(gᵢ − Σⱼ gⱼyⱼ)

    Softmax depends on differences only, so the largest score may be taken away first: e never overflows. Scores of −∞
    get 0; a row with +∞ or NaN is NaN, since ∞ − ∞ is no number. Book §3.5.
    """
    with np.errstate(invalid="ignore"):
        e = np.exp(x - np.max(as_array(x), axis=axis, keepdims=True))
        y = e / np.sum(e, axis=axis, keepdims=True)
    return y, (lambda g: y * (g - np.sum(g * y, axis=axis, keepdims=True)),)


def log_softmax(x: Array, *, axis: int = -1) -> Ruled:
    """yᵢ = (xᵢ−m) − ln Σⱼ e^(xⱼ−m)        ∂L/∂xᵢ = gᵢ − softmax(x)ᵢ·Σⱼ gⱼ        m = max x"""
    with np.errstate(invalid="ignore"):
        shifted = x - np.max(as_array(x), axis=axis, keepdims=True)
        y = shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))
    return y, (lambda g: g - np.exp(y) * np.sum(g, axis=axis, keepdims=True),)
