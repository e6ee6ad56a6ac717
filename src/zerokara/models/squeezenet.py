"""SqueezeNet: AlexNet's accuracy with a fiftieth of its parameters."""

import numpy as np

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.autodiff import Tensor
from zerokara.models.pictures import expect_pictures
from zerokara.nn import AdaptiveAvgPool2d, Conv2d, Dropout, Flatten, MaxPool2d, Module, ReLU, Sequential

Rng = np.random.Generator | None

LEAST = {"1.0": 21, "1.1": 17}
SQUEEZED = (16, 16, 32, 32, 48, 48, 64, 64)
"""The filters that squeeze, in the eight fire modules; four times as many of either kind expand."""
POOLED = {"1.0": (3, 7), "1.1": (2, 4)}
"""How many fire modules stand before the second and the third pool."""


class Fire(Module):
    """1×1 filters that squeeze, then 1×1 and 3×3 filters side by side that expand; ReLU behind each.

    Shapes: (N, C, H, W) → (N, 8·squeezed, H, W).
    """

    def __init__(self, channels: int, squeezed: int, *, rng: Rng) -> None:
        self.squeeze = Conv2d(channels, squeezed, 1, init="he-uniform", rng=rng)
        self.squeeze_activation = ReLU()
        self.expand1x1 = Conv2d(squeezed, 4 * squeezed, 1, init="he-uniform", rng=rng)
        self.expand1x1_activation = ReLU()
        self.expand3x3 = Conv2d(squeezed, 4 * squeezed, 3, padding=1, init="he-uniform", rng=rng)
        self.expand3x3_activation = ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """The maps of both kinds of filters, one after another."""
        x = self.squeeze_activation(self.squeeze(x))
        ones, threes = self.expand1x1(x), self.expand3x3(x)
        return F.concatenate([self.expand1x1_activation(ones), self.expand3x3_activation(threes)], axis=1)


class SqueezeNet(Module):
    """A convolution, eight fire modules, a 1×1 convolution with a filter a class, the mean of every map: scores.

    1,248,424 parameters in version "1.0" and 1,235,496 in "1.1", which pools earlier and is 2.4 times as fast, for
    3×224×224 pictures and 1000 classes. Names, sizes and initial values are torchvision's: He's spread, uniform, and
    N(0, 0.01²) for the last convolution; biases 0. Pools round up. Pictures from 21×21 ("1.1": 17×17) on.

    Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size", 2016.
    """

    def __init__(
        self,
        version: str = "1.0",
        classes: int = 1000,
        *,
        channels: int = 3,
        dropout: float = 0.5,
        rng: Rng = None,
    ) -> None:
        if version not in LEAST:
            raise ValueError(f"SqueezeNet has the versions {' and '.join(LEAST)}; got {short(version)}")
        self.version, self.channels = version, channels
        self.features = Sequential(*_features(version, channels, rng))
        self.classifier = Sequential(
            Dropout(dropout),
            Conv2d(512, classes, 1, init=0.01, rng=rng),
            ReLU(),
            AdaptiveAvgPool2d(1),
        )
        self.flatten = Flatten()

    def forward(self, x: Tensor) -> Tensor:
        """Scores for pictures (N, channels, H, W)."""
        expect_pictures("SqueezeNet", x.shape, self.channels, LEAST[self.version])
        return self.flatten(self.classifier(self.features(x)))


def _features(version: str, channels: int, rng: Rng) -> list[Module]:
    filters, size = (96, 7) if version == "1.0" else (64, 3)
    layers: list[Module] = [Conv2d(channels, filters, size, 2, init="he-uniform", rng=rng), ReLU(), _pool()]
    for i, squeezed in enumerate(SQUEEZED):
        layers += [_pool()] if i in POOLED[version] else []
        layers.append(Fire(filters, squeezed, rng=rng))
        filters = 8 * squeezed
    return layers


def _pool() -> MaxPool2d:
    return MaxPool2d(3, 2, ceil_mode=True)
