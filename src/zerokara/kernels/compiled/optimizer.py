"""One step of each optimizer, in a single pass over the memory. See the reference for the formulas and the settings.

The settings are read when the kernel runs, so that a recorded step follows a changing learning rate, and the penalties
are part of the same pass. The numbers are rounded to the type of the weights first, so that the arithmetic is that of
the reference. Threads share the weights; each weight is touched by one of them only.
"""

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import Kernel, compilable, inner, kernel
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.rows import empty_row

_OWN = 4  # where the settings of the method itself begin
_PIECE = 2048  # weights that go through all loops together: they stay in the first cache


def sgd_step(w: Array, g: Array, numbers: Array) -> None:
    """w ← w − lr·g."""
    _in_place(_sgd, "sgd_step", (w, g), numbers)


def momentum_step(w: Array, g: Array, v: Array, numbers: Array) -> None:
    """v ← momentum·v + (1 − dampening)·g (the very first time v ← g);  w ← w − lr·v, or Nesterov's form."""
    _in_place(_momentum, "momentum_step", (w, g, v), numbers)


def adagrad_step(w: Array, g: Array, h: Array, numbers: Array) -> None:
    """h ← h + g²;  w ← w − lr·g / (√h + ε)."""
    _in_place(_adagrad, "adagrad_step", (w, g, h), numbers)


def rmsprop_step(w: Array, g: Array, h: Array, numbers: Array) -> None:
    """h ← α·h + (1 − α)·g²;  w ← w − lr·g / (√h + ε)."""
    _in_place(_rmsprop, "rmsprop_step", (w, g, h), numbers)


def adam_step(w: Array, g: Array, m: Array, v: Array, numbers: Array) -> None:
    """One step of Adam."""
    _in_place(_adam, "adam_step", (w, g, m, v), numbers)


def together(name: str, rows: list[tuple[Array, ...]]) -> None:
    """The step of this name for every row of arguments, all of them at the same time where no two share memory."""
    kernel = kernel_of(name)
    if not rows or not _apart(rows):
        for row in rows:
            _in_place(kernel, name, row[:-1], row[-1])
        return
    calls: list[tuple[Any, ...]] = []
    function = kernel.on(rows[0][0].dtype)
    for row in rows:
        size = row[0].size
        calls += [(*row, *r) for r in threads.parts(size, size)]
    threads.share(function, calls)


def kernel_of(name: str) -> Kernel:
    """The machine code of the step of this name."""
    return _STEPS[name]


def _apart(rows: list[tuple[Array, ...]]) -> bool:
    """Whether every array has memory of its own, in one piece, and all are of one dtype and fit each other."""
    dtype, seen, count = rows[0][0].dtype, set(), 0
    if not compilable(rows[0][0]):
        return False
    for w, g, *states, _ in rows:
        shape = w.shape
        for array in (w, g, *states):
            if type(array) is not np.ndarray or array.base is not None or array.dtype is not dtype:
                return False
            if array.shape != shape or not array.flags.carray:
                return False
            seen.add(id(array))
            count += 1
    return len(seen) == count


def _in_place(compiled: Kernel, name: str, arrays: tuple[Array, ...], numbers: Array) -> None:
    """Run the kernel on the arrays as plain memory. The reference serves arrays that do not lie in one piece."""
    if not _possible(arrays):
        getattr(reference, name)(*arrays, numbers)
        return
    memory: list[Any] = [plain(a).reshape(-1) for a in arrays]
    size = arrays[0].size
    threads.share(compiled.on(arrays[0].dtype), [(*memory, numbers, *r) for r in threads.parts(size, size)])


def _possible(arrays: tuple[Array, ...]) -> bool:
    """Whether the kernel can work on these arrays in place."""
    w, g, *states = arrays
    if not compilable(*arrays) or g.shape != w.shape or not w.flags.carray:
        return False
    return all(state.flags.carray for state in states)


@inner
def _penalised(w, g, numbers, room):  # type: ignore[no-untyped-def]
    """Shrink the weights, and return the gradient with the penalties: g itself if there are none, else in `room`."""
    decay, l1, shrink = w.dtype.type(numbers[1]), w.dtype.type(numbers[2]), w.dtype.type(numbers[3])
    slopes = room[: w.size] if decay != 0 or l1 != 0 else g
    if decay != 0:
        for k in range(w.size):
            slopes[k] = g[k] + decay * w[k]
        g = slopes
    if l1 != 0:
        for k in range(w.size):
            sign = (
                w.dtype.type(1) if w[k] > 0 else w.dtype.type(-1) if w[k] < 0 else np.abs(w[k])
            )  # of ±0 0, of NaN NaN
            slopes[k] = g[k] + l1 * sign
    if shrink != 1:
        for k in range(w.size):
            w[k] *= shrink
    return slopes


@kernel("void(T[::1], T[::1], f8[::1], i8, i8)", writes=("w",))
def _sgd(w, g, numbers, start, stop):  # type: ignore[no-untyped-def]
    """w ← w − lr·g."""
    lr, room = w.dtype.type(numbers[0]), empty_row(_PIECE, w.dtype)
    for begin in range(start, stop, _PIECE):
        end = min(begin + _PIECE, stop)
        weights = w[begin:end]
        slopes = _penalised(weights, g[begin:end], numbers, room)
        for k in range(weights.size):
            weights[k] -= lr * slopes[k]


