"""Positions as layers: sines that are given, or vectors that are learned."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import DTypeLike, default_generator
from zerokara.autodiff import Tensor
from zerokara.nn.init import Init, Normal, initializer
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import another_width, expect_dtype, whole


class SinusoidalPositions(Module):
    """y[…, t] = x[…, t] + p[t],   p the sines and cosines of `F.sinusoidal_positions`; nothing is learned

    Shapes: x (…, T, width)  →  the same. `past` counts the positions before the first of x.
    """

    def __init__(self, width: int) -> None:
        self.width = whole("SinusoidalPositions", "width", width)
        F.sinusoidal_positions(0, self.width)

    def forward(self, x: Tensor, past: int = 0) -> Tensor:
        """x with its positions."""
        _expect("SinusoidalPositions", x, self.width)
        return x + F.sinusoidal_positions(x.shape[-2], self.width, past=past, dtype=x.dtype)

    def extra_repr(self) -> str:
        """The width."""
        return f"{self.width}"


class LearnedPositions(Module):
    """y[…, t] = x[…, t] + weight[t]

    Shapes: x (…, T, width) of at most `length` positions, weight (length, width)  →  the same. `past` counts the
    positions before the first of x. Initial values: N(0, 1), as `Embedding`.
    """

    weight: Parameter

    def __init__(
        self,
        length: int,
        width: int,
        *,
        init: Init = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        shape = whole("LearnedPositions", "length", length), whole("LearnedPositions", "width", width)
        rng = default_generator() if rng is None else rng
        self.weight = Parameter(initializer(Normal(1.0) if init is None else init)(shape, rng, dtype))

    def forward(self, x: Tensor, past: int = 0) -> Tensor:
        """x with its positions."""
        length, width = self.weight.shape
        _expect("LearnedPositions", x, width)
        expect_dtype("LearnedPositions", x.dtype, self.weight.dtype)
        end = past + x.shape[-2]
        if end > length:
            raise ValueError(f"LearnedPositions has {length} positions; got {end}: cut the sequence")
        return x + self.weight[past:end]

    def extra_repr(self) -> str:
        """The sizes."""
        return ", ".join(map(str, self.weight.shape))


def _expect(layer: str, x: Tensor, width: int) -> None:
    if x.ndim < 2 or x.shape[-1] != width:
        raise ValueError(
            f"{layer} expects (…, T, {width}); got {x.shape}: "
            + (another_width(x.shape, "width", width) if x.ndim > 1 else f"give it steps, x.reshape(-1, {width})")
        )
