"""ResNet: layers that learn what to add."""

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.models.pictures import expect_pictures
from zerokara.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential

Rng = np.random.Generator | None


class BasicBlock(Module):
    """y = ReLU(f(x) + shortcut(x)), f two 3×3 convolutions with batch norm; the first one may have a stride.

    Where stride or channels change, the shortcut is a 1×1 convolution with batch norm; else it is x itself.
    """

    expansion = 1

    def __init__(self, channels: int, filters: int, stride: int, *, rng: Rng) -> None:
        self.conv1 = _conv(channels, filters, 3, stride, rng)
        self.bn1 = BatchNorm2d(filters)
        self.relu = ReLU()
        self.conv2 = _conv(filters, filters, 3, 1, rng)
        self.bn2 = BatchNorm2d(filters)
        self.downsample = _shortcut(channels, filters, stride, rng)

    def forward(self, x: Tensor) -> Tensor:
        """The maps (N, filters, H', W')."""
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(Module):
    """y = ReLU(f(x) + shortcut(x)), f a 1×1, a 3×3 and a 1×1 convolution with batch norm: narrow in its middle.

    The 3×3 convolution has the stride, as in torchvision (in the paper it is the first). Gives 4·filters channels.
    """

    expansion = 4

    def __init__(self, channels: int, filters: int, stride: int, *, rng: Rng) -> None:
        self.conv1 = _conv(channels, filters, 1, 1, rng)
        self.bn1 = BatchNorm2d(filters)
        self.conv2 = _conv(filters, filters, 3, stride, rng)
        self.bn2 = BatchNorm2d(filters)
        self.conv3 = _conv(filters, 4 * filters, 1, 1, rng)
        self.bn3 = BatchNorm2d(4 * filters)
        self.relu = ReLU()
        self.downsample = _shortcut(channels, 4 * filters, stride, rng)

    def forward(self, x: Tensor) -> Tensor:
        """The maps (N, 4·filters, H', W')."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(y)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


BLOCKS: dict[int, tuple[type[BasicBlock] | type[Bottleneck], tuple[int, int, int, int]]] = {
    18: (BasicBlock, (2, 2, 2, 2)),
    34: (BasicBlock, (3, 4, 6, 3)),
    50: (Bottleneck, (3, 4, 6, 3)),
}
"""The kind of block, and how many each of the four stages has, by the number of layers with weights."""


class ResNet(Module):
    """A 7×7 convolution, a pool, four stages of blocks with shortcuts, the mean of every map, scores (N, classes).

    `ResNet(18)` has 11,689,512 parameters for 3×224×224 pictures and 1000 classes; depths 18, 34 and 50. Names, sizes
    and initial values are torchvision's: N(0, 2/n_out) for filters, PyTorch's own for the linear layer. Pictures of any
    size; below 33×33 the last maps are single pixels.

    He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2015.
    """

    def __init__(self, depth: int = 18, classes: int = 1000, *, channels: int = 3, rng: Rng = None) -> None:
        if depth not in BLOCKS:
            raise ValueError(f"ResNet has {', '.join(map(str, BLOCKS))} layers; got {depth}")
        block, (first, second, third, fourth) = BLOCKS[depth]
        wide = block.expansion
        self.channels = channels
        self.conv1 = Conv2d(channels, 64, 7, 2, 3, bias=False, init="he-out", rng=rng)
        self.bn1 = BatchNorm2d(64)
        self.relu = ReLU()
        self.maxpool = MaxPool2d(3, 2, 1)
        self.layer1 = _stage(block, 64, 64, first, 1, rng)
        self.layer2 = _stage(block, 64 * wide, 128, second, 2, rng)
        self.layer3 = _stage(block, 128 * wide, 256, third, 2, rng)
        self.layer4 = _stage(block, 256 * wide, 512, fourth, 2, rng)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.fc = Linear(512 * wide, classes, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Scores for pictures (N, channels, H, W)."""
        expect_pictures("ResNet", x.shape, self.channels, 1)
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.flatten(self.avgpool(x)))


def _stage(
    block: type[BasicBlock] | type[Bottleneck], channels: int, filters: int, count: int, stride: int, rng: Rng
) -> Sequential:
    inner = filters * block.expansion
    others = [block(inner, filters, 1, rng=rng) for _ in range(count - 1)]
    return Sequential(block(channels, filters, stride, rng=rng), *others)


def _conv(channels: int, filters: int, size: int, stride: int, rng: Rng) -> Conv2d:
    return Conv2d(channels, filters, size, stride, size // 2, bias=False, init="he-out", rng=rng)


def _shortcut(channels: int, filters: int, stride: int, rng: Rng) -> Sequential | None:
    if stride == 1 and channels == filters:
        return None
    return Sequential(_conv(channels, filters, 1, stride, rng), BatchNorm2d(filters))
