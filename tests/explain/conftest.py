"""Small networks that the laws of explanations are tried on."""

from collections.abc import Iterator

import numpy as np
import pytest

from zerokara import functional as F
from zerokara import kernels, nn, optim
from zerokara.arrays import Array, generator
from zerokara.data.bundled import load_digits
from zerokara.nn import Module


@pytest.fixture(autouse=True, scope="package")
def _plain_kernels() -> Iterator[None]:
    """The laws do not depend on the kernels; the reference family needs no compiling."""
    with kernels.use_kernels("reference"):
        yield


def averaging_net(classes: int = 10, seed: int = 0) -> nn.Sequential:
    """Convolutions, the mean of every map, scores linear in the means: it counts what it sees, wherever it is."""
    rng = generator(seed, "averaging net")
    return nn.Sequential(
        conv1=nn.Conv2d(1, 6, 3, padding=1, init="he", rng=rng),
        act1=nn.ReLU(),
        conv2=nn.Conv2d(6, 8, 3, padding=1, init="he", rng=rng),
        act2=nn.ReLU(),
        pool=nn.GlobalAvgPool2d(),
        fc=nn.Linear(8, classes, init="he", rng=rng),
    )


def restless_net() -> nn.Sequential:
    """Layers that behave differently in training, and one that is in evaluation mode already."""
    rng = generator(1, "restless net")
    net = nn.Sequential(
        conv=nn.Conv2d(3, 4, 3, rng=rng),
        norm=nn.BatchNorm2d(4),
        act=nn.ReLU(),
        drop=nn.Dropout(0.5),
        pool=nn.MaxPool2d(2),
        flatten=nn.Flatten(),
        fc=nn.Linear(4 * 9, 5, rng=rng),
    )
    net.drop.eval()
    return net


def images(shape: tuple[int, ...], seed: int = 0, dtype: str = "float32") -> Array:
    return generator(seed, "images").standard_normal(shape).astype(dtype)


@pytest.fixture(scope="package")
def digits() -> tuple[Array, Array]:
    """200 digits of 8×8 pixels that the trained network has not seen, 0 to 1."""
    test = load_digits().test
    return (test.images[:200] / np.float32(255)).astype(np.float32), test.labels[:200]


@pytest.fixture(scope="package")
def trained(_plain_kernels: None) -> Module:
    """A small network that knows the 8×8 digits."""
    rng = generator(0, "trained")
    net = nn.Sequential(
        conv1=nn.Conv2d(1, 8, 3, padding=1, init="he", rng=rng),
        act1=nn.ReLU(),
        conv2=nn.Conv2d(8, 12, 3, padding=1, init="he", rng=rng),
        act2=nn.ReLU(),
        pool=nn.MaxPool2d(2),
        flatten=nn.Flatten(),
        fc=nn.Linear(12 * 16, 10, init="he", rng=rng),
    )
    data = load_digits().train
    x, adam = (data.images / np.float32(255)).astype(np.float32), optim.Adam(net, lr=0.01)
    for epoch in range(4):
        for rows in np.array_split(generator(0, "shuffle", epoch).permutation(len(x)), 14):
            net.zero_grad()
            F.cross_entropy(net(x[rows]), data.labels[rows]).backward()
            adam.step()
    return net
