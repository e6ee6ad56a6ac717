"""The inner loop of every convolution and matrix product: a tile of results that stays in vector registers.

A compiler cannot be relied upon to keep a tile of results in registers over three nested loops, so the tile is spelled
out here as LLVM instructions. A tile computes, for R rows and V vectors of L lanes,

    out[outs[r] + :] = start[:] + Σ_k  x[rows[r] + steps[k]] · w[w_start + k·w_step + :]

that is: R numbers of x are each spread over a whole vector and multiplied with the same V vectors of w. All R·V sums
stay in registers until the end; each step costs V loads of w, R loads of x and R·V fused multiply-adds. Rows, steps
and results are given by their offsets, so they may lie anywhere: in the forward pass of a convolution rows are pixels
and steps are taps; in the gradient of the weights rows are taps and steps are pixels; in a matrix product they are rows
and columns. Nothing is ever copied into columns.

At its end a tile can do what would otherwise take another pass over memory: add to what is there already (a sum that
is made in several pieces), ReLU, or ReLU's gradient.

`product` walks over any number of rows and picks the tile that fits the width: two vectors and R = 13 rows fill 26 of
32 registers, or 6 rows 12 of 16. Where the processor does whole vectors in two halves, 24 lanes are cheaper as three
halves.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

from zerokara.kernels.compiled.build import subkernel
from zerokara.kernels.compiled.simd import HALVED, ROWS, VECTOR_BYTES

cgutils: Any = _cgutils
_LANE, _WORD = ir.IntType(32), ir.IntType(64)

FEW_ROWS = ROWS * 2 // 3 + (ROWS > 6)
"""Rows of the smaller tile: 9 with 32 registers, 4 with 16. Nine rows suit filters of 3×3 and three vectors."""

LEAST_ROWS = 4
"""Rows of the smallest tile, for a single image or sample: enough to keep two multiplications per row under way."""

_HALF_ROWS = min(9, ROWS)
"""Rows of a tile of one half vector: the addresses of more would not fit the integer registers."""

_HALVES = 3 if HALVED else 2
"""Halves of vectors up to which halves are cheaper than whole ones: a row of three halves takes three multiplications
instead of two, which pays only where a whole one takes twice as long."""

ADD, RELU, MASK = 1, 2, 4
"""What a tile does at its end, in this order: add what is there; max(·, 0); 0 where the mask is not positive."""


class _Emitter:
    """Writes the instructions of tiles of `rows` × `vectors` vectors, whole ones or halves, until all rows are done."""

    def __init__(self, rows: int, vectors: int, parts: int, each: bool) -> None:
        self.rows, self.vectors, self.parts, self.each = rows, vectors, parts, each

    def __call__(self, context: Any, b: Any, signature: Any, args: Any) -> Any:
        data = [
            context.make_array(kind)(context, b, value).data if isinstance(kind, types.Array) else value
            for kind, value in zip(signature.args, args, strict=True)
        ]
        x, rows, steps, step_count, w, w_start, w_step, start, start_at, out, outs, out_at, count, *end = data
        self.b, self.size = b, signature.args[0].dtype.bitwidth // 8
        self.lanes = VECTOR_BYTES // self.size // self.parts
        self.number = context.get_data_type(signature.args[0].dtype)
        self.vector = ir.VectorType(self.number, self.lanes)
        with cgutils.for_range_slice(b, self._word(0), count, self._word(self.rows), _WORD) as (first, _):
            here, there = b.gep(rows, [first]), b.gep(outs, [first])
            left = b.sub(count, first)
            self._fetch(out, there, out_at)
            sums = self._sum(x, here, left, steps, step_count, w, w_start, w_step, start, start_at)
            self._finish(sums, out, there, out_at, left, *end)
        return context.get_dummy_value()

    def _fetch(self, out: Any, outs: Any, out_at: Any) -> None:
        """Let the processor bring the place of the results, which it needs in the end: it may be far away."""
        b, kinds = self.b, [ir.IntType(8).as_pointer(), _LANE, _LANE, _LANE]
        fetch = cgutils.get_or_insert_function(b.module, ir.FunctionType(ir.VoidType(), kinds), "llvm.prefetch.p0")
        for r in range(self.rows):
            place = b.gep(out, [b.add(out_at, b.load(b.gep(outs, [self._word(r)])))])
            b.call(fetch, [b.bitcast(place, kinds[0]), *(ir.Constant(_LANE, value) for value in (1, 3, 1))])

    def _sum(self, x: Any, rows: Any, count: Any, steps: Any, step_count: Any, w: Any, w_start: Any, w_step: Any,
             start: Any, start_at: Any) -> Any:  # fmt: skip
        """The loop over the steps. Returns the places (which LLVM turns into registers) of the sums."""
        b = self.b
        multiply_add = self._intrinsic("fmuladd", self.vector, [self.vector] * 3)
        columns = [self._word(v * self.lanes) for v in range(self.vectors)]
        row_starts = [b.gep(x, [b.load(b.gep(rows, [self._existing(r, count)]))]) for r in range(self.rows)]
        sums = [[cgutils.alloca_once(b, self.vector) for _ in columns] for _ in range(self.rows)]
        for v, column in enumerate(columns):
            first = self._load(b.gep(start, [b.add(start_at, column)]))
            for r in range(self.rows):
                b.store(first, sums[r][v])
        step_at, w_at = cgutils.alloca_once_value(b, self._word(0)), cgutils.alloca_once_value(b, w_start)
        body, done = b.append_basic_block("step"), b.append_basic_block("done")
        b.branch(body)
        b.position_at_end(body)
        step, w_here = b.load(step_at), b.load(w_at)
        offset = b.load(b.gep(steps, [step]))
        weights = [self._load(b.gep(w, [b.add(w_here, column)])) for column in columns]
        for r in range(self.rows):
            place = b.gep(row_starts[r], [offset])
            number = self._load(place) if self.each else self._spread(b.load(place), self.vector)
            for v in range(self.vectors):
                b.store(b.call(multiply_add, [number, weights[v], b.load(sums[r][v])]), sums[r][v])
        b.store(b.add(w_here, w_step), w_at)
        b.store(b.add(step, self._word(1)), step_at)
        # If LLVM knew the end, it would do two steps at a time, and have no registers left for the sums.
        end = b.asm(ir.FunctionType(_WORD, [_WORD]), "", "=r,0", [step_count], side_effect=True)
        b.cbranch(b.icmp_signed("<", b.load(step_at), end), body, done)
        b.position_at_end(done)
        return sums

    def _finish(self, sums: Any, out: Any, outs: Any, out_at: Any, count: Any, width: Any, end: Any, mask: Any) -> None:
        """Store `width` numbers of each of the first `count` rows. The last vector of a row may be cut by a mask."""
        b = self.b
        last = self.vectors - 1
        ids = ir.VectorType(_LANE, self.lanes)
        kept = self._spread(b.trunc(b.sub(width, self._word(last * self.lanes)), _LANE), ids)
        inside = b.icmp_signed("<", ir.Constant(ids, list(range(self.lanes))), kept)
        floor = b.select(self._is(end, RELU), ir.Constant(self.number, 0.0), ir.Constant(self.number, float("-inf")))
        floor = self._spread(floor, self.vector)
        nothing = ir.Constant(self.vector, None)
        places = [b.add(out_at, b.load(b.gep(outs, [self._word(r)]))) for r in range(self.rows)]
        with b.if_then(self._is(end, ADD | MASK), likely=False):  # asked once: most tiles only store
            for r, v, total, lanes in self._each(sums, inside):
                at = b.add(places[r], self._word(v * self.lanes))
                with b.if_then(b.icmp_signed("<", self._word(r), count)):
                    with b.if_then(self._is(end, ADD)):
                        b.store(b.fadd(b.load(total), self._load(b.gep(out, [at]), lanes)), total)
                    with b.if_then(self._is(end, MASK)):
                        seen = self._load(b.gep(mask, [at]), lanes)
                        b.store(b.select(b.fcmp_ordered(">", seen, nothing), b.load(total), nothing), total)
        if VECTOR_BYTES == 64:
            self._store_rows(sums, out, places, count, floor, inside)
            return
        full = b.icmp_signed("==", width, self._word(self.vectors * self.lanes))
        with b.if_else(full, likely=True) as (then, otherwise):  # storing with a mask can be slow
            for branch, lanes in ((then, None), (otherwise, inside)):
                with branch:
                    self._store_rows(sums, out, places, count, floor, lanes)

    def _store_rows(self, sums: Any, out: Any, places: Any, count: Any, floor: Any, inside: Any) -> None:
        """Store what is at least the floor, and the floor for what is not."""
        b = self.b
        for r, row in enumerate(sums):
            with b.if_then(b.icmp_signed("<", self._word(r), count)):
                for _, v, total, lanes in self._each([row], inside):
                    value = b.load(total)  # compared so that a NaN passes
                    value = b.select(b.fcmp_ordered("<=", value, floor), floor, value)
                    self._store(value, b.gep(out, [b.add(places[r], self._word(v * self.lanes))]), lanes)

    def _each(self, sums: Any, inside: Any) -> Any:
        """(row, vector, sum, the lanes that count: None for all) of all sums."""
        last = self.vectors - 1
        return [
            (r, v, total, inside if v == last else None) for r, row in enumerate(sums) for v, total in enumerate(row)
        ]

    def _existing(self, r: int, count: Any) -> Any:
        """Row r, or the first one where there are fewer: what lies behind the last row may be no memory at all."""
        row = self._word(r)
        return self.b.select(self.b.icmp_signed("<", row, count), row, self._word(0)) if r else row

    def _word(self, value: int) -> Any:
        return ir.Constant(_WORD, value)

    def _is(self, end: Any, which: int) -> Any:
        return self.b.icmp_signed("!=", self.b.and_(end, self._word(which)), self._word(0))

    def _intrinsic(self, name: str, result: Any, args: list[Any]) -> Any:
        suffix = f"v{self.lanes}f{8 * self.size}" + (".p0" if name.startswith("masked") else "")
        return cgutils.get_or_insert_function(self.b.module, ir.FunctionType(result, args), f"llvm.{name}.{suffix}")

    def _spread(self, value: Any, vector: Any) -> Any:
        """One number in all lanes."""
        nothing = ir.Constant(vector, ir.Undefined)
        single = self.b.insert_element(nothing, value, ir.Constant(_LANE, 0))
        return self.b.shuffle_vector(single, nothing, ir.Constant(ir.VectorType(_LANE, self.lanes), [0] * self.lanes))

    def _load(self, address: Any, lanes: Any = None) -> Any:
        address = self.b.bitcast(address, self.vector.as_pointer())
        if lanes is None:
            value = self.b.load(address)
            value.align = self.size  # any address will do
            return value
        kinds = [address.type, _LANE, lanes.type, self.vector]
        load = self._intrinsic("masked.load", self.vector, kinds)
        return self.b.call(load, [address, ir.Constant(_LANE, self.size), lanes, ir.Constant(self.vector, None)])

    def _store(self, value: Any, address: Any, lanes: Any) -> None:
        address = self.b.bitcast(address, self.vector.as_pointer())
        if lanes is None:
            self.b.store(value, address).align = self.size
            return
        kinds = [self.vector, address.type, _LANE, lanes.type]
        store = self._intrinsic("masked.store", ir.VoidType(), kinds)
        self.b.call(store, [value, address, ir.Constant(_LANE, self.size), lanes])


def tiles_of(row_count: int, vectors: int, vector_parts: int = 1, *, each: bool = False) -> Callable[..., Any]:
    """The tiles of this size, one after the other, as a function that Numba code can call.

    With `each`, not one number of x is spread over the lanes: each lane has its own, x[rows[r] + steps[k] + :].
    """

    @intrinsic
    def tiles(  # type: ignore[no-untyped-def]
        context,
        x,  # 1-D floats
        rows,  # 1-D int64: where each row of x starts; R more entries than there are rows
        steps,  # 1-D int64: where each step is, counted from the row's start
        step_count,  # at least 1
        w,  # 1-D floats, readable up to the next whole vector
        w_start,
        w_step,
        start,  # 1-D floats: what the sums begin with
        start_at,
        out,  # 1-D floats
        outs,  # 1-D int64: where each row of the result starts, counted from
        out_at,
        count,  # rows; the last tile computes its first one once more in place of those that are missing
        width,  # numbers stored in a row, at most V·L
        end,  # ADD, RELU and MASK, or 0
        mask,  # 1-D floats, read as `out` is written
    ):
        n = types.intp
        kinds = x, rows, steps, n, w, n, n, start, n, out, outs, n, n, n, n, mask
        return types.void(*kinds), _Emitter(row_count, vectors, vector_parts, each)

    return tiles


_tiles_2 = tiles_of(ROWS, 2)
_tiles_2_few = tiles_of(FEW_ROWS, 2)
_tiles_2_least = tiles_of(LEAST_ROWS, 2)
_tiles_3_halves = tiles_of(FEW_ROWS, 3, 2)
_tiles_1 = tiles_of(ROWS, 1)
_tiles_1_few = tiles_of(FEW_ROWS, 1)
_tiles_1_half = tiles_of(_HALF_ROWS, 1, 2)
_tiles_each = tiles_of(ROWS, 1, each=True)
_tiles_each_few = tiles_of(FEW_ROWS, 1, each=True)


@subkernel(
    "void(T[::1], i8[::1], i8, i8[::1], T[::1], i8, i8, T[::1], i8, T[::1], i8[::1], i8, i8, i8, T[::1])",
    writes=("out",),
)
def product(x, rows, count, steps, w, w_start, w_step, start, start_at, out, outs, out_at, width, end, mask):  # type: ignore[no-untyped-def]
    """All tiles of `count` rows and `width` ≤ 2·L columns. `rows` and `outs` must go on for ROWS more entries."""
    half = VECTOR_BYTES // x.itemsize // 2
    many = (count + ROWS - 1) // ROWS * ROWS  # rows that are computed, wanted or not
    few = (count + FEW_ROWS - 1) // FEW_ROWS * FEW_ROWS
    if width > _HALVES * half:
        if count <= LEAST_ROWS:
            _tiles_2_least(
                x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
                out, outs, out_at, count, width, end, mask,
            )  # fmt: skip
        elif few < many:
            _tiles_2_few(
                x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
                out, outs, out_at, count, width, end, mask,
            )  # fmt: skip
        else:
            _tiles_2(
                x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
                out, outs, out_at, count, width, end, mask,
            )  # fmt: skip
    elif _HALVES > 2 and width > 2 * half:
        _tiles_3_halves(
            x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
            out, outs, out_at, count, width, end, mask,
        )  # fmt: skip
    elif width > half and few < many:
        _tiles_1_few(
            x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
            out, outs, out_at, count, width, end, mask,
        )  # fmt: skip
    elif width > half:
        _tiles_1(
            x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
            out, outs, out_at, count, width, end, mask,
        )  # fmt: skip
    else:
        _tiles_1_half(
            x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
            out, outs, out_at, count, width, end, mask,
        )  # fmt: skip


@subkernel(
    "void(T[::1], i8[::1], i8, i8[::1], T[::1], i8, i8, T[::1], i8, T[::1], i8[::1], i8, i8, i8, T[::1])",
    writes=("out",),
)
def product_of_each(x, rows, count, steps, w, w_start, w_step, start, start_at, out, outs, out_at, width, end, mask):  # type: ignore[no-untyped-def]
    """As `product`, for `width` ≤ L columns, each with a number of x of its own: x is read in whole vectors."""
    if (count + FEW_ROWS - 1) // FEW_ROWS * FEW_ROWS < (count + ROWS - 1) // ROWS * ROWS:
        _tiles_each_few(
            x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
            out, outs, out_at, count, width, end, mask,
        )  # fmt: skip
    else:
        _tiles_each(
            x, rows, steps, steps.size, w, w_start, w_step, start, start_at,
            out, outs, out_at, count, width, end, mask,
        )  # fmt: skip
