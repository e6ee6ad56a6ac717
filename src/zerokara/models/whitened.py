"""A network that learns CIFAR-10's photographs in minutes: it starts from filters that whiten them."""

import numpy as np

from zerokara import functional as F
from zerokara.arguments import array, checked
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.models.pictures import expect_pictures
from zerokara.nn import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential

FILTERS = (64, 128, 256)
COMPONENTS = 12
LEAST = 8
STEADY = 1e-4
"""Added to a component's variance, of pixels from 0 to 1: what hardly varies is noise, and is not made large."""

ENOUGH = 1_000
"""So many pictures are enough to know their patches."""

SCALE = 1 / 9
"""The last layer's sums are so many times too large: scores, and with them gradients, begin small."""

Rng = np.random.Generator | None


class WhitenedConvNet(Module):
    """A 3×3 convolution that whitens – three blocks of conv, pool, conv – the largest of every map – scores.

    Each convolution of a block is followed by batch norm and ReLU, the first by a pool before them. 1,161,632
    parameters for 3×32×32 pictures and 10 classes. In evaluation a picture and its mirror image are looked at, and the
    answer is the mean of both scores. Pictures of any size from 8×8 on.

    What makes it quick to learn: `learn_patches` gives the first layer the principal components of the pictures'
    own patches; the first filters of every other convolution begin as the identity, so that pictures, and gradients,
    come through from the first step on. Both, and the answer from two sights, are known from Page, "How to Train Your
    ResNet" (2018 to 2019), and Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (2024).
    """

    def __init__(
        self, classes: int = 10, *, channels: int = 3, filters: tuple[int, int, int] = FILTERS, rng: Rng = None
    ) -> None:
        self.channels = channels
        half = min(COMPONENTS, 9 * channels)
        a, b, c = filters
        self.whiten = Conv2d(channels, 2 * half, 3, padding=1, init="he", rng=rng)
        self.relu = ReLU()
        self.blocks = Sequential(*_block(2 * half, a, rng), *_block(a, b, rng), *_block(b, c, rng))
        self.flatten = Flatten()
        self.linear = Linear(c, classes, bias=False, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, classes) for pictures (N, channels, H, W)."""
        expect_pictures("WhitenedConvNet", x.shape, self.channels, LEAST)
        if self.training:
            return self.scores(x)
        return (self.scores(x) + self.scores(x[:, :, :, ::-1])) * 0.5

    def scores(self, x: Tensor) -> Tensor:
        """The scores from one sight."""
        x = self.blocks(self.relu(self.whiten(x)))
        _, _, height, width = x.shape
        return self.linear(self.flatten(F.max_pool2d(x, (height, width)))) * SCALE

    @checked({"pictures": array(4)})
    def learn_patches(self, pictures: Array) -> None:
        """Begin with filters that whiten these pictures, (N, channels, H, W) uint8, or floating in 0..1.

        Let μ be the mean of their 3×3 patches p, and λₖ, vₖ their covariance's eigenvalues and eigenvectors, largest
        first. Outputs k and n + k of the n + n of the first layer are then

            ±(vₖ/√(λₖ + STEADY)) · (p − μ)

        so that the n largest components all have variance 1, and what a ReLU takes from one the other keeps. These
        filters stay: they are not learned further, nor made smaller by a decay of weights.
        """
        expect_pictures("WhitenedConvNet", pictures.shape, self.channels, LEAST)
        few = pictures[:: max(1, len(pictures) // ENOUGH)][:ENOUGH]
        few = few / np.float32(255) if few.dtype == np.uint8 else few.astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(few, (3, 3), (2, 3))
        patches = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, 9 * self.channels)
        variances, components = np.linalg.eigh(np.cov(patches, rowvar=False))
        half = self.whiten.out_channels // 2
        filters = (components / np.sqrt(np.maximum(variances, 0) + STEADY)).T[::-1][:half]
        shift = filters @ patches.mean(axis=0, dtype=np.float64)
        assert self.whiten.bias is not None
        weight = np.concatenate([filters, -filters]).reshape(self.whiten.weight.shape)
        self.whiten.weight.data[...] = weight
        self.whiten.weight.requires_grad = False
        self.whiten.bias.data[...] = np.concatenate([-shift, shift])


def _block(channels: int, filters: int, rng: Rng) -> list[Module]:
    first, second = (_identity(Conv2d(n, filters, 3, padding=1, bias=False, rng=rng)) for n in (channels, filters))
    return [first, MaxPool2d(2), BatchNorm2d(filters), ReLU(), second, BatchNorm2d(filters), ReLU()]


def _identity(conv: Conv2d) -> Conv2d:
    """The convolution with its first filters as the identity: output i is input i as long as there is one."""
    weight = conv.weight.data
    few = min(weight.shape[:2])
    weight[:few] = 0
    weight[np.arange(few), np.arange(few), 1, 1] = 1
    return conv
