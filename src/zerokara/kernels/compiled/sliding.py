"""Filters that slide over images: the kernel of the forward pass and of the gradient of the images.

Both are the same sum. Along one axis, an output place o = a + S·t looks, through each tap p, at the input place

    t·s + (a + l + p·d) / S        if that division leaves no rest, else the tap p does not concern the place o

Forward: s is the stride, S = 1, l = −padding and d = dilation, which is the textbook's o·s + p·d − padding. The way
back: S is the stride, s = 1, l = padding and d = −dilation: a pixel of x was seen by those output places from which
it is a whole number of strides away. So the pixels fall into S·S phases a, each with filters of its own (a part of the
taps), and nothing is multiplied with zeros in between.

A tile of R places × V·L filters (see `tiles`) runs over all taps and channels, which lie side by side in memory.
Images are worked on in blocks that fit the second-level cache: several images, one, or a band of rows of one. A block
is copied, with the zeros around it, into a small working array (images, H', W', C), unless it lies just so already.
"""

import numpy as np

from zerokara.kernels.compiled.build import inner, kernel, subkernel
from zerokara.kernels.compiled.rows import empty_row, multiples, zero_row
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES, copy
from zerokara.kernels.compiled.strided import transpose_block
from zerokara.kernels.compiled.tiles import ADD, product

_STEPS = 1024  # steps of a tile at a time: their weights, two vectors each, stay in the second-level cache

# The plan of a convolution, all integers:
#  0 channels, height, width of the input          3 distances along n, c, h, w in its memory
#  7 groups     8 filters (channels of the output) 9 taps along h, w           11 rows, columns of the output
# 13 s along h, w     15 S along h, w     17 d along h, w     19 l along h, w
# 21 rows of a band, images of a block, pitch (distance between the pixels of a block), 1 if no copy is needed
# 25 height, width of a block, first row and column that the taps of the first place look at


def reach(taps: int, d: int, lead: int, spread: int) -> tuple[int, int]:
    """(lowest, highest) of (a + l + p·d) / S: how far the taps look around t·s."""
    lowest, highest, found = 0, 0, False
    for p in range(taps):
        for a in range(spread):
            place = a + lead + p * d
            if place % spread == 0:
                place //= spread
                lowest = min(lowest, place) if found else place
                highest = max(highest, place) if found else place
                found = True
    return lowest, highest


@inner
def tap_order(p, q, plan):  # type: ignore[no-untyped-def]
    """The taps sorted by phase: (their numbers, row and column offsets, where each phase begins)."""
    spread_h, spread_w, d_h, d_w, lead_h, lead_w = plan[15:21]
    taps = empty_row(p * q, np.int64)
    along_h, along_w = empty_row(p * q, np.int64), empty_row(p * q, np.int64)
    begins = empty_row(spread_h * spread_w + 1, np.int64)
    k = 0
    for a in range(spread_h):
        for b in range(spread_w):
            begins[a * spread_w + b] = k
            for i in range(p):
                for j in range(q):
                    row, column = a + lead_h + i * d_h, b + lead_w + j * d_w
                    if row % spread_h == 0 and column % spread_w == 0:
                        taps[k], along_h[k], along_w[k] = i * q + j, row // spread_h, column // spread_w
                        k += 1
    begins[spread_h * spread_w] = k
    return taps, along_h, along_w, begins


@subkernel("void(T[::1], T[::1], UniTuple(i8, 29), i8, i8, i8)", writes=("block",))
def copy_block(block, x, plan, first, count, top):  # type: ignore[no-untyped-def]
    """block[image, i, j, c] = x[first + image, c, top + i, left + j] for `count` images, or zero outside of them.

    What is left and right of the images is not touched: it was cleared once.
    """
    c, h, w, along_n, along_c, along_h, along_w = plan[:7]
    pitch, _, height, width, _, left = plan[23:]
    begin, end = max(0, -left), min(width, w - left)
    for image in range(count):
        for i in range(height):
            target = (image * height + i) * width * pitch
            row = top + i
            if row < 0 or row >= h:
                block[target : target + width * pitch] = 0
                continue
            source = (first + image) * along_n + row * along_h + left * along_w
            if along_c == 1 and along_w == c and pitch == c:
                copy(block, target + begin * c, x, source + begin * c, (end - begin) * c)
            elif along_c == 1:
                for j in range(begin, end):
                    copy(block, target + j * pitch, x, source + j * along_w, c)
            else:
                for channel in range(c):
                    for j in range(begin, end):
                        block[target + j * pitch + channel] = x[source + channel * along_c + j * along_w]


@inner
def unit_of_work(unit, stop, plan):  # type: ignore[no-untyped-def]
    """(first image, number of images, first output row, number of output rows) of the block that begins with `unit`.

    Units are images, or bands of images if an image is cut into bands.
    """
    rows, band, images = plan[11], plan[21], plan[22]
    bands = (rows + band - 1) // band
    if bands == 1:
        return unit, min(images, stop - unit), 0, rows
    row = unit % bands * band
    return unit // bands, 1, row, min(band, rows - row)


