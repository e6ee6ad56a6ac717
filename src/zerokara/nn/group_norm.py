"""Normalization over groups of channels (Wu, He 2018), and over single ones (Ulyanov et al. 2016)."""

import math

import numpy as np

from zerokara import functional as F
from zerokara.arrays import DTypeLike, Shape
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import another_number, expect_dtype, expect_images, expect_rows, whole


class GroupNorm(Module):
    """y = weight · (x − mean)/√(variance + eps) + bias, mean and variance over a group of channels of one sample

    Shapes: x (N, C, …) → y the same; weight and bias (C,). The C channels are cut into `num_groups` groups, one behind
    the other. Initial values: weight 1, bias 0. Training and evaluation do the same, and the batch may be small.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.num_groups = whole("GroupNorm", "num_groups", num_groups)
        self.num_channels = whole("GroupNorm", "num_channels", num_channels)
        if self.num_channels % self.num_groups:
            raise ValueError(
                f"GroupNorm expects channels that num_groups={num_groups} divides; got num_channels={num_channels}"
            )
        self.eps = eps
        self.weight = Parameter(np.ones(self.num_channels, dtype)) if affine else None
        self.bias = Parameter(np.zeros(self.num_channels, dtype)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        """x, every group of channels normalized by itself."""
        if x.ndim < 2 or x.shape[1] != self.num_channels:
            raise ValueError(
                f"GroupNorm expects (N, {self.num_channels}, …) inputs; got {x.shape}: this layer has "
                f"num_channels={self.num_channels}; {another_number(x.shape, 'num_channels', self.num_channels)}"
            )
        if self.weight is not None:
            expect_dtype("GroupNorm", x.dtype, self.weight.dtype)
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.weight is not None}"


class InstanceNorm(Module):
    """y = weight · (x − mean)/√(variance + eps) + bias, over the pixels of one channel of one sample

    What 1-d and 2-d share. As in PyTorch there are no weight and bias unless `affine=True`. Statistics that run along
    with the batches (`track_running_stats`) do not exist here: training and evaluation do the same.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = None,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        name = type(self).__name__
        if track_running_stats:
            raise ValueError(f"{name} keeps no running statistics; leave track_running_stats out, or use BatchNorm")
        if momentum not in (None, 0.1):
            raise ValueError(f"{name} keeps no running statistics, to which momentum={momentum!r} could apply")
        self.num_features = whole(name, "num_features", num_features)
        self.eps = eps
        self.weight = Parameter(np.ones(self.num_features, dtype)) if affine else None
        self.bias = Parameter(np.zeros(self.num_features, dtype)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        """x, every channel of every sample normalized by itself."""
        name = type(self).__name__
        self.expect(x.shape)
        if self.weight is not None:
            expect_dtype(name, x.dtype, self.weight.dtype)
        if self.training and x.size and math.prod(x.shape[2:]) == 1:
            raise ValueError(
                f"{name} expects more than one value per channel in training mode; got {x.shape}: "
                "use larger images, or call eval() first"
            )
        return F.instance_norm(x, self.weight, self.bias, self.eps)

    def expect(self, shape: Shape) -> None:
        """Refuse a shape that the layer is not made for."""
        raise NotImplementedError(f"{type(self).__name__} says nothing of shapes: use InstanceNorm1d or InstanceNorm2d")

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.num_features}, eps={self.eps}, affine={self.weight is not None}"


class InstanceNorm1d(InstanceNorm):
    """Instance norm of rows (N, C, L): every channel of every sample over its row. Formula at `InstanceNorm`."""

    def expect(self, shape: Shape) -> None:
        """(N, num_features, L)"""
        expect_rows("InstanceNorm1d", shape, self.num_features, "num_features")


class InstanceNorm2d(InstanceNorm):
    """Instance norm of images (N, C, H, W): every channel of every sample over its pixels. See `InstanceNorm`."""

    def expect(self, shape: Shape) -> None:
        """(N, num_features, H, W)"""
        expect_images("InstanceNorm2d", shape, self.num_features, "num_features")
