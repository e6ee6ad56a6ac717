"""Vector registers by hand: the one inner loop that every convolution runs in.

A compiler cannot be relied upon to keep a tile of results in registers over three nested loops, so the tile is spelled
out here as LLVM instructions. `tile1` and `tile2` compute, for R rows and one or two vectors of L lanes,

    out[r, :] = start[:] + Σ_k  x[rows[r] + steps[k]] · w[w_start + k·w_step, :]

that is: R numbers of x are each spread over a whole vector and multiplied with the same one or two vectors of w. All
R·V sums stay in registers until the end; each step costs V loads of w, R loads of x and R·V fused multiply-adds.
Rows and steps are given by their offsets, so they may lie anywhere. In the forward pass rows are pixels and steps are
taps; in the gradient of the weights rows are taps and steps are pixels. Nothing is ever copied into columns.
"""

from collections.abc import Callable
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

_FEATURES = llvmlite.binding.get_host_cpu_features()
_ARM = "aarch64" in llvmlite.binding.get_process_triple() or "arm64" in llvmlite.binding.get_process_triple()

VECTOR_BYTES = 64 if _FEATURES.get("avx512f") else 32 if _FEATURES.get("avx2") else 16
"""The width of a vector register of this machine."""

ROWS = 13 if _FEATURES.get("avx512f") or _ARM else 6
"""Rows of a tile: with two vectors each, 26 of 32 registers (or 12 of 16) hold sums. 13 rows suit filters of 5×5."""

_INT = ir.IntType(64)
cgutils: Any = _cgutils  # numba.core is not annotated


def _tile(vectors: int) -> Callable[..., Any]:
    """The tile with this many vectors in a row, as a function that Numba code can call."""

    @intrinsic
    def tile(  # type: ignore[no-untyped-def]
        context,
        x,  # 1-D floats
        rows,  # 1-D int64: where each of the R rows of x starts
        steps,  # 1-D int64: where each step is, counted from the row's start
        step_count,  # at least 1
        w,  # 1-D floats, readable up to the next whole vector
        w_start,
        w_step,
        start,  # 1-D floats: what the sums begin with
        start_at,
        out,  # 1-D floats
        out_at,
        out_step,
        count,  # rows that are stored; the others are computed in vain
        width,  # numbers stored in a row, at most V·L
    ):
        integer = types.intp
        places = integer, integer
        signature = types.void(
            *(x, rows, steps, integer, w, *places, start, integer, out, *places, integer, integer),
        )
        return signature, _emitter(vectors)

    return tile


