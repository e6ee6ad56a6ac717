"""A stack of layers written as a name: `stack:conv16-norm-relu-maxpool2-linear64-relu`.

So that a network that somebody put together has a name as those of the catalogue have, and a run that was made with it
can be built again from its settings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Shape
from zerokara.kernels import conv_output_size, pool_output_size
from zerokara.nn import (
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    Module,
    Sequential,
)
from zerokara.nn.activation import ACTIVATIONS, activation_by_name

PREFIX = "stack:"
MOST_LAYERS, MOST_UNITS = 60, 8192
WRITTEN = (
    "convF, convFxK or convFxKsS (F filters of K×K pixels, stride S), norm, maxpoolK, avgpoolK, meanpool, linearN, "
    f"dropoutP (in hundredths), {', '.join(ACTIVATIONS)}"
)


@dataclass(frozen=True)
class Part:
    """One layer as it is written: its kind, and the numbers behind it."""

    text: str
    kind: str
    numbers: tuple[int, ...] = ()


@dataclass
class _Growing:
    """What has been built so far, and the shape of what comes out of it: (C, H, W), or (D,)."""

    layers: dict[str, Module]
    shape: Shape
    rng: np.random.Generator | None

    def add(self, kind: str, layer: Module) -> None:
        count = sum(name.rstrip("0123456789") == kind for name in self.layers)
        self.layers[f"{kind}{count + 1}"] = layer

    def flatten(self) -> int:
        """Numbers of one example in a row."""
        if len(self.shape) == 3:
            self.add("flatten", Flatten())
            self.shape = (math.prod(self.shape),)
        return self.shape[0]

    def maps(self, part: Part) -> tuple[int, int, int]:
        if len(self.shape) != 3:
            raise ValueError(f"{part.text} needs maps, and behind a linear layer there are none")
        return self.shape[0], self.shape[1], self.shape[2]


def parse(text: str) -> tuple[Part, ...]:
    """The layers of `conv16-relu-maxpool2`; "" has none. ValueError names the first that is none."""
    parts = tuple(_part(one) for one in text.split("-")) if text else ()
    if len(parts) > MOST_LAYERS:
        raise ValueError(f"a stack has at most {MOST_LAYERS} layers; got {len(parts)}")
    return parts


def build(text: str, input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    """The layers in order, then a linear layer with a score for each class; He's initial values, drawn by `rng`.

    Convolutions keep the size of the picture (but for their stride); the first linear layer flattens. input_shape is
    (C, H, W), or (D,). ValueError in words for layers that do not fit one another or the picture.
    """
    growing = _Growing({}, input_shape, rng)
    for part in parse(text):
        _KINDS.get(part.kind, _activation)(growing, part)
    growing.layers["out"] = Linear(growing.flatten(), classes, rng=rng)
    return Sequential(**growing.layers)


def _part(text: str) -> Part:
    for kind, pattern, low, high in _PATTERNS:
        found = re.fullmatch(pattern, text)
        if found:
            numbers = tuple(int(n) for n in found.groups() if n is not None)
            if not all(low <= n <= high for n in numbers):
                raise ValueError(f"{text}: numbers of {kind} are {low} to {high}")
            return Part(text, kind, numbers)
    if text in ACTIVATIONS:
        return Part(text, text)
    raise ValueError(f"there is no layer {text[:30]!r}; layers are {WRITTEN}")


def _conv(growing: _Growing, part: Part) -> None:
    channels, *size = growing.maps(part)
    filters, kernel, stride = part.numbers + (3, 1)[len(part.numbers) - 1 :]
    if kernel % 2 == 0:
        raise ValueError(f"{part.text}: a filter has an odd number of pixels a side, so that the size is kept")
    left = [conv_output_size(n, kernel, stride, kernel // 2, 1) for n in size]
    growing.add("conv", Conv2d(channels, filters, kernel, stride, kernel // 2, init="he", rng=growing.rng))
    growing.shape = (filters, *left)


def _norm(growing: _Growing, part: Part) -> None:
    maps = len(growing.shape) == 3
    growing.add("norm", (BatchNorm2d if maps else BatchNorm1d)(growing.shape[0]))


def _pool(make: Callable[[int], Module]) -> Callable[[_Growing, Part], None]:
    def pool(growing: _Growing, part: Part) -> None:
        channels, *size = growing.maps(part)
        side = part.numbers[0]
        if min(size) < side:
            raise ValueError(f"{part.text}: only {size[0]}×{size[1]} pixels are left there")
        growing.add("pool", make(side))
        growing.shape = (channels, *(pool_output_size(n, side, side, 0, 1, False) for n in size))

    return pool


def _meanpool(growing: _Growing, part: Part) -> None:
    growing.shape = (growing.maps(part)[0],)
    growing.add("pool", GlobalAvgPool2d())


def _linear(growing: _Growing, part: Part) -> None:
    (units,) = part.numbers
    growing.add("linear", Linear(growing.flatten(), units, init="he", rng=growing.rng))
    growing.shape = (units,)


def _dropout(growing: _Growing, part: Part) -> None:
    growing.add("dropout", Dropout(part.numbers[0] / 100))


def _activation(growing: _Growing, part: Part) -> None:
    growing.add(part.kind.rstrip("0123456789"), activation_by_name(part.kind))


_PATTERNS = (
    ("conv", r"conv(\d{1,5})(?:x(\d{1,2})(?:s(\d))?)?", 1, MOST_UNITS),
    ("linear", r"linear(\d{1,5})", 1, MOST_UNITS),
    ("maxpool", r"maxpool(\d)", 2, 9),
    ("avgpool", r"avgpool(\d)", 2, 9),
    ("dropout", r"dropout(\d{1,2})", 0, 95),
    ("norm", "norm", 0, 0),
    ("meanpool", "meanpool", 0, 0),
)
_KINDS: dict[str, Callable[[_Growing, Part], None]] = {
    "conv": _conv,
    "linear": _linear,
    "maxpool": _pool(MaxPool2d),
    "avgpool": _pool(AvgPool2d),
    "dropout": _dropout,
    "norm": _norm,
    "meanpool": _meanpool,
}
