"""The kernels of the matrix product  z = a·b + bias,  with ReLU or its gradient at the end.

`multiply_blocks` cuts a into blocks that stay in the second-level cache, and b into panels of two vectors of columns;
tiles (see `tiles`) walk over the rows of a block. What lies badly is copied first, because it is read again and again:
a panel of b, its rows side by side, unless there are hardly any rows in a; a block of a if its rows are so far apart
that they fight for the same places of the first-level cache, or if they are columns in memory and b has many columns:
then in strips of rows as wide as a panel, so that what a tile reads in one step lies behind what it read before.

`multiply_few` is for a few rows against a matrix that lies with its columns side by side, as the weights of a fully
connected layer do: nothing is copied, every weight is read once.
"""

import numpy as np

from zerokara.kernels.compiled.build import inner, kernel
from zerokara.kernels.compiled.dots import DOT_COLUMNS, DOT_ROWS, SINGLE_COLUMNS, dots, single_dots
from zerokara.kernels.compiled.rows import empty_row, multiples, zero_row
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES, copy
from zerokara.kernels.compiled.sliding_grad import gather
from zerokara.kernels.compiled.strided import transpose_block
from zerokara.kernels.compiled.tiles import ADD, MASK, RELU, product
from zerokara.kernels.compiled.winograd_ahead import fetch_line

FEW = 16
"""Rows of a that are few."""

_DEPTH = 256  # steps of a tile at a time
_DIRECT_DEPTH = 16  # the same where b is read in place: more rows at a time would be more than a processor foresees
_BLOCK_ROWS = 20 * ROWS if ROWS > 8 else 60 * ROWS
_DOT_DEPTH = 4096
_ALIAS = 2048  # bytes, see `conv`
_MANY = 8  # panels of b, from which on a copy of rows that are columns in memory is worth it wherever they lie
_FEW_TILES = 8  # of rows, up to which so little is done with a panel that reading b in long pieces counts for more
_PANELS = 8  # that are put together at once, then
_AHEAD = 8  # columns that are asked for before they are copied
_REACH = 1 << 19  # bytes between the first and the last row that a tile reads, where its rows are columns in memory:
# more lie in more pages than a processor knows the addresses of


@inner
def panel_of(panel, b, b_row, b_column, k, depth, f, used):  # type: ignore[no-untyped-def]
    """panel[i, j] = b[k + i, f + j] for i < depth and j < used."""
    lanes = VECTOR_BYTES // b.itemsize
    if b_column == 1:
        gather(panel, b, k * b_row + f, depth, b_row, used)
        return
    places = multiples(lanes, 2 * lanes)
    for j in range(0, used, lanes):
        for i in range(0, depth, lanes):
            transpose_block(
                panel, i * 2 * lanes + j, places, b, (f + j) * b_column + (k + i) * b_row, b_column,
                min(lanes, used - j), min(lanes, depth - i),
            )  # fmt: skip


@inner
def _panels_of(panels, apart, b, b_row, k, depth, f, count):  # type: ignore[no-untyped-def]
    """`count` panels side by side: panels[p·apart + i·width + j] = b[k + i, f + p·width + j].

    Each row of b is read in one go, and those that come are asked for: they lie far apart.
    """
    width = 2 * VECTOR_BYTES // b.itemsize
    for i in range(depth):
        at = (k + i) * b_row + f
        for p in range(count):
            fetch_line(b, at + _AHEAD * b_row + p * width)
            copy(panels, p * apart + i * width, b, at + p * width, width)


@inner
def _block_of(block, pitch, a, a_row, a_column, m, rows, k, depth):  # type: ignore[no-untyped-def]
    """block[i·pitch + j] = a[m + i, k + j]; where rows are columns in memory block[s·pitch + j·width + i % width], with
    s = i // width the strip.
    """
    width = 2 * VECTOR_BYTES // a.itemsize
    if a_column == 1:
        for i in range(rows):
            copy(block, i * pitch, a, (m + i) * a_row + k, depth)
        return
    whole = rows // width
    for j in range(depth):  # the rows of all strips, which lie side by side in a
        at = (k + j) * a_column + m
        for s in range(whole):
            fetch_line(a, at + _AHEAD * a_column + s * width)
            copy(block, s * pitch + j * width, a, at + s * width, width)
        if whole * width < rows:
            copy(block, whole * pitch + j * width, a, at + whole * width, rows - whole * width)


