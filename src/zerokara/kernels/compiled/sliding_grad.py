"""The gradient of the filters: the same tiles as those of `sliding`, turned around.

    ∂L/∂w[f, c, p, q] = Σ_nij g[n, f, i, j] · x[n, c, i·s + p·d − padding, j·s + q·d − padding]

Rows of a tile are taps (p, q, c), columns are filters, and a step is a pixel (n, i, j): the tile runs over the pixels
of a block. Each block is summed up by itself, which keeps rounding errors small, and then added to the sums of before.
"""

import numpy as np

from zerokara.kernels.compiled.build import inner, kernel
from zerokara.kernels.compiled.rows import multiples, zero_row
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES, copy
from zerokara.kernels.compiled.sliding import copy_block, tables, unit_of_work
from zerokara.kernels.compiled.strided import transpose_block
from zerokara.kernels.compiled.tiles import ADD, product


@inner
def gather(panel, g, at, pixels, filters, used):  # type: ignore[no-untyped-def]
    """panel[k, :used] = g[at + k·filters + …]: a strip of a matrix whose rows lie far apart, put together."""
    width = 2 * (VECTOR_BYTES // g.itemsize)
    if used < width:
        for k in range(pixels):
            copy(panel, k * width, g, at + k * filters, used)
        return
    for k in range(pixels):  # a length that the compiler knows becomes two loads and two stores
        copy(panel, k * width, g, at + k * filters, width)


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 29), UniTuple(i8, 4))", writes=("sums",))
def slide_grad_w(x, g, sums, plan, span):  # type: ignore[no-untyped-def]
    """sums[group, panel, p·q·c, f] = Σ over the pixels of the units of work that `span` names, for its columns f.

    g is read as (N, I, J, F). The sums are all written, whatever they held.
    """
    c, h, wide = plan[:3]
    groups, filters, p, q, rows, columns, s_h = plan[7:14]
    images, pitch, ready, height, width, low_h, low_w = plan[22:]
    start, stop, first_column, last_column = span
    lanes = VECTOR_BYTES // x.itemsize
    depth, count = c // groups, filters // groups
    wide_panel, panels = 2 * lanes, (count + 2 * lanes - 1) // (2 * lanes)

    block = x if ready else zero_row(images * height * width * pitch, x.dtype)
    table, _, places, _, _ = tables(plan, depth)
    places = places[: places.size - ROWS]
    total = p * q * depth
    taps, outs = zero_row(total + ROWS, np.int64), zero_row(total + ROWS, np.int64)
    for k in range(total):
        taps[k], outs[k] = table[k], k * wide_panel
    nothing = zero_row(2 * lanes, x.dtype)
    panel = zero_row(places.size * 2 * lanes, x.dtype)  # behind the last filter, too, where a tile multiplies as well

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
        slopes = (first * rows + row) * columns * filters
        # Whole vectors may be read beyond the end of g; and what lies far apart is read too often to stay there.
        beyond = slopes + pixels * filters + 2 * lanes > g.size and (count % lanes > 0 or groups > 1)
        gathered = beyond or (filters > 2 * lanes and total > 2 * ROWS)
        for group in range(groups):
            source = block[group * depth :]
            for f in range(first_column, min(last_column, count), 2 * lanes):
                used = min(min(last_column, count) - f, 2 * lanes)
                at, to = slopes + group * count + f, (group * panels + f // wide_panel) * total * wide_panel
                if gathered:
                    gather(panel, g, at, pixels, filters, used)
                product(
                    source, taps, total, places[:pixels], panel if gathered else g, 0 if gathered else at,
                    wide_panel if gathered else filters, nothing, 0, sums, outs, to, used, end, g,
                )  # fmt: skip


@kernel("void(T[::1], T[::1], UniTuple(i8, 5), i8, i8)", writes=("sums", "dw"))
def collect(sums, dw, sizes, start, stop):  # type: ignore[no-untyped-def]
    """dw[group, f, c, tap] = Σ over the threads of sums[thread, group, panel, tap, c, f], for some vectors."""
    shares, groups, filters, depth, taps = sizes
    lanes = VECTOR_BYTES // sums.itemsize
    step, panels = 2 * lanes, (filters + 2 * lanes - 1) // (2 * lanes)
    size = groups * panels * taps * depth * step
    places = multiples(lanes, depth * taps)
    for group in range(groups):
        for f in range(start * lanes, min(stop * lanes, filters), lanes):
            base = (group * panels + f // step) * taps * depth * step + f % step
            columns = min(lanes, filters - f)
            for share in range(1, shares):
                for k in range(taps * depth):
                    to, of = sums[base + k * step :], sums[share * size + base + k * step :]
                    if columns == lanes:  # a number that the compiler knows
                        for lane in range(lanes):
                            to[lane] += of[lane]
                    else:
                        for lane in range(columns):
                            to[lane] += of[lane]
            if taps == 1:
                for c in range(0, depth, lanes):
                    of_c = base + c * step
                    transpose_block(
                        dw, (group * filters + f) * depth + c, places, sums, of_c, step, min(lanes, depth - c), columns
                    )
                continue
            for c in range(depth):
                to_c = ((group * filters + f) * depth + c) * taps
                for tap in range(0, taps, lanes):
                    of_c = base + (tap * depth + c) * step
                    transpose_block(
                        dw, to_c + tap, places, sums, of_c, depth * step, min(lanes, taps - tap), columns
                    )  # fmt: skip
