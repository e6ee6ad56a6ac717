"""Single layers to measure: shapes of well-known networks, and the numbers that go in, the same for everybody."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array

PASSES = ("forward", "grad x", "grad w")


@dataclass(frozen=True)
class Convolution:
    """One of the three passes: images (N, C, H, H), F filters of K×K."""

    operation: str
    n: int
    c: int
    f: int
    h: int
    k: int = 3
    stride: int = 1
    padding: int = 1
    kind: str = "layer"

    @property
    def name(self) -> str:
        stride = f" s{self.stride}" if self.stride > 1 else ""
        return (
            f"conv {self.operation} {self.n}, {self.c}→{self.f} @ {self.h}, {self.k}×{self.k}{stride} p{self.padding}"
        )

    @property
    def side(self) -> int:
        """Pixels along a side of the result."""
        return (self.h + 2 * self.padding - self.k) // self.stride + 1

    @property
    def work(self) -> int:
        """Nominal floating-point operations, taps on padding included."""
        return 2 * self.n * self.f * self.side**2 * self.c * self.k**2


@dataclass(frozen=True)
class Layer:
    """Max pooling, batch norm or cross-entropy, forward and backward, or a step of Adam."""

    operation: str
    shape: tuple[int, ...]
    window: tuple[int, int, int] = (2, 2, 0)  # kernel, stride, padding
    kind: str = "layer"

    @property
    def name(self) -> str:
        window = " {}×{} s{} p{}".format(*self.window[:1], *self.window) if self.operation == "max pool" else ""
        return f"{self.operation} {'×'.join(f'{size:,}' for size in self.shape)}{window}"

    @property
    def work(self) -> int:
        """What counts here is memory, not arithmetic."""
        return 0


SHAPES = (
    # SimpleConvNet and DeepConvNet
    (100, 1, 30, 28, 5, 1, 0),
    (100, 1, 16, 28),
    (100, 16, 16, 28),
    (100, 16, 32, 14),
    (100, 32, 32, 14, 3, 1, 2),
    (100, 32, 64, 8),
    (100, 64, 64, 8),
    # networks for CIFAR-10
    (128, 3, 32, 32),
    (128, 32, 32, 32),
    (128, 64, 64, 32),
    (128, 64, 128, 16),
    (128, 128, 128, 16),
    (128, 256, 256, 8),
    # ResNet-18 for ImageNet
    (8, 3, 64, 224, 7, 2, 3),
    (8, 64, 64, 56),
    (8, 64, 128, 56, 3, 2, 1),
    (8, 128, 128, 28),
    (8, 64, 128, 56, 1, 2, 0),
    (8, 128, 256, 28, 3, 2, 1),
    (8, 256, 256, 14),
    (8, 128, 256, 28, 1, 2, 0),
    (8, 256, 512, 14, 3, 2, 1),
    (8, 512, 512, 7),
    (8, 256, 512, 14, 1, 2, 0),
    # AlexNet's first layer, and one of an inception block
    (16, 3, 64, 224, 11, 4, 2),
    (16, 192, 64, 28, 1, 1, 0),
)

OTHERS = (
    Layer("max pool", (100, 30, 24, 24)),
    Layer("max pool", (128, 64, 32, 32)),
    Layer("max pool", (16, 64, 55, 55), (3, 2, 0)),
    Layer("max pool", (16, 192, 28, 28), (3, 1, 1)),
    Layer("batch norm", (100, 100)),
    Layer("batch norm", (32, 64, 32, 32)),
    Layer("batch norm", (128, 16, 32, 32)),
    Layer("cross-entropy", (100, 10)),
    Layer("cross-entropy", (128, 1000)),
    Layer("adam", (1_000_000,)),
    Layer("adam", (10_000_000,)),
)


def _convolutions() -> Iterator[Convolution]:
    for shape in SHAPES:
        yield from (Convolution(operation, *shape) for operation in PASSES)


LAYERS: tuple[Convolution | Layer, ...] = (*_convolutions(), *OTHERS)


def convolution_arrays(layer: Convolution) -> tuple[Array, Array, Array, Array]:
    """x (N, C, H, H), w (F, C, K, K), b (F,) and g (N, F, side, side), contiguous as their shapes say."""
    rng = np.random.default_rng(0)
    n, c, f, h, k = layer.n, layer.c, layer.f, layer.h, layer.k
    shapes = (n, c, h, h), (f, c, k, k), (f,), (n, f, layer.side, layer.side)
    x, w, b, g = (rng.standard_normal(shape, np.float32) for shape in shapes)
    return x, w, b, g


def values(shape: tuple[int, ...], seed: int = 0) -> Array:
    """Normally distributed numbers."""
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def labels(shape: tuple[int, ...]) -> Array:
    """A class for each row of scores of this shape."""
    return np.random.default_rng(2).integers(0, shape[1], shape[0])


def pooled_shape(layer: Layer) -> tuple[int, ...]:
    """(N, C, H', W') behind the max pool."""
    n, c, *image = layer.shape
    kernel, stride, padding = layer.window
    return n, c, *((size + 2 * padding - kernel) // stride + 1 for size in image)
