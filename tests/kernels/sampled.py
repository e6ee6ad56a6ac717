"""A few calls of every compiled kernel, of sizes around those of vectors, for the laws that hold for all of them.

The calls are compared with the reference for every number of threads and on processors with other vectors, and are made
on memory next to which nobody may touch anything (`guarded`).
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.kernels.families import numbers
from tests.kernels.test_optimizer import STEPS
from zerokara.arrays import Array
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import composed, crew, learning, threads
from zerokara.kernels.compiled.crew import _Crew
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES

Call = tuple[str, tuple[Any, ...]]
"""The name of a kernel, and its arguments."""

PLAIN = (1, 1), (1, 1), (1, 1), 1
NUMPYS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "scale": np.multiply,
    "negative": np.negative,
    "exp": np.exp,
    "logaddexp": np.logaddexp,
    "copy_to": np.copyto,
    "fill": lambda target, number: target.fill(number),
}
"""The kernels of which neither the reference nor `composed` says what they are: NumPy does."""


def definition(name: str) -> Callable[..., Any]:
    """What a kernel has to give."""
    found: Callable[..., Any] = (
        NUMPYS.get(name) or getattr(reference, name, None) or getattr(composed, name)  # "add" is in neither
    )
    return found


def kernel(name: str) -> Callable[..., Any]:
    """The compiled kernel of this name."""
    found: Callable[..., Any] = compiled.FUSED.get(name) or getattr(compiled, name)
    return found


def outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Array, ...]:
    """What a call gives, and what has become of its arguments, which are copies."""
    given = tuple(a.copy(order="K") if isinstance(a, np.ndarray) else a for a in args)
    result = function(*given)
    results = result if isinstance(result, tuple) else (result,)
    return (
        *(np.asarray(each) for each in results if each is not None),
        *(each for each in given if isinstance(each, np.ndarray)),
    )


@contextmanager
def named(name: str, args: tuple[Any, ...]) -> Iterator[None]:
    """An error in this block says which call it is about."""
    try:
        yield
    except Exception as error:
        error.add_note(f"This is {said(name, args)}.")
        raise


def said(name: str, args: tuple[Any, ...]) -> str:
    """A call in words: of arrays their shapes."""
    shown = (f"{a.dtype}{a.shape}" if isinstance(a, np.ndarray) else repr(a) for a in args)
    return f"{name}({', '.join(shown)})"


@contextmanager
def shared_by(count: int) -> Iterator[None]:
    """Every call, however small, is cut for so many threads, which there are; and no product is left to NumPy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "SMALL", -1)
        patch.setattr(threads, "_THREADS", count)
        patch.setattr(crew, "_crew", _crew_of(count))
        patch.setattr(sys.modules[compiled.matmul.__module__], "_SMALL", 0)
        yield


@cache
def _crew_of(count: int) -> _Crew:
    return _Crew(count)


