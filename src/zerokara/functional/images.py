"""Convolutions and pools of rows, and the transposed convolution: the rules of pictures, seen another way."""

from typing import Any

from zerokara import rules
from zerokara.arguments import counted
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.padding import around, pad
from zerokara.functional.shared import Like, Size, fractional, fractions, pair

Pair = tuple[int, int]


def conv1d(
    x: Like,
    weight: Like,
    bias: Like | None = None,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Tensor:
    """Slide filters over rows        x (N, C, L), weight (F, C/groups, P), bias (F,): pictures of one row of pixels"""
    x, weight = as_tensor(x), as_tensor(weight)
    if x.ndim != 3 or weight.ndim != 3:
        raise ValueError(f"conv1d expects (N, C, L) rows and (F, C, P) filters; got {x.shape} and {weight.shape}")
    if groups < 1 or x.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        raise ValueError(
            f"conv1d: filters of shape {weight.shape} in {counted(groups, 'group')} expect "
            f"{weight.shape[1] * max(groups, 0)} channels and a multiple of {groups} filters; "
            f"the rows have shape {x.shape}"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"conv1d with {weight.shape[0]} filters expects a bias ({weight.shape[0]},); got {bias.shape}")
    if isinstance(padding, str):
        (_, padding), (_, more) = around("conv1d", padding, (1, weight.shape[2]), (1, stride), (1, dilation))
        x = pad(x, (0, more)) if more else x
    x, weight, bias = fractions(x, weight, bias)
    window = {"stride": (1, int(stride)), "padding": (0, int(padding)), "dilation": (1, int(dilation))}
    y = apply(rules.conv2d, _as_images(x), _as_images(weight), bias, groups=groups, **window)
    return _as_rows(y)


def conv_transpose2d(
    x: Like,
    weight: Like,
    bias: Like | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """The way back of a convolution: every pixel of x lays a filter, times itself, onto a larger picture

    y[n,f,i·s+p·d−padding,j·s+q·d−padding] += x[n,c,i,j]·weight[c,f,p,q]: the gradient of `conv2d` in its images.
    Shapes: x (N, C, H, W), weight (C, F/groups, P, Q), bias (F,)  →  (N, F, H', W'), H' = (H − 1)·s − 2·padding +
    d·(P − 1) + output_padding + 1. `output_padding` adds rows and columns behind, of sizes that a stride has lost.
    """
    x, weight = as_tensor(x), as_tensor(weight)
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError(
            f"conv_transpose2d expects (N, C, H, W) images and (C, F, P, Q) filters; got {x.shape} and {weight.shape}"
        )
    if groups < 1 or x.shape[1] != weight.shape[0] or weight.shape[0] % groups:
        raise ValueError(
            f"conv_transpose2d: filters of shape {weight.shape} expect {weight.shape[0]} channels, a multiple of "
            f"groups={groups}; the images have shape {x.shape}"
        )
    filters = weight.shape[1] * groups
    if bias is not None and bias.shape != (filters,):
        raise ValueError(f"conv_transpose2d with {filters} filters expects a bias ({filters},); got {bias.shape}")
    s, p, o, d = (pair(size) for size in (stride, padding, output_padding, dilation))
    if any(not 0 <= b < max(a, c) for a, b, c in zip(s, o, d, strict=True)):
        raise ValueError(f"conv_transpose2d expects output_padding below stride or dilation; got {o} with {s} and {d}")
    x, weight, bias = fractions(x, weight, bias)
    y = _laid_out(x, weight, filters, s, p, o, d, groups)
    return y if bias is None else y + as_tensor(bias).reshape(-1, 1, 1)


def _laid_out(x: Tensor, weight: Tensor, filters: int, s: Pair, p: Pair, o: Pair, d: Pair, groups: int) -> Tensor:
    """All filters laid onto the larger picture, which is then cut or padded to its size.

    Mostly the rule's own padding cuts it. Where more rows come behind than a stride, which no convolution loses, the
    whole picture is laid out and padded.
    """
    sizes = list(zip(x.shape[2:], s, weight.shape[2:], d, strict=True))
    whole = [(n - 1) * stride + dilation * (k - 1) + 1 for n, stride, k, dilation in sizes]
    wanted = [w - 2 * q + r for w, q, r in zip(whole, p, o, strict=True)]
    if min(*x.shape[2:], *wanted) < 1:
        raise ValueError(f"conv_transpose2d of {x.shape} with padding {p} leaves no pixels: a size of {tuple(wanted)}")
    fits = all(r < stride for r, stride in zip(o, s, strict=True))
    window: dict[str, Any] = {"stride": s, "dilation": d, "groups": groups}
    if fits:
        shape = (x.shape[0], filters, *wanted)
        return apply(rules.conv2d_grad_x, x, weight, x_shape=shape, padding=p, **window)
    y = apply(rules.conv2d_grad_x, x, weight, x_shape=(x.shape[0], filters, *whole), padding=(0, 0), **window)
    return pad(y, (-p[1], o[1] - p[1], -p[0], o[0] - p[0]))


def max_pool1d(x: Like, kernel_size: int, stride: int | None = None, padding: int = 0, dilation: int = 1) -> Tensor:
    """The largest number of each window of a row: (N, C, L) → (N, C, L')"""
    window = _window(kernel_size, stride, padding) | {"dilation": (1, int(dilation))}
    return _as_rows(apply(rules.max_pool2d, _as_images(_rows("max_pool1d", x)), **window))


def avg_pool1d(
    x: Like, kernel_size: int, stride: int | None = None, padding: int = 0, count_include_pad: bool = True
) -> Tensor:
    """The mean of each window of a row: (N, C, L) → (N, C, L')"""
    images = _as_images(fractional(_rows("avg_pool1d", x)))
    window = _window(kernel_size, stride, padding)
    return _as_rows(apply(rules.avg_pool2d, images, count_include_pad=count_include_pad, **window))


def _window(kernel: int, stride: int | None, padding: int) -> dict[str, Any]:
    step = kernel if stride is None else stride
    return {"kernel": (1, int(kernel)), "stride": (1, int(step)), "padding": (0, int(padding))}


def _rows(name: str, x: Like) -> Tensor:
    t = as_tensor(x)
    if t.ndim != 3:
        raise ValueError(f"{name} expects (N, C, L) rows; got {t.shape}")
    return t


def _as_images(x: Tensor) -> Tensor:
    """(N, C, L) → (N, C, 1, L)"""
    return x.reshape(*x.shape[:2], 1, x.shape[2])


def _as_rows(y: Tensor) -> Tensor:
    """(N, C, 1, L) → (N, C, L)"""
    return y.reshape(*y.shape[:2], y.shape[3])
