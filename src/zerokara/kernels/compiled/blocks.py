"""Small products inside other kernels: a block of rows against a matrix, wherever both lie in memory."""

import numpy as np

from zerokara.kernels.compiled.build import inner
from zerokara.kernels.compiled.matrices import panel_of
from zerokara.kernels.compiled.rows import multiples, zero_row
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES
from zerokara.kernels.compiled.tiles import ADD, product

_DEPTH = 256  # steps of a tile at a time


@inner
def _panel(panel, b, b_row, b_column, k, depth, f, used):  # type: ignore[no-untyped-def]
    """As `panel_of`, which wants the numbers of a row or of a column side by side, for any other b, too."""
    if b_column == 1 or b_row == 1:
        panel_of(panel, b, b_row, b_column, k, depth, f, used)
        return
    width = 2 * VECTOR_BYTES // b.itemsize
    for i in range(depth):
        for j in range(used):
            panel[i * width + j] = b[(k + i) * b_row + (f + j) * b_column]


@inner
def block_product(a, a_row, a_column, b, b_row, b_column, z, z_row, m, n, depth, adding):  # type: ignore[no-untyped-def]
    """z[i, j] = Σ_k a[i, k]·b[k, j], or that much more if `adding`, for i < m and j < n.

    a, b and z are one-dimensional; a[i, k] is a[i·a_row + k·a_column], and so on; z's columns lie side by side.
    """
    lanes = VECTOR_BYTES // a.itemsize
    width = 2 * lanes
    longest = min(depth, _DEPTH)
    panel, nothing = zero_row(longest * width, a.dtype), zero_row(width, a.dtype)
    rows, outs = zero_row(m + ROWS, np.int64), zero_row(m + ROWS, np.int64)
    for i in range(m):
        rows[i], outs[i] = i * a_row, i * z_row
    steps = multiples(longest, a_column)
    for k in range(0, depth, longest):
        here = min(longest, depth - k)
        how = ADD if adding or k > 0 else 0
        for f in range(0, n, width):
            used = min(width, n - f)
            _panel(panel, b, b_row, b_column, k, here, f, used)
            product(
                a[k * a_column :], rows, m, steps[:here], panel, 0, width, nothing, 0, z, outs, f, used, how, nothing
            )  # fmt: skip
