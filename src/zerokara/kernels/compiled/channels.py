"""What pooling does to all channels of a window or a pixel, in vectors of channels.

Each function goes through a list (see `windows`): pixels of a window, or windows of a pixel, given by their offsets in
memory. The results of the whole list stay in registers. Four vectors are worked on side by side, so that they need not
wait for each other: four of one window's channels, or, where there are few channels, one of four windows whose lists
are alike (`group` > 1); these lie `from_step` and `to_step` apart. The last vector of channels moves back to be a whole
one; only images with fewer channels than a vector has lanes need a mask.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils as _cgutils

from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Vector, Writer, instructions

cgutils: Any = _cgutils  # numba.core is not annotated

GROUP = 4
"""Vectors that are worked on side by side."""

_BYTE, _LANE, _WORD = ir.IntType(8), ir.IntType(32), ir.IntType(64)

Places = list[tuple[Any, Any]]  # for each vector where it is read from and where its result goes, from the first one on
Body = Callable[[Places, Any], None]


def _all_channels(write: Writer, channels: Any, group: Any, from_step: Any, to_step: Any, body: Body) -> None:
    """Write `body` for all channels of one window, or of `GROUP` windows."""
    b, lanes = write.builder, write.integer(write.lanes)
    several = b.icmp_signed(">", group, write.integer(1))

    def windows(c: Any) -> Places:
        return [
            (write.plus(c, write.times(from_step, k)), write.plus(c, write.times(to_step, k))) for k in range(GROUP)
        ]

    def vectors(c: Any, count: int) -> Places:
        return [(write.plus(c, k * write.lanes),) * 2 for k in range(count)]

    def whole(c: Any) -> Any:
        last = b.sub(channels, lanes)
        return b.select(b.icmp_signed("<", c, last), c, last)

    def each(start: Any, stop: Any, step: int) -> Any:
        return cgutils.for_range_slice(b, start, stop, write.integer(step), intp=_WORD)

    zero = write.integer(0)
    with b.if_else(b.icmp_signed(">=", channels, lanes)) as (enough, few):
        with enough, b.if_else(several) as (together, alone):
            with together, each(zero, channels, write.lanes) as (c, _):
                body(windows(whole(c)), None)
            with alone:
                four = GROUP * write.lanes
                most = b.sub(channels, b.srem(channels, write.integer(four)))
                with each(zero, most, four) as (c, _):
                    body(vectors(c, GROUP), None)
                with each(most, channels, write.lanes) as (c, _):
                    body(vectors(whole(c), 1), None)
        with few:
            mask = write.first_lanes(channels)
            with b.if_else(several) as (together, alone):
                with together:
                    body(windows(zero), mask)
                with alone:
                    body(vectors(zero, 1), mask)


def _at(write: Writer, array: Any, index: Any) -> Any:
    """array[index] of whole numbers."""
    return write.builder.load(write.builder.gep(array, [index]))


def _whole(write: Writer, number: Any) -> Any:
    """A whole number of 32 bits in all lanes."""
    kind = ir.VectorType(_LANE, write.lanes)
    single = write.builder.insert_element(ir.Constant(kind, ir.Undefined), number, ir.Constant(_LANE, 0))
    return write.builder.shuffle_vector(single, single, ir.Constant(kind, [0] * write.lanes))


def _load(write: Writer, array: Any, at: Any, mask: Any) -> Vector:
    return write.load(array, at) if mask is None else write.load_lanes(array, at, mask)


def _store(write: Writer, vector: Vector, array: Any, at: Any, mask: Any) -> None:
    if mask is None:
        write.store(vector, array, at)
    else:
        write.store_lanes(vector, array, at, mask)


def _store_numbers(write: Writer, values: Any, array: Any, at: Any, bits: int, mask: Any) -> None:
    """array[at…] = whole numbers, as bytes or as 32 bits."""
    b, kind = write.builder, ir.VectorType(ir.IntType(bits), write.lanes)
    address = b.bitcast(b.gep(array, [at]), kind.as_pointer())
    narrow = b.trunc(values, kind) if bits < _LANE.width else values
    if mask is None:
        b.store(narrow, address).align = bits // 8
        return
    function = ir.FunctionType(ir.VoidType(), [kind, kind.as_pointer(), _LANE, mask.type])
    name = f"llvm.masked.store.v{write.lanes}i{bits}.p0"
    store = cgutils.get_or_insert_function(b.module, function, name)
    b.call(store, [narrow, address, ir.Constant(_LANE, bits // 8), mask])


def _load_bytes(write: Writer, array: Any, at: Any, mask: Any) -> Any:
    """The bytes array[at…] as numbers of 32 bits."""
    b, kind = write.builder, ir.VectorType(_BYTE, write.lanes)
    address = b.bitcast(b.gep(array, [at]), kind.as_pointer())
    if mask is None:
        loaded = b.load(address)
        loaded.align = 1
    elif VECTOR_BYTES == 64 and write.lanes < 16:  # where LLVM makes sixteen bytes of eight, and looks at masked ones
        loaded = ir.Constant(kind, ir.Undefined)
        for k in range(write.lanes):
            lane = ir.Constant(_LANE, k)
            inside = b.select(b.extract_element(mask, lane), write.integer(k), write.integer(0))
            loaded = b.insert_element(loaded, b.load(b.gep(array, [write.plus(at, inside)])), lane)
    else:
        function = ir.FunctionType(kind, [kind.as_pointer(), _LANE, mask.type, kind])
        load = cgutils.get_or_insert_function(b.module, function, f"llvm.masked.load.v{write.lanes}i8.p0")
        loaded = b.call(load, [address, ir.Constant(_LANE, 1), mask, ir.Constant(kind, None)])
    return b.zext(loaded, ir.VectorType(_LANE, write.lanes))


def _find(bits: int) -> Any:
    """Instructions for the largest pixel; where it was is kept in so many bits."""

    @instructions
    def find(  # type: ignore[no-untyped-def]
        write: Writer, x, at, from_step, offsets, numbers, count, shift, y, found, target, to_step, group, channels
    ) -> None:
        """y[target…] = the largest x[at + offset…] of the list, found[target…] = its number + shift.

        The first of equals wins; a NaN beats every number. The list is not empty.
        """
        b = write.builder

        def body(places: Places, mask: Any) -> None:
            start = write.plus(at, _at(write, offsets, write.integer(0)))
            first = _whole(write, _at(write, numbers, write.integer(0)))
            best = [write.variable(_load(write, x, write.plus(start, of), mask)) for of, _ in places]
            where = [write.variable(first) for _ in places]
            with cgutils.for_range(b, count, start=write.integer(1), intp=_WORD) as loop:
                start = write.plus(at, _at(write, offsets, loop.index))
                number = _whole(write, _at(write, numbers, loop.index))
                for k, (of, _) in enumerate(places):
                    seen, largest = _load(write, x, write.plus(start, of), mask).value, write.read(best[k]).value
                    larger = b.fcmp_unordered(">", seen, largest)
                    larger = b.and_(larger, b.fcmp_ordered("ord", largest, largest))
                    b.store(b.select(larger, seen, largest), best[k])
                    b.store(b.select(larger, number, b.load(where[k])), where[k])
            moved = _whole(write, b.trunc(shift, _LANE))
            for k, (_, to) in enumerate(places):
                _store(write, write.read(best[k]), y, write.plus(target, to), mask)
                _store_numbers(write, b.add(b.load(where[k]), moved), found, write.plus(target, to), bits, mask)

        _all_channels(write, channels, group, from_step, to_step, body)

    return find


def _gather(judged: bool) -> Any:
    """Instructions for the gradient of a pixel in maximum pooling."""

    @instructions
    def gather(  # type: ignore[no-untyped-def]
        write: Writer, g, place, y, at, from_step, offsets, numbers, count, dx, target, to_step, group, channels
    ) -> None:
        """dx[target…] = the sum of those g[at + offset…] of the list whose place is the number (and where y > 0)."""
        b = write.builder

        def body(places: Places, mask: Any) -> None:
            sums = [write.variable(write.constant(0.0)) for _ in places]
            with cgutils.for_range(b, count, intp=_WORD) as loop:
                start = write.plus(at, _at(write, offsets, loop.index))
                number = _whole(write, _at(write, numbers, loop.index))
                for k, (of, _) in enumerate(places):
                    here = write.plus(start, of)
                    counts = b.icmp_unsigned("==", _load_bytes(write, place, here, mask), number)
                    slope = _load(write, g, here, mask)
                    if judged:
                        slope = write.zero_unless_positive(slope, _load(write, y, here, mask))
                    total = write.read(sums[k])
                    b.store(b.select(counts, (total + slope).value, total.value), sums[k])
            for k, (_, to) in enumerate(places):
                _store(write, write.read(sums[k]), dx, write.plus(target, to), mask)

        _all_channels(write, channels, group, from_step, to_step, body)

    return gather


def _spread(judged: bool) -> Any:
    """Instructions for the gradient of a window that shares its pixels with no other."""

    @instructions
    def spread(  # type: ignore[no-untyped-def]
        write: Writer, g, place, y, at, from_step, offsets, numbers, count, dx, target, to_step, group, channels
    ) -> None:
        """dx[target + offset…] = g[at…] where the place is the number (and y > 0), else 0; for the whole list."""
        b = write.builder

        def body(places: Places, mask: Any) -> None:
            slopes, chosen = [], []
            for of, _ in places:
                slope = _load(write, g, write.plus(at, of), mask)
                if judged:
                    slope = write.zero_unless_positive(slope, _load(write, y, write.plus(at, of), mask))
                slopes.append(slope.value)
                chosen.append(_load_bytes(write, place, write.plus(at, of), mask))
            with cgutils.for_range(b, count, intp=_WORD) as loop:
                start = write.plus(target, _at(write, offsets, loop.index))
                number = _whole(write, _at(write, numbers, loop.index))
                for k, (_, to) in enumerate(places):
                    here = b.icmp_unsigned("==", chosen[k], number)
                    value = Vector(write, b.select(here, slopes[k], write.constant(0.0).value))
                    _store(write, value, dx, write.plus(start, to), mask)

        _all_channels(write, channels, group, from_step, to_step, body)

    return spread


@instructions
def add_up(  # type: ignore[no-untyped-def]
    write: Writer, x, at, from_step, offsets, weights, count, y, target, to_step, group, channels
) -> None:
    """y[target…] = Σ weight · x[at + offset…] over the list."""

    def body(places: Places, mask: Any) -> None:
        sums = [write.variable(write.constant(0.0)) for _ in places]
        with cgutils.for_range(write.builder, count, intp=_WORD) as loop:
            start = write.plus(at, _at(write, offsets, loop.index))
            weight = write.spread(weights, loop.index)
            for k, (of, _) in enumerate(places):
                seen = _load(write, x, write.plus(start, of), mask)
                write.assign(write.multiply_add(seen, weight, write.read(sums[k])), sums[k])
        for k, (_, to) in enumerate(places):
            _store(write, write.read(sums[k]), y, write.plus(target, to), mask)

    _all_channels(write, channels, group, from_step, to_step, body)


@instructions
def hand_out(  # type: ignore[no-untyped-def]
    write: Writer, g, at, from_step, offsets, weights, count, dx, target, to_step, group, channels
) -> None:
    """dx[target + offset…] = weight · g[at…] for the whole list; there is one weight."""

    def body(places: Places, mask: Any) -> None:
        weight = write.spread(weights, write.integer(0)).value
        slopes = [_load(write, g, write.plus(at, of), mask).value for of, _ in places]
        shares = [Vector(write, write.builder.fmul(slope, weight)) for slope in slopes]
        with cgutils.for_range(write.builder, count, intp=_WORD) as loop:
            start = write.plus(target, _at(write, offsets, loop.index))
            for share, (_, to) in zip(shares, places, strict=True):
                _store(write, share, dx, write.plus(start, to), mask)

    _all_channels(write, channels, group, from_step, to_step, body)


find_taps, find_pixels = _find(8), _find(32)
gather, gather_judged = _gather(False), _gather(True)
spread, spread_judged = _spread(False), _spread(True)
