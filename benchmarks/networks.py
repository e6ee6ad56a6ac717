"""The networks that are trained, written with zerokara's ordinary layers; the peers' ones are made from these.

Dropout is left out everywhere: every framework draws its own masks, and then no loss could be compared.
"""

import numpy as np

import zerokara.functional as F
from zerokara import models
from zerokara.autodiff import Tensor
from zerokara.nn import (
    BatchNorm2d,
    Conv2d,
    Flatten,
    GlobalAvgPool2d,
    Identity,
    Linear,
    MaxPool2d,
    Module,
    ModuleList,
    ReLU,
    Sequential,
)

Rng = np.random.Generator


class Residual(Module):
    """y = relu(main(x) + shortcut(x))        (He et al., 2015)"""

    def __init__(self, main: Module, shortcut: Module) -> None:
        self.main = main
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.main(x) + self.shortcut(x))


class Branches(Module):
    """The channels of several networks that see the same images, one after another        (Szegedy et al., 2014)"""

    def __init__(self, *branches: Module) -> None:
        self.branches = ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return F.concatenate([branch(x) for branch in self.branches], axis=1)


# ── MNIST ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def two_layer(rng: Rng) -> Module:
    return models.TwoLayerNet(784, 50, 10, rng=rng)


def multi_layer(rng: Rng) -> Module:
    return models.MultiLayerNet(784, [100] * 5, 10, batch_norm=True, rng=rng)


def simple_conv(rng: Rng) -> Module:
    return models.SimpleConvNet(rng=rng)


def deep_conv(rng: Rng) -> Module:
    return models.DeepConvNet(dropout=0.0, rng=rng)


# ── 32×32 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def vgg_small(rng: Rng) -> Module:
    """64-64-M-128-128-M-256-256-256-M with batch norm, and one linear layer."""
    layers: list[Module] = []
    channels = 3
    for block in ((64, 64), (128, 128), (256, 256, 256)):
        for filters in block:
            layers += [*_conv_norm(channels, filters, 3, 1, rng), ReLU()]
            channels = filters
        layers.append(MaxPool2d(2))
    return Sequential(*layers, Flatten(), Linear(256 * 4 * 4, 10, init="he", rng=rng))


def resnet20(rng: Rng) -> Module:
    """He et al.'s network for CIFAR-10, three blocks at each of 16, 32 and 64 filters."""
    return _resnet((16, 32, 64), 3, rng)


def resnet18(rng: Rng) -> Module:
    """ResNet-18 behind a 3×3 convolution instead of ImageNet's 7×7 with a pool."""
    return _resnet((64, 128, 256, 512), 2, rng)


def _resnet(stages: tuple[int, ...], blocks: int, rng: Rng) -> Module:
    layers: list[Module] = [*_conv_norm(3, stages[0], 3, 1, rng), ReLU()]
    channels = stages[0]
    for stage, filters in enumerate(stages):
        for block in range(blocks):
            layers.append(_residual(channels, filters, 2 if stage and not block else 1, rng))
            channels = filters
    return Sequential(*layers, GlobalAvgPool2d(), Linear(channels, 10, init="he", rng=rng))


def _residual(channels: int, filters: int, stride: int, rng: Rng) -> Module:
    main = [*_conv_norm(channels, filters, 3, stride, rng), ReLU(), *_conv_norm(filters, filters, 3, 1, rng)]
    same = channels == filters and stride == 1
    shortcut = Identity() if same else Sequential(*_conv_norm(channels, filters, 1, stride, rng))
    return Residual(Sequential(*main), shortcut)


def _conv_norm(channels: int, filters: int, kernel: int, stride: int, rng: Rng) -> list[Module]:
    conv = Conv2d(channels, filters, kernel, stride, padding=kernel // 2, bias=False, init="he", rng=rng)
    return [conv, BatchNorm2d(filters)]


# ── 224×224 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def alexnet(rng: Rng) -> Module:
    """AlexNet as in "One weird trick" (Krizhevsky, 2014)."""
    return Sequential(
        *_conv(3, 64, 11, rng, stride=4, padding=2),
        MaxPool2d(3, 2),
        *_conv(64, 192, 5, rng),
        MaxPool2d(3, 2),
        *_conv(192, 384, 3, rng),
        *_conv(384, 256, 3, rng),
        *_conv(256, 256, 3, rng),
        MaxPool2d(3, 2),
        *_head(256 * 6 * 6, rng),
    )


def vgg16(rng: Rng) -> Module:
    """VGG-16 (Simonyan, Zisserman, 2014), without batch norm, as it was."""
    layers: list[Module] = []
    channels = 3
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            layers += _conv(channels, filters, 3, rng)
            channels = filters
        layers.append(MaxPool2d(2))
    return Sequential(*layers, *_head(512 * 7 * 7, rng))


def inception(rng: Rng) -> Module:
    """GoogLeNet's blocks 3a and 3b on what comes before them (192×28×28), and a head."""
    return Sequential(
        _inception(192, 64, (96, 128), (16, 32), 32, rng),
        _inception(256, 128, (128, 192), (32, 96), 64, rng),
        GlobalAvgPool2d(),
        Linear(480, 1000, init="he", rng=rng),
    )


def _inception(
    channels: int, ones: int, threes: tuple[int, int], fives: tuple[int, int], pooled: int, rng: Rng
) -> Module:
    return Branches(
        Sequential(*_conv(channels, ones, 1, rng)),
        Sequential(*_conv(channels, threes[0], 1, rng), *_conv(*threes, 3, rng)),
        Sequential(*_conv(channels, fives[0], 1, rng), *_conv(*fives, 5, rng)),
        Sequential(MaxPool2d(3, 1, padding=1), *_conv(channels, pooled, 1, rng)),
    )


def _conv(
    channels: int, filters: int, kernel: int, rng: Rng, stride: int = 1, padding: int | None = None
) -> list[Module]:
    around = kernel // 2 if padding is None else padding
    return [Conv2d(channels, filters, kernel, stride, around, init="he", rng=rng), ReLU()]


def _head(inputs: int, rng: Rng) -> list[Module]:
    hidden = [Linear(inputs, 4096, init="he", rng=rng), ReLU(), Linear(4096, 4096, init="he", rng=rng), ReLU()]
    return [Flatten(), *hidden, Linear(4096, 1000, init=0.01, rng=rng)]
