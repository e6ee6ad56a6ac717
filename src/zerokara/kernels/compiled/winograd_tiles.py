"""Tiles of Winograd's convolution: reading them, and whether their numbers go together.

The transforms add and subtract all pixels of a tile before the products take them apart again. A result therefore
carries rounding errors of all of them, also of those that its own window does not contain: beside a pixel of 10⁶ the
results that do not even see it would be off by 0.1, and beside an infinite one they would be no numbers. So tiles in
which large and small numbers meet are found, and summed up directly (see `winograd_direct`).

    A tile is even if  Σ x² of the tile  ≤  RATIO² · Σ x² of the window        for every window,

each sum over all channels. In y a window is what one result sees: r×r pixels; in ∂L/∂w it is what one tap of the
filters sees in this tile: m×m pixels, or fewer at the end of the image; slopes must then be even as well, among those
that meet a pixel of the image. A tile is not even if the sum is infinite or no number.

While a tile is transformed, the squares of some groups of pixels around its centre are added up, and those of all. As
every window contains one of the groups, these mostly prove that a tile is even, for a few instructions. Only where they
do not, or do not concern the windows (`odd_pixels`, `odd_slopes`), the windows are looked at one by one.
"""

import functools
import itertools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara.kernels.compiled.build import inner
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Writer, instructions

EDGE = 6
"""Pixels that a tile reads along one axis: as many as its results and the taps of a filter together, less one."""

RATIO = 16.0
"""How much larger than a window's numbers, in the root of the sum of squares, those of its tile may be."""

Rows = Sequence[Sequence[int]]

HALVES: Rows = ((1, 2), (3, 4))
"""Rows and columns of the groups in a tile inside the image: of three rows that follow each other, or four, two of one
group are among them."""

CUT: Rows = ((1,), (2,), (3, 4))
"""The same where the image may end within the tile: where it has two rows of results, a tap sees row 1 or row 2."""

SINGLE: Rows = ((1,), (3,), (4,))
"""The same for filters of 5×5: of two rows that follow each other, one is among these."""

ALL, INSIDE, WHOLE = 0b111_111_111, 0b1_000_000_000, 0b100_000
"""Bits beside each other: the proofs of all groups of a tile, that it lies inside the image; that all its slopes do."""

Line = Sequence[Any]


def load_grid(write: Writer, size: int, x: Any, at: Any, along_row: Any, along_column: Any) -> list[Line]:
    """The vectors of size × size pixels from x[at…]."""
    return [
        [write.load(x, write.plus(at, write.plus(write.times(along_row, i), write.times(along_column, j))))
         for j in range(size)]
        for i in range(size)
    ]  # fmt: skip


def load_cut_grid(
    write: Writer, size: int, x: Any, at: Any, along_row: Any, along_column: Any, cut: tuple[Any, Any, Any, Any, Any]
) -> list[Line]:
    """As `load_grid`, but zeros for what is not in the image, and in the lanes from a given one on.

    cut: row and column of the first pixel, rows and columns of the image, number of lanes.
    """
    i, j, rows, columns, lanes = cut
    kept = write.lane_bits(lanes)
    in_row = [write.bits_if(write.below(write.plus(i, k), rows)) for k in range(size)]
    in_column = [write.both(kept, write.bits_if(write.below(write.plus(j, k), columns))) for k in range(size)]
    return [
        [
            write.load_lanes(
                x,
                write.plus(at, write.plus(write.times(along_row, r), write.times(along_column, c))),
                write.mask(write.both(in_row[r], in_column[c])),
            )
            for c in range(size)
        ]
        for r in range(size)
    ]


def _groups(rows: Rows) -> list[list[int]]:
    """For each pixel of a tile the number of its group, from 1 on, or 0."""
    of = [next((k for k, group in enumerate(rows) if i in group), None) for i in range(EDGE)]
    return [[0 if a is None or b is None else 1 + a * len(rows) + b for b in of] for a in of]


IN_HALVES, IN_CUT, IN_SINGLE = map(_groups, (HALVES, CUT, SINGLE))

