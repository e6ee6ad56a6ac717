"""GoogLeNet: inception modules, and auxiliary heads that help while learning."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
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
from zerokara.nn.init import Cut

LEAST = 15
AUXILIARY_WEIGHT = 0.3
VALUES = Cut(0.01)

Rng = np.random.Generator | None


class GoogLeNet(Module):
    """Nine inception modules behind three convolutions; returns scores (N, classes).

    In training mode it returns (N, 3, classes): its scores, and those of two auxiliary heads that look at the maps
    half-way. Train it with `auxiliary_cross_entropy`, which understands both: `fit(…, loss=auxiliary_cross_entropy)`.
    `auxiliary=False` leaves the heads out; then every loss will do.

    13,004,888 parameters with the heads and 6,624,904 without, for 3×224×224 pictures and 1000 classes. Names, sizes
    and initial values are torchvision's: batch norm (ε = 0.001) behind every convolution, 3×3 filters where the paper
    has 5×5, N(0, 0.01²) cut at 2·0.01. Pictures from 15×15 on.

    Szegedy et al., "Going Deeper with Convolutions", 2014.
    """

    def __init__(self, classes: int = 1000, *, auxiliary: bool = True, channels: int = 3, rng: Rng = None) -> None:
        self.channels = channels
        self.conv1 = NormedConv2d(channels, 64, 7, stride=2, padding=3, rng=rng)
        self.maxpool1 = MaxPool2d(3, 2, ceil_mode=True)
        self.conv2 = NormedConv2d(64, 64, 1, rng=rng)
        self.conv3 = NormedConv2d(64, 192, 3, padding=1, rng=rng)
        self.maxpool2 = MaxPool2d(3, 2, ceil_mode=True)
        self.inception3a = Inception(192, 64, (96, 128), (16, 32), 32, rng=rng)
        self.inception3b = Inception(256, 128, (128, 192), (32, 96), 64, rng=rng)
        self.maxpool3 = MaxPool2d(3, 2, ceil_mode=True)
        self.inception4a = Inception(480, 192, (96, 208), (16, 48), 64, rng=rng)
        self.inception4b = Inception(512, 160, (112, 224), (24, 64), 64, rng=rng)
        self.inception4c = Inception(512, 128, (128, 256), (24, 64), 64, rng=rng)
        self.inception4d = Inception(512, 112, (144, 288), (32, 64), 64, rng=rng)
        self.inception4e = Inception(528, 256, (160, 320), (32, 128), 128, rng=rng)
        self.maxpool4 = MaxPool2d(2, 2, ceil_mode=True)
        self.inception5a = Inception(832, 256, (160, 320), (32, 128), 128, rng=rng)
        self.inception5b = Inception(832, 384, (192, 384), (48, 128), 128, rng=rng)
        self.aux1 = AuxiliaryHead(512, classes, rng=rng) if auxiliary else None
        self.aux2 = AuxiliaryHead(528, classes, rng=rng) if auxiliary else None
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.dropout = Dropout(0.2)
        self.fc = Linear(1024, classes, init=VALUES, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, classes) for pictures (N, channels, H, W); in training mode (N, 3, classes) with the heads'."""
        expect_pictures("GoogLeNet", x.shape, self.channels, LEAST)
        x = self.maxpool2(self.conv3(self.conv2(self.maxpool1(self.conv1(x)))))
        early = self.inception4a(self.maxpool3(self.inception3b(self.inception3a(x))))
        late = self.inception4d(self.inception4c(self.inception4b(early)))
        x = self.inception5b(self.inception5a(self.maxpool4(self.inception4e(late))))
        scores = self.fc(self.dropout(self.flatten(self.avgpool(x))))
        if not self.training or self.aux1 is None or self.aux2 is None:
            return scores
        return F.stack([scores, self.aux1(early), self.aux2(late)], axis=1)


class Inception(Module):
    """Four looks at the same maps, side by side: 1×1; 1×1 – 3×3; 1×1 – 3×3; pool – 1×1.

    The 1×1 convolutions in front make the maps few before the larger filters see them. `middle` and `wide` give the
    filters of the two convolutions of their branch. Shapes: (N, C, H, W) → (N, F, H, W), F the four branches' sum.
    """

    def __init__(
        self, channels: int, single: int, middle: tuple[int, int], wide: tuple[int, int], pooled: int, *, rng: Rng
    ) -> None:
        self.branch1 = NormedConv2d(channels, single, 1, rng=rng)
        self.branch2 = _narrowed(channels, *middle, rng)
        self.branch3 = _narrowed(channels, *wide, rng)
        self.branch4 = Sequential(
            MaxPool2d(3, 1, 1, ceil_mode=True),
            NormedConv2d(channels, pooled, 1, rng=rng),
        )

    def forward(self, x: Tensor) -> Tensor:
        """The maps of all branches, one after another."""
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return F.concatenate([branch(x) for branch in branches], axis=1)


class AuxiliaryHead(Module):
    """Mean pool to 4×4 – conv 1×1 (128) – 1024 – dropout – scores: a small classifier on maps half-way."""

    def __init__(self, channels: int, classes: int, *, rng: Rng) -> None:
        self.avgpool = AdaptiveAvgPool2d(4)
        self.conv = NormedConv2d(channels, 128, 1, rng=rng)
        self.flatten = Flatten()
        self.fc1 = Linear(128 * 4 * 4, 1024, init=VALUES, rng=rng)
        self.relu = ReLU()
        self.dropout = Dropout(0.7)
        self.fc2 = Linear(1024, classes, init=VALUES, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, classes) for maps (N, channels, H, W)."""
        x = self.flatten(self.conv(self.avgpool(x)))
        return self.fc2(self.dropout(self.relu(self.fc1(x))))


class NormedConv2d(Module):
    """Convolution without bias – batch norm – ReLU."""

    def __init__(
        self, channels: int, filters: int, size: int, *, stride: int = 1, padding: int = 0, rng: Rng = None
    ) -> None:
        self.conv = Conv2d(channels, filters, size, stride, padding, bias=False, init=VALUES, rng=rng)
        self.bn = BatchNorm2d(filters, eps=0.001)
        self.relu = ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """The maps (N, filters, H', W')."""
        return self.relu(self.bn(self.conv(x)))


def auxiliary_cross_entropy(
    scores: Tensor, labels: Array, label_smoothing: float = 0.0, weight: float = AUXILIARY_WEIGHT
) -> Tensor:
    """L + weight · Σ L of the auxiliary heads, L = −ln softmax(scores) at the label, the batch's mean.

    Scores (N, 1 + heads, K), the first row the network's own; or (N, K), as in evaluation: then it is cross entropy.
    The paper's weight is 0.3 (section 5).
    """
    if scores.ndim == 2:
        return F.cross_entropy(scores, labels, label_smoothing)
    if scores.ndim != 3:
        raise ValueError(f"auxiliary_cross_entropy expects (N, 1 + heads, K) or (N, K) scores; got {scores.shape}")
    loss, *others = (F.cross_entropy(scores[:, i], labels, label_smoothing) for i in range(scores.shape[1]))
    for other in others:
        loss = loss + other * weight
    return loss


def _narrowed(channels: int, few: int, filters: int, rng: Rng) -> Sequential:
    return Sequential(
        NormedConv2d(channels, few, 1, rng=rng),
        NormedConv2d(few, filters, 3, padding=1, rng=rng),
    )
