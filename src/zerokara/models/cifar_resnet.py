"""The ResNets of the paper's section 4.2, for the small pictures of CIFAR-10."""

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.models.pictures import expect_pictures
from zerokara.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, Module, ReLU, Sequential

Rng = np.random.Generator | None


class PaddedShortcut(Module):
    """y[n, before + c, i, j] = x[n, c, i·stride, j·stride], and 0 in the channels before and behind ("option A").

    Nothing is learned: a 1×1 convolution whose weights are 0 or 1.
    """

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        self.places = np.eye(filters, channels, -((filters - channels) // 2), np.float32)[:, :, None, None]
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """The maps (N, filters, H', W')."""
        return F.conv2d(x, self.places.astype(x.dtype), stride=self.stride)


class CifarBlock(Module):
    """y = ReLU(f(x) + shortcut(x)), f two 3×3 convolutions with batch norm; the first one may have a stride."""

    def __init__(self, channels: int, filters: int, stride: int, *, rng: Rng) -> None:
        self.conv1 = Conv2d(channels, filters, 3, stride, 1, bias=False, init="he", rng=rng)
        self.bn1 = BatchNorm2d(filters)
        self.relu = ReLU()
        self.conv2 = Conv2d(filters, filters, 3, 1, 1, bias=False, init="he", rng=rng)
        self.bn2 = BatchNorm2d(filters)
        self.shortcut = None if channels == filters else PaddedShortcut(channels, filters, stride)

    def forward(self, x: Tensor) -> Tensor:
        """The maps (N, filters, H', W')."""
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class CifarResNet(Module):
    """A 3×3 convolution, three stages of 16, 32 and 64 filters with n blocks each, the mean of every map, scores.

    6n + 2 layers with weights: `CifarResNet(20)` has 269,722 parameters for 3×32×32 pictures and 10 classes, 32, 44 and
    56 have 464,154, 658,586 and 853,018. Shortcuts have no parameters (option A). He's initial values for all weights,
    biases 0. Pictures of any size.

    He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2015, section 4.2.
    """

    def __init__(self, depth: int = 20, classes: int = 10, *, channels: int = 3, rng: Rng = None) -> None:
        if depth < 8 or depth % 6 != 2:
            raise ValueError(f"CifarResNet has 6n + 2 layers, such as 20, 32, 44 or 56; got {depth}")
        blocks = (depth - 2) // 6
        self.channels = channels
        self.conv1 = Conv2d(channels, 16, 3, 1, 1, bias=False, init="he", rng=rng)
        self.bn1 = BatchNorm2d(16)
        self.relu = ReLU()
        self.layer1 = _stage(16, 16, blocks, 1, rng)
        self.layer2 = _stage(16, 32, blocks, 2, rng)
        self.layer3 = _stage(32, 64, blocks, 2, rng)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.linear = Linear(64, classes, init="he", rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Scores for pictures (N, channels, H, W)."""
        expect_pictures("CifarResNet", x.shape, self.channels, 1)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(self.flatten(self.avgpool(x)))


def _stage(channels: int, filters: int, count: int, stride: int, rng: Rng) -> Sequential:
    others = [CifarBlock(filters, filters, 1, rng=rng) for _ in range(count - 1)]
    return Sequential(CifarBlock(channels, filters, stride, rng=rng), *others)
