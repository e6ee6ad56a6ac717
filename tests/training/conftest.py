"""A training so small that a test can run it many times, with everything in it that has a state."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import zerokara as zk
from zerokara import nn, optim
from zerokara.arrays import Array, generator
from zerokara.data import Loader, Split
from zerokara.nn import Module
from zerokara.optim import Optimizer


def tiny_split(n: int = 50) -> Split:
    """Pictures of 6×6 pixels, brighter above, below or nowhere: three classes that can be learned."""
    rng = generator(0, "tiny")
    labels = np.arange(n) % 3
    images = rng.integers(0, 100, (n, 1, 6, 6)).astype(np.uint8)
    images[labels == 1, :, :3] += 120
    images[labels == 2, :, 3:] += 120
    return Split(images, labels)


def tiny_model(seed: int = 1) -> Module:
    """Layers with parameters, running statistics and random numbers."""
    zk.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 3, 3),
        nn.BatchNorm2d(3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Dropout(0.1, rng=generator(seed, "dropout")),
        nn.Linear(48, 3),
    )


def shift(x: Array, rng: np.random.Generator) -> Array:
    """An alteration that draws."""
    return np.roll(x, int(rng.integers(-1, 2)), axis=3)


@pytest.fixture(autouse=True)
def reference_kernels() -> Iterator[None]:
    """The laws of this floor do not depend on the kernels; the reference family needs no compiling."""
    before = zk.kernels.kernel_family()
    zk.use_kernels("reference")
    yield
    zk.use_kernels(before)


@pytest.fixture
def data() -> Split:
    return tiny_split()


@pytest.fixture
def loader(data: Split) -> Loader:
    return Loader(data, 16, seed=3, transform=shift)


@pytest.fixture
def build() -> Callable[[], tuple[Module, Optimizer]]:
    """A new model and its optimizer, always the same ones."""

    def new() -> tuple[Module, Optimizer]:
        model = tiny_model()
        return model, optim.Adam(model, lr=0.01)

    return new
