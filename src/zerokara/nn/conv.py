"""Convolution layers, and the transposed one, which makes pictures larger."""

from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array, DTypeLike, Shape, default_generator
from zerokara.autodiff import Tensor
from zerokara.functional.padding import around
from zerokara.nn.init import Init, bias_initializer, initializer
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import Pair, expect_dtype, expect_images, expect_rows, pair, whole


class Conv2d(Module):
    """y[n,f,i,j] = bias[f] + Σ_cpq x[n, c, i·s+p·d, j·s+q·d] · weight[f,c,p,q]   (x padded with zeros on all sides)

    Shapes: x (N, C, H, W), weight (F, C/groups, P, Q), bias (F,)  →  y (N, F, H', W') with
    H' = (H + 2·padding − dilation·(P−1) − 1)//stride + 1, W' alike. Sizes are one number or (rows, columns).
    `padding="same"` keeps the size (of an odd number of zeros one more stands behind), "valid" adds nothing.
    With `groups` g, output channels are cut into g groups that each see only their share of the input channels.
    Initial values: U(−1/√n_in, 1/√n_in) with n_in = C/groups·P·Q, as PyTorch; with `init=` the weight starts so and
    the bias at 0, as in the book. Every group is drawn as a layer of its own.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair | str = 0,
        dilation: int | Pair = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        init: Init = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.in_channels = whole("Conv2d", "in_channels", in_channels)
        self.out_channels = whole("Conv2d", "out_channels", out_channels)
        self.kernel_size = pair("Conv2d", "kernel_size", kernel_size)
        self.stride = pair("Conv2d", "stride", stride)
        self.dilation = pair("Conv2d", "dilation", dilation)
        self.more_padding: Pair = (0, 0)  # zeros behind, beside those on all sides
        if isinstance(padding, str):
            self.padding, self.more_padding = around("Conv2d", padding, self.kernel_size, self.stride, self.dilation)
        else:
            self.padding = pair("Conv2d", "padding", padding, least=0)
        self.groups = whole("Conv2d", "groups", groups)
        _expect_whole_groups(self)
        rng = default_generator() if rng is None else rng
        self.weight = Parameter(_by_groups(self, self.kernel_size, init, rng, dtype))
        self.bias = _bias(self, init, rng, dtype) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """The images x seen through every filter."""
        expect_images("Conv2d", x.shape, self.in_channels, "in_channels")
        expect_dtype("Conv2d", x.dtype, self.weight.dtype)
        if self.more_padding != (0, 0):
            x = F.pad(x, (0, self.more_padding[1], 0, self.more_padding[0]))
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        """The sizes; those at their defaults are left out."""
        return _shown(self, (0, 0), (1, 1))


class Conv1d(Module):
    """y[n,f,i] = bias[f] + Σ_cp x[n, c, i·s+p·d] · weight[f,c,p]   (x padded with zeros at both ends)

    Shapes: x (N, C, L), weight (F, C/groups, P), bias (F,)  →  y (N, F, L'), L' as the rows of `Conv2d`, whose
    settings and initial values these are.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int | str = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        init: Init = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.in_channels = whole("Conv1d", "in_channels", in_channels)
        self.out_channels = whole("Conv1d", "out_channels", out_channels)
        self.kernel_size = whole("Conv1d", "kernel_size", _single(kernel_size))
        self.stride = whole("Conv1d", "stride", _single(stride))
        self.dilation = whole("Conv1d", "dilation", _single(dilation))
        if isinstance(padding, str):
            around("Conv1d", padding, (1, self.kernel_size), (1, self.stride), (1, self.dilation))
            self.padding: int | str = padding
        else:
            self.padding = whole("Conv1d", "padding", _single(padding), least=0)
        self.groups = whole("Conv1d", "groups", groups)
        _expect_whole_groups(self)
        rng = default_generator() if rng is None else rng
        self.weight = Parameter(_by_groups(self, (self.kernel_size,), init, rng, dtype))
        self.bias = _bias(self, init, rng, dtype) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """The rows x seen through every filter."""
        expect_rows("Conv1d", x.shape, self.in_channels, "in_channels")
        expect_dtype("Conv1d", x.dtype, self.weight.dtype)
        return F.conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        """The sizes; those at their defaults are left out."""
        return _shown(self, 0, 1)


class ConvTranspose2d(Module):
    """y[n, f, i·s+p·d−padding, j·s+q·d−padding] += x[n,c,i,j] · weight[c,f,p,q], then + bias[f]: larger pictures

    Shapes: x (N, C, H, W), weight (C, F/groups, P, Q), bias (F,)  →  y (N, F, H', W') with
    H' = (H − 1)·stride − 2·padding + dilation·(P − 1) + output_padding + 1, W' alike: the size of the pictures of which
    `Conv2d` with the same settings makes H×W. Where its stride lost rows, `output_padding` says how many.
    Initial values as `Conv2d`, with n_in = F/groups·P·Q, as PyTorch has it.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        output_padding: int | Pair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Pair = 1,
        *,
        init: Init = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.in_channels = whole("ConvTranspose2d", "in_channels", in_channels)
        self.out_channels = whole("ConvTranspose2d", "out_channels", out_channels)
        self.kernel_size = pair("ConvTranspose2d", "kernel_size", kernel_size)
        self.stride = pair("ConvTranspose2d", "stride", stride)
        self.padding = pair("ConvTranspose2d", "padding", padding, least=0)
        self.output_padding = pair("ConvTranspose2d", "output_padding", output_padding, least=0)
        self.dilation = pair("ConvTranspose2d", "dilation", dilation)
        self.groups = whole("ConvTranspose2d", "groups", groups)
        _expect_whole_groups(self)
        sizes = zip(self.output_padding, self.stride, self.dilation, strict=True)
        if any(more >= max(stride, dilation) for more, stride, dilation in sizes):
            raise ValueError(
                f"ConvTranspose2d expects output_padding below stride or dilation; got {self.output_padding} with "
                f"stride={self.stride}, dilation={self.dilation}"
            )
        rng = default_generator() if rng is None else rng
        shape = (self.in_channels, self.out_channels // self.groups, *self.kernel_size)
        self.weight = Parameter(initializer(init)(shape, rng, dtype))
        self.bias = _bias(self, init, rng, dtype) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """Larger pictures, every pixel of x laid out as a filter."""
        expect_images("ConvTranspose2d", x.shape, self.in_channels, "in_channels")
        expect_dtype("ConvTranspose2d", x.dtype, self.weight.dtype)
        return F.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )

    def extra_repr(self) -> str:
        """The sizes; those at their defaults are left out."""
        return _shown(self, (0, 0), (1, 1))


def _expect_whole_groups(layer: Any) -> None:
    if layer.in_channels % layer.groups or layer.out_channels % layer.groups:
        raise ValueError(
            f"{type(layer).__name__} expects channels that groups={layer.groups} divides; "
            f"got in_channels={layer.in_channels}, out_channels={layer.out_channels}"
        )


def _by_groups(layer: Any, kernel: Shape, init: Init, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    """The first weight: every group is drawn as a layer of its own."""
    shape = (layer.out_channels // layer.groups, layer.in_channels // layer.groups, *kernel)
    return np.concatenate([initializer(init)(shape, rng, dtype) for _ in range(layer.groups)])


def _bias(layer: Any, init: Init, rng: np.random.Generator, dtype: DTypeLike) -> Parameter:
    """The first bias, one number for each output channel."""
    return Parameter(bias_initializer(init, layer.weight.shape)((layer.out_channels,), rng, dtype))


def _single(size: Any) -> Any:
    """3 from (3,)"""
    return size[0] if isinstance(size, tuple | list) and len(size) == 1 else size


def _shown(layer: Any, nothing: Any, once: Any) -> str:
    """The settings of a convolution that are not the usual ones."""
    shown = [f"{layer.in_channels}, {layer.out_channels}, kernel_size={layer.kernel_size}"]
    usual = {
        "stride": once,
        "padding": nothing,
        "more_padding": nothing,
        "output_padding": nothing,
        "dilation": once,
        "groups": 1,
    }
    given = {name: getattr(layer, name, value) for name, value in usual.items()}
    shown += [f"{name}={value}" for name, value in given.items() if value != usual[name]]
    return ", ".join(shown if layer.bias is not None else [*shown, "bias=False"])