@kernel("void(T[::1], T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 7), i8, UniTuple(i8, 4))", writes=("z",))
def multiply_blocks(a, b, bias, z, mask, plan, end, span):  # type: ignore[no-untyped-def]
    """z[m, n] for the rows and columns that `span` names. An empty bias is none."""
    n, depth, a_row, a_column, b_row, b_column = plan[1:]
    first_row, last_row, first_column, last_column = span
    lanes = VECTOR_BYTES // a.itemsize
    width = 2 * lanes
    rows_at_once = min(last_row - first_row, _BLOCK_ROWS)
    in_place = b_column == 1 and rows_at_once <= 2 * ROWS  # then b is hardly read again
    longest = min(depth, _DIRECT_DEPTH if in_place else _DEPTH)
    far = (a_row if a_column == 1 else a_column) * a.itemsize % _ALIAS == 0 and depth > 1
    scattered = longest * (a_column - 1) * a.itemsize > _REACH
    columns = last_column - first_column
    copied = (columns > 2 * width and (far or scattered)) or (a_column > 1 and columns >= _MANY * width)
    in_strips = copied and a_column > 1
    pitch = (longest + 1) * width if in_strips else longest + lanes
    pieces = (rows_at_once + width - 1) // width if in_strips else rows_at_once
    block = empty_row(pieces * pitch if copied else 0, a.dtype)
    at_once = _PANELS if b_column == 1 and rows_at_once <= _FEW_TILES * ROWS and not in_place else 1
    panels, apart = zero_row(at_once * longest * width, a.dtype), longest * width
    nothing, started = zero_row(width, a.dtype), zero_row(width, a.dtype)
    rows, outs = zero_row(rows_at_once + ROWS, np.int64), zero_row(rows_at_once + ROWS, np.int64)
    for i in range(rows_at_once):
        outs[i] = i * n
        rows[i] = i // width * pitch + i % width if in_strips else i * (pitch if copied else a_row)
    steps = multiples(longest, width if in_strips else 1 if copied else a_column)
    for m in range(first_row, last_row, _BLOCK_ROWS):
        count = min(_BLOCK_ROWS, last_row - m)
        for k in range(0, depth, longest):
            here = min(longest, depth - k)
            how = (0 if k == 0 else ADD) | (end if k + longest >= depth else 0)
            if copied:
                _block_of(block, pitch, a, a_row, a_column, m, count, k, here)
                source = block
            else:
                source = a[m * a_row + k * a_column :]
            packed = place = 0  # panels put together and not used yet, and where the next of them is
            for f in range(first_column, last_column, width):
                used = min(width, last_column - f)
                direct = in_place and f + width <= n
                if packed <= 0 and not direct:
                    packed = max(1, min(at_once, (last_column - f) // width))
                    place = 0
                    if packed > 1:
                        _panels_of(panels, apart, b, b_row, k, here, f, packed)
                    else:
                        panel_of(panels, b, b_row, b_column, k, here, f, used)
                if k == 0 and bias.size > 0:
                    for j in range(used):
                        started[j] = bias[f + j]
                product(
                    source, rows, count, steps[:here], b if direct else panels, k * b_row + f if direct else place,
                    b_row if direct else width, started if k == 0 else nothing, 0, z, outs, m * n + f, used, how, mask,
                )  # fmt: skip
                packed, place = packed - 1, place + apart


@kernel("void(T[::1], T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 7), i8, UniTuple(i8, 4))", writes=("z",))
def multiply_few(a, b, bias, z, mask, plan, end, span):  # type: ignore[no-untyped-def]
    """As `multiply_blocks`, for rows of a and columns of b that lie side by side in memory."""
    n, depth, a_row, _, _, b_column = plan[1:]
    first_row, last_row, first_column, last_column = span
    sums = empty_row(DOT_ROWS * max(DOT_COLUMNS, SINGLE_COLUMNS), a.dtype)
    zero = a.dtype.type(0)
    single = last_row - first_row == 1
    columns = SINGLE_COLUMNS if single else DOT_COLUMNS
    for k in range(0, depth, _DOT_DEPTH):
        here = min(_DOT_DEPTH, depth - k)
        last = k + here == depth
        for f in range(first_column, last_column, columns):
            used = min(columns, last_column - f)
            for m in range(first_row, last_row, DOT_ROWS):
                count = min(DOT_ROWS, last_row - m)
                if single:
                    single_dots(sums, a, m * a_row + k, a_row, 1, b, f * b_column + k, b_column, used, here)
                else:
                    dots(sums, a, m * a_row + k, a_row, count, b, f * b_column + k, b_column, used, here)
                for i in range(count):
                    for j in range(used):
                        at = (m + i) * n + f + j
                        value = sums[i * columns + j]
                        if k > 0:
                            value += z[at]
                        elif bias.size > 0:
                            value += bias[f + j]
                        if last and end & RELU and value <= zero:
                            value = zero
                        if last and end & MASK and not mask[at] > zero:
                            value = zero
                        z[at] = value
