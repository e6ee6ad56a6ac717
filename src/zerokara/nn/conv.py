"""The convolution layer."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array, DTypeLike, Shape, default_generator
from zerokara.autodiff import Tensor
from zerokara.nn.init import Init, bias_initializer, initializer
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import Pair, expect_dtype, expect_images, pair, whole


class Conv2d(Module):
    """y[n,f,i,j] = bias[f] + Σ_cpq x[n, c, i·s+p·d, j·s+q·d] · weight[f,c,p,q]   (x padded with zeros on all sides)

    Shapes: x (N, C, H, W), weight (F, C/groups, P, Q), bias (F,)  →  y (N, F, H', W') with
    H' = (H + 2·padding − dilation·(P−1) − 1)//stride + 1, W' alike. Sizes are one number or (rows, columns).
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
        padding: int | Pair = 0,
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
        self.padding = pair("Conv2d", "padding", padding, least=0)
        self.dilation = pair("Conv2d", "dilation", dilation)
        self.groups = whole("Conv2d", "groups", groups)
        self._expect_whole_groups()
        rng = default_generator() if rng is None else rng
        self.weight = Parameter(self._initial_weight(init, rng, dtype))
        draw = bias_initializer(init, self.weight.shape)
        self.bias = Parameter(draw((self.out_channels,), rng, dtype)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """The images x seen through every filter."""
        expect_images("Conv2d", x.shape, self.in_channels, "in_channels")
        expect_dtype("Conv2d", x.dtype, self.weight.dtype)
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def _expect_whole_groups(self) -> None:
        if self.in_channels % self.groups or self.out_channels % self.groups:
            raise ValueError(
                f"Conv2d expects channels that groups={self.groups} divides; "
                f"got in_channels={self.in_channels}, out_channels={self.out_channels}"
            )

    def _initial_weight(self, init: Init, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        filters, channels = self.out_channels // self.groups, self.in_channels // self.groups
        shape: Shape = (filters, channels, *self.kernel_size)
        return np.concatenate([initializer(init)(shape, rng, dtype) for _ in range(self.groups)])

    def extra_repr(self) -> str:
        """The sizes; those at their defaults are left out."""
        shown = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"]
        usual = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
        shown += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join(shown if self.bias is not None else [*shown, "bias=False"])
