"""AlexNet: the network that began it, in the form of one tower."""

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.models.pictures import expect_pictures
from zerokara.nn import AdaptiveAvgPool2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential

LEAST = 63


class AlexNet(Module):
    """Five convolutions and three linear layers; returns scores (N, classes).

    61,100,840 parameters for 3×224×224 pictures and 1000 classes. Names, sizes and initial values are torchvision's,
    which follows the one-tower form: 64, 192, 384, 256 and 256 filters, no local response normalisation. Pictures of
    any size from 63×63 on: the last maps are averaged to 6×6.

    Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014; Krizhevsky, Sutskever and
    Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012.
    """

    def __init__(
        self, classes: int = 1000, *, channels: int = 3, dropout: float = 0.5, rng: np.random.Generator | None = None
    ) -> None:
        self.channels = channels
        self.features = Sequential(
            Conv2d(channels, 64, 11, stride=4, padding=2, rng=rng),
            ReLU(),
            MaxPool2d(3, 2),
            Conv2d(64, 192, 5, padding=2, rng=rng),
            ReLU(),
            MaxPool2d(3, 2),
            Conv2d(192, 384, 3, padding=1, rng=rng),
            ReLU(),
            Conv2d(384, 256, 3, padding=1, rng=rng),
            ReLU(),
            Conv2d(256, 256, 3, padding=1, rng=rng),
            ReLU(),
            MaxPool2d(3, 2),
        )
        self.avgpool = AdaptiveAvgPool2d(6)
        self.flatten = Flatten()
        self.classifier = Sequential(
            Dropout(dropout),
            Linear(256 * 6 * 6, 4096, rng=rng),
            ReLU(),
            Dropout(dropout),
            Linear(4096, 4096, rng=rng),
            ReLU(),
            Linear(4096, classes, rng=rng),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores for pictures (N, channels, H, W)."""
        expect_pictures("AlexNet", x.shape, self.channels, LEAST)
        return self.classifier(self.flatten(self.avgpool(self.features(x))))
