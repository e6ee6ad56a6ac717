"""MobileNet: convolutions in two cheap steps."""

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.models.pictures import expect_pictures
from zerokara.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, Module, ReLU, Sequential

Rng = np.random.Generator | None

STEPS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
"""Filters and stride of the thirteen separable convolutions (table 1 of the paper)."""


class SeparableConv2d(Sequential):
    """A 3×3 filter a channel, then 1×1 filters over all channels; batch norm and ReLU behind each.

    9·C + C·F weights instead of 9·C·F. Shapes: (N, C, H, W) → (N, F, H', W').
    """

    def __init__(self, channels: int, filters: int, stride: int, *, rng: Rng) -> None:
        super().__init__(
            depthwise=Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False, init="he", rng=rng),
            norm1=BatchNorm2d(channels),
            relu1=ReLU(),
            pointwise=Conv2d(channels, filters, 1, bias=False, init="he", rng=rng),
            norm2=BatchNorm2d(filters),
            relu2=ReLU(),
        )


class MobileNetV1(Module):
    """A convolution, thirteen separable ones, the mean of every map, scores (N, classes).

    4,231,976 parameters and 569 million multiply-adds for 3×224×224 pictures and 1000 classes (the paper's "4.2
    million" and "569 million"). He's initial values for filters, N(0, 0.01²) for the linear layer. Pictures of any
    size. torchvision does not have this model: the names are ours.

    Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications", 2017.
    """

    def __init__(self, classes: int = 1000, *, channels: int = 3, rng: Rng = None) -> None:
        self.channels = channels
        self.stem = Sequential(
            conv=Conv2d(channels, 32, 3, 2, 1, bias=False, init="he", rng=rng), norm=BatchNorm2d(32), relu=ReLU()
        )
        self.features = Sequential(*_features(rng))
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.fc = Linear(1024, classes, init=0.01, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Scores for pictures (N, channels, H, W)."""
        expect_pictures("MobileNetV1", x.shape, self.channels, 1)
        return self.fc(self.flatten(self.avgpool(self.features(self.stem(x)))))


def _features(rng: Rng) -> list[Module]:
    layers: list[Module] = []
    channels = 32
    for filters, stride in STEPS:
        layers.append(SeparableConv2d(channels, filters, stride, rng=rng))
        channels = filters
    return layers
