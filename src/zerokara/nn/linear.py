"""The fully connected layer (the book's Affine)."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import DTypeLike, default_generator
from zerokara.autodiff import Tensor
from zerokara.nn.init import Init, bias_initializer, initializer
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import another_width, expect_dtype, whole


class Linear(Module):
    """y = x · weightᵀ + bias

    Shapes: x (…, in_features), weight (out_features, in_features), bias (out_features,)  →  y (…, out_features).
    Initial values: U(−1/√in_features, 1/√in_features) for both, as PyTorch; with `init=` ("he", "xavier", 0.01, …)
    the weight starts so and the bias at 0, as in the book. Drawn from `rng`, or the default generator.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: Init = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.in_features = whole("Linear", "in_features", in_features)
        self.out_features = whole("Linear", "out_features", out_features)
        rng = default_generator() if rng is None else rng
        shape = (self.out_features, self.in_features)
        self.weight = Parameter(initializer(init)(shape, rng, dtype))
        self.bias = Parameter(bias_initializer(init, shape)(shape[:1], rng, dtype)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """x · weightᵀ + bias"""
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            raise ValueError(self._complaint(x.shape))
        expect_dtype("Linear", x.dtype, self.weight.dtype)
        return F.linear(x, self.weight, self.bias)

    def _complaint(self, shape: tuple[int, ...]) -> str:
        flatten = len(shape) > 2 and int(np.prod(shape[1:])) == self.in_features
        advice = "put nn.Flatten() before it" if flatten else another_width(shape, "in_features", self.in_features)
        return (
            f"Linear expects (…, {self.in_features}) inputs; got {shape}: "
            f"this layer has in_features={self.in_features}; {advice}"
        )

    def extra_repr(self) -> str:
        """The sizes."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
