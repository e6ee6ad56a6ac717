"""Arrays of which only the shape is known: what a model does, without its arithmetic.

A summary asks for shapes. A stand-in holds zeros that take no memory (one number, seen everywhere), and kernels and
NumPy's functions on it give further stand-ins. So a network for large pictures is looked at in milliseconds, on a
machine that could not run it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.kernels import conv_output_size, pool_output_size, reference
from zerokara.kernels.tracing import Traced, refuse, replaced

Pair = tuple[int, int]


class Outline(Traced):
    """A stand-in for an array of `shape`, in the place of a tensor's data."""

    __slots__ = ()

    def __init__(self, shape: Shape, dtype: DTypeLike) -> None:
        self.array = np.broadcast_to(np.zeros((), dtype), shape)

    def __repr__(self) -> str:
        return f"Outline(shape={self.shape}, dtype={self.dtype})"

    def __kernel__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name in SHAPES:
            return Outline(SHAPES[name](*_plain(args), **_plain(kwargs)), self.dtype)
        if name == "max_pool2d":
            shape = _max_pooled(*_plain(args), **_plain(kwargs))
            return Outline(shape, self.dtype), Outline(shape, np.int32)
        if name in RECURRENT:
            steps, (count, size), (states, kept) = args[0].shape[0], args[4].shape, RECURRENT[name]
            shapes = (steps + states, count, size), (steps, count, size), (steps, count, kept * size)
            return tuple(Outline(shape, self.dtype) for shape in shapes[: 3 if kept else 2])
        return _outlined(getattr(reference, name)(*_plain(args), **_plain(kwargs)))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or ufunc.nout > 1 or ufunc.signature or kwargs:
            return _outlined(getattr(ufunc, method)(*_plain(inputs), **kwargs))
        plain = _plain(inputs)
        shape = np.broadcast_shapes(*(np.shape(value) for value in plain))
        with np.errstate(all="ignore"):
            dtype = ufunc(*(_first(value) for value in plain)).dtype
        return Outline(shape, dtype)

    def __array_function__(self, function: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        if function is np.concatenate:
            return _joined(_plain(args[0]), *args[1:], **kwargs)
        if function in (np.sum, np.max, np.mean) and "axis" in kwargs:
            return Outline(_reduced(self.shape, kwargs["axis"], kwargs.get("keepdims", False)), self.dtype)
        return _outlined(function(*_plain(args), **_plain(kwargs)))

    def __getitem__(self, index: Any) -> Any:
        return _outlined(self.array[_plain(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        refuse("write into an array of which only the shape is known")

    def astype(self, dtype: DTypeLike, copy: bool = True) -> Any:
        """The same shape in another dtype."""
        return Outline(self.shape, dtype)

    def copy(self) -> "Outline":
        """Itself: there are no numbers that could change."""
        return self

    def known_numbers(self, what: str) -> Array:
        """There are none."""
        refuse(what)


def _same(x: Array, *others: Any, **options: Any) -> Shape:
    return x.shape


def _product(x: Array, y: Array) -> Shape:
    if x.ndim == 1 or y.ndim == 1 or x.shape[-1] != y.shape[-2]:  # NumPy says what does not fit
        return tuple(np.matmul(x, y).shape)
    return (*np.broadcast_shapes(x.shape[:-2], y.shape[:-2]), x.shape[-2], y.shape[-1])


def _convolved(
    x: Array, w: Array, bias: Array | None, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Shape:
    sizes = zip(x.shape[2:], w.shape[2:], stride, padding, dilation, strict=True)
    return (len(x), len(w), *(conv_output_size(*size) for size in sizes))


def _max_pooled(x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> Shape:
    sizes = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
    return (*x.shape[:2], *(pool_output_size(*size, ceil_mode) for size in sizes))


def _averaged(x: Array, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_include_pad: bool) -> Shape:
    return _max_pooled(x, kernel, stride, padding, (1, 1), ceil_mode)


def _repeated(x: Array, factors: Shape) -> Shape:
    return (*x.shape[:2], *(n * k for n, k in zip(x.shape[2:], factors, strict=True)))


SHAPES: dict[str, Callable[..., Shape]] = {
    "conv2d": _convolved,
    "matmul": _product,
    "avg_pool2d": _averaged,
    "batch_norm": _same,
    "group_norm": _same,
    "layer_norm": _same,
    "relu": _same,
    "sigmoid": _same,
    "silu": _same,
    "upsample_nearest": _repeated,
    "erf": _same,
}
"""The shape of what a kernel gives, for its arguments; other kernels are run."""

RECURRENT = {"rnn": (1, 0), "lstm": (2, 6), "gru": (1, 4)}
"""How many last states a kernel gives, and how many numbers it keeps for each unit and step."""


def _joined(arrays: Any, axis: int = 0) -> Outline:
    shape = list(arrays[0].shape)
    shape[axis] = sum(array.shape[axis] for array in arrays)
    return Outline(tuple(shape), np.result_type(*arrays))


def _reduced(shape: Shape, axis: Any, keepdims: bool) -> Shape:
    axes = {a % len(shape) for a in (range(len(shape)) if axis is None else (axis,) if isinstance(axis, int) else axis)}
    return tuple(1 if i in axes else n for i, n in enumerate(shape) if keepdims or i not in axes)


def _first(value: Any) -> Any:
    """One number of an array, to see what dtype comes out; a bare Python number is left as it is."""
    return np.zeros((), value.dtype) if isinstance(value, np.ndarray) else value


def _outlined(found: Any) -> Any:
    """What NumPy gave, with stand-ins in the place of arrays."""
    return replaced(found, np.ndarray, lambda array: Outline(array.shape, array.dtype))


def _plain(value: Any) -> Any:
    return replaced(value, Traced, lambda outline: outline.array)
