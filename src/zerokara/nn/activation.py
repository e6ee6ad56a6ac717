"""Activation functions as layers; formulas and gradients stand in `zerokara.rules.activation`."""

from collections.abc import Callable

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module
from zerokara.nn.shape import Identity
from zerokara.nn.sizes import chosen_axis
from zerokara.nn.units import ELU, Hardsigmoid, Hardswish, Mish, ReLU6, SiLU


class ReLU(Module):
    """y = max(x, 0)"""

    def forward(self, x: Tensor) -> Tensor:
        """max(x, 0)"""
        return F.relu(x)


class LeakyReLU(Module):
    """y = x where x > 0, else negative_slope · x"""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Tensor) -> Tensor:
        """x where x > 0, else negative_slope · x"""
        return F.leaky_relu(x, self.negative_slope)

    def extra_repr(self) -> str:
        """The slope."""
        return f"negative_slope={self.negative_slope}"


class Sigmoid(Module):
    """y = 1/(1 + e⁻ˣ)"""

    def forward(self, x: Tensor) -> Tensor:
        """1/(1 + e⁻ˣ)"""
        return F.sigmoid(x)


class Tanh(Module):
    """y = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)"""

    def forward(self, x: Tensor) -> Tensor:
        """tanh x"""
        return F.tanh(x)


class GELU(Module):
    """y = x · Φ(x), Φ the normal distribution function; or, with approximate="tanh", as GPT-2 approximates it

    ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))): nowhere further away than 0.0005.
    """

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ValueError(f"GELU: approximate is 'none' or 'tanh'; got {short(approximate)}")
        self.approximate = approximate

    def forward(self, x: Tensor) -> Tensor:
        """x · Φ(x)"""
        return F.gelu(x, self.approximate)

    def extra_repr(self) -> str:
        """The form, if it is not the exact one."""
        return "" if self.approximate == "none" else f"approximate={self.approximate!r}"


class Softplus(Module):
    """y = log(1 + e^(beta·x))/beta; simply x where beta·x > threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self.beta = beta
        self.threshold = threshold

    def forward(self, x: Tensor) -> Tensor:
        """log(1 + e^(beta·x))/beta"""
        return F.softplus(x, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """The settings."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softmax(Module):
    """y[k] = e^x[k] / Σ_j e^x[j] along `axis`. Not before `cross_entropy`, which takes the scores themselves.

    `dim` is PyTorch's word for the axis.
    """

    def __init__(self, axis: int | None = None, *, dim: int | None = None) -> None:
        self.axis = chosen_axis("Softmax", axis, dim, -1)

    def forward(self, x: Tensor) -> Tensor:
        """Probabilities from scores."""
        return F.softmax(x, self.axis)

    def extra_repr(self) -> str:
        """The axis."""
        return f"axis={self.axis}"


ACTIVATIONS: dict[str, Callable[[], Module]] = {
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "gelu": GELU,
    "softplus": Softplus,
    "elu": ELU,
    "silu": SiLU,
    "mish": Mish,
    "hardsigmoid": Hardsigmoid,
    "hardswish": Hardswish,
    "relu6": ReLU6,
    "identity": Identity,
}


def activation_by_name(name: str) -> Module:
    """A new activation layer by its name."""
    if name not in ACTIVATIONS:
        raise ValueError(f"unknown activation {name!r}: choose one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]()
