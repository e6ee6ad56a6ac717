"""VGG: depth by 3×3 convolutions alone."""

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.models.pictures import expect_pictures
from zerokara.nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
)

LEAST = 32
FILTERS = (64, 128, 256, 512, 512)
CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""How many convolutions each of the five stages has, by the number of layers with weights."""


class VGG(Module):
    """Five stages of 3×3 convolutions with a pool behind each, then 4096 – 4096 – scores (N, classes).

    `VGG(16)` has 138,357,544 parameters for 3×224×224 pictures and 1000 classes; depths 11, 13, 16 and 19, each also
    with batch norm behind every convolution. Names, sizes and initial values are torchvision's: N(0, 2/n_out) for
    filters, N(0, 0.01²) for the linear layers, biases 0. Pictures of any size from 32×32 on: the last maps are averaged
    to 7×7.

    Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014.
    """

    def __init__(
        self,
        depth: int = 16,
        classes: int = 1000,
        *,
        batch_norm: bool = False,
        channels: int = 3,
        dropout: float = 0.5,
        rng: np.random.Generator | None = None,
    ) -> None:
        if depth not in CONVOLUTIONS:
            raise ValueError(f"VGG has {', '.join(map(str, CONVOLUTIONS))} layers; got {depth}")
        self.channels = channels
        self.features = Sequential(*_features(depth, channels, batch_norm, rng))
        self.avgpool = AdaptiveAvgPool2d(7)
        self.flatten = Flatten()
        self.classifier = Sequential(
            Linear(512 * 7 * 7, 4096, init=0.01, rng=rng),
            ReLU(),
            Dropout(dropout),
            Linear(4096, 4096, init=0.01, rng=rng),
            ReLU(),
            Dropout(dropout),
            Linear(4096, classes, init=0.01, rng=rng),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores for pictures (N, channels, H, W)."""
        expect_pictures("VGG", x.shape, self.channels, LEAST)
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def _features(depth: int, channels: int, batch_norm: bool, rng: np.random.Generator | None) -> list[Module]:
    layers: list[Module] = []
    for filters, count in zip(FILTERS, CONVOLUTIONS[depth], strict=True):
        for _ in range(count):
            layers.append(Conv2d(channels, filters, 3, padding=1, init="he-out", rng=rng))
            layers += [BatchNorm2d(filters), ReLU()] if batch_norm else [ReLU()]
            channels = filters
        layers.append(MaxPool2d(2))
    return layers
