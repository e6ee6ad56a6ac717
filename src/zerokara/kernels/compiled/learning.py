"""The gradient of a matrix of weights, and the optimizer's step with it, block by block.

    g = a·b,  then the step of sgd, momentum, AdaGrad, RMSProp or Adam for the weights

With few samples, the gradient of a large layer is little work and much memory: it is written, read once by the
optimizer, and not needed again. Here a block of it is computed into a little room, which stays in the second-level
cache, and the optimizer goes over the rows of the block at once. The gradient as a whole never exists.

Neither of the two is written anew: `by_blocks` calls the machine code of the product and that of the step by their
addresses, with words (see `entry`) that it changes from block to block. So the numbers are those of both in a row.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import optimizer, threads
from zerokara.kernels.compiled.atomic import call
from zerokara.kernels.compiled.build import compilable, entry_of, kernel
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.matrices import multiply_blocks
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.products import matrix_memory
from zerokara.kernels.compiled.rows import empty_row, zero_row
from zerokara.kernels.compiled.simd import ROWS

cgutils: Any = _cgutils

MOST_DEPTH = 256
"""Samples up to which the product is one sum per number, whatever blocks it is cut into."""

_BLOCK_ROWS = -(-32 // ROWS) * ROWS  # at least; more than a product that reads b in place has
_BLOCK_COLUMNS = 2048  # at most: shorter pieces of a row are slower, as each begins a page of memory
_PRODUCT_WORDS, _STEP_WORDS = 22, 12


def matmul_sgd_step(w: Array, a: Array, b: Array, numbers: Array) -> None:
    """sgd_step(w, a·b)"""
    _learn("sgd_step", w, a, b, (), numbers)


def matmul_momentum_step(w: Array, a: Array, b: Array, v: Array, numbers: Array) -> None:
    """momentum_step(w, a·b, v)"""
    _learn("momentum_step", w, a, b, (v,), numbers)


def matmul_adagrad_step(w: Array, a: Array, b: Array, h: Array, numbers: Array) -> None:
    """adagrad_step(w, a·b, h)"""
    _learn("adagrad_step", w, a, b, (h,), numbers)


def matmul_rmsprop_step(w: Array, a: Array, b: Array, h: Array, numbers: Array) -> None:
    """rmsprop_step(w, a·b, h)"""
    _learn("rmsprop_step", w, a, b, (h,), numbers)


def matmul_adam_step(w: Array, a: Array, b: Array, m: Array, v: Array, numbers: Array) -> None:
    """adam_step(w, a·b, m, v)"""
    _learn("adam_step", w, a, b, (m, v), numbers)


def in_blocks(rows: int, depth: int, columns: int) -> bool:
    """Whether a gradient of this shape, summed over `depth` samples, has the same bits block by block.

    A product whose threads get hardly any rows sums in shorter pieces, and so rounds elsewhere.
    """
    return depth <= MOST_DEPTH and rows >= 2 * _BLOCK_ROWS * threads.count() and columns >= ROWS


def _learn(name: str, w: Array, a: Array, b: Array, states: tuple[Array, ...], numbers: Array) -> None:
    """Cut the rows of the weights for the threads. The reference serves arrays that do not lie in one piece."""
    arrays = (w, *states)
    fit = compilable(a, b, *arrays) and w.shape == (a.shape[0], b.shape[1]) and all(s.shape == w.shape for s in states)
    if not (fit and in_blocks(len(w), len(b), w.shape[1]) and all(array.flags.carray for array in arrays)):
        getattr(reference, name)(w, reference.matmul(a, b), *states, numbers)
        return
    rows, columns = w.shape
    left, *along_left = matrix_memory(a)
    right, *along_right = matrix_memory(b)
    memory = [array.reshape(-1) for array in arrays]
    first, second = (*memory[1:], w.reshape(-1)[:0], w.reshape(-1)[:0])[:2]
    step = optimizer.kernel_of(name)
    plan = (
        entry_of(multiply_blocks.on(w.dtype)), entry_of(step.on(w.dtype)), len(states), columns, len(b),
        *along_left, *along_right,
    )  # fmt: skip
    calls = []
    for start, stop in threads.parts(rows, 2.0 * w.size * len(b)):
        room = empty((2 * _BLOCK_ROWS * min(_BLOCK_COLUMNS, columns),), w.dtype)
        calls.append((left, right, memory[0], first, second, plain(numbers), room, plan, (start, stop)))
    threads.share(by_blocks.on(w.dtype), calls)


@intrinsic
def _address_of(context, array, index):  # type: ignore[no-untyped-def]
    """Where array[index] lies."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, b, args[0]).data
        return b.ptrtoint(b.gep(data, [args[1]]), ir.IntType(64))

    return types.intp(array, types.intp), emit


_address: Any = _address_of


@kernel(
    "void(T[::1], T[::1], T[::1], T[::1], T[::1], f8[::1], T[::1], UniTuple(i8, 9), UniTuple(i8, 2))",
    writes=("w", "first", "second", "room"),
)
def by_blocks(a, b, w, first, second, numbers, room, plan, span):  # type: ignore[no-untyped-def]
    """The rows `span` of the weights w: a block of a·b into `room`, and for each of its rows the step of the optimizer,
    whose state is `first` and `second`, as far as it has one.
    """
    product, step, states, columns, depth, a_row, a_column, b_row, b_column = plan
    start, stop = span
    words, row = zero_row(_PRODUCT_WORDS, np.int64), zero_row(_STEP_WORDS, np.int64)
    failed = 0
    begin = start
    while begin < stop:
        count = _BLOCK_ROWS if stop - begin >= 2 * _BLOCK_ROWS else stop - begin  # the last block takes what is left
        for f in range(0, columns, _BLOCK_COLUMNS):
            used = min(_BLOCK_COLUMNS, columns - f)
            words[0], words[1] = _address(a, begin * a_row), a.size - begin * a_row
            words[2], words[3] = _address(b, f * b_column), b.size - f * b_column
            words[4], words[8] = words[0], words[0]  # no bias, and no mask
            words[6], words[7] = _address(room, 0), count * used
            words[10], words[11], words[12] = count, used, depth
            words[13], words[14], words[15], words[16] = a_row, a_column, b_row, b_column
            words[19], words[21] = count, used
            failed += call(product, _address(words, 0))
            for i in range(count):
                at = (begin + i) * columns + f
                row[0], row[1], row[2], row[3] = _address(w, at), used, _address(room, i * used), used
                place = 4
                if states > 0:
                    row[4], row[5] = _address(first, at), used
                    place = 6
                if states > 1:
                    row[6], row[7] = _address(second, at), used
                    place = 8
                row[place], row[place + 1] = _address(numbers, 0), numbers.size
                row[place + 2], row[place + 3] = 0, used
                failed += call(step, _address(row, 0))
        begin += count
    empty_row(-1 if failed != 0 else 0, np.int64)  # which ends this kernel, too