def calls(family: str, dtype: Any) -> Iterator[Call]:
    """The calls of a family of kernels, for numbers of this type."""
    return FAMILIES[family](np.dtype(dtype).type, VECTOR_BYTES // np.dtype(dtype).itemsize)


def around(lanes: int) -> list[int]:
    """Sizes that are hardly anything, nearly a vector, one, and a little more than one and than two."""
    return sorted({1, 2, lanes - 1, lanes, lanes + 1, 2 * lanes + 1})


def _activations(dtype: Any, lanes: int) -> Iterator[Call]:
    for size in (*around(lanes), 9 * lanes + 5):
        x, g = 4 * numbers(1, (size,), dtype), numbers(2, (size,), dtype)
        t = (numbers(3, (size,), dtype) > 0).astype(dtype)
        for name in ("relu", "silu", "gelu_tanh", "sigmoid", "exp", "negative"):
            yield name, (x,)
        for name in ("relu_grad", "silu_grad", "gelu_tanh_grad"):
            yield name, (g, x)
        yield "binary_cross_entropy_with_logits", (x, t)
        yield "binary_cross_entropy_with_logits_grad", (g, x, t)
        yield "logaddexp", (x, 0.5)
        yield "logaddexp", (x, g)


def _arithmetic(dtype: Any, lanes: int) -> Iterator[Call]:
    for size in around(lanes):
        row, images = numbers(1, (size,), dtype), numbers(2, (2, size, 3, 2), dtype)
        for name in ("add", "subtract", "multiply", "divide"):
            yield name, (numbers(3, (5, size), dtype), row)
            yield name, (row.reshape(size, 1, 1), images)
            yield name, (images, images + 1)
        yield "scale", (images, 0.5)
        yield "add_relu", (images, numbers(3, images.shape, dtype))
        yield "fill", (row, 0.25)
        yield "copy_to", (images, row.reshape(size, 1, 1))
        yield "copy_to", (numbers(3, (size, 3), dtype), numbers(4, (3, size), dtype).T)


def _sums(dtype: Any, lanes: int) -> Iterator[Call]:
    for size in (*around(lanes), 9 * lanes + 5):
        x, images = numbers(1, (5, size), dtype), numbers(2, (3, size, 2, 3), dtype)
        for name in ("square_sum", "fingerprint", "total", "row_sum"):
            yield name, (x,)
        yield "channel_sum", (images,)
        yield "scatter", (numbers(3, (6, size), dtype), np.array([3, 0, 3, -1, 2, 2]), (5, size))
        for source in (x, numbers(4, (size, 5), dtype).T):
            yield "scale_into", (numbers(5, x.shape, dtype), source, np.array([0.3]))


def _losses(dtype: Any, lanes: int) -> Iterator[Call]:
    for classes in (*around(lanes), 4 * lanes - 1, 4 * lanes + 1):
        for count in (1, 5):
            scores, labels = 10 * numbers(1, (count, classes), dtype), np.arange(count) % classes
            yield "cross_entropy", (scores, labels)
            shares = reference.cross_entropy(scores, labels)[1]
            yield "cross_entropy_grad", (numbers(2, (count,), dtype), shares, labels)
            for kind in (np.int64, np.int32, np.uint8):
                yield "cross_entropy_mean", (scores, labels.astype(kind))


def _norms(dtype: Any, lanes: int) -> Iterator[Call]:
    for channels in around(lanes):
        weight, bias = numbers(3, (channels,), dtype), numbers(4, (channels,), dtype)
        yield "update_running", (weight, bias, 0.1, 1.5)
        for shape in ((5, channels), (3, channels, 3, 2)):
            x, g = numbers(1, shape, dtype) + dtype(3), numbers(2, shape, dtype)
            mean, variance = reference.batch_statistics(x)
            y = reference.relu(reference.batch_norm(x, mean, variance, weight, bias, 1e-2))
            yield "batch_statistics", (x,)
            yield "batch_norm", (x, mean, variance, weight, bias, 1e-2)
            yield "batch_norm_grads", (g, x, mean, variance, weight, 1e-2)
            yield "batch_norm_train", (x, weight, bias, 1e-2, True)
            yield "batch_norm_train_grads", (g, x, y, mean, variance, weight, 1e-2)
            for groups in {1, channels}:
                yield "group_norm", (x, weight, bias, groups, 1e-2)
                yield "group_norm_grads", (g, x, weight, groups, 1e-2)
            scale, shift = numbers(5, shape[1:], dtype), numbers(6, shape[1:], dtype)
            yield "layer_norm", (x, scale, shift, len(shape) - 1, 1e-2)
            yield "layer_norm_grads", (g, x, scale, len(shape) - 1, 1e-2)
    yield "count_up", (np.array(3),)


def _attention(dtype: Any, lanes: int) -> Iterator[Call]:
    few = max(1, lanes - 1)
    for t, s, d, e in (
        (1, 1, 1, 1),
        (lanes + 1, few, few, lanes + 1),
        (lanes, 2 * lanes + 1, lanes, 1),
        (3, 4 * lanes + 1, 2, lanes),
        (70, 17, 5, 7),  # several blocks of queries
        (3, 600, 2, 3),  # and, backwards, of keys
    ):
        shapes = (2, 3, t, d), (2, 3, s, d), (2, 3, s, e), (2, 3, t, e)
        q, k, v, g = (numbers(i, shape, dtype) for i, shape in enumerate(shapes))
        bias, mask = numbers(4, (1, 3, t, s), dtype), numbers(5, (2, 1, 1, s), dtype) > 0
        keep = np.abs(numbers(6, (2, 3, t, s), dtype))
        for options in ((None, None, None, 0.4, None), (bias, mask, keep, 0.4, 0)):
            y, shares = reference.attention(q, k, v, *options)
            yield "attention", (q, k, v, *options)
            yield "attention_grads", (g, q, k, v, y, shares, *options)


def _recurrent(dtype: Any, lanes: int) -> Iterator[Call]:
    for steps, count, size in (
        (6, 1, 1),
        (3, 2, max(1, lanes - 1)),
        (2, 5, lanes),
        (3, 7, lanes + 1),
        (2, 30, 2 * lanes + 1),
    ):
        lengths = np.arange(count) % (steps + 1)
        for counts, reverse, option in ((None, False, True), (lengths, True, False)):
            yield from _networks(dtype, steps, count, size, counts, reverse, option)


def _networks(
    dtype: Any, steps: int, count: int, size: int, counts: Array | None, reverse: bool, option: bool
) -> Iterator[Call]:
    """All kinds of recurrent networks for sequences of these sizes, there and back."""
    h, c = numbers(1, (count, size), dtype), numbers(2, (count, size), dtype)
    for name, gates in (("rnn", 1), ("lstm", 4), ("gru", 3)):
        rows = gates * size
        p, w = numbers(3, (steps, count, rows), dtype), numbers(4, (rows, size), dtype) / dtype(size)
        biases = (numbers(5, (rows,), dtype), numbers(6, (rows,), dtype)) if reverse else (None, None)
        states = (h, c) if name == "lstm" else (h,)
        more = (counts, reverse) if name == "lstm" else (counts, reverse, option)
        args = p, w, *biases, *states, *more
        y, *kept = getattr(reference, name)(*args)
        known = {"rnn": (y,), "lstm": tuple(kept[1:]), "gru": tuple(kept)}[name]
        yield name, args
        yield f"{name}_grads", (numbers(7, y.shape, dtype), *known, w, *more)


def _settings(own: tuple[Any, ...], penalties: tuple[float, ...] = (0.3, 0.2, 0.9)) -> Array:
    return np.array((0.1, *penalties, *own))


def _arrays_of_step(shape: tuple[int, ...], states: int, dtype: Any) -> tuple[Array, ...]:
    """Weights, and as many arrays of what an optimizer remembers."""
    return numbers(1, shape, dtype), *(np.abs(numbers(2 + k, shape, dtype)) for k in range(states))


def _optimizers(dtype: Any, lanes: int) -> Iterator[Call]:
    for size in (*around(lanes), 2053):
        for name, states, own in STEPS:
            w, *memory = _arrays_of_step((size,), states, dtype)
            for settings in (_settings(own), _settings(own, (0.0, 0.0, 1.0))):
                yield name, (w, numbers(9, (size,), dtype), *memory, settings)


def _learning(dtype: Any, lanes: int) -> Iterator[Call]:
    """Rows enough for four threads to learn in blocks; of columns few, and more than a block has."""
    rows = 8 * learning._BLOCK_ROWS + 1
    for depth, columns, steps in ((7, max(ROWS, 2 * lanes + 1), STEPS), (2, 2049, STEPS[-1:])):
        a, b = numbers(8, (rows, depth), dtype), numbers(9, (depth, columns), dtype)
        for name, states, own in steps:
            w, *memory = _arrays_of_step((rows, columns), states, dtype)
            yield f"matmul_{name}", (w, a, b, *memory, _settings(own))


def _pooling(dtype: Any, lanes: int) -> Iterator[Call]:
    windows = ((2, 2), (2, 2), (0, 0), (1, 1)), ((3, 3), (2, 1), (1, 1), (1, 1))
    for channels in around(lanes):
        x = numbers(1, (2, channels, 5, 4), dtype).round(0)  # rounded: with equal maxima
        for window in windows:
            for up in (False, True):
                y, argmax = reference.max_pool2d(x, *window, up)
                g = numbers(2, y.shape, dtype)
                yield "max_pool2d", (x, *window, up)
                yield "max_pool2d_grad", (g, argmax, x.shape)
                yield "avg_pool2d", (x, *window[:3], up, False)
                yield "avg_pool2d_grad", (g, x.shape, *window[:3], up, False)
                for name, judged in (("max_pool2d_places", False), ("relu_max_pool2d_places", True)):
                    y, places = definition(name)(x, *window, up)
                    yield name, (x, *window, up)
                    yield "max_pool2d_places_grad", (g, places, x.shape, *window, y if judged else None)


def _resampling(dtype: Any, lanes: int) -> Iterator[Call]:
    for channels in around(lanes):
        for pixels, factors in (((3, 2), (2, 3)), ((1, 1), (1, 4)), ((5,), (3,))):
            x = numbers(1, (2, channels, *pixels), dtype)
            y = reference.upsample_nearest(x, factors)
            yield "upsample_nearest", (x, factors)
            yield "upsample_nearest_grad", (numbers(2, y.shape, dtype), factors)


def _products(dtype: Any, lanes: int) -> Iterator[Call]:
    few = max(1, lanes - 1)
    for m, depth, n in (
        (1, 40, lanes + 1),
        (4, lanes, 2 * lanes + 1),
        (lanes + 1, 3, few),
        (14, 5, 2 * lanes),
        (30, 300, lanes + 1),
        (lanes + 1, 300, 70),
        (90, 70, 4),
    ):
        x, y = numbers(1, (m, depth), dtype), numbers(2, (depth, n), dtype)
        yield "matmul", (x, y)
        yield "matmul", (np.asfortranarray(x), y)
        yield "linear_fused", (x, np.ascontiguousarray(y.T), numbers(3, (n,), dtype), True)
        yield "matmul_masked", (x, y, numbers(4, (m, n), dtype))


def _convolutions(dtype: Any, lanes: int) -> Iterator[Call]:
    few, more = max(1, lanes - 1), lanes + 1
    for x_shape, w_shape, options in (
        ((1, 1, 5, 6), (more, 1, 3, 3), PLAIN),
        ((2, more, 6, 5), (few, more, 3, 2), ((2, 1), (1, 0), (1, 1), 1)),
        ((2, few, 5, 5), (2 * lanes + 1, few, 1, 1), ((1, 1), (0, 0), (1, 1), 1)),
        ((1, more, 7, 7), (more, 1, 3, 3), ((1, 1), (1, 1), (1, 1), more)),
        ((1, few, 9, 9), (lanes, few, 5, 5), ((1, 1), (4, 4), (2, 2), 1)),
        ((4, 40, 16, 16), (40, 40, 3, 3), PLAIN),  # by Winograd's method, where float32 is
        ((9, 16, 12, 12), (20, 16, 5, 5), ((1, 1), (2, 2), (1, 1), 1)),
    ):
        x, w, b = (numbers(k, shape, dtype) for k, shape in enumerate((x_shape, w_shape, w_shape[:1])))
        g = numbers(3, reference.conv2d(x, w, b, *options).shape, dtype)
        yield "conv2d", (x, w, b, *options)
        yield "conv2d_fused", (x, w, None, *options, True)
        yield "conv2d_grad_x", (g, w, x.shape, *options)
        yield "conv2d_grad_x_fused", (g, w, x.shape, *options, x)
        yield "conv2d_grad_w", (g, x, w.shape, *options)


FAMILIES: dict[str, Callable[[Any, int], Iterator[Call]]] = {
    "activations": _activations,
    "arithmetic": _arithmetic,
    "attention": _attention,
    "convolutions": _convolutions,
    "learning": _learning,
    "losses": _losses,
    "norms": _norms,
    "optimizers": _optimizers,
    "pooling": _pooling,
    "products": _products,
    "recurrent": _recurrent,
    "resampling": _resampling,
    "sums": _sums,
}
"""For every family, what yields its calls from a type of numbers and how many of them a vector holds."""

DTYPES = ("float32", "float64")