IN_SLOPES = {
    4: [[5, 3, 0, 0], [4, 1, 2, 0], [0, 2, 2, 0], [0, 0, 0, 0]],
    2: [[5, 3], [4, 1]],
}
"""The groups of slopes, for 4×4 and 2×2 of them: the four in the corner each by itself, and the rest of the centre."""


def add_squares(write: Writer, grid: Sequence[Line], groups: Sequence[Sequence[int]], sums: Any) -> None:
    """sums[group] += the squares of its numbers, lane by lane; group 0 are those in no other group."""
    for group in range(1 + max(map(max, groups))):
        place = write.integer(group * write.lanes)
        total = write.load(sums, place)
        for number, of in zip(itertools.chain(*grid), itertools.chain(*groups), strict=True):
            if of == group:
                total = write.multiply_add(number, number, total)
        write.store(total, sums, place)
    write.keep_order()  # what the transform needs is read again: else more vectors would be held than there are registers


def _judge(count: int) -> Any:
    """Instructions that say what so many groups prove."""

    @instructions
    def judge(write: Writer, sums: Any, squares: Any, proofs: Any, t: Any) -> None:
        """squares[t] = Σ x² of all; proofs[t] = a bit for each group: RATIO² times its squares are as many.

        Mostly a single lane says so. The sums are 0 again afterwards.
        """
        places = [write.integer(k * write.lanes) for k in range(count + 1)]
        parts = [write.load(sums, place) for place in places]
        total = write.sum_of_lanes(functools.reduce(operator.add, parts))
        least = (1 / RATIO**2) * write.fill(total)
        write.store_number(total, squares, t)
        write.store_number(write.bits([write.any_at_least(part, least) for part in parts[1:]]), proofs, t)
        with write.only_if(write.less(write.read_number(proofs, t), (1 << count) - 1)):
            wholes = [write.fill(write.sum_of_lanes(write.load(sums, place))) for place in places[1:]]
            write.store_number(write.bits([write.any_at_least(whole, least) for whole in wholes]), proofs, t)
        for place in places:
            write.store(write.constant(0.0), sums, place)

    return judge


judge_halves, judge_pixels, judge_slopes = map(_judge, (4, 9, 5))


def _squarer(size: int) -> Any:
    """Instructions for the squares of every pixel of a grid."""

    @instructions
    def squares(write: Writer, x: Any, at: Any, along_row: Any, along_column: Any, room: Any, *cut: Any) -> None:
        """room[pixel] += x², lane by lane, for one vector of channels. See `load_cut_grid`."""
        grid = load_cut_grid(write, size, x, at, along_row, along_column, cut)  # type: ignore[arg-type]
        for k, number in enumerate(itertools.chain(*grid)):
            place = write.integer(k * write.lanes)
            write.store(write.multiply_add(number, number, write.load(room, place)), room, place)

    return squares


_squares_6, _squares_4, _squares_2 = map(_squarer, (6, 4, 2))


@instructions
def _fold(write: Writer, room: Any, at: Any, sums: Any, k: Any) -> None:
    """sums[k] = Σ over the lanes of room[at…]."""
    write.store_number(write.sum_of_lanes(write.load(room, at)), sums, k)


@inner
def _square_sums(x, shape, corner, size, room, sums):  # type: ignore[no-untyped-def]
    """sums[k] = Σ x² over all channels at each of size × size pixels, 0 outside of the image; returns Σ of all."""
    c, height, width = shape
    n, i, j = corner
    lanes = VECTOR_BYTES // x.itemsize
    room[: size * size * lanes] = 0
    at = ((n * height + i) * width + j) * c
    for k in range(0, c, lanes):
        kept = min(lanes, c - k)
        if size == 6:
            _squares_6(x, at + k, width * c, c, room, i, j, height, width, kept)
        elif size == 4:
            _squares_4(x, at + k, width * c, c, room, i, j, height, width, kept)
        else:
            _squares_2(x, at + k, width * c, c, room, i, j, height, width, kept)
    total = x.dtype.type(0)
    for k in range(size * size):
        _fold(room, k * lanes, sums, k)
        total += sums[k]
    return total


