"""PyTorch's part of the single layers: its operators, called one by one without autograd where they can be."""

from collections.abc import Callable

import numpy as np
import torch

from benchmarks.layers import Convolution, Layer, convolution_arrays, labels, pooled_shape, values
from benchmarks.pytorch import images, prepare, squares
from benchmarks.task import Task

aten = torch.ops.aten
Run = Callable[[], tuple[torch.Tensor, ...]]


def layer(case: Convolution | Layer, channels_last: bool) -> Task:
    prepare()
    if isinstance(case, Convolution):
        run = _convolution(case, channels_last)
    else:
        make = {"max pool": _max_pool, "batch norm": _batch_norm, "cross-entropy": _entropy, "adam": _adam}
        run = make[case.operation](case, channels_last)
    return Task(lambda i: run(), lambda results: sum(map(squares, results)))


def _tensor(x: np.ndarray, channels_last: bool) -> torch.Tensor:
    return images(x, channels_last and x.ndim == 4)


def _convolution(case: Convolution, channels_last: bool) -> Run:
    x, w, b, g = (_tensor(a, channels_last) for a in convolution_arrays(case))
    options = [case.stride] * 2, [case.padding] * 2, [1, 1]

    def backward(mask: list[bool]) -> torch.Tensor:
        results = aten.convolution_backward(g, x, w, None, *options, False, [0, 0], 1, [*mask, False])
        return results[0] if mask[0] else results[1]

    runs: dict[str, Run] = {
        "forward": lambda: (torch.nn.functional.conv2d(x, w, b, *options),),
        "grad x": lambda: (backward([True, False]),),
        "grad w": lambda: (backward([False, True]),),
    }
    return runs[case.operation]


def _max_pool(case: Layer, channels_last: bool) -> Run:
    x, g = _tensor(values(case.shape), channels_last), _tensor(values(pooled_shape(case), 1), channels_last)
    window = [[size] * 2 for size in case.window]

    def run() -> tuple[torch.Tensor, ...]:
        y, places = aten.max_pool2d_with_indices(x, *window)
        return y, aten.max_pool2d_with_indices_backward(g, x, *window, [1, 1], False, places)

    return run


def _batch_norm(case: Layer, channels_last: bool) -> Run:
    x, g = _tensor(values(case.shape), channels_last), _tensor(values(case.shape, 1), channels_last)
    weight, bias = (torch.from_numpy(values(case.shape[1:2], seed)) for seed in (2, 3))

    def run() -> tuple[torch.Tensor, ...]:
        y, mean, spread = aten.native_batch_norm(x, weight, bias, None, None, True, 0.1, 1e-5)
        grads = aten.native_batch_norm_backward(g, x, weight, None, None, mean, spread, True, 1e-5, [True] * 3)
        return y, *grads

    return run


def _entropy(case: Layer, channels_last: bool) -> Run:
    scores, target = torch.from_numpy(values(case.shape)).requires_grad_(), torch.from_numpy(labels(case.shape))

    def run() -> tuple[torch.Tensor, ...]:
        loss = torch.nn.functional.cross_entropy(scores, target)
        return loss.detach(), *torch.autograd.grad(loss, scores)

    return run


def _adam(case: Layer, channels_last: bool) -> Run:
    weights = torch.nn.Parameter(torch.from_numpy(values(case.shape)))
    weights.grad = torch.from_numpy(values(case.shape, 1))
    optimizer = torch.optim.Adam([weights], fused=True)

    def run() -> tuple[torch.Tensor, ...]:
        optimizer.step()
        return (weights.detach(),)

    return run
