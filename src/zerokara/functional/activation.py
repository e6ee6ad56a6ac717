"""Activations."""

from zerokara import rules
from zerokara.arguments import short
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, fractional


def step(x: Like) -> Tensor:
    """1 where x > 0, else 0"""
    return apply(rules.step, x)


def sigmoid(x: Like) -> Tensor:
    """1 / (1 + e⁻ˣ)"""
    return apply(rules.sigmoid, fractional(x))


def tanh(x: Like) -> Tensor:
    """tanh x"""
    return apply(rules.tanh, fractional(x))


def relu(x: Like) -> Tensor:
    """max(x, 0)"""
    return apply(rules.relu, x)


def leaky_relu(x: Like, negative_slope: float = 0.01) -> Tensor:
    """x where x > 0, else negative_slope·x"""
    return apply(rules.leaky_relu, fractional(x), negative_slope=negative_slope)


def gelu(x: Like, approximate: str = "none") -> Tensor:
    """x·Φ(x), Φ the normal distribution; with approximate="tanh", ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))"""
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu: approximate is 'none' or 'tanh'; got {short(approximate)}")
    if approximate == "tanh":
        return apply(rules.gelu_tanh, fractional(x))
    return apply(rules.gelu, fractional(x))


def softplus(x: Like, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """ln(1 + e^(βx)) / β"""
    return apply(rules.softplus, fractional(x), beta=beta, threshold=threshold)


def softmax(x: Like, axis: int | None = None, *, dim: int | None = None) -> Tensor:
    """Scores become probabilities along an axis, the last unless told otherwise"""
    return as_tensor(x).softmax(dim, axis=axis)


def log_softmax(x: Like, axis: int | None = None, *, dim: int | None = None) -> Tensor:
    """The logarithm of softmax, without ever forming a probability that rounds to 0"""
    return as_tensor(x).log_softmax(dim, axis=axis)
