"""A network that learned something else, with a new last layer: what `train --from` makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor, no_grad
from zerokara.io import OnnxModule
from zerokara.nn import Conv2d, Identity, Linear, Module


class Scaling(Module):
    """y = (s·x − mean) / std, channel by channel, of pictures x in 0…1; with `bgr` in the order blue, green, red.

    A 1×1 convolution whose numbers are given and never learned: what a network was taught with stays its own first
    layer, and every network takes pixels / 255.
    """

    weight: Array
    bias: Array

    def __init__(
        self,
        channels: int,
        mean: Sequence[float] = (0.0,),
        std: Sequence[float] = (1.0,),
        scale: float = 1.0,
        bgr: bool = False,
    ) -> None:
        spread = np.broadcast_to(np.asarray(std, np.float64), channels)
        shift = np.broadcast_to(np.asarray(mean, np.float64), channels)
        order = np.eye(channels)[::-1] if bgr else np.eye(channels)
        self.register_buffer("weight", (scale * order / spread[:, None])[:, :, None, None].astype(np.float32))
        self.register_buffer("bias", (-shift / spread).astype(np.float32))

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: x (N, C, H, W) → same."""
        return F.conv2d(x, self.weight, self.bias)


class Transfer(Module):
    """Scores = head(features(x)), features = body(scaling(x)); of maps (N, D, H, W) the mean of each.

    `body` is a network without its last layer, and stays in evaluation mode while the whole learns: the running
    statistics of its batch norms were taken over far more pictures than there are now, and features are the same in
    training and evaluation. `head` is a new Linear with a row for each class.
    """

    def __init__(
        self, body: Module, scaling: Module, shape: Shape, classes: int, rng: np.random.Generator | None = None
    ) -> None:
        self.scaling, self.body = scaling, body.eval()
        with no_grad(), np.errstate(all="ignore"):
            width = self.features(Tensor(np.zeros((1, *shape), np.float32))).shape[1]
        self.head = Linear(width, classes, rng=rng)

    def features(self, x: Tensor) -> Tensor:
        """What the body makes of pictures (N, C, H, W) or rows (N, D'): (N, D)."""
        maps = self.body(self.scaling(x))
        if maps.ndim == 4:
            return maps.mean(axis=(2, 3))
        if maps.ndim != 2:
            raise ValueError(f"features are (N, D), or maps (N, D, H, W); this body gives {maps.shape}")
        return maps

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, K)."""
        return self.head(self.features(x))

    def train(self, mode: bool = True) -> Self:
        """The head in training mode; the body stays in evaluation mode."""
        super().train(mode)
        self.body.eval()
        return self


def without_last(model: Module) -> Module:
    """The network itself, its last layer that learns replaced by nothing (a network that was imported: cut before it).

    ValueError for one that ends otherwise than in a linear layer or a 1×1 convolution.
    """
    if isinstance(model, OnnxModule):
        return model.before_last()
    learning = [(name, layer) for name, layer in model.named_modules() if isinstance(layer, Linear | Conv2d)]
    name, last = learning[-1] if learning else ("", None)
    if last is None or (isinstance(last, Conv2d) and last.weight.shape[2:] != (1, 1)) or hasattr(model, "aux1"):
        raise ValueError(f"{type(model).__name__} has no last layer that could be replaced by another")
    path = name.split(".")
    holder = model
    for part in path[:-1]:
        holder = getattr(holder, part)
    setattr(holder, path[-1], Identity())
    return model