@kernel("void(T[::1], T[::1], T[::1], f8[::1], i8, i8)", writes=("w", "v"))
def _momentum(w, g, v, numbers, start, stop):  # type: ignore[no-untyped-def]
    """v ← momentum·v + (1 − dampening)·g;  w ← w − lr·v, or with Nesterov's w ← w − lr·(g + momentum·v)."""
    lr, momentum, nesterov, first = w.dtype.type(numbers[0]), w.dtype.type(numbers[_OWN]), numbers[6], numbers[7]
    taken, room = w.dtype.type(1 - numbers[_OWN + 1]), empty_row(_PIECE, w.dtype)
    for begin in range(start, stop, _PIECE):
        end = min(begin + _PIECE, stop)
        weights, speeds = w[begin:end], v[begin:end]
        slopes = _penalised(weights, g[begin:end], numbers, room)
        if first != 0:
            for k in range(weights.size):
                speeds[k] = slopes[k]
                weights[k] -= lr * (slopes[k] + momentum * slopes[k]) if nesterov != 0 else lr * slopes[k]
        elif nesterov != 0:
            for k in range(weights.size):
                speeds[k] = momentum * speeds[k] + taken * slopes[k]
                weights[k] -= lr * (slopes[k] + momentum * speeds[k])
        else:
            for k in range(weights.size):
                speeds[k] = momentum * speeds[k] + taken * slopes[k]
                weights[k] -= lr * speeds[k]


@kernel("void(T[::1], T[::1], T[::1], f8[::1], i8, i8)", writes=("w", "h"))
def _adagrad(w, g, h, numbers, start, stop):  # type: ignore[no-untyped-def]
    """h ← h + g²;  w ← w − lr·g / (√h + ε)."""
    lr, eps, room = w.dtype.type(numbers[0]), w.dtype.type(numbers[_OWN]), empty_row(_PIECE, w.dtype)
    for begin in range(start, stop, _PIECE):
        end = min(begin + _PIECE, stop)
        weights, squares = w[begin:end], h[begin:end]
        slopes = _penalised(weights, g[begin:end], numbers, room)
        for k in range(weights.size):
            squares[k] += slopes[k] * slopes[k]
            weights[k] -= lr * slopes[k] / (np.sqrt(squares[k]) + eps)


@kernel("void(T[::1], T[::1], T[::1], f8[::1], i8, i8)", writes=("w", "h"))
def _rmsprop(w, g, h, numbers, start, stop):  # type: ignore[no-untyped-def]
    """h ← α·h + (1 − α)·g²;  w ← w − lr·g / (√h + ε)."""
    lr, eps, room = w.dtype.type(numbers[0]), w.dtype.type(numbers[_OWN + 1]), empty_row(_PIECE, w.dtype)
    kept, taken = w.dtype.type(numbers[_OWN]), w.dtype.type(1 - numbers[_OWN])
    for begin in range(start, stop, _PIECE):
        end = min(begin + _PIECE, stop)
        weights, squares = w[begin:end], h[begin:end]
        slopes = _penalised(weights, g[begin:end], numbers, room)
        for k in range(weights.size):
            squares[k] = kept * squares[k] + taken * (slopes[k] * slopes[k])
            weights[k] -= lr * slopes[k] / (np.sqrt(squares[k]) + eps)


@kernel("void(T[::1], T[::1], T[::1], T[::1], f8[::1], i8, i8)", writes=("w", "m", "v"))
def _adam(w, g, m, v, numbers, start, stop):  # type: ignore[no-untyped-def]
    """m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²;  w ← w − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)."""
    beta1, beta2, eps, t = numbers[_OWN], numbers[_OWN + 1], w.dtype.type(numbers[_OWN + 2]), numbers[_OWN + 3]
    # Division and root are what takes time here: one division is spared by multiplying with the inverse of the root.
    step, inverse = w.dtype.type(numbers[0] / (1 - beta1**t)), w.dtype.type(1 / np.sqrt(1 - beta2**t))
    kept1, taken1 = w.dtype.type(beta1), w.dtype.type(1 - beta1)
    kept2, taken2 = w.dtype.type(beta2), w.dtype.type(1 - beta2)
    room = empty_row(_PIECE, w.dtype)
    for begin in range(start, stop, _PIECE):
        end = min(begin + _PIECE, stop)
        weights, means, squares = w[begin:end], m[begin:end], v[begin:end]
        slopes = _penalised(weights, g[begin:end], numbers, room)
        for k in range(weights.size):
            means[k] = kept1 * means[k] + taken1 * slopes[k]
            squares[k] = kept2 * squares[k] + taken2 * (slopes[k] * slopes[k])
            weights[k] -= step * means[k] / (np.sqrt(squares[k]) * inverse + eps)


_STEPS = {
    "sgd_step": _sgd,
    "momentum_step": _momentum,
    "adagrad_step": _adagrad,
    "rmsprop_step": _rmsprop,
    "adam_step": _adam,
}
"""The kernel of every step, by its public name."""