@inner
def _proved(proofs, first_rows, second_rows, first_columns, second_columns):  # type: ignore[no-untyped-def]
    """Whether in either set of rows and either set of columns a group is proved. Bits: row 1, row 2, rows 3 and 4."""
    for rows in (first_rows, second_rows):
        line = (proofs if rows & 1 else 0) | (proofs >> 3 if rows & 2 else 0) | (proofs >> 6 if rows & 4 else 0)
        if line & first_columns == 0 or line & second_columns == 0:
            return False
    return True


@inner
def odd_pixels(x, shape, grid, tile, results, squares, proofs, t, room, sums):  # type: ignore[no-untyped-def]
    """Whether the tile of a convolution is not even. results: the rows and columns that y has."""
    if not squares[t] < np.inf:
        return True
    if proofs[t] & ALL == ALL:
        return False
    top, left, down, across, size = grid
    i, j = tile // across % down * size, tile % across * size
    here, over = min(size, results[0] - i), min(size, results[1] - j)
    if size == 4:  # windows that begin in row 0 or 1 contain rows 1 and 2, the others rows 3 and 4
        if _proved(proofs[t], 3, 4 if here > 2 else 3, 3, 4 if over > 2 else 3):
            return False
    elif proofs[t] & ALL:  # every window contains all groups
        return False
    total = _square_sums(x, shape, (tile // (down * across), i - top, j - left), EDGE, room, sums)
    taps, ratio = EDGE + 1 - size, x.dtype.type(RATIO**2)
    for row in range(here):
        for column in range(over):
            own = total - total
            for p in range(taps):
                for q in range(taps):
                    own += sums[(row + p) * EDGE + column + q]
            if total > ratio * own:
                return True
    return False


@inner
def odd_slopes(x, shape, g, results, grid, tile, pixels, slopes, t, room, sums):  # type: ignore[no-untyped-def]
    """Whether pixels or slopes of the tile of ∂L/∂w are not even. results: filters, rows and columns of g.

    pixels, slopes: (squares, proofs) of the tiles.
    """
    if not (pixels[0][t] < np.inf and slopes[0][t] < np.inf):
        return True
    if pixels[1][t] == ALL | INSIDE:  # every tap sees a group, and all slopes
        return False
    top, left, down, across, size = grid
    n, i, j = tile // (down * across), tile // across % down * size, tile % across * size
    here, over = min(size, results[1] - i), min(size, results[2] - j)
    if size == 4 and min(here, over) > 1 and max(top, left) <= 1:
        # A tap that sees anything here sees rows 1 and 2 or rows 3 and 4 of the pixels, and row 1 of the slopes; where
        # there are two rows of results, row 1 or row 2, and row 0 of the slopes. Likewise for columns.
        corner = (1 if over > 2 else 8) if here > 2 else (4 if over > 2 else 16)
        central = slopes[1][t] & (3 if here == over == 4 else corner)
        rows, columns = (3, 4) if here > 2 else (1, 2), (3, 4) if over > 2 else (1, 2)
        if central and _proved(pixels[1][t], *rows, *columns):
            return False
    total = _square_sums(x, shape, (n, i - top, j - left), EDGE, room, sums)
    own_slopes = sums[EDGE * EDGE :]
    total_slope = _square_sums(g, results, (n, i, j), size, room, own_slopes)
    taps, ratio = EDGE + 1 - size, x.dtype.type(RATIO**2)
    for p in range(taps):
        for q in range(taps):
            own, own_slope, seen = total - total, total - total, False
            for a in range(here):
                for b in range(over):
                    if 0 <= i - top + a + p < shape[1] and 0 <= j - left + b + q < shape[2]:
                        own += sums[(a + p) * EDGE + b + q]
                        own_slope += own_slopes[a * size + b]
                        seen = True
            if seen and (total > ratio * own or total_slope > ratio * own_slope):
                return True
    return not total_slope < np.inf
