"""JAX's part of the single layers, each compiled."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from benchmarks.layers import Convolution, Layer, convolution_arrays, labels, pooled_shape, values
from benchmarks.task import Task
from benchmarks.with_jax import adam, convolution, cross_entropy, images, squares, window_max

Run = Callable[[], tuple[jax.Array, ...]]


def layer(case: Convolution | Layer) -> Task:
    if isinstance(case, Convolution):
        run = _convolution(case)
    else:
        make = {"max pool": _max_pool, "batch norm": _batch_norm, "cross-entropy": _entropy, "adam": _adam}
        run = make[case.operation](case)
    return Task(lambda i: run(), lambda results: sum(map(squares, results)), jax.block_until_ready)


def _convolution(case: Convolution) -> Run:
    x, w, b, g = convolution_arrays(case)
    x, w, b, g = images(x), jnp.asarray(w.transpose(2, 3, 1, 0)), jnp.asarray(b), images(g)
    convolve = partial(convolution, stride=(case.stride,) * 2, padding=(case.padding,) * 2)
    if case.operation == "forward":
        forward = jax.jit(lambda x, w, b: (convolve(x, w) + b,))
        return lambda: forward(x, w, b)
    if case.operation == "grad x":
        grad_x = jax.jit(lambda g, w: jax.linear_transpose(lambda x: convolve(x, w), x)(g))
        return lambda: grad_x(g, w)
    grad_w = jax.jit(lambda g, x: jax.linear_transpose(lambda w: convolve(x, w), w)(g))
    return lambda: grad_w(g, x)


def _max_pool(case: Layer) -> Run:
    x, g = images(values(case.shape)), images(values(pooled_shape(case), 1))
    kernel, stride, padding = case.window
    side_by_side = kernel == stride and not padding

    def pool(x: jax.Array) -> jax.Array:
        if side_by_side:  # the gradient of a reshape is far quicker than that of a window
            n, h, w, c = x.shape
            return x.reshape(n, h // kernel, kernel, w // kernel, kernel, c).max((2, 4))
        return window_max(x, (kernel, kernel), (stride, stride), (padding, padding))

    return partial(_forward_and_backward(pool), g, x)


def _batch_norm(case: Layer) -> Run:
    shape = case.shape
    make = images if len(shape) == 4 else jnp.asarray
    x, g = make(values(shape)), make(values(shape, 1))
    weight, bias = jnp.asarray(values(shape[1:2], 2)), jnp.asarray(values(shape[1:2], 3))
    axes = tuple(range(x.ndim - 1))

    def norm(x: jax.Array, weight: jax.Array, bias: jax.Array) -> jax.Array:
        mean = x.mean(axes)
        variance = (x * x).mean(axes) - mean * mean
        return (x - mean) * (weight * lax.rsqrt(variance + 1e-5)) + bias

    return partial(_forward_and_backward(norm), g, x, weight, bias)


def _forward_and_backward(function: Callable[..., jax.Array]) -> Callable[..., tuple[jax.Array, ...]]:
    @jax.jit
    def run(g: jax.Array, *inputs: jax.Array) -> tuple[jax.Array, ...]:
        y, pullback = jax.vjp(function, *inputs)
        return y, *pullback(g)

    return run


def _entropy(case: Layer) -> Run:
    scores, target = jnp.asarray(values(case.shape)), jnp.asarray(labels(case.shape), jnp.int32)
    run = jax.jit(jax.value_and_grad(cross_entropy))
    return lambda: run(scores, target)


def _adam(case: Layer) -> Run:
    optimizer = adam(0.001)
    step = jax.jit(optimizer.step, donate_argnums=(0, 2))
    weights, gradient = jnp.array(values(case.shape)), jnp.asarray(values(case.shape, 1))
    state = optimizer.start(weights)

    def run() -> tuple[jax.Array, ...]:
        nonlocal weights, state
        weights, state = step(weights, gradient, state)
        return (weights,)

    return run
