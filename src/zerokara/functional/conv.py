"""Convolutions: of pictures, of rows, and the transposed one."""

from typing import Any

from zerokara import rules
from zerokara.arguments import counted
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.padding import around, pad
from zerokara.functional.shared import Like, Size, as_images, as_rows, fractions, pair

Pair = tuple[int, int]


def conv2d(
    x: Like,
    weight: Like,
    bias: Like | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Slide filters over images        x (N, C, H, W), weight (F, C/groups, P, Q), bias (F,)

    `padding` is a number of zeros on all sides, "valid" (none) or "same" (as many as keep the size).
    """
    x, weight = as_tensor(x), as_tensor(weight)
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError(
            f"conv2d expects (N, C, H, W) images and (F, C, P, Q) filters; got {x.shape} and {weight.shape}"
        )
    if groups < 1:
        raise ValueError(f"conv2d expects groups of at least 1; got {groups}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"conv2d with {weight.shape[0]} filters expects a bias ({weight.shape[0]},); got {bias.shape}")
    if x.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        raise ValueError(
            f"conv2d: filters of shape {weight.shape} in {counted(groups, 'group')} expect "
            f"{weight.shape[1] * groups} channels and a multiple of {groups} filters; the images have shape {x.shape}"
        )
    if isinstance(padding, str):
        padding, more = around("conv2d", padding, weight.shape[2:], pair(stride), pair(dilation))
        x = pad(x, (0, more[1], 0, more[0])) if any(more) else x
    window = {"stride": pair(stride), "padding": pair(padding), "dilation": pair(dilation)}
    return apply(rules.conv2d, *fractions(x, weight, bias), groups=groups, **window)


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
    y = apply(rules.conv2d, as_images(x), as_images(weight), bias, groups=groups, **window)
    return as_rows(y)


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
