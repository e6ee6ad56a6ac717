"""What grows in `benchmarks.growth`: networks and their data for every size, written once for zerokara and PyTorch.

Both have the same names, so a case takes the modules `nn` and `F` of either. Weights are each framework's own: here
only time and memory count.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array

Library = Any
"""The modules zerokara.nn or torch.nn, zerokara.functional or torch.nn.functional."""


@dataclass(frozen=True)
class Case:
    """A training step: network(nn) and loss(F, network, x, labels), for a batch (x, labels)."""

    network: Callable[[Library], Any]
    loss: Callable[[Library, Any, Any, Any], Any]
    x: Array
    labels: Array


@dataclass(frozen=True)
class Axis:
    """One size that grows. `exponent`: by how much the multiplications of a step grow with it at the large end."""

    name: str
    about: str
    sizes: tuple[int, ...]
    exponent: float
    case: Callable[[int], Case]


def _classified(F: Library, network: Any, x: Any, labels: Any) -> Any:
    return F.cross_entropy(network(x), labels)


def _pictures(batch: int, channels: int, side: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((batch, channels, side, side), np.float32), rng.integers(0, 10, batch)


def _rows(batch: int, width: int, classes: int = 10) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((batch, width), np.float32), rng.integers(0, classes, batch)


def batch(size: int) -> Case:
    """A small convolutional network, 28×28."""

    def network(nn: Library) -> Any:
        first = (nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        second = (nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(32 * 7 * 7, 10))

    return Case(network, _classified, *_pictures(size, 1, 28))


def width(size: int) -> Case:
    """Two hidden layers of this width, 64 rows."""

    def network(nn: Library) -> Any:
        hidden = (nn.Linear(784, size), nn.ReLU(), nn.Linear(size, size), nn.ReLU())
        return nn.Sequential(*hidden, nn.Linear(size, 10))

    return Case(network, _classified, *_rows(64, 784))


def depth(size: int) -> Case:
    """So many hidden layers of 64, 64 rows."""

    def network(nn: Library) -> Any:
        hidden = [layer for _ in range(size) for layer in (nn.Linear(64, 64), nn.ReLU())]
        return nn.Sequential(*hidden, nn.Linear(64, 10))

    return Case(network, _classified, *_rows(64, 64))


def side(size: int) -> Case:
    """Three convolutions on 4 pictures of 3 channels, size×size."""

    def network(nn: Library) -> Any:
        first = (nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        rest = (nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 10, 3, padding=1))
        return nn.Sequential(*first, *rest)

    def loss(F: Library, network: Any, x: Any, labels: Any) -> Any:
        return F.cross_entropy(network(x).mean((2, 3)), labels)

    return Case(network, loss, *_pictures(4, 3, size))


def _followed(network: Callable[[Library], Any], length: int) -> Case:
    """The mean square of what a layer of sequences gives for 8 sequences of 32 numbers a step."""

    def loss(F: Library, network: Any, x: Any, labels: Any) -> Any:
        given = network(x, x, x, need_weights=False) if hasattr(network, "num_heads") else network(x)
        return (given[0] * given[0]).mean()

    x = np.random.default_rng(0).standard_normal((8, length, 64), np.float32)
    return Case(network, loss, x, np.zeros(8, np.int64))


def length(size: int) -> Case:
    """An LSTM of 64 over so many steps, 8 sequences."""
    return _followed(lambda nn: nn.LSTM(64, 64, batch_first=True), size)


def context(size: int) -> Case:
    """Attention with 4 heads of 16 over so many positions, 8 sequences."""
    return _followed(lambda nn: nn.MultiheadAttention(64, 4, batch_first=True), size)


def classes(size: int) -> Case:
    """Scores of so many classes from 128 numbers, 32 rows."""
    return Case(lambda nn: nn.Linear(128, size), _classified, *_rows(32, 128, size))


def parameters(size: int) -> Case:
    """One square layer with about so many parameters, 16 rows."""
    n = round(size**0.5)
    return Case(lambda nn: nn.Linear(n, n), _classified, *_rows(16, n, n))


AXES = (
    Axis("batch", "pictures a step, small convolutional network", (1, 4, 16, 64, 256, 1024, 4096), 1, batch),
    Axis("width", "width of two hidden layers", (64, 128, 256, 512, 1024, 2048, 4096), 2, width),
    Axis("depth", "hidden layers of 64", (1, 4, 16, 64, 256, 1000), 1, depth),
    Axis("side", "side of a picture, three convolutions", (16, 32, 64, 128, 256, 512), 2, side),
    Axis("length", "steps of an LSTM of 64", (8, 32, 128, 512, 2048), 1, length),
    Axis("context", "positions of an attention with 4 heads", (32, 128, 512, 2048), 2, context),
    Axis("classes", "classes", (10, 100, 1000, 10_000, 100_000), 1, classes),
    Axis("parameters", "parameters of one layer", (10**5, 10**6, 10**7, 10**8, 5 * 10**8), 1, parameters),
)
