"""The networks of a diffusion model: they are given noisy examples, the time, perhaps a class, and guess the noise."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Shape, default_generator
from zerokara.autodiff import Tensor, as_tensor
from zerokara.nn import Conv2d, Embedding, GroupNorm, Linear, Module, ModuleList, Sequential, SiLU, Upsample
from zerokara.nn.sizes import expect_images

Rng = np.random.Generator | None


def time_code(t: Any, size: int, dtype: Any = np.float32) -> Tensor:
    """sin(t·ω_k), cos(t·ω_k), ω_k = 10000^(−k/(size/2)): whole numbers t (N,) as rows (N, size), all at once

    The Transformer's code of places: neighbouring times have similar rows, and every wavelength from 2π on is there.
    """
    if size < 2 or size % 2:
        raise ValueError(f"a time code has pairs of sines and cosines: its size is even; got {size}")
    rates = 10_000.0 ** (-np.arange(size // 2) / (size // 2))
    angles = as_tensor(t)._data[:, None] * rates
    return as_tensor(np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(dtype))


class TimeAndClass(Module):
    """What a network is told besides the example: Linear – SiLU – Linear of the time's code, plus a row for the class

    The class `classes` stands for none. Without classes the labels are not looked at.
    """

    def __init__(self, width: int, classes: int = 0, *, code: int = 32, rng: Rng = None) -> None:
        rng = default_generator() if rng is None else rng
        self.code = code
        self.first = Linear(code, width, rng=rng)
        self.act = SiLU()
        self.second = Linear(width, width, rng=rng)
        self.label = Embedding(classes + 1, width, rng=rng) if classes else None

    def forward(self, t: Any, labels: Any = None) -> Tensor:
        """(N, width)"""
        told = self.second(self.act(self.first(time_code(t, self.code, self.first.weight.dtype))))
        if self.label is None:
            return told
        if labels is None:
            raise ValueError("this network is told classes: give labels (N,), the number of classes for none")
        return told + self.label(labels)


class PointDenoiser(Module):
    """For points and other rows (N, D): Linear, `layers` times h + SiLU(Linear(h + told)), Linear

    Small pictures (N, C, H, W) are taken as rows and given back as pictures. `PointDenoiser((2,), 128, 3)` for points.
    """

    def __init__(
        self, shape: Shape, width: int = 128, layers: int = 3, classes: int = 0, *, code: int = 32, rng: Rng = None
    ) -> None:
        rng = default_generator() if rng is None else rng
        size = math.prod(shape)
        self.shape = tuple(shape)
        self.told = TimeAndClass(width, classes, code=code, rng=rng)
        self.first = Linear(size, width, rng=rng)
        self.layers = ModuleList([Linear(width, width, rng=rng) for _ in range(layers)])
        self.act = SiLU()
        self.last = Linear(width, size, rng=rng)

    def forward(self, x: Tensor, t: Any, labels: Any = None) -> Tensor:
        """The noise in x, in the shape of x."""
        if x.shape[1:] != self.shape:
            raise ValueError(f"PointDenoiser expects (N, {', '.join(map(str, self.shape))}) examples; got {x.shape}")
        told = self.told(t, labels)
        h = self.first(x.reshape(x.shape[0], math.prod(self.shape)))
        for layer in self.layers:
            h = h + self.act(layer(h + told))
        return self.last(h).reshape(x.shape)


class ResidualBlock(Module):
    """y = shortcut(x) + conv(SiLU(norm(conv(SiLU(norm(x))) + told))), 3×3 convolutions, norms over groups"""

    def __init__(self, channels: int, filters: int, told: int, *, groups: int = 8, rng: Rng = None) -> None:
        self.norm1 = GroupNorm(math.gcd(groups, channels), channels)
        self.conv1 = Conv2d(channels, filters, 3, padding=1, rng=rng)
        self.told = Linear(told, filters, rng=rng)
        self.norm2 = GroupNorm(math.gcd(groups, filters), filters)
        self.conv2 = Conv2d(filters, filters, 3, padding=1, rng=rng)
        self.act = SiLU()
        self.shortcut = Conv2d(channels, filters, 1, rng=rng) if channels != filters else None

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """The maps (N, filters, H, W)."""
        y = self.conv1(self.act(self.norm1(x)))
        more = self.told(self.act(told))
        y = self.conv2(self.act(self.norm2(y + more.reshape(*more.shape, 1, 1))))
        return y + (x if self.shortcut is None else self.shortcut(x))


class UNet(Module):
    """Down, down, up, up: each level halves the picture, and on the way up sees what it had on the way down

    `widths` are the channels of the levels; a level is a residual block, a halving is a convolution of stride 2, a
    doubling repeats pixels and convolves. Sides have to be multiples of 2^(levels − 1): 28×28 and 8×8 with three.
    Ronneberger, Fischer and Brox, 2015; with the time, Ho, Jain and Abbeel, 2020.
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 28, 28),
        widths: Sequence[int] = (32, 64, 64),
        classes: int = 0,
        *,
        told: int = 128,
        rng: Rng = None,
    ) -> None:
        channels, height, width = input_shape
        factor = 2 ** (len(widths) - 1)
        if not widths or height % factor or width % factor or min(height, width) < factor:
            raise ValueError(
                f"UNet with {len(widths)} levels halves the picture {len(widths) - 1} times: sides are multiples of "
                f"{factor}; got {height}×{width}"
            )
        rng = default_generator() if rng is None else rng
        self.channels, self.factor = channels, factor
        self.told = TimeAndClass(told, classes, rng=rng)
        self.first = Conv2d(channels, widths[0], 3, padding=1, rng=rng)
        pairs = list(pairwise(widths))
        self.down = ModuleList([ResidualBlock(n, n, told, rng=rng) for n, _ in pairs])
        self.smaller = ModuleList([Conv2d(n, m, 3, stride=2, padding=1, rng=rng) for n, m in pairs])
        self.middle = ResidualBlock(widths[-1], widths[-1], told, rng=rng)
        back = [(m, n) for n, m in reversed(pairs)]
        self.larger = ModuleList([_doubling(m, n, rng) for m, n in back])
        self.up = ModuleList([ResidualBlock(2 * n, n, told, rng=rng) for _, n in back])
        self.norm = GroupNorm(math.gcd(8, widths[0]), widths[0])
        self.act = SiLU()
        self.last = Conv2d(widths[0], channels, 3, padding=1, rng=rng)

    def forward(self, x: Tensor, t: Any, labels: Any = None) -> Tensor:
        """The noise in the pictures x (N, C, H, W)."""
        expect_images("UNet", x.shape, self.channels, "channels")
        if x.shape[2] % self.factor or x.shape[3] % self.factor:
            raise ValueError(f"UNet expects pictures whose sides are multiples of {self.factor}; got {x.shape}")
        told, kept = self.told(t, labels), []
        h = self.first(x)
        for block, smaller in zip(self.down, self.smaller, strict=True):
            h = block(h, told)
            kept.append(h)
            h = smaller(h)
        h = self.middle(h, told)
        for larger, block in zip(self.larger, self.up, strict=True):
            h = block(F.concatenate([larger(h), kept.pop()], axis=1), told)
        return self.last(self.act(self.norm(h)))


def _doubling(channels: int, filters: int, rng: np.random.Generator) -> Sequential:
    return Sequential(Upsample(scale_factor=2), Conv2d(channels, filters, 3, padding=1, rng=rng))
