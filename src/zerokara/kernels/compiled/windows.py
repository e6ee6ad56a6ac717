"""Pooling windows in machine code: lists of what belongs together, and vectors of channels that go through them.

A window is a list of pixels, and in the gradient a pixel is a list of windows: entries with an offset in memory and a
number (the tap) or a weight. Away from the borders all lists are the same up to a shift, so they are made anew only at
the borders. The results of a whole list stay in registers: every result is written once, and nothing is cleared first.

Channels lie innermost: four vectors of channels at a time, then one; the last one moves back to be a whole one. Only
images with fewer channels than a vector has lanes need a mask.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils as _cgutils

from zerokara.kernels.compiled.build import inner, kernel, woven
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Writer, instructions

cgutils: Any = _cgutils  # numba.core is not annotated

MOST_TAPS = 255
"""Taps of a window whose places fit into a byte."""

_NOWHERE = 255  # the place in a window without a pixel, or whose gradient goes nowhere
_MANY = 4  # vectors that are worked on at once
_BYTE, _LANE, _WORD = ir.IntType(8), ir.IntType(32), ir.IntType(64)


# ── vectors of channels ──────────────────────────────────────────────────────────────────────────────────────────────


def _at(write: Writer, array: Any, index: Any) -> Any:
    """array[index] of whole numbers."""
    return write.builder.load(write.builder.gep(array, [index]))


def _whole(write: Writer, number: Any) -> Any:
    """A whole number of 32 bits in all lanes."""
    kind = ir.VectorType(_LANE, write.lanes)
    single = write.builder.insert_element(ir.Constant(kind, ir.Undefined), number, ir.Constant(_LANE, 0))
    return write.builder.shuffle_vector(single, single, ir.Constant(kind, [0] * write.lanes))


def _load(write: Writer, array: Any, at: Any, mask: Any) -> Any:
    return write.load(array, at) if mask is None else write.load_lanes(array, at, mask)


def _store(write: Writer, vector: Any, array: Any, at: Any, mask: Any) -> None:
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
    else:
        function = ir.FunctionType(kind, [kind.as_pointer(), _LANE, mask.type, kind])
        load = cgutils.get_or_insert_function(b.module, function, f"llvm.masked.load.v{write.lanes}i8.p0")
        loaded = b.call(load, [address, ir.Constant(_LANE, 1), mask, ir.Constant(kind, None)])
    return b.zext(loaded, ir.VectorType(_LANE, write.lanes))


def _largest(vectors: int, masked: bool, bits: int) -> Any:
    """Instructions for this many vectors of the largest pixels, and their numbers in so many bits."""

    @instructions
    def find(  # type: ignore[no-untyped-def]
        write: Writer, x, at, offsets, numbers, count, shift, y, found, target, channels
    ) -> None:
        """y[target…] = the largest x[at + offset…] of the list, found[target…] = its number + shift.

        The first of equals wins; a NaN beats every number.
        """
        b = write.builder
        mask = write.first_lanes(channels) if masked else None
        start = write.plus(at, _at(write, offsets, write.integer(0)))
        first = _whole(write, _at(write, numbers, write.integer(0)))
        best = [write.variable(_load(write, x, write.plus(start, v * write.lanes), mask)) for v in range(vectors)]
        where = [write.variable(first) for _ in range(vectors)]
        with cgutils.for_range(b, count, start=write.integer(1), intp=_WORD) as loop:
            place = write.plus(at, _at(write, offsets, loop.index))
            number = _whole(write, _at(write, numbers, loop.index))
            for v in range(vectors):
                seen, largest = _load(write, x, write.plus(place, v * write.lanes), mask), write.read(best[v])
                larger = b.fcmp_unordered(">", seen.value, largest.value)
                larger = b.and_(larger, b.fcmp_ordered("ord", largest.value, largest.value))
                b.store(b.select(larger, seen.value, largest.value), best[v])
                b.store(b.select(larger, number, b.load(where[v])), where[v])
        shifted = _whole(write, b.trunc(shift, _LANE))
        for v in range(vectors):
            place = write.plus(target, v * write.lanes)
            _store(write, write.read(best[v]), y, place, mask)
            _store_numbers(write, b.add(b.load(where[v]), shifted), found, place, bits, mask)

    return find


def _matching(vectors: int, masked: bool, judged: bool) -> Any:
    """Instructions for this many vectors of a pixel's gradient."""

    @instructions
    def gather(  # type: ignore[no-untyped-def]
        write: Writer, g, place, y, at, offsets, numbers, count, dx, target, channels
    ) -> None:
        """dx[target…] = the sum of those g[at + offset…] of the list whose place is the number (and where y > 0)."""
        b = write.builder
        mask = write.first_lanes(channels) if masked else None
        sums = [write.variable(write.constant(0.0)) for _ in range(vectors)]
        with cgutils.for_range(b, count, intp=_WORD) as loop:
            start = write.plus(at, _at(write, offsets, loop.index))
            number = _whole(write, _at(write, numbers, loop.index))
            for v in range(vectors):
                here = write.plus(start, v * write.lanes)
                counts = b.icmp_unsigned("==", _load_bytes(write, place, here, mask), number)
                if judged:
                    result = _load(write, y, here, mask)
                    counts = b.and_(counts, b.fcmp_ordered(">", result.value, write.constant(0.0).value))
                slope = _load(write, g, here, mask)
                total = write.read(sums[v])
                more = b.fadd(total.value, slope.value)
                b.store(b.select(counts, more, total.value), sums[v])
        for v in range(vectors):
            _store(write, write.read(sums[v]), dx, write.plus(target, v * write.lanes), mask)

    return gather


