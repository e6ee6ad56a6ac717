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
from zerokara.kernels.compiled.tiles import FEW_ROWS, product, tile_of

_TEN = 10
_tile_of_ten = tile_of(_TEN, 2)  # half of a batch of 20 is a common number of sequences for a core


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
    """out[out_at + place of r + f] = start[f] + Σ_k x[place of r + k] · (k, f); with how = ADD added to what is there"""
    depth, width = each.size, 2 * (VECTOR_BYTES // x.itemsize)
    tens = (rows + _TEN - 1) // _TEN * _TEN
    best = tens < (rows + ROWS - 1) // ROWS * ROWS and tens < (rows + FEW_ROWS - 1) // FEW_ROWS * FEW_ROWS
    for f in range(0, columns, width):
        used = min(width, columns - f)
        if best and used == width:
            for m in range(0, rows, _TEN):
                _tile_of_ten(
                    x, x_places[m:], each, depth, panels, f * depth, width, start, f,
                    out, out_places[m:], out_at + f, rows - m, used, how, out,
                )  # fmt: skip
        else:
            product(
                x, x_places, rows, each, panels, f * depth, width, start, f, out, out_places, out_at + f, used, how, out
            )


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
