"""Small products inside other kernels: blocks of rows, one after the other, against a matrix that is packed once."""

from zerokara.kernels.compiled.build import inner
from zerokara.kernels.compiled.matrices import panel_of
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.tiles import ADD, product

_DEPTH = 256  # steps of a tile at a time


@inner
def _panel(panel, b, b_row, b_column, depth, f, used):  # type: ignore[no-untyped-def]
    """As `panel_of`, which wants the numbers of a row or of a column side by side, for any other b, too."""
    if b_column == 1 or b_row == 1:
        panel_of(panel, b, b_row, b_column, 0, depth, f, used)
        return
    width = 2 * VECTOR_BYTES // b.itemsize
    for i in range(depth):
        for j in range(used):
            panel[i * width + j] = b[i * b_row + (f + j) * b_column]


@inner
def packed_width(n, itemsize):  # type: ignore[no-untyped-def]
    """The columns that n columns take when they are packed: whole panels."""
    width = 2 * VECTOR_BYTES // itemsize
    return (n + width - 1) // width * width


@inner
def pack(packed, b, b_row, b_column, depth, n):  # type: ignore[no-untyped-def]
    """packed[f·depth + k·W + j] = b[k, f + j] for k < depth, f = 0, W, … < n and j < W: panels of W = 2·L columns.

    b[k, j] is b[k·b_row + j·b_column]. `packed` is as long as depth · `packed_width`(n).
    """
    width = 2 * VECTOR_BYTES // b.itemsize
    for f in range(0, n, width):
        _panel(packed[f * depth :], b, b_row, b_column, depth, f, min(width, n - f))


@inner
def times_packed(a, rows, m, steps, packed, depth, first, n, z, outs, adding, zeros):  # type: ignore[no-untyped-def]
    """z[outs[i] + j] = Σ_k a[rows[i] + steps[k]]·b[first + k, j], or that much more if `adding`, for i < m and j < n.

    `packed` is b, of `depth` rows; `rows` and `outs` go on for ROWS more entries; `zeros` are 2·L.
    """
    width = 2 * VECTOR_BYTES // a.itemsize
    for k in range(0, steps.size, _DEPTH):
        how = ADD if adding or k > 0 else 0
        for f in range(0, n, width):
            product(
                a, rows, m, steps[k : k + _DEPTH], packed, f * depth + (first + k) * width, width, zeros, 0, z, outs,
                f, min(width, n - f), how, zeros,
            )  # fmt: skip
