"""Number by number: sums, products, copies and filling, for programs that run without NumPy.

NumPy's broadcasting holds. An operand that is a number, or one row that is repeated along the last axis (along the
channels of images, (C, 1, 1)), is repeated in the cache; any other smaller one is first copied to full size.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, inner, kernel
from zerokara.kernels.compiled.definition import NotNativeError
from zerokara.kernels.compiled.layout import flat_like, flat_pair, plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.rows import empty_row
from zerokara.kernels.compiled.strided import copy_into

Operand = Array | float

_LONG = 256  # numbers of a row, at least, when a short one is repeated
_ADD, _SUBTRACT, _SUBTRACT_FROM, _MULTIPLY, _DIVIDE, _DIVIDE_INTO = range(6)


def add(a: Operand, b: Operand) -> Array:
    """a + b."""
    return _combined(np.add, a, b, _ADD, _ADD)


def subtract(a: Operand, b: Operand) -> Array:
    """a − b."""
    return _combined(np.subtract, a, b, _SUBTRACT, _SUBTRACT_FROM)


def multiply(a: Operand, b: Operand) -> Array:
    """a · b."""
    return _combined(np.multiply, a, b, _MULTIPLY, _MULTIPLY)


def divide(a: Operand, b: Operand) -> Array:
    """a / b."""
    return _combined(np.true_divide, a, b, _DIVIDE, _DIVIDE_INTO)


def negative(a: Array) -> Array:
    """−a; of 0, too."""
    return multiply(a, -1.0)


def scale(a: Array, number: float) -> Array:
    """number · a; the number is rounded to the type of a first."""
    return multiply(a, float(number))


def fill(target: Array, number: float) -> None:
    """target[…] = number, in place."""
    if not compilable(target):
        _refuse_while_recording("fill")
        target[...] = number
        return
    if target.size == 0:
        return
    if target.flags.carray:
        ranges = threads.parts(target.size, target.size)
        threads.share(_fill.on(target.dtype), [(target.reshape(-1), float(number), *r) for r in ranges])
        return
    copy_into(target, np.broadcast_to(_as_array(number, target), target.shape))


def copy_to(target: Array, source: Array) -> None:
    """target[…] = source[…], whatever their layouts; the source is repeated to the shape of the target."""
    if target.dtype != source.dtype:
        _refuse_while_recording("copy_to")
        target[...] = source
        return
    copy_into(target, np.broadcast_to(source, target.shape))


def _combined(definition: Callable[..., Any], a: Operand, b: Operand, code: int, swapped: int) -> Array:
    """a and b combined number by number; `swapped` is the code for b as the first operand."""
    if isinstance(a, np.ndarray) and not isinstance(b, np.ndarray):
        b = _as_array(b, a) if compilable(a) else b
    elif isinstance(b, np.ndarray) and not isinstance(a, np.ndarray):
        a = _as_array(a, b) if compilable(b) else a
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and compilable(a, b)):
        _refuse_while_recording(definition.__name__)
        result: Array = definition(a, b)
        return result
    a, b = _once(a, b), _once(b, a)
    shape = np.broadcast_shapes(a.shape, b.shape)
    if b.shape == shape != a.shape:
        a, b, code = b, a, swapped
    if a.shape != shape:
        a = _in_full(a, shape)
    return _with_row(a, b, code)


def _once(a: Array, other: Array) -> Array:
    """A single number that was spread over an array, as itself again, where the other operand has the whole shape."""
    spread = a.size > 1 and not any(a.strides) and a.shape == other.shape and any(other.strides)
    return a[tuple(slice(1) for _ in a.shape)] if spread else a


def _with_row(a: Array, b: Array, code: int) -> Array:
    """a ∘ b, where a has the shape of the result."""
    memory, y, target = flat_pair(a)
    if a.size == 0:
        return y
    if b.size == 1 or _along_innermost(a, b):
        other = plain(b).reshape(-1)
    else:
        other = flat_like(b if b.shape == a.shape else _in_full(b, a.shape), a)
    repeated = other.size != a.size
    length = other.size if repeated else 1
    parts = [(begin * length, end * length) for begin, end in threads.parts(a.size // length, a.size)]
    threads.share(_combine.on(a.dtype), [(memory, other, target, code, int(repeated), *r) for r in parts])
    return y


def _along_innermost(a: Array, b: Array) -> bool:
    """Whether b is one row along the axis that lies innermost in a: the channels of images, else the last axis."""
    axis = 1 if a.ndim > 2 and not a.flags.c_contiguous else a.ndim - 1
    return b.ndim >= a.ndim - axis and b.size == b.shape[axis - a.ndim] == a.shape[axis]


def _in_full(b: Array, shape: tuple[int, ...]) -> Array:
    """b repeated to this shape, as a new array."""
    full = empty(shape, b.dtype)
    copy_into(full, np.broadcast_to(b, shape))
    return full


def _as_array(number: float, like: Array) -> Array:
    """A number as an array without axes, of the type of another array."""
    single = empty((), like.dtype)
    threads.share(_fill.on(like.dtype), [(single.reshape(1), float(number), 0, 1)])
    return single


def _refuse_while_recording(name: str) -> None:
    if threads.recording():
        raise NotNativeError(name)


@kernel("void(T[::1], f8, i8, i8)", writes=("target",))
def _fill(target, number, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1."""
    target[start:stop] = target.dtype.type(number)


@inner
def _apply(code, a, b, y):  # type: ignore[no-untyped-def]
    """y = a ∘ b."""
    if code == _ADD:
        for k in range(y.size):
            y[k] = a[k] + b[k]
    elif code == _SUBTRACT:
        for k in range(y.size):
            y[k] = a[k] - b[k]
    elif code == _SUBTRACT_FROM:
        for k in range(y.size):
            y[k] = b[k] - a[k]
    elif code == _MULTIPLY:
        for k in range(y.size):
            y[k] = a[k] * b[k]
    elif code == _DIVIDE:
        for k in range(y.size):
            y[k] = a[k] / b[k]
    else:
        for k in range(y.size):
            y[k] = b[k] / a[k]


@kernel("void(T[::1], T[::1], T[::1], i8, i8, i8, i8)", writes=("y",))
def _combine(a, b, y, code, repeated, start, stop):  # type: ignore[no-untyped-def]
    """y = a ∘ b for the numbers start…stop−1; if b is repeated, they are whole rows of its length."""
    if not repeated:
        _apply(code, a[start:stop], b[start:stop], y[start:stop])
        return
    copies = max(1, _LONG // b.size)
    row = empty_row(copies * b.size, b.dtype)
    for k in range(copies):
        for j in range(b.size):
            row[k * b.size + j] = b[j]
    for begin in range(start, stop, row.size):
        end = min(begin + row.size, stop)
        _apply(code, a[begin:end], row[: end - begin], y[begin:end])
