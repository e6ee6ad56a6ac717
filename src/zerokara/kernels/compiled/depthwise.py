"""Convolutions in which every channel has a filter of its own (groups = channels = filters).

    y[n, i, j, c] = b[c] + Σ_pq  x[n, i·s + p·d − padding, j·s + q·d − padding, c] · w[p, q, c]

There is no sum over channels, so the lanes of a vector are channels on both sides: a tile of R places × L channels
runs over the taps, and in the gradient of the filters a tile of R taps × L channels runs over the pixels. Blocks,
phases and bands are those of `sliding`; filters are packed as if they were filters of images with one channel.
"""

import numpy as np

from zerokara.kernels.compiled.build import kernel
from zerokara.kernels.compiled.rows import zero_row
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES
from zerokara.kernels.compiled.sliding import clear, copy_block, places_of_phase, tables, unit_of_work
from zerokara.kernels.compiled.sliding_grad import gather
from zerokara.kernels.compiled.tiles import ADD, product_of_each


@kernel("void(T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 29), i8, UniTuple(i8, 4))", writes=("y",))
def slide_each(x, w, y, mask, plan, end, span):  # type: ignore[no-untyped-def]
    """The units of work and the channels that `span` names."""
    c, h, wide = plan[:3]
    p, q, rows, columns, s_h, _, spread_h, spread_w = plan[9:17]
    images, pitch, ready, height, width, low_h, low_w = plan[22:]
    start, stop, first_column, last_column = span
    lanes = VECTOR_BYTES // x.itemsize
    wide_panel, panels = 2 * lanes, (c + 2 * lanes - 1) // (2 * lanes)  # see `sliding.pack`
    block = x if ready else zero_row(images * height * width * pitch + lanes, x.dtype)
    steps, begins, places, outs, place_begins = tables(plan, 1)
    bias = panels * p * q * wide_panel

    unit = start
    while unit < stop:
        first, here, row, rows_here = unit_of_work(unit, stop, plan)
        unit += here
        top = row // spread_h * s_h + low_h
        if ready:
            block = x[((first * h + top) * wide + low_w) * c :]
        else:
            copy_block(block, x, plan, first, here, top)
        for f in range(first_column, last_column, lanes):
            used = min(lanes, last_column - f)
            target = (first * rows + row) * columns * c + f
            panel = f // wide_panel * p * q * wide_panel + f % wide_panel
            for phase in range(spread_h * spread_w):
                pixels = places_of_phase(plan, phase, here, rows_here)
                there, now = place_begins[phase], begins[phase]
                if begins[phase + 1] == now:
                    clear(y, target, outs[there : there + pixels], used)
                elif pixels > 0:
                    product_of_each(
                        block[f:], places[there:], pixels, steps[now : begins[phase + 1]],
                        w, panel + now * wide_panel, wide_panel, w, bias + f,
                        y, outs[there:], target, used, end, mask,
                    )  # fmt: skip


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 29), UniTuple(i8, 4))", writes=("sums",))
def slide_each_grad_w(x, g, sums, plan, span):  # type: ignore[no-untyped-def]
    """sums[panel, p·q, c] = Σ over the pixels of the units of work that `span` names, for its channels c."""
    c, h, wide = plan[:3]
    p, q, rows, columns, s_h = plan[9:14]
    images, pitch, ready, height, width, low_h, low_w = plan[22:]
    start, stop, first_column, last_column = span
    lanes = VECTOR_BYTES // x.itemsize
    wide_panel = 2 * lanes
    block = x if ready else zero_row(images * height * width * pitch + lanes, x.dtype)
    table, _, places, _, _ = tables(plan, 1)
    places = places[: places.size - ROWS]
    total = p * q
    taps, outs = zero_row(total + ROWS, np.int64), zero_row(total + ROWS, np.int64)
    for k in range(total):
        taps[k], outs[k] = table[k], k * wide_panel
    nothing = zero_row(lanes, x.dtype)
    panel = zero_row(places.size * 2 * lanes, x.dtype)  # behind the last channel, too, where a tile multiplies as well

    unit = start
    while unit < stop:
        first, here, row, rows_here = unit_of_work(unit, stop, plan)
        end = 0 if unit == start else ADD
        unit += here
        top = row * s_h + low_h
        if ready:
            block = x[((first * h + top) * wide + low_w) * c :]
        else:
            copy_block(block, x, plan, first, here, top)
        pixels = here * rows_here * columns
        for f in range(first_column, last_column, lanes):
            used = min(lanes, last_column - f)
            at = (first * rows + row) * columns * c + f
            to = f // wide_panel * total * wide_panel + f % wide_panel
            if used < lanes:  # whole vectors would be read beyond the end of g
                gather(panel, g, at, pixels, c, used)
                product_of_each(
                    block[f:], taps, total, places[:pixels], panel, 0, wide_panel,
                    nothing, 0, sums, outs, to, used, end, g,
                )  # fmt: skip
            else:
                product_of_each(
                    block[f:], taps, total, places[:pixels], g, at, c,
                    nothing, 0, sums, outs, to, used, end, g,
                )  # fmt: skip
