"""Tiles of Winograd's convolution: reading them, and how large the numbers are that are read.

The transforms add and subtract all pixels of a tile before the products take them apart again. A result therefore
carries rounding errors of all of them, also of those that its own window does not contain: beside a pixel of 10⁶ the
results that do not even see it would be off by 0.1, and beside an infinite one they would be no numbers. So tiles in
which large and small numbers meet are found, and summed up directly (see `winograd_direct`).

    A tile is even if  max |x| of the tile  ≤  RATIO · max |x| of the window        for every window,

each maximum over all channels. In y a window is what one result sees: r×r pixels; in ∂L/∂w it is what one tap of the
filters sees in this tile: m×m pixels, or fewer at the end of the image; slopes must then be even as well, among those
that meet a pixel of the image. Tiles with numbers that are infinite, no number or beyond LIMIT are not even.

While a tile is transformed, the largest magnitudes of five parts of it are found: of all pixels, and of four groups of
2×2 around its centre. As every window contains one of the groups, these mostly prove that a tile is even, for a few
instructions. Only where they do not, or do not concern the windows (`odd_pixels`, `odd_slopes`), the windows are looked
at one by one.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from zerokara.kernels.compiled.build import inner
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Writer, instructions

EDGE = 6
"""Pixels that a tile reads along one axis: as many as its results and the taps of a filter together, less one."""

RATIO = 32.0
"""How much larger than a window's largest number the numbers around it may be."""

LIMIT = 2.0**64
"""Larger numbers are not transformed: their multiples could be infinite where they themselves are not."""

MARKS, SLOPE_MARKS = 5, 3
"""Magnitudes that are found of the pixels of a tile (all, the four groups); of its slopes (all, the centre, one of it)."""

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


def mark(write: Writer, grid: Sequence[Line], marks: Any) -> None:
    """marks[part] = max(marks[part], |numbers of the part|), lane by lane, for all parts of the grid."""
    size = len(grid)
    middles = ((1, 2), (3, 4)) if size == EDGE else ((1, 2), (1,)) if size > 2 else ((0, 1), (0,))
    pairs = itertools.product(middles, middles) if size == EDGE else zip(middles, middles, strict=True)
    groups = [[(i, j) for i in rows for j in columns] for rows, columns in pairs]
    sizes = [[write.magnitude(number) for number in row] for row in grid]
    inner_most = [write.largest([sizes[i][j] for i, j in group]) for group in groups]
    inside = {place for group in groups for place in group}
    rest = [sizes[i][j] for i in range(size) for j in range(size) if (i, j) not in inside]
    for part, most in enumerate([write.largest([*rest, *inner_most]), *inner_most]):
        before = write.magnitude(write.load(marks, part * write.lanes))
        write.store(write.number(write.largest([before, most])), marks, write.integer(part * write.lanes))


def _finder(parts: int) -> Any:
    @instructions
    def find(write: Writer, marks: Any, found: Any, at: Any) -> None:
        """found[at + part] = the largest lane of marks[part], which is then 0 again."""
        for part in range(parts):
            place = write.integer(part * write.lanes)
            write.store_number(write.largest_lane(write.load(marks, place)), found, write.plus(at, part))
            write.store(write.constant(0.0), marks, place)

    return find


find_pixels, find_slopes = _finder(MARKS), _finder(SLOPE_MARKS)


def _sizer(size: int) -> Any:
    """Instructions for the magnitude of every pixel of a grid."""

    @instructions
    def sizes(write: Writer, x: Any, at: Any, along_row: Any, along_column: Any, room: Any, *cut: Any) -> None:
        """room[pixel] = max(room[pixel], |x|), lane by lane, for one vector of channels. See `load_cut_grid`."""
        grid = load_cut_grid(write, size, x, at, along_row, along_column, cut)  # type: ignore[arg-type]
        for k, number in enumerate(number for row in grid for number in row):
            place = write.integer(k * write.lanes)
            most = write.largest([write.magnitude(write.load(room, place)), write.magnitude(number)])
            write.store(write.number(most), room, place)

    return sizes


_sizes_6, _sizes_4, _sizes_2 = map(_sizer, (6, 4, 2))


