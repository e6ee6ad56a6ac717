"""Convolution, as deep learning uses the word (a cross-correlation: the filter is not flipped)."""

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array, Shape
from zerokara.rules.rule import Ruled

Pair = tuple[int, int]


def conv2d(
    x: Array, w: Array, b: Array | None = None, *, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Ruled:
    """Slide the filters `w` over the images `x`.

    y[n,f,i,j]      = b[f] + Σ_cpq  x[n, c, i·s+p·d, j·s+q·d] · w[f,c,p,q]        (x padded with zeros)
    ∂L/∂x           = every g[n,f,i,j] · w[f], added back onto the window it came from
    ∂L/∂w[f,c,p,q]  = Σ_nij  g[n,f,i,j] · x[n, c, i·s+p·d, j·s+q·d]
    ∂L/∂b[f]        = Σ_nij  g[n,f,i,j]

    Shapes: x (N, C, H, W), w (F, C/groups, P, Q), b (F,)  →  y (N, F, (H+2·padding−d·(P−1)−1)//s + 1, …).
    s = stride, d = dilation; with groups, each part of the filters sees its own part of the channels. Book §7.2, §7.4.
    """
    window = (stride, padding, dilation, groups)
    return kernels.conv2d(x, w, b, *window), (
        lambda g: kernels.conv2d_grad_x(g, w, x.shape, *window),
        lambda g: kernels.conv2d_grad_w(g, x, w.shape, *window),
        kernels.channel_sum,
    )


def conv2d_grad_x(
    g: Array, w: Array, *, x_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Ruled:
    """The gradient of a convolution in its images: linear in g and in w; its gradients are convolutions again."""
    window = (stride, padding, dilation, groups)
    return kernels.conv2d_grad_x(g, w, x_shape, *window), (
        lambda v: kernels.conv2d(v, w, None, *window),
        lambda v: kernels.conv2d_grad_w(g, v, w.shape, *window),
    )


def conv2d_grad_w(
    g: Array, x: Array, *, w_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Ruled:
    """The gradient of a convolution in its filters: linear in g and in x."""
    window = (stride, padding, dilation, groups)
    return kernels.conv2d_grad_w(g, x, w_shape, *window), (
        lambda v: kernels.conv2d(x, v, None, *window),
        lambda v: kernels.conv2d_grad_x(g, v, x.shape, *window),
    )


def channel_sum(g: Array) -> Ruled:
    """Σ over every axis but the channels        ∂L/∂g[n,c,…] = v[c]"""
    spread = (1, -1) + (1,) * (g.ndim - 2)
    return kernels.channel_sum(g), (lambda v: np.broadcast_to(v.reshape(spread), g.shape),)