def _weighted(vectors: int, masked: bool) -> Any:
    """Instructions for this many vectors of a weighted sum."""

    @instructions
    def add_up(  # type: ignore[no-untyped-def]
        write: Writer, x, at, offsets, weights, count, y, target, channels
    ) -> None:
        """y[target…] = Σ weight · x[at + offset…] over the list."""
        mask = write.first_lanes(channels) if masked else None
        sums = [write.variable(write.constant(0.0)) for _ in range(vectors)]
        with cgutils.for_range(write.builder, count, intp=_WORD) as loop:
            start = write.plus(at, _at(write, offsets, loop.index))
            weight = write.spread(weights, loop.index)
            for v in range(vectors):
                seen = _load(write, x, write.plus(start, v * write.lanes), mask)
                write.assign(write.multiply_add(seen, weight, write.read(sums[v])), sums[v])
        for v in range(vectors):
            _store(write, write.read(sums[v]), y, write.plus(target, v * write.lanes), mask)

    return add_up


def _spreading(vectors: int, masked: bool, judged: bool) -> Any:
    """Instructions for this many vectors of the gradient of a window that shares its pixels with no other."""

    @instructions
    def spread(  # type: ignore[no-untyped-def]
        write: Writer, g, place, y, at, offsets, numbers, count, dx, target, channels
    ) -> None:
        """dx[target + offset…] = g[at…] where the place is the number (and y > 0), else 0; for the whole list."""
        b = write.builder
        mask = write.first_lanes(channels) if masked else None
        slopes, places = [], []
        for v in range(vectors):
            here = write.plus(at, v * write.lanes)
            slope = _load(write, g, here, mask)
            slopes.append(write.zero_unless_positive(slope, _load(write, y, here, mask)) if judged else slope)
            places.append(_load_bytes(write, place, here, mask))
        with cgutils.for_range(b, count, intp=_WORD) as loop:
            start = write.plus(target, _at(write, offsets, loop.index))
            number = _whole(write, _at(write, numbers, loop.index))
            for v in range(vectors):
                here = b.icmp_unsigned("==", places[v], number)
                value = type(slopes[v])(write, b.select(here, slopes[v].value, write.constant(0.0).value))
                _store(write, value, dx, write.plus(start, v * write.lanes), mask)

    return spread


