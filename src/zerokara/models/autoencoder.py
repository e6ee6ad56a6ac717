"""Auto-encoders: networks that say their input again, after it has gone through something narrow or damaged."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import known, short
from zerokara.arrays import Array, Shape, default_generator
from zerokara.autodiff import Tensor, as_tensor
from zerokara.kernels import tracing
from zerokara.models.objective import Learner
from zerokara.nn import (
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    Module,
    ReLU,
    Sequential,
    Sigmoid,
    Unflatten,
    activation_by_name,
)

Rng = np.random.Generator | None


class AutoEncoder(Learner):
    """x → code → x again: D – hidden … – k – … hidden – D, judged by the mean over pixels of (output − x)²

    `AutoEncoder((1, 28, 28), hidden=(128,), code=8)` is 784-128-8-128-784. Between the linear layers stands
    `activation`, behind the code `code_activation`, at the end `output` ("sigmoid" for pixels in 0…1); "identity" for
    all three and no hidden layer give the linear auto-encoder. Initial values: PyTorch's, from `rng`.
    """

    encoder: Module
    decoder: Module

    def __init__(
        self,
        input_shape: Shape = (1, 28, 28),
        hidden: Sequence[int] = (128,),
        code: int = 32,
        *,
        activation: str = "relu",
        code_activation: str = "identity",
        output: str = "sigmoid",
        rng: Rng = None,
    ) -> None:
        size = math.prod(input_shape)
        rng = default_generator() if rng is None else rng
        self.encoder = Sequential(Flatten(), *dense([size, *hidden, code], activation, code_activation, rng))
        back = dense([code, *reversed(hidden), size], activation, output, rng)
        self.decoder = Sequential(*back, Unflatten(1, tuple(input_shape)))

    def encode(self, x: Any) -> Tensor:
        """The codes (N, k)."""
        code: Tensor = self.encoder(as_tensor(x))
        return code

    def decode(self, code: Any) -> Tensor:
        """What the codes (N, k) stand for, in the shape of the input."""
        rebuilt: Tensor = self.decoder(as_tensor(code))
        return rebuilt

    def forward(self, x: Tensor) -> Tensor:
        """x, encoded and decoded."""
        return self.decode(self.encode(x))

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        """The mean of (output − x)²."""
        return F.mse_loss(self(x), x)


class SparseAutoEncoder(AutoEncoder):
    """An auto-encoder whose code costs: the loss has `penalty` · mean |code| besides, so that most units are silent

    The code may then be large. With ReLU behind the code (the default here) a silent unit is exactly 0.
    """

    def __init__(
        self,
        input_shape: Shape = (1, 28, 28),
        hidden: Sequence[int] = (),
        code: int = 256,
        *,
        penalty: float = 0.003,
        code_activation: str = "relu",
        **options: Any,
    ) -> None:
        super().__init__(input_shape, hidden, code, code_activation=code_activation, **options)
        self.penalty = penalty

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        """mean (output − x)² + penalty · mean |code|"""
        code = self.encode(x)
        return F.mse_loss(self.decode(code), x) + self.penalty * code.abs().mean()


class DenoisingAutoEncoder(AutoEncoder):
    """An auto-encoder that sees damaged pictures, and is judged by the clean ones

    noise, kind: how its examples are damaged anew at every look, see `damaged`; drawn from the default generator.
    """

    def __init__(
        self,
        input_shape: Shape = (1, 28, 28),
        hidden: Sequence[int] = (),
        code: int = 128,
        *,
        noise: float = 0.5,
        kind: str = "gaussian",
        code_activation: str = "relu",
        **options: Any,
    ) -> None:
        super().__init__(input_shape, hidden, code, code_activation=code_activation, **options)
        self.noise = noise
        self.kind = known("kind of damage", kind, DAMAGES)

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        """The mean of (output for the damaged picture − clean picture)²."""
        return F.mse_loss(self(damaged(x, self.noise, self.kind)), x)


class ConvAutoEncoder(AutoEncoder):
    """conv 3×3 of stride 2 – the same – code – linear – two transposed convolutions 4×4 of stride 2

    `filters` (16, 32) and 32 numbers have 115,217 parameters for 28×28 pictures. The sides have to be multiples of 4.
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 28, 28),
        filters: tuple[int, int] = (16, 32),
        code: int = 32,
        *,
        rng: Rng = None,
    ) -> None:
        channels, height, width = input_shape
        if height % 4 or width % 4 or min(height, width) < 4:
            raise ValueError(
                f"ConvAutoEncoder halves pictures twice and doubles them again: sides are multiples of 4; got "
                f"{height}×{width}"
            )
        rng = default_generator() if rng is None else rng
        few, many = filters
        maps = (many, height // 4, width // 4)
        self.encoder = Sequential(
            Conv2d(channels, few, 3, stride=2, padding=1, rng=rng),
            ReLU(),
            Conv2d(few, many, 3, stride=2, padding=1, rng=rng),
            ReLU(),
            Flatten(),
            Linear(math.prod(maps), code, rng=rng),
        )
        self.decoder = Sequential(
            Linear(code, math.prod(maps), rng=rng),
            ReLU(),
            Unflatten(1, maps),
            ConvTranspose2d(many, few, 4, stride=2, padding=1, rng=rng),
            ReLU(),
            ConvTranspose2d(few, channels, 4, stride=2, padding=1, rng=rng),
            Sigmoid(),
        )


DAMAGES = ("gaussian", "masking", "salt")
"""Kinds of damage: noise that is added, pixels that are 0, pixels that are 0 or 1."""


def damaged(x: Any, amount: float, kind: str = "gaussian", rng: Rng = None) -> Tensor:
    """Pictures in 0…1, damaged at random: the denoising auto-encoder's input

    "gaussian": x + amount·ε, brought back to 0…1. "masking": a pixel is 0 with probability `amount`. "salt": with that
    probability it is 0 or 1, either alike. Drawn from `rng` or the default generator; a recorded step draws anew.
    """
    x, kind = as_tensor(x), known("kind of damage", kind, DAMAGES)
    if not 0 <= amount < math.inf or (kind != "gaussian" and amount > 1):
        raise ValueError(f"the amount of damage is a spread of at least 0, or a share from 0 to 1; got {short(amount)}")
    drawn = _drawn(x, kind, rng)
    if kind == "gaussian":
        return F.clip(x + drawn * np.asarray(amount, x.dtype), 0.0, 1.0)
    hidden = np.less(drawn, np.asarray(amount, x.dtype))
    other = np.zeros((), x.dtype) if kind == "masking" else (drawn < np.asarray(amount / 2, x.dtype)).astype(x.dtype)
    return F.where(hidden, other, x)


def _drawn(x: Tensor, kind: str, rng: Rng) -> Array:
    """Normal numbers, or even ones from 0 to below 1, in the shape and type of x."""
    shape, dtype, normal = x.shape, x.dtype, kind == "gaussian"

    def draw() -> Array:
        source = rng or default_generator()
        numbers = source.standard_normal(shape, np.float32) if normal else source.random(shape, np.float32)
        return np.asarray(numbers, dtype)

    drawn: Array = tracing.again(draw, shape, dtype)
    return drawn


def dense(sizes: Sequence[int], between: str, last: str, rng: np.random.Generator) -> list[Module]:
    """Linear layers of these sizes, `between` after each but the last, which is followed by `last`."""
    layers: list[Module] = []
    for i, (n_in, n_out) in enumerate(pairwise(sizes), start=2):
        layers += [Linear(n_in, n_out, rng=rng), activation_by_name(between if i < len(sizes) else last)]
    return layers