@inner
def _magnitudes(x, shape, corner, size, room, largest):  # type: ignore[no-untyped-def]
    """largest[k] = the largest |x| of all channels at each of size × size pixels, 0 outside of the image."""
    c, height, width = shape
    n, i, j = corner
    lanes = VECTOR_BYTES // x.itemsize
    room[: size * size * lanes] = 0
    at = ((n * height + i) * width + j) * c
    for k in range(0, c, lanes):
        kept = min(lanes, c - k)
        if size == 6:
            _sizes_6(x, at + k, width * c, c, room, i, j, height, width, kept)
        elif size == 4:
            _sizes_4(x, at + k, width * c, c, room, i, j, height, width, kept)
        else:
            _sizes_2(x, at + k, width * c, c, room, i, j, height, width, kept)
    for k in range(size * size):
        most = room[k * lanes]
        for lane in range(1, lanes):
            here = room[k * lanes + lane]
            most = here if here > most or here != here else most
        largest[k] = most


@inner
def odd_pixels(x, shape, grid, tile, results, marks, at, room, largest):  # type: ignore[no-untyped-def]
    """Whether the tile of a convolution is not even. results: the rows and columns that y has."""
    top, left, down, across, size = grid
    i, j = tile // across % down * size, tile % across * size
    here, over = min(size, results[0] - i), min(size, results[1] - j)
    limit, ratio = x.dtype.type(LIMIT), x.dtype.type(RATIO)
    most = marks[at]
    if not most <= limit:
        return True
    a, b, c, d = marks[at + 1], marks[at + 2], marks[at + 3], marks[at + 4]
    if size == 2:  # every window contains the four groups
        least = max(max(a, b), max(c, d))
    else:  # windows that begin in row 0 or 1 contain the upper groups, the others the lower ones
        upper, lower = (min(a, b), min(c, d)) if over > 2 else (a, c)
        least = min(upper, lower) if here > 2 else upper
    if most <= ratio * least:
        return False
    _magnitudes(x, shape, (tile // (down * across), i - top, j - left), EDGE, room, largest)
    taps = EDGE + 1 - size
    for row in range(here):
        for column in range(over):
            own = most - most
            for p in range(taps):
                for q in range(taps):
                    own = max(own, largest[(row + p) * EDGE + column + q])
            if most > ratio * own:
                return True
    return False


@inner
def odd_slopes(x, shape, g, results, grid, tile, marks, at, slope_marks, slopes_at, room, largest):  # type: ignore[no-untyped-def]
    """Whether pixels or slopes of the tile of ∂L/∂w are not even. results: filters, rows and columns of g."""
    top, left, down, across, size = grid
    i, j = tile // across % down * size, tile % across * size
    here, over = min(size, results[1] - i), min(size, results[2] - j)
    limit, ratio = x.dtype.type(LIMIT), x.dtype.type(RATIO)
    most, most_slope = marks[at], slope_marks[slopes_at]
    if not (most <= limit and most_slope <= limit):
        return True
    if size == 4 and here > 2 and over > 2:  # every tap sees one of the groups
        least = min(min(marks[at + 1], marks[at + 2]), min(marks[at + 3], marks[at + 4]))
        y, x_0 = i - top, j - left
        inside = y >= 0 and x_0 >= 0 and y + EDGE <= shape[1] and x_0 + EDGE <= shape[2]
        # Beside the edge of the image a tap sees the central slopes, or one of them, if it sees any in this tile.
        least_slope = slope_marks[slopes_at + (1 if here == over == 4 else 2)]
        close = max(top, left) <= 1 and most_slope <= ratio * least_slope
        if most <= ratio * least and (inside or close):
            return False
    n = tile // (down * across)
    _magnitudes(x, shape, (n, i - top, j - left), EDGE, room, largest)
    slopes = largest[EDGE * EDGE :]
    _magnitudes(g, results, (n, i, j), size, room, slopes)
    for k in range(size * size):
        if not slopes[k] <= limit:
            return True
        most_slope = max(most_slope, slopes[k])
    taps = EDGE + 1 - size
    for p in range(taps):
        for q in range(taps):
            own, own_slope, seen = most - most, most - most, False
            for a in range(here):
                for b in range(over):
                    if 0 <= i - top + a + p < shape[1] and 0 <= j - left + b + q < shape[2]:
                        own = max(own, largest[(a + p) * EDGE + b + q])
                        own_slope = max(own_slope, slopes[a * size + b])
                        seen = True
            if seen and (most > ratio * own or most_slope > ratio * own_slope):
                return True
    return False
