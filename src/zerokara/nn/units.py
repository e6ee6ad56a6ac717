"""Activation functions beyond the classical ones, as layers; the formulas stand in `zerokara.rules.units`."""

import numpy as np

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.arrays import DTypeLike
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import another_number, chosen_axis, expect_dtype, whole


class ELU(Module):
    """y = x where x > 0, else alpha · (eˣ − 1)"""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:
        """x where x > 0, else alpha · (eˣ − 1)"""
        return F.elu(x, self.alpha)

    def extra_repr(self) -> str:
        """The factor."""
        return f"alpha={self.alpha}"


class SiLU(Module):
    """y = x · σ(x), also called swish"""

    def forward(self, x: Tensor) -> Tensor:
        """x · σ(x)"""
        return F.silu(x)


class Mish(Module):
    """y = x · tanh(ln(1 + eˣ))"""

    def forward(self, x: Tensor) -> Tensor:
        """x · tanh(ln(1 + eˣ))"""
        return F.mish(x)


class Hardsigmoid(Module):
    """y = min(max(x + 3, 0), 6) / 6"""

    def forward(self, x: Tensor) -> Tensor:
        """min(max(x + 3, 0), 6) / 6"""
        return F.hardsigmoid(x)


class Hardswish(Module):
    """y = x · min(max(x + 3, 0), 6) / 6"""

    def forward(self, x: Tensor) -> Tensor:
        """x · min(max(x + 3, 0), 6) / 6"""
        return F.hardswish(x)


class ReLU6(Module):
    """y = min(max(x, 0), 6)"""

    def forward(self, x: Tensor) -> Tensor:
        """min(max(x, 0), 6)"""
        return F.relu6(x)


class Hardtanh(Module):
    """y = min(max(x, min_val), max_val)"""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        if not min_val < max_val:
            raise ValueError(f"Hardtanh expects min_val below max_val; got {short(min_val)} and {max_val!r}")
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Tensor) -> Tensor:
        """min(max(x, min_val), max_val)"""
        return F.hardtanh(x, self.min_val, self.max_val)

    def extra_repr(self) -> str:
        """The bounds."""
        return f"min_val={self.min_val}, max_val={self.max_val}"


class LogSigmoid(Module):
    """y = ln σ(x)"""

    def forward(self, x: Tensor) -> Tensor:
        """ln σ(x)"""
        return F.logsigmoid(x)


class LogSoftmax(Module):
    """y[k] = x[k] − ln Σ_j e^x[j] along an axis: before `NLLLoss`. `dim` is PyTorch's word for the axis."""

    def __init__(self, axis: int | None = None, *, dim: int | None = None) -> None:
        self.axis = chosen_axis("LogSoftmax", axis, dim, -1)

    def forward(self, x: Tensor) -> Tensor:
        """Logarithms of probabilities from scores."""
        return F.log_softmax(x, self.axis)

    def extra_repr(self) -> str:
        """The axis."""
        return f"axis={self.axis}"


class GLU(Module):
    """y = a · σ(b), a and b the two halves of x along an axis. `dim` is PyTorch's word for the axis."""

    def __init__(self, axis: int | None = None, *, dim: int | None = None) -> None:
        self.axis = chosen_axis("GLU", axis, dim, -1)

    def forward(self, x: Tensor) -> Tensor:
        """a · σ(b)"""
        return F.glu(x, self.axis)

    def extra_repr(self) -> str:
        """The axis."""
        return f"axis={self.axis}"


class PReLU(Module):
    """y = x where x > 0, else weight · x: the slope is learned, one for all channels or one for each of them

    Shapes: x (N, C, …) → the same; weight (num_parameters,), 1 or C. Initial value: `init`.
    """

    weight: Parameter

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: DTypeLike = np.float32) -> None:
        self.num_parameters = whole("PReLU", "num_parameters", num_parameters)
        self.weight = Parameter(np.full(self.num_parameters, init, dtype))

    def forward(self, x: Tensor) -> Tensor:
        """x where x > 0, else weight · x"""
        if self.num_parameters > 1 and (x.ndim < 2 or x.shape[1] != self.num_parameters):
            raise ValueError(
                f"PReLU expects (N, {self.num_parameters}, …) inputs; got {x.shape}: this layer has "
                f"num_parameters={self.num_parameters}; "
                f"{another_number(x.shape, 'num_parameters', self.num_parameters)}"
            )
        expect_dtype("PReLU", x.dtype, self.weight.dtype)
        return F.prelu(x, self.weight)

    def extra_repr(self) -> str:
        """How many slopes."""
        return f"num_parameters={self.num_parameters}"