def _emitter(vectors: int) -> Callable[..., Any]:
    """Writes the instructions of a tile."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        data = [
            context.make_array(kind)(context, b, value).data if isinstance(kind, types.Array) else value
            for kind, value in zip(signature.args, args, strict=True)
        ]
        x, rows, steps, step_count, w, w_start, w_step, start, start_at, out, out_at, out_step, count, width = data
        number = context.get_data_type(signature.args[0].dtype)
        lanes = VECTOR_BYTES // (signature.args[0].dtype.bitwidth // 8)
        vector = ir.VectorType(number, lanes)
        align = signature.args[0].dtype.bitwidth // 8

        def integer(value: int) -> Any:
            return ir.Constant(_INT, value)

        def at(base: Any, index: Any) -> Any:
            return b.bitcast(b.gep(base, [index]), vector.as_pointer())

        def load(base: Any, index: Any) -> Any:
            value = b.load(at(base, index))
            value.align = align  # any address will do
            return value

        def spread(value: Any) -> Any:
            nothing = ir.Constant(vector, ir.Undefined)
            single = b.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
            return b.shuffle_vector(single, nothing, ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes))

        suffix = f"v{lanes}f{8 * align}"
        multiply_add = cgutils.get_or_insert_function(
            b.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.{suffix}"
        )
        columns = [integer(v * lanes) for v in range(vectors)]
        row_starts = [b.gep(x, [b.load(b.gep(rows, [integer(r)]))]) for r in range(ROWS)]
        sums = [[cgutils.alloca_once(b, vector) for _ in columns] for _ in range(ROWS)]
        for v, column in enumerate(columns):
            first = load(start, b.add(start_at, column))
            for r in range(ROWS):
                b.store(first, sums[r][v])
        step_at, w_at = cgutils.alloca_once_value(b, integer(0)), cgutils.alloca_once_value(b, w_start)
        body, done = b.append_basic_block("step"), b.append_basic_block("done")
        b.branch(body)
        b.position_at_end(body)
        step, w_here = b.load(step_at), b.load(w_at)
        offset = b.load(b.gep(steps, [step]))
        weights = [load(w, b.add(w_here, column)) for column in columns]
        for r in range(ROWS):
            pixel = spread(b.load(b.gep(row_starts[r], [offset])))
            for v in range(vectors):
                b.store(b.call(multiply_add, [pixel, weights[v], b.load(sums[r][v])]), sums[r][v])
        b.store(b.add(w_here, w_step), w_at)
        b.store(b.add(step, integer(1)), step_at)
        # If LLVM knew the end, it would do two steps at a time, and have no registers left for the sums.
        end = b.asm(ir.FunctionType(_INT, [_INT]), "", "=r,0", [step_count], side_effect=True)
        b.cbranch(b.icmp_signed("<", b.load(step_at), end), body, done)
        b.position_at_end(done)
        _emit_stores(b, sums, out, out_at, out_step, count, width, lanes, vector, align)
        return context.get_dummy_value()

    return emit


def _emit_stores(
    b: Any,
    sums: Any,
    out: Any,
    out_at: Any,
    out_step: Any,
    count: Any,
    width: Any,
    lanes: int,
    vector: Any,
    align: int,
) -> None:
    """Store `width` numbers of each of the first `count` rows. The last vector of a row may be cut by a mask."""
    lane_type = ir.IntType(32)
    masks = ir.VectorType(ir.IntType(1), lanes)
    last = len(sums[0]) - 1
    kept = b.trunc(b.sub(width, ir.Constant(_INT, last * lanes)), lane_type)
    kept = b.insert_element(ir.Constant(ir.VectorType(lane_type, lanes), ir.Undefined), kept, ir.Constant(lane_type, 0))
    kept = b.shuffle_vector(kept, kept, ir.Constant(ir.VectorType(lane_type, lanes), [0] * lanes))
    mask = b.icmp_signed("<", ir.Constant(ir.VectorType(lane_type, lanes), list(range(lanes))), kept)
    pointer = vector.as_pointer()
    masked_store = cgutils.get_or_insert_function(
        b.module,
        ir.FunctionType(ir.VoidType(), [vector, pointer, lane_type, masks]),
        f"llvm.masked.store.v{lanes}f{8 * align}.p0",
    )
    for r, row in enumerate(sums):
        with b.if_then(b.icmp_signed("<", ir.Constant(_INT, r), count)):
            place = b.add(out_at, b.mul(ir.Constant(_INT, r), out_step))
            for v, total in enumerate(row):
                address = b.bitcast(b.gep(out, [b.add(place, ir.Constant(_INT, v * lanes))]), pointer)
                if v < last:
                    stored = b.store(b.load(total), address)
                    stored.align = align
                else:
                    b.call(masked_store, [b.load(total), address, ir.Constant(lane_type, align), mask])


@intrinsic
def _copy(context, target, target_at, source, source_at, count):  # type: ignore[no-untyped-def]
    """target[target_at + k] = source[source_at + k] for k < count, as one block of memory."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        places = [b.gep(context.make_array(signature.args[k])(context, b, args[k]).data, [args[k + 1]]) for k in (0, 2)]
        size = context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype))
        cgutils.raw_memcpy(b, *places, args[4], size)
        return context.get_dummy_value()

    return types.void(target, types.intp, source, types.intp, types.intp), emit


copy: Callable[..., Any] = _copy
tile1 = _tile(1)
tile2 = _tile(2)