def _repeating(vectors: int, masked: bool) -> Any:
    """The same for means: every pixel gets the same share."""

    @instructions
    def repeat(  # type: ignore[no-untyped-def]
        write: Writer, g, at, offsets, weights, count, dx, target, channels
    ) -> None:
        """dx[target + offset…] = weight · g[at…], for the whole list. All weights are equal."""
        mask = write.first_lanes(channels) if masked else None
        weight = write.spread(weights, write.integer(0))
        shares = []
        for v in range(vectors):
            slope = _load(write, g, write.plus(at, v * write.lanes), mask)
            shares.append(type(slope)(write, write.builder.fmul(slope.value, weight.value)))
        with cgutils.for_range(write.builder, count, intp=_WORD) as loop:
            start = write.plus(target, _at(write, offsets, loop.index))
            for v in range(vectors):
                _store(write, shares[v], dx, write.plus(start, v * write.lanes), mask)

    return repeat


_largest_many, _largest_one, _largest_few = _largest(_MANY, False, 8), _largest(1, False, 8), _largest(1, True, 8)
_argmax_many, _argmax_one, _argmax_few = _largest(_MANY, False, 32), _largest(1, False, 32), _largest(1, True, 32)
_spread_many, _spread_one, _spread_few = (
    _spreading(_MANY, False, False), _spreading(1, False, False), _spreading(1, True, False),
)  # fmt: skip
_meant_many, _meant_one, _meant_few = (
    _spreading(_MANY, False, True), _spreading(1, False, True), _spreading(1, True, True),
)  # fmt: skip
_repeat_many, _repeat_one, _repeat_few = _repeating(_MANY, False), _repeating(1, False), _repeating(1, True)
_gather_many, _gather_one, _gather_few = (
    _matching(_MANY, False, False), _matching(1, False, False), _matching(1, True, False),
)  # fmt: skip
_judged_many, _judged_one, _judged_few = (
    _matching(_MANY, False, True), _matching(1, False, True), _matching(1, True, True),
)  # fmt: skip
_weighted_many, _weighted_one, _weighted_few = _weighted(_MANY, False), _weighted(1, False), _weighted(1, True)


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@inner
def _taps_inside(window, size, taps, stride, padding, dilation):  # type: ignore[no-untyped-def]
    """(where tap 0 of a window would be, the first tap inside the image, one behind the last)."""
    begin = window * stride - padding
    first = (dilation - 1 - begin) // dilation if begin < 0 else 0
    last = min(taps, (size - begin + dilation - 1) // dilation) if begin < size else 0
    return begin, first, last


@inner
def _whole_windows(size, windows, taps, stride, padding, dilation):  # type: ignore[no-untyped-def]
    """(the first window that lies inside the image with all its taps, the last one)."""
    reach = (taps - 1) * dilation + 1
    beyond = size + padding - reach
    return (padding + stride - 1) // stride, min(windows - 1, beyond // stride if beyond >= 0 else -1)


@inner
def _list_pixels(i, j, plan, wide, offsets, numbers):  # type: ignore[no-untyped-def]
    """The pixels of window (i, j), numbered by tap or, if `wide`, by their place in the image; returns how many."""
    h, w, _, _, taps_h, taps_w, stride_h, stride_w, top, left, dilation_h, dilation_w, channels = plan
    row, first_p, last_p = _taps_inside(i, h, taps_h, stride_h, top, dilation_h)
    column, first_q, last_q = _taps_inside(j, w, taps_w, stride_w, left, dilation_w)
    count = 0
    for p in range(first_p, last_p):
        for q in range(first_q, last_q):
            pixel = (row + p * dilation_h) * w + column + q * dilation_w
            offsets[count] = pixel * channels
            numbers[count] = pixel if wide else p * taps_w + q
            count += 1
    return count


@inner
def _windows_along(size, windows, taps, stride, padding, dilation):  # type: ignore[no-untyped-def]
    """For every pixel along one axis: how many windows it is in, which ones, and which tap it is there."""
    counts = np.zeros(size, np.int64)
    which, places = np.empty((size, taps), np.int64), np.empty((size, taps), np.int64)
    for tap in range(taps):
        for window in range(windows):
            pixel = window * stride - padding + tap * dilation
            if 0 <= pixel < size:
                which[pixel, counts[pixel]], places[pixel, counts[pixel]] = window, tap
                counts[pixel] += 1
    return counts, which, places


@woven
def _list_windows(row, column, along_h, along_w, plan, offsets, numbers, windows):  # type: ignore[no-untyped-def]
    """The windows that pixel (row, column) is in, numbered by the tap that it is there; returns how many."""
    columns, taps_w, channels = plan[3], plan[5], plan[12]
    count = 0
    for p in range(along_h[0][row]):
        for q in range(along_w[0][column]):
            window = along_h[1][row, p] * columns + along_w[1][column, q]
            windows[count] = window
            offsets[count] = window * channels
            numbers[count] = along_h[2][row, p] * taps_w + along_w[2][column, q]
            count += 1
    return count


@inner
def _same_lists(plan):  # type: ignore[no-untyped-def]
    """(first, last) column whose list is that of one stride to the left, with all windows one further on."""
    _, w, _, columns, _, taps, _, stride, _, left, _, dilation, _ = plan
    first, last = _whole_windows(w, columns, taps, stride, left, dilation)
    return (first + 1) * stride - left + (taps - 1) * dilation, (last + 1) * stride - left - 1


# ── all channels ─────────────────────────────────────────────────────────────────────────────────────────────────────


@woven
def _find_places(x, at, offsets, numbers, count, y, place, target, channels):  # type: ignore[no-untyped-def]
    """The largest pixel of one window, and its tap."""
    lanes, c = VECTOR_BYTES // x.itemsize, 0
    while c + _MANY * lanes <= channels:
        _largest_many(x, at + c, offsets, numbers, count, 0, y, place, target + c, channels)
        c += _MANY * lanes
    if channels < lanes:
        _largest_few(x, at, offsets, numbers, count, 0, y, place, target, channels)
        c = channels
    for begin in range(c, channels, lanes):
        c = min(begin, channels - lanes)
        _largest_one(x, at + c, offsets, numbers, count, 0, y, place, target + c, channels)


@woven
def _find_pixels(x, at, offsets, numbers, count, shift, y, argmax, target, channels):  # type: ignore[no-untyped-def]
    """The largest pixel of one window, and where it is in the image."""
    lanes, c = VECTOR_BYTES // x.itemsize, 0
    while c + _MANY * lanes <= channels:
        _argmax_many(x, at + c, offsets, numbers, count, shift, y, argmax, target + c, channels)
        c += _MANY * lanes
    if channels < lanes:
        _argmax_few(x, at, offsets, numbers, count, shift, y, argmax, target, channels)
        c = channels
    for begin in range(c, channels, lanes):
        c = min(begin, channels - lanes)
        _argmax_one(x, at + c, offsets, numbers, count, shift, y, argmax, target + c, channels)


@woven
def _gather(g, place, y, judged, at, offsets, numbers, count, dx, target, channels):  # type: ignore[no-untyped-def]
    """The gradient of one pixel."""
    lanes, c = VECTOR_BYTES // g.itemsize, 0
    while c + _MANY * lanes <= channels:
        if judged:
            _judged_many(g, place, y, at + c, offsets, numbers, count, dx, target + c, channels)
        else:
            _gather_many(g, place, y, at + c, offsets, numbers, count, dx, target + c, channels)
        c += _MANY * lanes
    if channels < lanes:
        if judged:
            _judged_few(g, place, y, at, offsets, numbers, count, dx, target, channels)
        else:
            _gather_few(g, place, y, at, offsets, numbers, count, dx, target, channels)
        c = channels
    for begin in range(c, channels, lanes):
        c = min(begin, channels - lanes)
        if judged:
            _judged_one(g, place, y, at + c, offsets, numbers, count, dx, target + c, channels)
        else:
            _gather_one(g, place, y, at + c, offsets, numbers, count, dx, target + c, channels)


@woven
def _spread(g, place, y, judged, at, offsets, numbers, count, dx, target, channels):  # type: ignore[no-untyped-def]
    """The gradient of one window that shares its pixels with no other."""
    lanes, c = VECTOR_BYTES // g.itemsize, 0
    while c + _MANY * lanes <= channels:
        if judged:
            _meant_many(g, place, y, at + c, offsets, numbers, count, dx, target + c, channels)
        else:
            _spread_many(g, place, y, at + c, offsets, numbers, count, dx, target + c, channels)
        c += _MANY * lanes
    if channels < lanes:
        if judged:
            _meant_few(g, place, y, at, offsets, numbers, count, dx, target, channels)
        else:
            _spread_few(g, place, y, at, offsets, numbers, count, dx, target, channels)
        c = channels
    for begin in range(c, channels, lanes):
        c = min(begin, channels - lanes)
        if judged:
            _meant_one(g, place, y, at + c, offsets, numbers, count, dx, target + c, channels)
        else:
            _spread_one(g, place, y, at + c, offsets, numbers, count, dx, target + c, channels)


@woven
def _add_up(x, at, offsets, weights, count, y, target, channels):  # type: ignore[no-untyped-def]
    """y[target…] = Σ weight · x[at + offset…]."""
    lanes, c = VECTOR_BYTES // x.itemsize, 0
    while c + _MANY * lanes <= channels:
        _weighted_many(x, at + c, offsets, weights, count, y, target + c, channels)
        c += _MANY * lanes
    if channels < lanes:
        _weighted_few(x, at, offsets, weights, count, y, target, channels)
        c = channels
    for begin in range(c, channels, lanes):
        c = min(begin, channels - lanes)
        _weighted_one(x, at + c, offsets, weights, count, y, target + c, channels)


@woven
def _repeat(g, at, offsets, weights, count, dx, target, channels):  # type: ignore[no-untyped-def]
    """dx[target + offset…] = weight · g[at…]."""
    lanes, c = VECTOR_BYTES // g.itemsize, 0
    while c + _MANY * lanes <= channels:
        _repeat_many(g, at + c, offsets, weights, count, dx, target + c, channels)
        c += _MANY * lanes
    if channels < lanes:
        _repeat_few(g, at, offsets, weights, count, dx, target, channels)
        c = channels
    for begin in range(c, channels, lanes):
        c = min(begin, channels - lanes)
        _repeat_one(g, at + c, offsets, weights, count, dx, target + c, channels)


# ── kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
# `plan`: height, width, rows and columns of windows, taps, strides, padding and dilation along both axes, channels.


@kernel("void(T[::1], T[::1], u1[::1], i4[::1], i8, i8, UniTuple(i8, 13), i8, i8)")
def largest(x, y, place, argmax, wide, relu, plan, start, stop):  # type: ignore[no-untyped-def]
    """y = the largest pixel of every window, in the rows of windows start…stop−1 of all images.

    Where it was goes into `argmax`, as place in the image, if `wide`; else into `place`, as tap of the window. With
    `relu` y is at least 0, and the place is 255 where it would not have been above: no gradient passes there.
    """
    h, w, rows, columns, taps_h, taps_w, _, stride, _, left, _, dilation, channels = plan
    offsets, numbers = np.empty(taps_h * taps_w, np.int64), np.empty(taps_h * taps_w, np.int32)
    first, last = _whole_windows(w, columns, taps_w, stride, left, dilation)
    for row in range(start, stop):
        image, count, moved = row // rows * h * w * channels, 0, 0
        for j in range(columns):
            if first < j <= last:
                moved += stride
            else:
                count, moved = _list_pixels(row % rows, j, plan, wide, offsets, numbers), 0
            target, at = (row * columns + j) * channels, image + moved * channels
            if count == 0:
                y[target : target + channels] = -np.inf
                if wide:
                    argmax[target : target + channels] = -1
                else:
                    place[target : target + channels] = _NOWHERE
            elif wide:
                _find_pixels(x, at, offsets, numbers, count, moved, y, argmax, target, channels)
            else:
                _find_places(x, at, offsets, numbers, count, y, place, target, channels)
        if relu:
            results = y[row * columns * channels : (row + 1) * columns * channels]
            places = place[row * columns * channels : (row + 1) * columns * channels]
            for k in range(results.size):
                places[k] = places[k] if results[k] > 0 else np.uint8(_NOWHERE)
                results[k] = x.dtype.type(0) if results[k] <= 0 else results[k]


@kernel("void(T[::1], u1[::1], T[::1], i8, T[::1], UniTuple(i8, 13), i8, i8)")
def largest_grad(g, place, y, judged, dx, plan, start, stop):  # type: ignore[no-untyped-def]
    """dx = the sum of g over the windows in which the pixel was the largest, in the rows of pixels start…stop−1."""
    h, w, rows, columns, taps_h, taps_w, stride_h, stride, top, left, dilation_h, dilation, channels = plan
    offsets, numbers = np.empty(taps_h * taps_w, np.int64), np.empty(taps_h * taps_w, np.int32)
    windows = np.empty(taps_h * taps_w, np.int64)
    along_h = _windows_along(h, rows, taps_h, stride_h, top, dilation_h)
    along_w = _windows_along(w, columns, taps_w, stride, left, dilation)
    first, last = _same_lists(plan)
    for row in range(start, stop):
        image = row // h * rows * columns * channels
        for phase in range(min(stride, w)):
            count, at = 0, image
            for column in range(phase, w, stride):
                if first <= column <= last:
                    at += channels
                else:
                    count = _list_windows(row % h, column, along_h, along_w, plan, offsets, numbers, windows)
                    at = image
                target = (row * w + column) * channels
                _gather(g, place, y, judged, at, offsets, numbers, count, dx, target, channels)


@inner
def _begin_band(i, h, rows, stride, top):  # type: ignore[no-untyped-def]
    """The first row of pixels that belongs to row i of windows, where windows do not overlap; h behind the last."""
    return 0 if i == 0 else h if i == rows else i * stride - top


@kernel("void(T[::1], u1[::1], T[::1], i8, i8, T[::1], UniTuple(i8, 13), i8, i8)")
def largest_spread(g, place, y, judged, covered, dx, plan, start, stop):  # type: ignore[no-untyped-def]
    """`largest_grad` for windows that do not overlap, in the rows of windows start…stop−1: each writes its own pixels.

    If they do not cover the images, what lies between is cleared before, a band of rows at a time.
    """
    h, w, rows, columns, taps_h, taps_w, stride_h, stride, top, left, _, dilation, channels = plan
    offsets, numbers = np.empty(taps_h * taps_w, np.int64), np.empty(taps_h * taps_w, np.int32)
    first, last = _whole_windows(w, columns, taps_w, stride, left, dilation)
    for row in range(start, stop):
        image, i, count, moved = row // rows * h * w * channels, row % rows, 0, 0
        if not covered:
            begin, end = _begin_band(i, h, rows, stride_h, top), _begin_band(i + 1, h, rows, stride_h, top)
            dx[image + begin * w * channels : image + end * w * channels] = 0
        for j in range(columns):
            if first < j <= last:
                moved += stride
            else:
                count, moved = _list_pixels(i, j, plan, 0, offsets, numbers), 0
            at, target = (row * columns + j) * channels, image + moved * channels
            _spread(g, place, y, judged, at, offsets, numbers, count, dx, target, channels)


@inner
def _counted(window, size, taps, stride, padding, include_pad):  # type: ignore[no-untyped-def]
    """How many positions of a window count along one axis."""
    begin = window * stride - padding
    end = min(begin + taps, size + padding)
    return end - begin if include_pad else min(end, size) - max(begin, 0)


@inner
def _share(i, j, plan, include_pad):  # type: ignore[no-untyped-def]
    """1 / the number of positions that count in window (i, j)."""
    h, w, _, _, taps_h, taps_w, stride_h, stride_w, top, left, _, _, _ = plan
    down = _counted(i, h, taps_h, stride_h, top, include_pad)
    return 1 / (down * _counted(j, w, taps_w, stride_w, left, include_pad))


@kernel("void(T[::1], T[::1], i8, UniTuple(i8, 13), i8, i8)")
def mean(x, y, include_pad, plan, start, stop):  # type: ignore[no-untyped-def]
    """y = the mean of every window, in the rows of windows start…stop−1 of all images."""
    h, w, rows, columns, taps_h, taps_w, _, stride, _, left, _, dilation, channels = plan
    offsets, numbers = np.empty(taps_h * taps_w, np.int64), np.empty(taps_h * taps_w, np.int32)
    weights = np.empty(taps_h * taps_w, x.dtype)
    first, last = _whole_windows(w, columns, taps_w, stride, left, dilation)
    for row in range(start, stop):
        image, count, moved = row // rows * h * w * channels, 0, 0
        for j in range(columns):
            if first < j <= last:
                moved += stride
            else:
                count, moved = _list_pixels(row % rows, j, plan, 0, offsets, numbers), 0
                weights[:] = _share(row % rows, j, plan, include_pad)
            at = image + moved * channels
            _add_up(x, at, offsets, weights, count, y, (row * columns + j) * channels, channels)


@kernel("void(T[::1], T[::1], i8, UniTuple(i8, 13), i8, i8)")
def mean_grad(g, dx, include_pad, plan, start, stop):  # type: ignore[no-untyped-def]
    """dx = the sum of g / count over the windows that the pixel is in, in the rows of pixels start…stop−1."""
    h, w, rows, columns, taps_h, taps_w, stride_h, stride, top, left, dilation_h, dilation, channels = plan
    offsets, numbers = np.empty(taps_h * taps_w, np.int64), np.empty(taps_h * taps_w, np.int32)
    windows, weights = np.empty(taps_h * taps_w, np.int64), np.empty(taps_h * taps_w, g.dtype)
    along_h = _windows_along(h, rows, taps_h, stride_h, top, dilation_h)
    along_w = _windows_along(w, columns, taps_w, stride, left, dilation)
    first, last = _same_lists(plan)
    for row in range(start, stop):
        image = row // h * rows * columns * channels
        for phase in range(min(stride, w)):
            count, at = 0, image
            for column in range(phase, w, stride):
                if first <= column <= last:
                    at += channels
                else:
                    count = _list_windows(row % h, column, along_h, along_w, plan, offsets, numbers, windows)
                    at = image
                    for k in range(count):
                        weights[k] = _share(windows[k] // columns, windows[k] % columns, plan, include_pad)
                _add_up(g, at, offsets, weights, count, dx, (row * w + column) * channels, channels)


@kernel("void(T[::1], T[::1], i8, i8, UniTuple(i8, 13), i8, i8)")
def mean_spread(g, dx, include_pad, covered, plan, start, stop):  # type: ignore[no-untyped-def]
    """`mean_grad` for windows that do not overlap, in the rows of windows start…stop−1: each writes its own pixels."""
    h, w, rows, columns, taps_h, taps_w, stride_h, stride, top, left, _, dilation, channels = plan
    offsets, numbers = np.empty(taps_h * taps_w, np.int64), np.empty(taps_h * taps_w, np.int32)
    weights = np.empty(1, g.dtype)
    first, last = _whole_windows(w, columns, taps_w, stride, left, dilation)
    for row in range(start, stop):
        image, i, count, moved = row // rows * h * w * channels, row % rows, 0, 0
        if not covered:
            begin, end = _begin_band(i, h, rows, stride_h, top), _begin_band(i + 1, h, rows, stride_h, top)
            dx[image + begin * w * channels : image + end * w * channels] = 0
        for j in range(columns):
            if first < j <= last:
                moved += stride
            else:
                count, moved = _list_pixels(i, j, plan, 0, offsets, numbers), 0
                weights[0] = _share(i, j, plan, include_pad)
            target = image + moved * channels
            _repeat(g, (row * columns + j) * channels, offsets, weights, count, dx, target, channels)
