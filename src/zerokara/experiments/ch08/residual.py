"""Blocks with a shortcut, and the same blocks without one."""

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.nn import BatchNorm2d, Conv2d, Module, Sequential
from zerokara.nn.init import Init


class Residual(Module):
    """y = ReLU(x + F(x)), F two 3×3 convolutions with a ReLU between them; without shortcut y = ReLU(F(x)).

    Shapes: (N, C, H, W) → the same. With `batch_norm` one follows each convolution. Source: He, Zhang, Ren, Sun, "Deep
    Residual Learning for Image Recognition", 2015, section 3.2; the book's Ch8 §8.2.4.
    """

    def __init__(
        self,
        channels: int,
        *,
        shortcut: bool = True,
        batch_norm: bool = True,
        init: Init = "he",
        rng: np.random.Generator | None = None,
    ) -> None:
        self.first = convolution(channels, channels, batch_norm=batch_norm, init=init, rng=rng)
        self.second = convolution(channels, channels, batch_norm=batch_norm, init=init, rng=rng)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """x through both convolutions, and past them."""
        y = self.second(F.relu(self.first(x)))
        return F.relu(x + y if self.shortcut else y)

    def extra_repr(self) -> str:
        """Whether there is a shortcut."""
        return f"shortcut={self.shortcut}"


def convolution(
    channels: int,
    filters: int,
    stride: int = 1,
    *,
    batch_norm: bool,
    init: Init,
    rng: np.random.Generator | None,
) -> Module:
    """3×3 with padding 1, and batch normalization behind it if wanted."""
    conv = Conv2d(channels, filters, 3, stride, padding=1, init=init, rng=rng)
    return Sequential(conv, BatchNorm2d(filters)) if batch_norm else conv
