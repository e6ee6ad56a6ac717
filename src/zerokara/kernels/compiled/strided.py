"""Copies between any two layouts: axes in any order, gaps, reversed axes, numbers that stand for many (stride 0).

The axes are sorted so that the target is written from its beginning to its end, and neighbouring axes that lie as one
are joined. What is left is mostly one of two cases: both sides have the same innermost axis, then whole rows are
copied; or they have not, as between (N, C, H, W) and (N, H, W, C), then blocks of L × L numbers are transposed in
vector registers, so that memory is read and written in whole vectors.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import kernel
from zerokara.kernels.compiled.definition import NotNativeError
from zerokara.kernels.compiled.rows import multiples
from zerokara.kernels.compiled.simd import VECTOR_BYTES, copy

cgutils: Any = _cgutils
_RANK = 5
_FEW = 4096  # numbers; NumPy has copied them before it is said here how they lie
_CODES: dict[int, "np.dtype[Any]"] = {
    4: np.dtype(np.float32),
    8: np.dtype(np.float64),
}  # what numbers of this size are copied as


class _Alias:
    """Shows the memory of an array as another array, which may be written to, and keeps the first one alive."""

    def __init__(self, base: Array, address: int, size: int, code: "np.dtype[Any]") -> None:
        self._base = base
        self.__array_interface__ = {"version": 3, "data": (address, False), "shape": (size,), "typestr": code.str}


def flat(x: Array) -> tuple[Array, int, Shape]:
    """(all the memory between x's first and last number as a 1-D array, where x[0, 0, …] is in it, x's strides in it).

    Raises ValueError if the numbers do not lie at whole steps.
    """
    size = x.dtype.itemsize
    if not x.flags.aligned or any(stride % size for stride in x.strides):
        raise ValueError(f"numbers at odd addresses; the strides are {x.strides} bytes")
    strides = tuple(stride // size for stride in x.strides)
    reach = [(length - 1) * stride for length, stride in zip(x.shape, strides, strict=True)] if x.size else [0]
    before = -sum(r for r in reach if r < 0)
    span = sum(map(abs, reach)) + 1 if x.size else 0
    address = x.__array_interface__["data"][0] - before * size
    return np.asarray(_Alias(x, address, span, x.dtype)), before, strides


def copy_into(target: Array, source: Array) -> None:
    """target[…] = source[…], for arrays of one shape and dtype."""
    size = target.dtype.itemsize
    if target.size == 0:
        return
    if target.size < _FEW and not threads.recording():
        target[...] = source
        return
    try:
        if size not in _CODES:
            raise ValueError(f"numbers of {size} bytes")
        to, to_at, to_strides = flat(target.view(_CODES[size]))
        of, of_at, of_strides = flat(source.view(_CODES[size]))
        axes = _joined(target.shape, to_strides, of_strides)
    except ValueError:
        if threads.recording():
            raise NotNativeError("copy") from None
        target[...] = source
        return
    plan = (*(axis[k] for k in range(3) for axis in axes), to_at, of_at)
    ranges = threads.parts(axes[0][0], target.size)
    threads.share(_copy_strided.on(_CODES[size]), [(to, of, plan, *r) for r in ranges])


def _joined(shape: Shape, to: Shape, of: Shape) -> list[tuple[int, int, int]]:
    """Axes as (length, stride in the target, stride in the source), the outermost first; always _RANK of them."""
    axes = sorted((a for a in zip(shape, to, of, strict=True) if a[0] > 1), key=lambda a: -abs(a[1]))
    joined: list[tuple[int, int, int]] = []
    for length, a, b in axes:
        if joined and joined[-1][1] == length * a and joined[-1][2] == length * b:
            joined[-1] = joined[-1][0] * length, a, b
        else:
            joined.append((length, a, b))
    if len(joined) > _RANK:
        raise ValueError(f"more than {_RANK} axes")
    if joined and joined[-1][1:] == (1, 1) and len(joined) == 1:  # one long row: cut it, so that threads can share it
        length = joined[0][0]
        pieces = next((p for p in (16, 8, 4, 2) if length % p == 0), 1)
        joined = [(pieces, length // pieces, length // pieces), (length // pieces, 1, 1)]
    last = joined.pop() if joined else (1, 1, 1)
    if last[1] == 1 and last[2] != 1:  # the axis along which the source can be read in whole vectors comes next
        joined.sort(key=lambda axis: axis[2] == 1)
    order = [*joined, last]
    return [*order[:1], *((1, 0, 0),) * (_RANK - len(order)), *order[1:]] if len(order) > 1 else _single(last)


def _single(axis: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """One axis alone: the outermost one, with single numbers inside."""
    return [axis, *((1, 0, 0),) * (_RANK - 2), (1, 1, 1)]


@intrinsic
def _transpose_block(context, target, to, places, source, of, of_step, rows, columns):  # type: ignore[no-untyped-def]
    """target[to + places[j] + i] = source[of + i·of_step + j] for i < rows and j < columns, both at most L.

    L vectors are read, and those that are 1, 2, 4, … apart exchange every second, every second pair, … of their
    numbers: that transposes them. Whole blocks do without masks, which some processors store with slowly.
    """

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        to_data, places, of_data = (context.make_array(signature.args[k])(context, b, args[k]).data for k in (0, 2, 3))
        to_at, of_at, of_step, rows, columns = (args[k] for k in (1, 4, 5, 6, 7))
        size = signature.args[0].dtype.bitwidth // 8
        lanes = VECTOR_BYTES // size
        lane, word = ir.IntType(32), ir.IntType(64)
        vector = ir.VectorType(context.get_data_type(signature.args[0].dtype), lanes)
        masks, ids, pointer = ir.VectorType(ir.IntType(1), lanes), ir.VectorType(lane, lanes), vector.as_pointer()

        def first(count: Any) -> Any:
            single = b.insert_element(ir.Constant(ids, ir.Undefined), b.trunc(count, lane), ir.Constant(lane, 0))
            wide = b.shuffle_vector(single, single, ir.Constant(ids, [0] * lanes))
            return b.icmp_signed("<", ir.Constant(ids, list(range(lanes))), wide)

        def row(i: Any) -> Any:
            return b.bitcast(b.gep(of_data, [b.add(of_at, b.mul(of_step, i))]), pointer)

        def column(j: int) -> Any:
            return b.bitcast(b.gep(to_data, [b.add(to_at, b.load(b.gep(places, [ir.Constant(word, j)])))]), pointer)

        whole = b.and_(*(b.icmp_signed("==", count, ir.Constant(word, lanes)) for count in (rows, columns)))
        with b.if_else(whole, likely=True) as (then, otherwise):
            with then:
                values = [b.load(row(ir.Constant(word, i)), align=size) for i in range(lanes)]
                for j, value in enumerate(_transposed(b, values)):
                    b.store(value, column(j), align=size)
            with otherwise:
                suffix = f"v{lanes}f{8 * size}.p0"
                load = cgutils.get_or_insert_function(
                    b.module, ir.FunctionType(vector, [pointer, lane, masks, vector]), f"llvm.masked.load.{suffix}"
                )
                store = cgutils.get_or_insert_function(
                    b.module, ir.FunctionType(ir.VoidType(), [vector, pointer, lane, masks]),
                    f"llvm.masked.store.{suffix}",
                )  # fmt: skip
                row_mask, column_mask = first(rows), first(columns)
                align, nothing = ir.Constant(lane, size), ir.Constant(vector, None)
                last = b.sub(rows, ir.Constant(word, 1))
                values = []
                for i in range(lanes):  # beyond the last row, the last one once more
                    there = b.icmp_signed("<", ir.Constant(word, i), rows)
                    place = row(b.select(there, ir.Constant(word, i), last))
                    values.append(b.call(load, [place, align, column_mask, nothing]))
                for j, value in enumerate(_transposed(b, values)):
                    with b.if_then(b.icmp_signed("<", ir.Constant(word, j), columns)):
                        b.call(store, [value, column(j), align, row_mask])
        return context.get_dummy_value()

    ints = types.intp
    return types.void(target, ints, places, source, *(ints,) * 4), emit


def _transposed(b: Any, values: list[Any]) -> list[Any]:
    """The columns of a square block of which these are the rows."""
    lanes, apart = len(values), 1
    ids = ir.VectorType(ir.IntType(32), lanes)
    while apart < lanes:
        low = ir.Constant(ids, [k if not k & apart else lanes + k - apart for k in range(lanes)])
        high = ir.Constant(ids, [k + apart if not k & apart else lanes + k for k in range(lanes)])
        exchanged = list(values)
        for i in (i for i in range(lanes) if not i & apart):
            exchanged[i] = b.shuffle_vector(values[i], values[i + apart], low)
            exchanged[i + apart] = b.shuffle_vector(values[i], values[i + apart], high)
        values, apart = exchanged, 2 * apart
    return values


transpose_block: Any = _transpose_block


@kernel("void(T[::1], T[::1], UniTuple(i8, 17), i8, i8)", writes=("target",))
def _copy_strided(target, source, plan, start, stop):  # type: ignore[no-untyped-def]
    """The rows start…stop−1 of the outermost axis. `plan`: lengths, target's strides, source's strides, two starts."""
    b, c, d, e = plan[1:5]
    to_a, to_b, to_c, to_d, to_e = plan[5:10]
    of_a, of_b, of_c, of_d, of_e = plan[10:15]
    to_at, of_at = plan[15:]
    lanes = VECTOR_BYTES // target.itemsize
    places = multiples(lanes, to_d)
    for i in range(start, stop):
        for j in range(b):
            for k in range(c):
                to = to_at + i * to_a + j * to_b + k * to_c
                of = of_at + i * of_a + j * of_b + k * of_c
                if to_e == 1 and of_e == 1:
                    for m in range(d):
                        copy(target, to + m * to_d, source, of + m * of_d, e)
                elif to_e == 1 and of_d == 1 and d > 1:
                    for m in range(0, d, lanes):
                        for n in range(0, e, lanes):
                            transpose_block(
                                target, to + m * to_d + n, places, source, of + m + n * of_e, of_e,
                                min(lanes, e - n), min(lanes, d - m),
                            )  # fmt: skip
                else:
                    for m in range(d):
                        for n in range(e):
                            target[to + m * to_d + n * to_e] = source[of + m * of_d + n * of_e]
