"""JAX's part: pure functions, images with the channels innermost, the whole step compiled, its arrays reused."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.networks import Branches, Residual
from benchmarks.task import Task
from benchmarks.workloads import Inference, Training, batches, network
from zerokara import nn

Values = Any
"""Arrays in lists in lists: parameters or running statistics, as JAX carries them."""

IMAGES = ("NHWC", "HWIO", "NHWC")


def training(workload: Training) -> Task:
    """One training step."""
    net = translated(network(workload), images_shape(workload))
    optimizer = OPTIMIZERS[workload.optimizer](workload.lr)

    def loss_of(parameters: Values, statistics: Values, x: jax.Array, labels: jax.Array) -> tuple[jax.Array, Values]:
        scores, statistics = net.apply(parameters, statistics, x, True)
        return cross_entropy(scores, labels), statistics

    @partial(jax.jit, donate_argnums=0)
    def step(carried: Values, x: jax.Array, labels: jax.Array) -> tuple[Values, jax.Array]:
        parameters, statistics, state = carried
        slopes = jax.value_and_grad(loss_of, has_aux=True)
        (loss, statistics), gradients = slopes(parameters, statistics, x, labels)
        parameters, state = optimizer.step(parameters, gradients, state)
        return (parameters, statistics, state), loss

    carried = net.parameters, net.statistics, optimizer.start(net.parameters)
    carried = jax.tree.map(lambda a: jnp.array(a, copy=True), carried)  # donated arrays must be JAX's own
    data = [(images(x), jnp.asarray(labels, jnp.int32)) for x, labels in batches(workload)]

    def run(i: int) -> jax.Array:
        nonlocal carried
        carried, loss = step(carried, *data[i % len(data)])
        return loss

    return Task(run, float, jax.block_until_ready)


def inference(workload: Inference) -> Task:
    """The scores of a batch."""
    net = translated(network(workload), images_shape(workload))
    parameters = jax.tree.map(jnp.asarray, net.parameters)
    scores = jax.jit(lambda parameters, x: net.apply(parameters, net.statistics, x, False)[0])
    data = [images(x) for x, _ in batches(workload)]
    return Task(lambda i: scores(parameters, data[i % len(data)]), squares, jax.block_until_ready)


def images(x: Any) -> jax.Array:
    """(N, C, H, W) → (N, H, W, C)"""
    return jnp.asarray(np.ascontiguousarray(x.transpose(0, 2, 3, 1)))


def images_shape(workload: Training | Inference) -> tuple[int, ...]:
    """(N, H, W, C)"""
    channels, height, width = workload.shape
    return workload.batch, height, width, channels


def squares(values: jax.Array) -> float:
    """Σ values²"""
    return float((np.asarray(values, np.float64) ** 2).sum())


def cross_entropy(scores: jax.Array, labels: jax.Array) -> jax.Array:
    """The mean of −log softmax(scores) at the labels."""
    own = jnp.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
    return (jax.nn.logsumexp(scores, axis=1) - own).mean()


# ── optimizers, with PyTorch's formulas ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Optimizer:
    """start(parameters) → state;  step(parameters, gradients, state) → parameters, state"""

    start: Callable[[Values], Values]
    step: Callable[[Values, Values, Values], tuple[Values, Values]]


def sgd(lr: float) -> Optimizer:
    return Optimizer(lambda w: (), lambda w, g, state: (jax.tree.map(lambda w, g: w - lr * g, w, g), state))


def momentum(lr: float) -> Optimizer:
    def step(w: Values, g: Values, v: Values) -> tuple[Values, Values]:
        v = jax.tree.map(lambda g, v: 0.9 * v + g, g, v)
        return jax.tree.map(lambda w, v: w - lr * v, w, v), v

    return Optimizer(lambda w: jax.tree.map(jnp.zeros_like, w), step)


def adam(lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Optimizer:
    def start(w: Values) -> Values:
        return jax.tree.map(jnp.zeros_like, w), jax.tree.map(jnp.zeros_like, w), jnp.zeros((), jnp.float32)

    def step(w: Values, g: Values, state: Values) -> tuple[Values, Values]:
        m, v, t = state
        t += 1
        m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, m, g)
        v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, g)
        rate, root = lr / (1 - beta1**t), jnp.sqrt(1 - beta2**t)
        return jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) / root + eps), w, m, v), (m, v, t)

    return Optimizer(start, step)


OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {"sgd": sgd, "momentum": momentum, "adam": adam}


# ── layers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Net:
    """apply(parameters, statistics, x, training) → y, new statistics; and the shape of y."""

    apply: Callable[[Values, Values, jax.Array, bool], tuple[jax.Array, Values]]
    shape: tuple[int, ...]
    parameters: Values = ()
    statistics: Values = ()


def translated(module: nn.Module, shape: tuple[int, ...]) -> Net:
    """The same network, starting from the same weights, for inputs of this shape (N, H, W, C) or (N, D)."""
    match module:
        case Residual():
            return _residual(translated(module.main, shape), translated(module.shortcut, shape))
        case Branches():
            return _branches([translated(branch, shape) for branch in module.branches])
        case nn.Sequential():
            return _chain(list(module), shape)
        case nn.Linear():
            return _linear(module, shape, None)
        case nn.Conv2d():
            return _conv(module, shape)
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return _batch_norm(module, shape)
        case nn.MaxPool2d():
            return _plain(partial(max_pool, module), shape)
        case nn.GlobalAvgPool2d():
            return _plain(lambda x: x.mean((1, 2)), shape)
        case nn.ReLU():
            return _plain(jax.nn.relu, shape)
        case nn.Flatten():
            return _plain(lambda x: x.reshape(x.shape[0], -1), shape)
        case nn.Identity() | nn.Dropout(p=0.0):
            return _plain(lambda x: x, shape)
        case _:
            raise TypeError(f"there is no translation of {type(module).__name__} into JAX")


def _plain(function: Callable[[jax.Array], jax.Array], shape: tuple[int, ...]) -> Net:
    """A layer without parameters."""
    after = jax.eval_shape(function, jax.ShapeDtypeStruct(shape, jnp.float32)).shape
    return Net(lambda parameters, statistics, x, training: (function(x), ()), after)


def _chain(layers: list[nn.Module], shape: tuple[int, ...]) -> Net:
    nets: list[Net] = []
    flattened = None
    for layer in layers:
        before = nets[-1].shape if nets else shape
        nets.append(_linear(layer, before, flattened) if isinstance(layer, nn.Linear) else translated(layer, before))
        flattened = before if isinstance(layer, nn.Flatten) and len(before) == 4 else None

    def apply(parameters: Values, statistics: Values, x: jax.Array, training: bool) -> tuple[jax.Array, Values]:
        new = []
        for net, own, running in zip(nets, parameters, statistics, strict=True):
            x, after = net.apply(own, running, x, training)
            new.append(after)
        return x, new

    return Net(apply, nets[-1].shape, [net.parameters for net in nets], [net.statistics for net in nets])


def _residual(main: Net, shortcut: Net) -> Net:
    def apply(parameters: Values, statistics: Values, x: jax.Array, training: bool) -> tuple[jax.Array, Values]:
        y, after = main.apply(parameters[0], statistics[0], x, training)
        z, after_shortcut = shortcut.apply(parameters[1], statistics[1], x, training)
        return jax.nn.relu(y + z), [after, after_shortcut]

    parts = [main, shortcut]
    return Net(apply, main.shape, [net.parameters for net in parts], [net.statistics for net in parts])


def _branches(nets: list[Net]) -> Net:
    def apply(parameters: Values, statistics: Values, x: jax.Array, training: bool) -> tuple[jax.Array, Values]:
        ends = [net.apply(p, s, x, training) for net, p, s in zip(nets, parameters, statistics, strict=True)]
        return jnp.concatenate([y for y, _ in ends], axis=-1), [after for _, after in ends]

    shape = (*nets[0].shape[:-1], sum(net.shape[-1] for net in nets))
    return Net(apply, shape, [net.parameters for net in nets], [net.statistics for net in nets])


def _linear(layer: nn.Linear, shape: tuple[int, ...], flattened: tuple[int, ...] | None) -> Net:
    """x·weightᵀ + bias; behind a Flatten of images the inputs come in the order (H, W, C) instead of (C, H, W)."""
    weight = layer.weight.data
    if flattened is not None:
        _, h, w, c = flattened
        weight = weight.reshape(-1, c, h, w).transpose(0, 2, 3, 1).reshape(len(weight), -1)
    parameters = [np.ascontiguousarray(weight.T), *([layer.bias.data] if layer.bias is not None else [])]

    def apply(parameters: Values, statistics: Values, x: jax.Array, training: bool) -> tuple[jax.Array, Values]:
        return sum(parameters[1:], x @ parameters[0]), ()

    return Net(apply, (*shape[:-1], layer.out_features), parameters)


def _conv(layer: nn.Conv2d, shape: tuple[int, ...]) -> Net:
    parameters = [np.ascontiguousarray(layer.weight.data.transpose(2, 3, 1, 0))]  # (F, C, P, Q) → (P, Q, C, F)
    if layer.bias is not None:
        parameters.append(layer.bias.data)

    def apply(parameters: Values, statistics: Values, x: jax.Array, training: bool) -> tuple[jax.Array, Values]:
        y = convolution(x, parameters[0], layer.stride, layer.padding, layer.dilation, layer.groups)
        return sum(parameters[1:], y), ()

    after = jax.eval_shape(lambda x: apply(parameters, (), x, True)[0], jax.ShapeDtypeStruct(shape, jnp.float32))
    return Net(apply, after.shape, parameters)


def convolution(
    x: jax.Array,
    w: jax.Array,
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
) -> jax.Array:
    """x (N, H, W, C) with filters w (P, Q, C/groups, F)"""
    around = [(p, p) for p in padding]
    return lax.conv_general_dilated(
        x, w, stride, around, rhs_dilation=dilation, dimension_numbers=IMAGES, feature_group_count=groups
    )


def _batch_norm(layer: nn.BatchNorm1d | nn.BatchNorm2d, shape: tuple[int, ...]) -> Net:
    assert layer.momentum is not None
    axes, keep, eps = tuple(range(len(shape) - 1)), layer.momentum, layer.eps
    count = int(np.prod(shape[:-1]))

    def apply(parameters: Values, statistics: Values, x: jax.Array, training: bool) -> tuple[jax.Array, Values]:
        if training:
            mean = x.mean(axes)
            variance = jnp.maximum((x * x).mean(axes) - mean * mean, 0)  # one pass over x, as Flax does
            new = mean, variance * (count / (count - 1))
            after = [(1 - keep) * old + keep * value for old, value in zip(statistics, new, strict=True)]
        else:
            (mean, variance), after = statistics, statistics
        factor = parameters[0] * lax.rsqrt(variance + eps)
        return (x - mean) * factor + parameters[1], after

    assert layer.weight is not None
    assert layer.bias is not None
    return Net(apply, shape, [layer.weight.data, layer.bias.data], [layer.running_mean, layer.running_var])


def max_pool(layer: nn.MaxPool2d, x: jax.Array) -> jax.Array:
    """The largest pixel of every window; windows side by side are a reshape, whose gradient is far quicker."""
    rows, columns = layer.kernel_size
    n, h, w, c = x.shape
    if layer.stride == layer.kernel_size and layer.padding == (0, 0) and not layer.ceil_mode:
        x = x[:, : h // rows * rows, : w // columns * columns]
        return x.reshape(n, h // rows, rows, w // columns, columns, c).max((2, 4))
    return window_max(x, layer.kernel_size, layer.stride, layer.padding)


def window_max(x: jax.Array, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]) -> jax.Array:
    around = ((0, 0), *((p, p) for p in padding), (0, 0))
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, *kernel, 1), (1, *stride, 1), around)