@subkernel(
    "void(UniTuple(i8, 29), i8, i8[::1], i8[::1], i8[::1], i8[::1], i8[::1])",
    writes=("steps", "begins", "places", "outs", "place_begins"),
)
def _fill_tables(plan, depth, steps, begins, places, outs, place_begins):  # type: ignore[no-untyped-def]
    """See `tables`."""
    p, q, rows, columns, s_h, s_w, spread_h, spread_w = plan[9:17]
    filters, band, images, pitch = plan[8], plan[21], plan[22], plan[23]
    height, width, low_h, low_w = plan[25:]
    _, along_h, along_w, phases = tap_order(p, q, plan)
    for k in range(p * q):
        for channel in range(depth):
            steps[k * depth + channel] = ((along_h[k] - low_h) * width + along_w[k] - low_w) * pitch + channel
    for phase in range(begins.size):
        begins[phase] = phases[phase] * depth
    k = 0
    for phase in range(place_begins.size):
        place_begins[phase] = k
        for n in range(images):
            for i in range(phase // spread_w, band, spread_h):
                for j in range(phase % spread_w, columns, spread_w):
                    places[k] = ((n * height + i // spread_h * s_h) * width + j // spread_w * s_w) * pitch
                    outs[k] = ((n * rows + i) * columns + j) * filters
                    k += 1
        k += ROWS  # a tile may hang over: what it finds there is not stored


@inner
def tables(plan, depth):  # type: ignore[no-untyped-def]
    """(steps, at which each phase begins in them, places, outs, at which each phase begins in these).

    steps: where the taps and their channels are, counted from a place, sorted by phase. places, outs: where the places
    of a filter are in a block, and where their results belong; sorted by phase, then in the order of the output, so
    that a smaller block has the beginning of each list.
    """
    phases = plan[15] * plan[16]
    size = plan[22] * plan[21] * plan[12] + phases * ROWS
    steps, begins = empty_row(plan[9] * plan[10] * depth, np.int64), empty_row(phases + 1, np.int64)
    places, outs, place_begins = zero_row(size, np.int64), zero_row(size, np.int64), empty_row(phases, np.int64)
    _fill_tables(plan, depth, steps, begins, places, outs, place_begins)
    return steps, begins, places, outs, place_begins


@inner
def places_of_phase(plan, phase, images, rows):  # type: ignore[no-untyped-def]
    """The number of places of a phase in a block of so many images and output rows."""
    columns, spread_h, spread_w = plan[12], plan[15], plan[16]
    rows_of_phase = (rows - phase // spread_w + spread_h - 1) // spread_h
    columns_of_phase = (columns - phase % spread_w + spread_w - 1) // spread_w
    return images * max(rows_of_phase, 0) * max(columns_of_phase, 0)


@inner
def clear(y, target, outs, width):  # type: ignore[no-untyped-def]
    """Zeros where no tap reaches."""
    for k in range(outs.size):
        y[target + outs[k] : target + outs[k] + width] = 0


@kernel("void(T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 29), i8, UniTuple(i8, 4))", writes=("y",))
def slide(x, w, y, mask, plan, end, span):  # type: ignore[no-untyped-def]
    """The units of work and the columns (filters of each group) that `span` names. `w` is packed by `pack`."""
    c, h, wide = plan[:3]
    groups, filters, p, q, rows, columns, s_h, _, spread_h, spread_w = plan[7:17]
    images, pitch, ready, height, width, low_h, low_w = plan[22:]
    start, stop, first_column, last_column = span
    lanes = VECTOR_BYTES // x.itemsize
    depth, count = c // groups, filters // groups
    wide_panel, panels = 2 * lanes, (count + 2 * lanes - 1) // (2 * lanes)
    block = x if ready else zero_row(images * height * width * pitch, x.dtype)
    steps, begins, places, outs, place_begins = tables(plan, depth)
    all_steps = p * q * depth
    bias = groups * panels * all_steps * wide_panel
    nothing = zero_row(2 * lanes, x.dtype)

    unit = start
    while unit < stop:
        first, here, row, rows_here = unit_of_work(unit, stop, plan)
        unit += here
        top = row // spread_h * s_h + low_h
        if ready:
            block = x[((first * h + top) * wide + low_w) * c :]
        else:
            copy_block(block, x, plan, first, here, top)
        for group in range(groups):
            source = block[group * depth :]
            for f in range(first_column, min(last_column, count), 2 * lanes):
                used = min(min(last_column, count) - f, 2 * lanes)
                target = (first * rows + row) * columns * filters + group * count + f
                panel = group * panels + f // wide_panel
                for phase in range(spread_h * spread_w):
                    pixels = places_of_phase(plan, phase, here, rows_here)
                    there = place_begins[phase]
                    total = begins[phase + 1] - begins[phase]
                    if total == 0:
                        clear(y, target, outs[there : there + pixels], used)
                    for at in range(0, total, _STEPS):
                        now = begins[phase] + at
                        last = at + _STEPS >= total
                        product(
                            source, places[there:], pixels, steps[now : now + min(_STEPS, total - at)],
                            w, (panel * all_steps + now) * wide_panel, wide_panel,
                            w if at == 0 else nothing, bias + panel * wide_panel if at == 0 else 0,
                            y, outs[there:], target, used, (end if last else 0) | (ADD if at > 0 else 0), mask,
                        )  # fmt: skip


@inner
def _clear_rest(packed, at, taps, apart, used, width):  # type: ignore[no-untyped-def]
    """Zeros behind the last filter of a panel that is not full, in a row of each tap.

    A tile multiplies what is there, too, and stores nothing of it. But what nobody has written may be too small for a
    normal number, and some processors then take a hundred times as long.
    """
    if used > 0:
        for tap in range(taps):
            packed[at + tap * apart + used : at + tap * apart + width] = 0


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 29), i8, i8)", writes=("packed",))
def pack(w, bias, packed, plan, start, stop):  # type: ignore[no-untyped-def]
    """packed[group, panel, tap, c, f] = w[group, f, c, tap], taps sorted by phase, and the bias.

    Filters as the tiles read them: panels of two vectors, so that what a tile reads lies side by side. (In rows of all
    filters, 512 would fight for a few places of the caches: that took twice the time.) A bias of no numbers is none.
    For the pairs (group, c) from start to stop−1.
    """
    groups, filters, taps = plan[7], plan[8] // plan[7], plan[9] * plan[10]
    depth = plan[0] // groups
    lanes = VECTOR_BYTES // w.itemsize
    width, panels = 2 * lanes, (filters + 2 * lanes - 1) // (2 * lanes)
    steps = taps * depth
    order = tap_order(plan[9], plan[10], plan)[0]
    places = empty_row(taps, np.int64)
    for k in range(taps):
        places[order[k]] = k * depth * width
    single = multiples(lanes, width)
    for pair in range(start, stop):
        group, c = pair // depth, pair % depth
        _clear_rest(
            packed, ((group * panels + panels - 1) * steps + c) * width, taps, depth * width, filters % width, width
        )
        if taps == 1 and c % lanes:
            continue  # filters of one tap: several channels at a time
        for f in range(0, filters, lanes):
            rows = min(lanes, filters - f)
            to = ((group * panels + f // width) * steps + c) * width + f % width
            if taps == 1:
                transpose_block(
                    packed, to, single, w, (group * filters + f) * depth + c, depth, rows, min(lanes, depth - c)
                )
                continue
            for tap in range(0, taps, lanes):
                of = ((group * filters + f) * depth + c) * taps + tap
                transpose_block(packed, to, places[tap:], w, of, depth * taps, rows, min(lanes, taps - tap))
    if start == 0:
        rest = packed[groups * panels * steps * width :]
        rest[:] = 0
        if bias.size == plan[8]:
            for group in range(groups):
                for f in range(filters):
                    rest[group * panels * width + f] = bias[group * filters + f]


@kernel("void(T[::1], T[::1], UniTuple(i8, 29), i8, i8)", writes=("packed",))
def pack_back(w, packed, plan, start, stop):  # type: ignore[no-untyped-def]
    """packed[group, panel, tap, f, c] = w[group, f, c, tap], taps sorted by phase, for the filters start…stop−1.

    In the plan of the way back, the filters are the channels of the input, and the channels those of the output.
    """
    groups, channels, taps = plan[7], plan[8] // plan[7], plan[9] * plan[10]
    depth = plan[0] // groups
    lanes = VECTOR_BYTES // w.itemsize
    width, panels = 2 * lanes, (channels + 2 * lanes - 1) // (2 * lanes)
    steps = taps * depth
    order = tap_order(plan[9], plan[10], plan)[0]
    places = empty_row(taps, np.int64)
    for k in range(taps):
        places[order[k]] = k * depth * width
    for number in range(start, stop):
        group, f = number // depth, number % depth
        _clear_rest(
            packed, ((group * panels + panels - 1) * steps + f) * width, taps, depth * width, channels % width, width
        )
        for c in range(0, channels, lanes):
            to = ((group * panels + c // width) * steps + f) * width + c % width
            if taps == 1:
                copy(packed, to, w, number * channels + c, min(lanes, channels - c))
                continue
            for tap in range(0, taps, lanes):
                of = (number * channels + c) * taps + tap
                transpose_block(packed, to, places[tap:], w, of, taps, min(lanes, channels - c), min(lanes, taps - tap))
    if start == 0:
        packed[groups * panels * steps * width :] = 0
