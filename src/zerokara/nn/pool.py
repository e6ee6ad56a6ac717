"""Pooling layers: a window of pixels becomes one."""

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module
from zerokara.nn.sizes import Pair, expect_images, expect_rows, pair, whole


class MaxPool2d(Module):
    """y[n,c,i,j] = max over the window of x[n,c] that starts at (i·stride, j·stride)

    Shapes: (N, C, H, W) → (N, C, H', W') with H' = (H + 2·padding − dilation·(kernel−1) − 1)//stride + 1: a last row
    that fills no window is dropped, unless `ceil_mode` rounds up. `stride` is `kernel_size` if not given; the border
    that `padding` adds never wins.
    """

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        *,
        ceil_mode: bool = False,
    ) -> None:
        self.kernel_size = pair("MaxPool2d", "kernel_size", kernel_size)
        self.stride = self.kernel_size if stride is None else pair("MaxPool2d", "stride", stride)
        self.padding = _pool_padding("MaxPool2d", padding, self.kernel_size)
        self.dilation = pair("MaxPool2d", "dilation", dilation)
        self.ceil_mode = ceil_mode

    def forward(self, x: Tensor) -> Tensor:
        """The largest pixel of every window."""
        expect_images("MaxPool2d", x.shape)
        return F.max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """y[n,c,i,j] = mean over the window of x[n,c] that starts at (i·stride, j·stride)

    Sizes as in `MaxPool2d`. Zeros that `padding` adds count as pixels unless `count_include_pad=False`.
    """

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        self.kernel_size = pair("AvgPool2d", "kernel_size", kernel_size)
        self.stride = self.kernel_size if stride is None else pair("AvgPool2d", "stride", stride)
        self.padding = _pool_padding("AvgPool2d", padding, self.kernel_size)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, x: Tensor) -> Tensor:
        """The mean pixel of every window."""
        expect_images("AvgPool2d", x.shape)
        return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxPool1d(Module):
    """y[n,c,i] = max over the window of x[n,c] from i·stride on        Rows (N, C, L), sizes as in `MaxPool2d`"""

    def __init__(self, kernel_size: int, stride: int | None = None, padding: int = 0, dilation: int = 1) -> None:
        self.kernel_size = whole("MaxPool1d", "kernel_size", kernel_size)
        self.stride = self.kernel_size if stride is None else whole("MaxPool1d", "stride", stride)
        self.padding = _pool_padding("MaxPool1d", padding, (self.kernel_size, self.kernel_size))[0]
        self.dilation = whole("MaxPool1d", "dilation", dilation)

    def forward(self, x: Tensor) -> Tensor:
        """The largest number of every window."""
        expect_rows("MaxPool1d", x.shape)
        return F.max_pool1d(x, self.kernel_size, self.stride, self.padding, self.dilation)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(Module):
    """y[n,c,i] = mean over the window of x[n,c] from i·stride on        Rows (N, C, L), sizes as in `AvgPool2d`"""

    def __init__(
        self, kernel_size: int, stride: int | None = None, padding: int = 0, count_include_pad: bool = True
    ) -> None:
        self.kernel_size = whole("AvgPool1d", "kernel_size", kernel_size)
        self.stride = self.kernel_size if stride is None else whole("AvgPool1d", "stride", stride)
        self.padding = _pool_padding("AvgPool1d", padding, (self.kernel_size, self.kernel_size))[0]
        self.count_include_pad = count_include_pad

    def forward(self, x: Tensor) -> Tensor:
        """The mean of every window."""
        expect_rows("AvgPool1d", x.shape)
        return F.avg_pool1d(x, self.kernel_size, self.stride, self.padding, self.count_include_pad)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class GlobalAvgPool2d(Module):
    """y[n,c] = mean of x[n,c] over all pixels        Shapes: (N, C, H, W) → (N, C)"""

    def forward(self, x: Tensor) -> Tensor:
        """The mean of every channel."""
        expect_images("GlobalAvgPool2d", x.shape)
        return F.global_avg_pool2d(x)


class AdaptiveAvgPool2d(Module):
    """y[n,c,i,j] = mean of x[n,c] over the rows ⌊i·H/h⌋ … ⌈(i+1)·H/h⌉ − 1 and the columns ⌊j·W/w⌋ … ⌈(j+1)·W/w⌉ − 1

    Shapes: (N, C, H, W) → (N, C, h, w) with (h, w) = `output_size`, for any H and W, smaller ones too. With
    `output_size=1` it is global average pooling, with the two axes kept.
    """

    def __init__(self, output_size: int | Pair = 1) -> None:
        self.output_size = pair("AdaptiveAvgPool2d", "output_size", output_size)

    def forward(self, x: Tensor) -> Tensor:
        """The means of as many windows as wanted."""
        expect_images("AdaptiveAvgPool2d", x.shape)
        return F.adaptive_avg_pool2d(x, self.output_size)

    def extra_repr(self) -> str:
        """The size."""
        return f"output_size={self.output_size}"


def _pool_padding(layer: str, padding: int | Pair, kernel: Pair) -> Pair:
    rows, columns = pair(layer, "padding", padding, least=0)
    if rows > kernel[0] // 2 or columns > kernel[1] // 2:
        raise ValueError(f"{layer} expects padding of at most half of kernel_size={kernel}; got {short(padding)}")
    return rows, columns
