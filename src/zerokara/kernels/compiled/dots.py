"""Inner products of a few rows with many rows, several at a time: for small batches against large matrices.

    sums[r·J + j] = Σ_k  x[x_at + r·x_step + k] · w[w_at + j·w_step + k]        r < R, j < J

The lanes of a vector are neighbouring k. Every number of w is read once, in the order in which it lies in memory, and
used R times; a tile of `tiles` would want w transposed, which takes longer than so small a product itself.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES

cgutils: Any = _cgutils
_LANE, _WORD = ir.IntType(32), ir.IntType(64)

DOT_ROWS, DOT_COLUMNS = (8, 3) if ROWS > 6 else (4, 2)
"""R and J of the tile for several rows; 24 of 32 registers (or 8 of 16) hold sums."""

SINGLE_COLUMNS = 8
"""J of the tile for one row."""


def _dots(rows: int, columns: int) -> Callable[..., Any]:
    """The tile of this size, as a function that Numba code can call."""

    @intrinsic
    def dots(context, sums, x, x_at, x_step, row_count, w, w_at, w_step, column_count, depth):  # type: ignore[no-untyped-def]
        n = types.intp
        signature = types.void(sums, x, n, n, n, w, n, n, n, n)

        def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
            data = [
                context.make_array(kind)(context, b, value).data if isinstance(kind, types.Array) else value
                for kind, value in zip(signature.args, args, strict=True)
            ]
            _emit(context.get_data_type(signature.args[0].dtype), signature.args[0].dtype.bitwidth // 8, b, data)
            return context.get_dummy_value()

        return signature, emit

    def _emit(number: Any, size: int, b: Any, data: Any) -> None:
        sums, x, x_at, x_step, row_count, w, w_at, w_step, column_count, depth = data
        lanes = VECTOR_BYTES // size
        vector, masks = ir.VectorType(number, lanes), ir.VectorType(ir.IntType(1), lanes)
        ids, pointer = ir.VectorType(_LANE, lanes), vector.as_pointer()
        suffix = f"v{lanes}f{8 * size}"
        multiply_add = cgutils.get_or_insert_function(
            b.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.{suffix}"
        )
        masked_load = cgutils.get_or_insert_function(
            b.module, ir.FunctionType(vector, [pointer, _LANE, masks, vector]), f"llvm.masked.load.{suffix}.p0"
        )
        add_up = cgutils.get_or_insert_function(
            b.module, ir.FunctionType(number, [number, vector]), f"llvm.vector.reduce.fadd.{suffix}"
        )

        def word(value: int) -> Any:
            return ir.Constant(_WORD, value)

        def starts(base: Any, at: Any, step: Any, count: Any, most: int) -> list[Any]:
            """Beyond the last row, the last one once more."""
            found = []
            for k in range(most):
                here = b.select(b.icmp_signed("<", word(k), count), word(k), b.sub(count, word(1)))
                found.append(b.gep(base, [b.add(at, b.mul(here, step))]))
            return found

        x_rows, w_rows = starts(x, x_at, x_step, row_count, rows), starts(w, w_at, w_step, column_count, columns)
        totals = [[cgutils.alloca_once(b, vector) for _ in range(columns)] for _ in range(rows)]
        nothing = ir.Constant(vector, None)
        for row in totals:
            for place in row:
                b.store(nothing, place)

        def step(load: Callable[[Any], Any]) -> None:
            others = [load(start) for start in w_rows]
            for r, start in enumerate(x_rows):
                own = load(start)
                for j, other in enumerate(others):
                    b.store(b.call(multiply_add, [own, other, b.load(totals[r][j])]), totals[r][j])

        whole = b.and_(depth, word(-lanes))
        at = cgutils.alloca_once_value(b, word(0))
        check, body, rest = (b.append_basic_block(name) for name in ("check", "body", "rest"))
        b.branch(check)
        b.position_at_end(check)
        # An end that LLVM does not know keeps it from unrolling: all registers hold sums already.
        end = b.asm(ir.FunctionType(_WORD, [_WORD]), "", "=r,0", [whole], side_effect=True)
        b.cbranch(b.icmp_signed("<", b.load(at), end), body, rest)
        b.position_at_end(body)
        here = b.load(at)

        def plainly(start: Any) -> Any:
            value = b.load(b.bitcast(b.gep(start, [here]), pointer))
            value.align = size
            return value

        step(plainly)
        b.store(b.add(here, word(lanes)), at)
        b.branch(check)
        b.position_at_end(rest)
        with b.if_then(b.icmp_signed("<", whole, depth)):
            kept = b.insert_element(
                ir.Constant(ids, ir.Undefined), b.trunc(b.sub(depth, whole), _LANE), ir.Constant(_LANE, 0)
            )
            kept = b.shuffle_vector(kept, kept, ir.Constant(ids, [0] * lanes))
            inside = b.icmp_signed("<", ir.Constant(ids, list(range(lanes))), kept)

            def partly(start: Any) -> Any:
                address = b.bitcast(b.gep(start, [whole]), pointer)
                return b.call(masked_load, [address, ir.Constant(_LANE, size), inside, nothing])

            step(partly)
        for r, row in enumerate(totals):
            for j, place in enumerate(row):
                total = b.call(add_up, [ir.Constant(number, 0.0), b.load(place)], fastmath=("reassoc",))
                b.store(total, b.gep(sums, [word(r * columns + j)]))

    return dots


dots: Any = _dots(DOT_ROWS, DOT_COLUMNS)
single_dots: Any = _dots(1, SINGLE_COLUMNS)
