"""The 36 matrix products of Winograd's convolution: a register tile and the loops around it.

Operands lie in blocks of one vector: an array a[block][row][lane] holds the matrix a[row, block·L + lane]. So what
the transforms store, and what a tile reads, is contiguous, and a tile needs three addresses only.

    out[row, k…] (+)= Σ_step  a[row, step] · b[step, k…]

For each step R numbers of a are spread over a vector each and multiplied with V vectors of b; R·V sums stay in
registers.

`multiply` and `multiply_transposed` do it for all 36 points, in planes that lie equally far apart.
"""

from collections.abc import Callable
from typing import Any

from zerokara.kernels.compiled.build import inner, subkernel
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import REGISTERS, Writer, instructions
from zerokara.kernels.compiled.winograd_ahead import fetch, lines

MOST = 4 if REGISTERS >= 32 else 2
"""The largest number of vectors in a tile's row."""


def _tile(rows: int, vectors: int, across: bool) -> Callable[..., Any]:
    """The instructions of one tile. `across`: the steps are the lanes of a, else the rows of a."""

    @instructions
    def tile(
        write: Writer,
        a: Any,
        a_at: Any,
        a_block: Any,
        b: Any,
        b_at: Any,
        b_vector: Any,
        blocks: Any,
        out: Any,
        out_at: Any,
        out_vector: Any,
        add: Any,
    ) -> None:
        lanes = write.lanes
        steps, row, step = (lanes, lanes, 1) if across else (4, 1, lanes)
        sums = [[write.variable(write.constant(0.0)) for _ in range(vectors)] for _ in range(rows)]
        places = [
            [write.plus(write.plus(out_at, r * lanes), write.times(out_vector, v)) for v in range(vectors)]
            for r in range(rows)
        ]
        with write.only_if(write.less(0, add)):
            for r in range(rows):
                for v in range(vectors):
                    write.assign(write.load(out, places[r][v]), sums[r][v])
        with write.repeated(blocks) as block:
            left = write.plus(a_at, write.times(a_block, block))
            right = write.plus(b_at, write.times(block, steps * lanes))
            for s in range(steps):
                factors = [
                    write.load(b, write.plus(write.plus(right, write.times(b_vector, v)), s * lanes))
                    for v in range(vectors)
                ]
                for r in range(rows):
                    number = write.spread(a, write.plus(left, r * row + s * step))
                    for v in range(vectors):
                        write.assign(write.multiply_add(number, factors[v], write.read(sums[r][v])), sums[r][v])
                    if vectors == 2:
                        write.keep_order()
        for r in range(rows):
            for v in range(vectors):
                write.store(write.read(sums[r][v]), out, places[r][v])

    return tile


_TALL = (8, 4) if VECTOR_BYTES == 16 else (12, 8)  # `multiply_transposed` has as many rows as a vector has numbers
_ROWS = (_TALL, _TALL, (8, 4), (6, 4)) if MOST == 4 else ((8, 4), (6, 4))
"""Rows of the larger and of the smaller tile, by the vectors of their rows."""


_FRACTION = 20  # bits behind the point of a pace


@inner
def _rows_of_next_tile(left, width):  # type: ignore[no-untyped-def]
    """The larger tile, unless none would fit the rest: any multiple of four can be cut so, from the smaller one on."""
    large, small = _ROWS[width - 1]
    return large if left == large or left - large >= small else small


