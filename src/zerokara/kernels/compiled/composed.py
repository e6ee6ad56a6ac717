"""What every fused kernel equals, in terms of the reference: its definition, and what runs where it cannot.

The fused kernels exist in recorded steps only (see `fusion`). For arrays that they are not made for, such as an image
in float32 with filters in float64, the composition here is called from Python instead.
"""

from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels import reference

Pair = tuple[int, int]


def conv2d_fused(
    x: Array, w: Array, b: Array | None, stride: Pair, padding: Pair, dilation: Pair, groups: int, relu: bool
) -> Array:
    """conv2d, then ReLU if asked for."""
    y = reference.conv2d(x, w, b, stride, padding, dilation, groups)
    return reference.relu(y) if relu else y


def conv2d_grad_x_fused(
    g: Array, w: Array, x_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int, mask: Array | None
) -> Array:
    """conv2d_grad_x, 0 where the mask (the result of a ReLU) is not above 0."""
    dx = reference.conv2d_grad_x(g, w, x_shape, stride, padding, dilation, groups)
    return dx if mask is None else reference.relu_grad(dx, mask)


def linear_fused(x: Array, w: Array, b: Array | None, relu: bool) -> Array:
    """x·wᵀ + b, then ReLU if asked for."""
    y = reference.matmul(x, w.T)
    y = y if b is None else y + b
    return reference.relu(y) if relu else y


def matmul_masked(x: Array, y: Array, mask: Array | None) -> Array:
    """x·y, 0 where the mask is not above 0."""
    z = reference.matmul(x, y)
    return z if mask is None else reference.relu_grad(z, mask)


def matmul_sgd_step(w: Array, x: Array, y: Array, numbers: Array) -> None:
    """The step of SGD with the gradient x·y."""
    reference.sgd_step(w, reference.matmul(x, y), numbers)


def matmul_momentum_step(w: Array, x: Array, y: Array, v: Array, numbers: Array) -> None:
    """The step of momentum with the gradient x·y."""
    reference.momentum_step(w, reference.matmul(x, y), v, numbers)


def matmul_adagrad_step(w: Array, x: Array, y: Array, h: Array, numbers: Array) -> None:
    """The step of AdaGrad with the gradient x·y."""
    reference.adagrad_step(w, reference.matmul(x, y), h, numbers)


def matmul_rmsprop_step(w: Array, x: Array, y: Array, h: Array, numbers: Array) -> None:
    """The step of RMSProp with the gradient x·y."""
    reference.rmsprop_step(w, reference.matmul(x, y), h, numbers)


def matmul_adam_step(w: Array, x: Array, y: Array, m: Array, v: Array, numbers: Array) -> None:
    """The step of Adam with the gradient x·y."""
    reference.adam_step(w, reference.matmul(x, y), m, v, numbers)


def row_sum(x: Array) -> Array:
    """Σ over the rows."""
    total: Array = x.sum(axis=0)
    return total


def total(x: Array) -> Array:
    """Σ of all numbers."""
    return np.asarray(x.sum())


def global_mean(x: Array) -> Array:
    """The mean of every map: (N, C, H, W) → (N, C)."""
    mean: Array = x.mean(axis=(2, 3))
    return mean


def max_pool2d_places(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[Array, Array]:
    """max_pool2d, with p·Q + q, where the maximum was inside its window, in the place of the index in the image.

    255 stands for a window without a pixel, or, after a ReLU, without one above 0: no gradient goes there.
    """
    y, argmax = reference.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode)
    rows, columns = np.divmod(argmax, x.shape[3])
    i, j = np.arange(y.shape[2])[:, None], np.arange(y.shape[3])
    p = (rows - (i * stride[0] - padding[0])) // dilation[0]
    q = (columns - (j * stride[1] - padding[1])) // dilation[1]
    return y, np.where(argmax < 0, 255, p * kernel[1] + q).astype(np.uint8)


def relu_max_pool2d_places(x: Array, *window: Any) -> tuple[Array, Array]:
    """ReLU, then `max_pool2d_places`."""
    y, places = max_pool2d_places(x, *window)
    return reference.relu(y), np.where(y > 0, places, np.uint8(255))


def max_pool2d_places_grad(
    g: Array, places: Array, x_shape: Shape, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, y: Array | None
) -> Array:
    """max_pool2d_grad from places; with y, the pooled result of a ReLU, g counts only where y is above 0."""
    p, q = np.divmod(places.astype(np.int64), kernel[1])
    i, j = np.arange(g.shape[2])[:, None], np.arange(g.shape[3])
    rows, columns = i * stride[0] - padding[0] + p * dilation[0], j * stride[1] - padding[1] + q * dilation[1]
    slopes = g if y is None else reference.relu_grad(g, y)
    pixels = np.where(places == 255, -1, rows * x_shape[3] + columns).astype(np.int32)
    return reference.max_pool2d_grad(slopes, pixels, x_shape)


def batch_norm_train(
    x: Array, weight: Array | None, bias: Array | None, eps: float, relu: bool
) -> tuple[Array, Array, Array]:
    """batch_statistics and batch_norm, then ReLU if asked for: (y, mean, variance)."""
    mean, variance = reference.batch_statistics(x)
    y = reference.batch_norm(x, mean, variance, weight, bias, eps)
    return reference.relu(y) if relu else y, mean, variance


def batch_norm_train_grads(
    g: Array, x: Array, y: Array | None, mean: Array, variance: Array, weight: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """batch_norm_grads; with y, the result of the ReLU, g counts only where y is above 0."""
    slopes = g if y is None else reference.relu_grad(g, y)
    return reference.batch_norm_grads(slopes, x, mean, variance, weight, eps)


def add_relu(x: Array, y: Array) -> Array:
    """ReLU of a sum."""
    return reference.relu(x + y)


def cross_entropy_mean(scores: Array, labels: Array) -> tuple[Array, Array]:
    """The mean of the losses of a batch, and its gradient (p − t)/N."""
    losses, probabilities = reference.cross_entropy(scores, labels)
    g = np.full(len(labels), 1 / max(len(labels), 1), scores.dtype)
    return np.asarray(losses.mean()), reference.cross_entropy_grad(g, probabilities, labels)
