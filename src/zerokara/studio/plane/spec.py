"""What is to be trained on the plane: the network, how it begins, and how it learns. All by one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara import nn, optim
from zerokara.arguments import is_number, is_whole, short
from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor

FEATURES: dict[str, Callable[[Array, Array], Array]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x2": lambda x, y: x * x,
    "y2": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sinx": lambda x, y: np.sin(np.pi * x),
    "siny": lambda x, y: np.sin(np.pi * y),
    "r": lambda x, y: np.sqrt(x * x + y * y),
}
"""What the network may be given of a point (x, y)."""

LIVE = ("lr", "momentum", "weight_decay", "l1", "dropout", "batch")
"""What may be changed while it learns; everything else begins anew."""

MOST_WEIGHTS = 5_000_000
"""Above this a step takes longer than two seconds."""


@dataclass(frozen=True)
class Spec:
    """units, activations: of the hidden layers, the first first; one activation stands for all.

    init: None as PyTorch, or "he", "xavier", a standard deviation. dropout: behind every hidden activation.
    optimizer: a name of `optim.OPTIMIZERS`; momentum is for sgd and nesterov. batch: points a step.
    """

    units: tuple[int, ...] = (8, 8)
    activations: tuple[str, ...] = ("tanh",)
    features: tuple[str, ...] = ("x", "y")
    batch_norm: bool = False
    dropout: float = 0.0
    init: str | float | None = None
    optimizer: str = "sgd"
    lr: float = 0.1
    momentum: float = 0.0
    weight_decay: float = 0.0
    l1: float = 0.0
    batch: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("units", "activations", "features"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if any(not is_whole(n) or n < 1 for n in self.units):
            raise ValueError(
                f"units are whole numbers of at least 1, one for each hidden layer; got {short(self.units)}"
            )
        if self.units and len(self.activations) not in (1, len(self.units)):
            raise ValueError(
                f"activations are one for all, or one for each of {len(self.units)} layers; got {len(self.activations)}"
            )
        _known("activation", self.activations, nn.ACTIVATIONS)
        _known("feature", self.features, FEATURES)
        _known("optimizer", (self.optimizer,), optim.OPTIMIZERS)
        if not self.features or len(set(self.features)) < len(self.features):
            raise ValueError(
                f"features are names of {', '.join(FEATURES)}, each once, at least one; got {self.features}"
            )
        for name, below in (("lr", np.inf), ("momentum", 1), ("weight_decay", np.inf), ("l1", np.inf), ("dropout", 1)):
            value = getattr(self, name)
            if not is_number(value) or not 0 <= value < below:
                limit = "" if below == np.inf else f" and below {below}"
                raise ValueError(f"{name} is a number of at least 0{limit}; got {short(value)}")
        if self.momentum and self.optimizer not in ("sgd", "momentum", "nesterov"):
            raise ValueError(f"momentum is for sgd, momentum and nesterov; {self.optimizer} has its own: set it to 0")
        for name, least in (("batch", 1), ("seed", 0)):
            if not is_whole(getattr(self, name)) or getattr(self, name) < least:
                raise ValueError(f"{name} is a whole number of at least {least}; got {short(getattr(self, name))}")
        sizes = (len(self.features), *self.units, 10)
        if sum(a * b for a, b in pairwise(sizes)) > MOST_WEIGHTS:
            raise ValueError(
                f"a network with more than {MOST_WEIGHTS:,} weights is too slow to look at: take fewer units"
            )

    def activation(self, layer: int) -> str:
        """The name of a hidden layer's activation."""
        return self.activations[layer if len(self.activations) > 1 else 0]

    def model(self, outputs: int) -> nn.Sequential:
        """The network, its parts named hidden1, norm1, act1, drop1 … out; the same seed gives the same weights."""
        rng, width = generator(self.seed, "plane weights"), len(self.features)
        parts: dict[str, nn.Module] = {}
        for k, units in enumerate(self.units, 1):
            parts[f"hidden{k}"] = nn.Linear(width, units, init=self.init, rng=rng)
            if self.batch_norm:
                parts[f"norm{k}"] = nn.BatchNorm1d(units)
            parts[f"act{k}"] = nn.activation_by_name(self.activation(k - 1))
            if self.dropout:
                parts[f"drop{k}"] = nn.Dropout(self.dropout, rng=generator(self.seed, "plane dropout", k))
            width = units
        parts["out"] = nn.Linear(width, outputs, init=self.init, rng=rng)
        return nn.Sequential(**parts)

    def make_optimizer(self, model: nn.Module) -> optim.Optimizer:
        """The optimizer, with all that it keeps there from the start, so that step 0 can be come back to."""
        settings: dict[str, Any] = {"lr": self.lr, "weight_decay": self.weight_decay, "l1": self.l1}
        if self.optimizer in ("sgd", "momentum", "nesterov") and (self.momentum or self.optimizer == "sgd"):
            settings["momentum"] = self.momentum
        made = optim.optimizer_by_name(self.optimizer, model, **settings)
        for name, parameter in made.named_parameters():
            made.state[name] = made.start(parameter.data)
        return made

    def inputs(self, points: Array) -> Array:
        """(N, features) float32, what the network is given of points (N, 2)."""
        x, y = np.asarray(points, np.float64).T
        return np.stack([FEATURES[name](x, y) for name in self.features], axis=1).astype(np.float32)


def loss_of(classes: int) -> Callable[[Tensor, Array], Tensor]:
    """Cross-entropy for classes, the mean squared error for regression (0 classes)."""
    return F.cross_entropy if classes else F.mse_loss


def _known(what: str, names: tuple[Any, ...], table: dict[str, Any]) -> None:
    for name in names:
        if name not in table:
            raise ValueError(f"there is no {what} {short(name)}: choose one of {', '.join(table)}")
