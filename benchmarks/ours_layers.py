"""zerokara's part of the single layers: the public kernels, called one by one."""

from collections.abc import Callable
from typing import Any

import zerokara.functional as F
from benchmarks.layers import Convolution, Layer, convolution_arrays, labels, pooled_shape, values
from benchmarks.ours import captured, squares
from benchmarks.task import Task
from zerokara import kernels, nn, optim
from zerokara.arrays import Array


def layer(case: Convolution | Layer) -> Task:
    if isinstance(case, Convolution):
        run: Callable[[], tuple[Any, ...]] = _convolution(case)
    else:
        run = {"max pool": _max_pool, "batch norm": _batch_norm, "cross-entropy": _entropy, "adam": _adam}[
            case.operation
        ](case)
    return Task(lambda i: run(), lambda results: sum(map(squares, results)))


def channels_innermost(x: Array) -> Array:
    """The same shape, the memory as our kernels keep images between layers: (N, H, W, C)."""
    return x.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2) if x.ndim == 4 else x


def _convolution(case: Convolution) -> Callable[[], tuple[Array, ...]]:
    x, w, b, g = convolution_arrays(case)
    x, g = channels_innermost(x), channels_innermost(g)
    options = (case.stride,) * 2, (case.padding,) * 2, (1, 1), 1
    return {
        "forward": lambda: (kernels.conv2d(x, w, b, *options),),
        "grad x": lambda: (kernels.conv2d_grad_x(g, w, x.shape, *options),),
        "grad w": lambda: (kernels.conv2d_grad_w(g, x, w.shape, *options),),
    }[case.operation]


def _max_pool(case: Layer) -> Callable[[], tuple[Array, ...]]:
    x, g = channels_innermost(values(case.shape)), channels_innermost(values(pooled_shape(case), 1))
    kernel, stride, padding = ((size, size) for size in case.window)

    def run() -> tuple[Array, ...]:
        y, places = kernels.max_pool2d(x, kernel, stride, padding, (1, 1), False)
        return y, kernels.max_pool2d_grad(g, places, x.shape)

    return run


def _batch_norm(case: Layer) -> Callable[[], tuple[Array, ...]]:
    x, g = channels_innermost(values(case.shape)), channels_innermost(values(case.shape, 1))
    weight, bias = values(case.shape[1:2], 2), values(case.shape[1:2], 3)

    def run() -> tuple[Array, ...]:
        mean, variance = kernels.batch_statistics(x)
        y = kernels.batch_norm(x, mean, variance, weight, bias, 1e-5)
        return y, *kernels.batch_norm_grads(g, x, mean, variance, weight, 1e-5)

    return run


def _entropy(case: Layer) -> Callable[[], tuple[Array, ...]]:
    scores = nn.Parameter(values(case.shape))

    def run(target: Array) -> tuple[Array, Array | None]:
        scores.zero_grad()
        loss = F.cross_entropy(scores, target)
        loss.backward()
        return loss.data, scores.grad

    target, step = labels(case.shape), captured(run)
    return lambda: step(target)


def _adam(case: Layer) -> Callable[[], tuple[Array, ...]]:
    weights = nn.Parameter(values(case.shape))
    weights.grad = values(case.shape, 1)
    optimizer = optim.Adam([weights])

    def run() -> tuple[Array, ...]:
        optimizer.step()
        return (weights.data,)

    return run
