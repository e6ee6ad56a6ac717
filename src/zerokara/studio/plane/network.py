"""The network of the plane: features of a point in, any layers, scores of classes or a number out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zerokara import nn
from zerokara.arrays import Array, generator
from zerokara.nn.activation import ACTIVATIONS, activation_by_name

FEATURES: dict[str, Callable[[Array, Array], Array]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x2": lambda x, y: x * x,
    "y2": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sinx": lambda x, y: np.sin(np.pi * x),
    "siny": lambda x, y: np.sin(np.pi * y),
}
"""What the network may be given of a point (x, y)."""

INITS: dict[str, nn.init.Init] = {
    "he": "he",
    "xavier": "xavier",
    "small": nn.init.Normal(0.01),
    "large": nn.init.Normal(1.0),
    "zeros": nn.init.Constant(0.0),
}
"""Initial weights: He, Xavier, N(0, 0.01²), N(0, 1), all 0."""

MOST_PARAMETERS = 200_000
"""Beyond it an update of the plane takes longer than a look at it."""


@dataclass(frozen=True)
class Layers:
    """How the network is built. hidden: (units, activation) of each hidden layer; dropout stands after each."""

    hidden: tuple[tuple[int, str], ...] = ((8, "tanh"), (8, "tanh"))
    features: tuple[str, ...] = ("x", "y")
    batch_norm: bool = False
    init: str = "xavier"

    def __post_init__(self) -> None:
        for units, activation in self.hidden:
            if units < 1 or activation not in ACTIVATIONS:
                known = ", ".join(ACTIVATIONS)
                raise ValueError(f"a layer has 1 unit or more and one of {known}; got {units}, {activation[:20]!r}")
        unknown = [name for name in self.features if name not in FEATURES]
        if unknown or not self.features or len(set(self.features)) < len(self.features):
            raise ValueError(f"features are one or more of {', '.join(FEATURES)}, each once; got {self.features}")
        if self.init not in INITS:
            raise ValueError(f"initial values are one of {', '.join(INITS)}; got {self.init[:20]!r}")
        sizes = [len(self.features), *(units for units, _ in self.hidden), 10]
        count = sum((a + 1) * b for a, b in pairwise(sizes))
        if count > MOST_PARAMETERS:
            raise ValueError(f"this network has about {count:,} parameters; the plane takes {MOST_PARAMETERS:,}")

    def build(self, outputs: int, seed: int) -> nn.Sequential:
        """The network, its initial values and its dropout drawn by the seed alone: the same for the same choice."""
        layers: dict[str, nn.Module] = {}
        size, init = len(self.features), INITS[self.init]
        for k, (units, activation) in enumerate(self.hidden, 1):
            layers[f"fc{k}"] = nn.Linear(size, units, init=init, rng=generator(seed, "plane weights", k))
            if self.batch_norm:
                layers[f"norm{k}"] = nn.BatchNorm1d(units)
            layers[f"act{k}"] = activation_by_name(activation)
            layers[f"drop{k}"] = nn.Dropout(0.0, rng=generator(seed, "plane dropout", k))
            size = units
        layers["out"] = nn.Linear(size, outputs, init=init, rng=generator(seed, "plane weights", 0))
        return nn.Sequential(**layers)


def inputs(xy: Array, features: tuple[str, ...]) -> Array:
    """The chosen features of points (N, 2): (N, features) float32."""
    x, y = xy[:, 0], xy[:, 1]
    return np.stack([FEATURES[name](x, y) for name in features], axis=1).astype(np.float32)