def _product(across: bool) -> Any:
    """The loops over vectors and rows. This is one of `parts` products during which `ahead` is to be fetched."""
    tiles = [[_tile(rows, v + 1, across) for rows in _ROWS[v]] for v in range(MOST)]
    (large1, small1), (large2, small2) = tiles[:2]
    (large3, small3), (large4, small4) = tiles[2:] or (tiles[0], tiles[0])  # unused where a tile has no more than two

    @inner
    def product(  # type: ignore[no-untyped-def]
        a, a_at, a_block, blocks, b, b_at, b_vector, vectors, out, out_at, out_vector, rows, add, ahead, part, parts
    ):
        lanes = VECTOR_BYTES // out.itemsize
        done = part * rows * vectors
        pace = (lines(ahead) << _FRACTION) // (parts * rows * vectors)  # lines to fetch after each vector of results
        fetched = pace * done >> _FRACTION
        k = 0
        while k < vectors:
            width = min(MOST, vectors - k)
            right, target = b_at + k * b_vector, out_at + k * out_vector
            row = 0
            while row < rows:
                left = a_at + row * (lanes if across else 1)
                here = target + row * lanes
                count = _rows_of_next_tile(rows - row, width)
                large = count == _ROWS[width - 1][0]
                if MOST > 2 and width == 4:
                    if large:
                        large4(a, left, a_block, b, right, b_vector, blocks, out, here, out_vector, add)
                    else:
                        small4(a, left, a_block, b, right, b_vector, blocks, out, here, out_vector, add)
                elif MOST > 2 and width == 3:
                    if large:
                        large3(a, left, a_block, b, right, b_vector, blocks, out, here, out_vector, add)
                    else:
                        small3(a, left, a_block, b, right, b_vector, blocks, out, here, out_vector, add)
                elif width == 2:
                    if large:
                        large2(a, left, a_block, b, right, b_vector, blocks, out, here, out_vector, add)
                    else:
                        small2(a, left, a_block, b, right, b_vector, blocks, out, here, out_vector, add)
                elif large:
                    large1(a, left, a_block, b, right, b_vector, blocks, out, here, out_vector, add)
                else:
                    small1(a, left, a_block, b, right, b_vector, blocks, out, here, out_vector, add)
                row += count
                if pace:
                    done += count * width
                    wanted = pace * done >> _FRACTION
                    fetch(ahead, fetched, wanted)
                    fetched = wanted
            k += width

    return product


_multiply, _multiply_transposed = _product(across=True), _product(across=False)

_AHEAD = "T[::1], T[::1], UniTuple(i8, 4)"  # see `winograd_ahead`


@subkernel(
    "void(T[::1], i8, i8, i8, i8, T[::1], i8, i8, i8, i8, T[::1], i8, i8, i8, i8, i8, " + _AHEAD + ")", writes=("out",)
)
def multiply(  # type: ignore[no-untyped-def]
    a, a_at, a_plane, a_block, blocks, b, b_at, b_plane, b_vector, vectors, out, out_at, out_plane, out_vector, rows,
    points, x, y, span,
):  # fmt: skip
    """out[row, k] = Σ_step a[row, step] · b[step, k]: the steps are blocks of lanes."""
    ahead = x, span[0], span[1], y, span[2], span[3]
    for p in range(points):
        _multiply(
            a, a_at + p * a_plane, a_block, blocks, b, b_at + p * b_plane, b_vector, vectors,
            out, out_at + p * out_plane, out_vector, rows, 0, ahead, p, points,
        )  # fmt: skip


@subkernel(
    "void(T[::1], i8, i8, i8, i8, i8, T[::1], i8, i8, i8, i8, T[::1], i8, i8, i8, i8, " + _AHEAD + ")", writes=("out",)
)
def multiply_transposed(  # type: ignore[no-untyped-def]
    a, a_at, a_plane, a_block, depth, blocks, b, b_at, b_plane, b_vector, vectors, out, out_at, out_plane, add,
    points, x, y, span,
):  # fmt: skip
    """out[lane, k] (+)= Σ_row a[row, lane] · b[row, k], for `depth` vectors of a.

    The steps are rows, four to a block; a row of `out` for each lane.
    """
    ahead = x, span[0], span[1], y, span[2], span[3]
    lanes = VECTOR_BYTES // out.itemsize
    for p in range(points):
        for k in range(depth):
            _multiply_transposed(
                a, a_at + p * a_plane + k * a_block, 4 * lanes, blocks, b, b_at + p * b_plane, b_vector, vectors,
                out, out_at + p * out_plane + k * lanes * lanes, depth * lanes * lanes, lanes, add,
                ahead, p * depth + k, points * depth,
            )  # fmt: skip
