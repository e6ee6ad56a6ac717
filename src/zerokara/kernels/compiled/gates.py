"""What the recurrent kernels share: the product of a step, with weights packed once, and the passes over the gates.

A step multiplies the states of a few sequences by the same matrix, again and again. So the matrix is copied into
panels of two vectors of columns, which lie in the second-level cache from then on, and `product` walks over them. The
passes over the gates are short loops over rows that the first-level cache holds, each simple enough for the compiler
to do whole vectors at a time: one array is written, and few are read.
"""

import numpy as np

from zerokara.kernels.compiled.build import inner
from zerokara.kernels.compiled.exponential import exp, tanh
from zerokara.kernels.compiled.matrices import panel_of
from zerokara.kernels.compiled.rows import zero_row
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES
from zerokara.kernels.compiled.tiles import FEW_ROWS, LEAST_ROWS, tiles_of

_TEN = 10 if ROWS >= 10 else 5  # half of a batch of 20, a common number of sequences for a core, in one tile or two
_tiles, _tiles_of_ten, _tiles_few, _tiles_least = (tiles_of(rows, 2) for rows in (ROWS, _TEN, FEW_ROWS, LEAST_ROWS))
_narrow = tiles_of(FEW_ROWS, 1)


@inner
def packed(w, w_row, w_column, depth, columns):  # type: ignore[no-untyped-def]
    """Panels of the matrix whose number (k, f) is w[k·w_row + f·w_column], for `times`."""
    width = 2 * (VECTOR_BYTES // w.itemsize)
    count = (columns + width - 1) // width
    panels = zero_row(count * depth * width, w.dtype)
    for i in range(count):
        panel = panels[i * depth * width : (i + 1) * depth * width]
        panel_of(panel, w, w_row, w_column, 0, depth, i * width, min(width, columns - i * width))
    return panels


@inner
def padded(columns, x):  # type: ignore[no-untyped-def]
    """A row of zeros for `columns` numbers, up to the end of the last panel."""
    width = 2 * (VECTOR_BYTES // x.itemsize)
    return zero_row((columns + width - 1) // width * width, x.dtype)


@inner
def places(rows, step):  # type: ignore[no-untyped-def]
    """0, step, 2·step, … for the rows of `times`."""
    found = zero_row(rows + ROWS, np.int64)
    for r in range(rows):
        found[r] = r * step
    return found


@inner
def times(x, x_places, rows, each, panels, columns, start, out, out_places, out_at, how):  # type: ignore[no-untyped-def]
    """out[out_at + place of r + f] = start[f] + Σ_k x[place of r + k] · (k, f); how = ADD: added to what is there.

    Tiles are chosen so that as few rows as possible are computed for nothing. (`tiles.product` has more of them, for
    narrow results, and takes longer to compile.)
    """
    depth, lanes = each.size, VECTOR_BYTES // x.itemsize
    tall, ten, few = _filled(rows, ROWS), _filled(rows, _TEN), _filled(rows, FEW_ROWS)
    for f in range(0, columns, 2 * lanes):
        used, at, target = min(2 * lanes, columns - f), f * depth, out_at + f
        if used <= lanes:
            _narrow(x, x_places, each, depth, panels, at, 2 * lanes, start, f, out, out_places, target,
                    rows, used, how, out)  # fmt: skip
        elif rows <= LEAST_ROWS:
            _tiles_least(x, x_places, each, depth, panels, at, 2 * lanes, start, f, out, out_places, target,
                         rows, used, how, out)  # fmt: skip
        elif tall <= ten and tall <= few:
            _tiles(x, x_places, each, depth, panels, at, 2 * lanes, start, f, out, out_places, target,
                   rows, used, how, out)  # fmt: skip
        elif ten <= few:
            _tiles_of_ten(x, x_places, each, depth, panels, at, 2 * lanes, start, f, out, out_places, target,
                          rows, used, how, out)  # fmt: skip
        else:
            _tiles_few(x, x_places, each, depth, panels, at, 2 * lanes, start, f, out, out_places, target,
                       rows, used, how, out)  # fmt: skip


@inner
def _filled(rows, tile):  # type: ignore[no-untyped-def]
    """Rows that whole tiles have."""
    return (rows + tile - 1) // tile * tile


@inner
def sigmoid_of(row, added):  # type: ignore[no-untyped-def]
    """row ← σ(row + added)"""
    one = row.dtype.type(1)
    for k in range(row.size):
        row[k] = one / (one + exp(-(row[k] + added[k])))


@inner
def tanh_of(row, added):  # type: ignore[no-untyped-def]
    """row ← tanh(row + added)"""
    for k in range(row.size):
        row[k] = tanh(row[k] + added[k])


@inner
def relu_of(row, added):  # type: ignore[no-untyped-def]
    """row ← max(row + added, 0); written so that a NaN passes."""
    for k in range(row.size):
        total = row[k] + added[k]
        row[k] = row.dtype.type(0) if total <= 0 else total


@inner
def put(target, source):  # type: ignore[no-untyped-def]
    """target ← source"""
    for k in range(target.size):
        target[k] = source[k]


@inner
def clear(target):  # type: ignore[no-untyped-def]
    """target ← 0"""
    for k in range(target.size):
        target[k] = target.dtype.type(0)
