"""The matrix product, in the same tiles as the convolutions.

NumPy's own product is as quick on an idle machine; but its threads wait by spinning, and on a machine that has other
work, or beside our own threads, a step of training then takes many times as long. Here the threads are those of all
other kernels, and the result does not depend on which BLAS library NumPy was built with.
"""

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, kernel
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES, copy, tile1, tile2

_SMALL = 200_000  # multiplications; NumPy does smaller products at once and with one thread


def matmul(x: Array, y: Array) -> Array:
    """z[…,m,n] = Σ_k x[…,m,k] · y[…,k,n]. Large products of two matrices are compiled, all others are NumPy's."""
    if not compilable(x, y) or x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[0]:
        return reference.matmul(x, y)
    (m, depth), n = x.shape, y.shape[1]
    small = m * depth * n < _SMALL or min(m, n) < 4
    if depth == 0 or (small and not threads.recording()):
        return reference.matmul(x, y)
    z = empty((m, n), x.dtype)
    left, *along_left = _matrix_memory(x)
    right, *along_right = _matrix_memory(y)
    tiles, panels = -(-m // ROWS), -(-n * x.itemsize // (2 * VECTOR_BYTES))
    by_rows = tiles > panels
    ranges = threads.parts(tiles if by_rows else panels, 2.0 * m * n * depth)
    spans = [(*r, 0, panels) if by_rows else (0, tiles, *r) for r in ranges]
    plan = m, n, depth, *along_left, *along_right
    threads.share(_matmul.on(x.dtype), [(left, right, z.reshape(-1), plan, span) for span in spans])
    return z


def _matrix_memory(a: Array) -> tuple[Array, int, int]:
    """(the numbers as a 1-D array, distance between rows, distance between columns)."""
    if a.T.flags.carray:
        return a.T.reshape(-1), 1, a.shape[0]
    return plain(a).reshape(-1), a.shape[1], 1


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 7), UniTuple(i8, 4))")
def _matmul(a, b, y, plan, span):  # type: ignore[no-untyped-def]
    """The tiles of R rows and the panels of two vectors of columns that `span` names.

    A panel of b is copied first, its rows side by side, since every tile of rows reads all of it.
    """
    m, n, depth, a_row, a_column, b_row, b_column = plan
    first_tile, last_tile, first_panel, last_panel = span
    lanes = VECTOR_BYTES // a.itemsize
    width = 2 * lanes
    panel = np.zeros(depth * width, a.dtype)
    nothing = np.zeros(width, a.dtype)
    steps = np.arange(depth) * a_column
    rows = np.empty(ROWS, np.int64)
    for f in range(first_panel * width, min(last_panel * width, n), width):
        used = min(width, n - f)
        if b_column == 1:
            for k in range(depth):
                copy(panel, k * width, b, k * b_row + f, used)
        else:
            for block in range(0, depth, 16):
                for column in range(used):
                    source = (f + column) * b_column
                    for k in range(block, min(block + 16, depth)):
                        panel[np.uint64(k * width + column)] = b[np.uint64(source + k * b_row)]
        for first in range(first_tile * ROWS, min(last_tile * ROWS, m), ROWS):
            for r in range(ROWS):
                rows[r] = min(first + r, m - 1) * a_row
            stored = min(ROWS, m - first)
            if used > lanes:
                tile2(
                    a, rows, steps, depth, panel, 0, width, nothing, 0, y, first * n + f, n, stored, used,
                )  # fmt: skip
            else:
                tile1(
                    a, rows, steps, depth, panel, 0, width, nothing, 0, y, first * n + f, n, stored, used,
                )  # fmt: skip
