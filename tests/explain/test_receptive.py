"""The receptive field, judged by what happens when pixels outside and inside of it are changed."""

import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images, restless_net
from zerokara import functional as F
from zerokara import models, nn
from zerokara.arrays import generator
from zerokara.autodiff import Tensor
from zerokara.explain import evaluation, watch
from zerokara.explain.receptive import ALL, Reach, receptive_field
from zerokara.nn import Module


class Branches(Module):
    """Two ways of different reach, side by side, and a way around them."""

    def __init__(self) -> None:
        rng = generator(0, "branches")
        self.first = nn.Conv2d(2, 4, 3, stride=2, padding=1, rng=rng)
        self.wide = nn.Conv2d(4, 4, 3, padding=2, dilation=2, rng=rng)
        self.long = nn.Conv2d(4, 4, (1, 5), padding=(0, 2), rng=rng)
        self.pool = nn.AvgPool2d(2)
        self.fc = nn.Linear(8, 3, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x)
        both = F.concatenate([self.wide(y) + y, self.long(y)], axis=1)
        return self.fc(F.mean(self.pool(F.tanh(both)), axis=(2, 3)))


class Cut(Module):
    """A part of the image, seen through a window."""

    def __init__(self) -> None:
        self.conv = nn.Conv2d(1, 1, 3, rng=generator(0, "cut"))

    def forward(self, x: Tensor) -> Tensor:
        return F.mean(self.conv(x[:, :, 2:, 3::2]), axis=(2, 3))


NETS = [
    (averaging_net, (1, 1, 12, 11), "conv2"),
    (restless_net, (1, 3, 8, 8), "pool"),
    (Branches, (1, 2, 17, 16), "pool"),
    (Cut, (1, 1, 12, 13), "conv"),
    (lambda: models.CifarResNet(depth=20), (1, 3, 32, 32), "layer2"),
]


@pytest.mark.parametrize(("make", "shape", "layer"), NETS, ids=["plain", "pooled", "branches", "cut", "resnet"])
def test_pixels_outside_of_the_field_change_nothing_and_the_field_is_not_larger_than_it_must_be(
    make: type[Module], shape: tuple[int, ...], layer: str
) -> None:
    net, x = make(), images(shape)

    def maps(pixels: np.ndarray) -> Tensor:
        return next(o.value for o in reversed(watch(net, Tensor(pixels))[1]) if o.name == layer)

    with evaluation(net):
        t = Tensor(x, requires_grad=True)
        y = next(o.value for o in reversed(watch(net, t)[1]) if o.name == layer)
        down, across = receptive_field(y, t)
        for i, j in ((0, 0), (y.shape[2] // 2, y.shape[3] // 2), (y.shape[2] - 1, y.shape[3] - 1)):
            (top, bottom), (left, right) = down.span(i, shape[2]), across.span(j, shape[3])
            other = 5 * images(shape, seed=1)
            outside = other.copy()
            outside[:, :, top:bottom, left:right] = x[:, :, top:bottom, left:right]
            np.testing.assert_allclose(maps(outside).data[:, :, i, j], y.data[:, :, i, j], atol=1e-5)
            for rows, columns in (((top, top + 1), (left, right)), ((top, bottom), (right - 1, right))):
                edge = x.copy()
                edge[:, :, slice(*rows), slice(*columns)] += 40 * np.abs(other[:, :, slice(*rows), slice(*columns)])
                assert np.any(np.abs(maps(edge).data[:, :, i, j] - y.data[:, :, i, j]) > 1e-9), (i, j)


def test_the_published_reach_of_vgg() -> None:
    """Two 3×3 windows see 5×5; with the first two blocks of VGG-16, a unit behind the second pool sees 16×16."""
    layers = [nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 3, padding=1), nn.MaxPool2d(2)] * 2
    net = nn.Sequential(
        *[nn.Conv2d(1, 1, 3, padding=1) if isinstance(n, nn.Conv2d) else nn.MaxPool2d(2) for n in layers]
    )
    t = Tensor(np.ones((1, 1, 32, 32), np.float32), requires_grad=True)
    assert receptive_field(net(t), t)[0] == Reach(-6, 4, 16)
    assert receptive_field(net[1](net[0](t)), t)[1] == Reach(-2, 1, 5)


def test_what_mixes_all_places_sees_the_whole_image() -> None:
    t = Tensor(images((1, 2, 6, 8)), requires_grad=True)
    scaled = t * F.mean(t, axis=(2, 3), keepdims=True)
    for y in (scaled, F.flatten(t), F.softmax(t), t[:, :, ::-1, ::-1]):
        down, across = receptive_field(y, t)
        assert (down.span(2, 6), across.span(1, 8)) == ((0, 6), (0, 8))


def test_the_image_sees_itself() -> None:
    t = Tensor(images((1, 2, 6, 8)), requires_grad=True)
    assert receptive_field(t, t)[0].span(3, 6) == (3, 4)


def test_a_transposed_convolution_is_not_taken_for_a_single_pixel() -> None:
    """It keeps the size and mixes neighbours: at least those are seen."""
    x = Tensor(np.zeros((1, 2, 5, 5), np.float32), requires_grad=True)
    assert receptive_field(nn.ConvTranspose2d(2, 2, 3, padding=1)(x), x) == (ALL, ALL)
