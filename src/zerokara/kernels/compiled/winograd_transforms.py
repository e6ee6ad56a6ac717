"""The three steps of Winograd's convolution that go through the tiles, as machine instructions.

A filter of 3 numbers slid over 6 gives 4 results and, done plainly, takes 12 multiplications. Seen as polynomials, the
sum can be got from the products at 6 points, so 6 are enough; in two dimensions 36 instead of 144:

    y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A            x 6×6, w 3×3, y 4×4, ⊙ number by number

(Winograd, *Arithmetic Complexity of Computations*, 1980; Lavin & Gray, *Fast Algorithms for Convolutional Neural
Networks*, 2016). The points are 0, ±√½, ±√2, ∞. Any six would do, but each point multiplies rounding errors by its
powers: these keep all powers near one, and give half the error of 0, ±1, ±2, ∞. As they come in pairs ±a, even and odd
terms are computed once and then added and subtracted, as is done below.

Each function is one factor of the formula along one axis, e.g. `to_points` is d ↦ Bᵀd; `in_both_axes` applies it to the
columns and then the rows of a grid. The numbers may be vectors that instructions are written for, or NumPy's.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from zerokara.kernels.compiled.vectors import Writer, instructions

TILE, TAPS, EDGE = 4, 3, 6
"""Results of a tile, taps of a filter and pixels that a tile reads, along one axis."""

POINTS = EDGE * EDGE

_AHEAD = 2  # tiles: so much earlier the memory that results go to is asked for

_ROOT, _HALF_ROOT = 2.0**0.5, 0.5**0.5  # √2 and √½

Line = Sequence[Any]


def to_points(d: Line) -> Line:
    """Bᵀd: six pixels at the six points."""
    even, odd = d[4] - 2.0 * d[2], d[3] - 2.0 * d[1]
    even_far, odd_far = d[4] - 0.5 * d[2], d[3] - 0.5 * d[1]
    return (
        d[0] - 2.5 * d[2] + d[4],
        even + _HALF_ROOT * odd,
        even - _HALF_ROOT * odd,
        even_far + _ROOT * odd_far,
        even_far - _ROOT * odd_far,
        d[1] - 2.5 * d[3] + d[5],
    )


def from_points(m: Line) -> Line:
    """Aᵀm: four results from the six points."""
    even, odd = m[1] + m[2], m[1] - m[2]
    even_far, odd_far = m[3] + m[4], m[3] - m[4]
    return (
        m[0] + even + even_far,
        _HALF_ROOT * odd + _ROOT * odd_far,
        0.5 * even + 2.0 * even_far,
        0.5 * _HALF_ROOT * odd + 2.0 * _ROOT * odd_far + m[5],
    )


def slopes_to_points(y: Line) -> Line:
    """Ay: four slopes at the six points; the transpose of `from_points`."""
    even, odd = y[0] + 0.5 * y[2], y[1] + 0.5 * y[3]
    even_far, odd_far = y[0] + 2.0 * y[2], y[1] + 2.0 * y[3]
    return (
        y[0],
        even + _HALF_ROOT * odd,
        even - _HALF_ROOT * odd,
        even_far + _ROOT * odd_far,
        even_far - _ROOT * odd_far,
        y[3],
    )


def filter_to_points(w: Line) -> Line:
    """Gw: three taps at the six points."""
    even, odd = (-2 / 3) * w[0] - (1 / 3) * w[2], (_ROOT / 3) * w[1]
    even_far, odd_far = (1 / 6) * w[0] + (1 / 3) * w[2], (_ROOT / 6) * w[1]
    return w[0], even - odd, even + odd, even_far + odd_far, even_far - odd_far, w[2]


def filter_from_points(u: Line) -> Line:
    """Gᵀu: slopes of three taps from the six points; the transpose of `filter_to_points`."""
    even, odd = u[1] + u[2], u[2] - u[1]
    even_far, odd_far = u[3] + u[4], u[3] - u[4]
    return (
        u[0] - (2 / 3) * even + (1 / 6) * even_far,
        (_ROOT / 3) * odd + (_ROOT / 6) * odd_far,
        u[5] - (1 / 3) * even + (1 / 3) * even_far,
    )


def in_both_axes(along_one: Callable[[Line], Line], grid: Sequence[Line]) -> list[Line]:
    """Apply to each column of the grid, then to each row of what comes out."""
    columns = [along_one(column) for column in zip(*grid, strict=True)]
    return [along_one(row) for row in zip(*columns, strict=True)]


def _load_grid(write: Writer, size: int, x: Any, at: Any, along_row: Any, along_column: Any) -> list[Line]:
    return [
        [write.load(x, write.plus(at, write.plus(write.times(along_row, i), write.times(along_column, j))))
         for j in range(size)]
        for i in range(size)
    ]  # fmt: skip


def _load_cut_grid(
    write: Writer, size: int, x: Any, at: Any, along_row: Any, along_column: Any, cut: tuple[Any, Any, Any, Any, Any]
) -> list[Line]:
    """As `_load_grid`, but zeros for what is not in the image, and in the lanes from a given one on.

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


def _store_points(write: Writer, grid: list[Line], out: Any, at: Any, plane: Any) -> None:
    for p, value in enumerate(value for row in grid for value in row):
        here = write.plus(at, write.times(plane, p))
        write.store(value, out, here)
        write.fetch(out, write.plus(here, _AHEAD * write.lanes), to_write=True)


@instructions
def transform_pixels(
    write: Writer, x: Any, at: Any, along_row: Any, along_column: Any, v: Any, v_at: Any, plane: Any
) -> None:
    """v[v_at + p·plane …] = (Bᵀ x B)[p] for the 6×6 pixels from x[at…], one vector of channels."""
    grid = in_both_axes(to_points, _load_grid(write, EDGE, x, at, along_row, along_column))
    _store_points(write, grid, v, v_at, plane)


@instructions
def transform_slopes(
    write: Writer, g: Any, at: Any, along_row: Any, along_column: Any, d: Any, d_at: Any, plane: Any
) -> None:
    """d[d_at + p·plane …] = (A g Aᵀ)[p] for the 4×4 slopes from g[at…], one vector of filters."""
    grid = in_both_axes(slopes_to_points, _load_grid(write, TILE, g, at, along_row, along_column))
    _store_points(write, grid, d, d_at, plane)


@instructions
def transform_cut_pixels(
    write: Writer, x: Any, at: Any, along_row: Any, along_column: Any, v: Any, v_at: Any, plane: Any, *cut: Any
) -> None:
    """`transform_pixels` at the edge of the image, or for a part of a vector. See `_load_cut_grid`."""
    grid = in_both_axes(to_points, _load_cut_grid(write, EDGE, x, at, along_row, along_column, cut))
    _store_points(write, grid, v, v_at, plane)


@instructions
def transform_cut_slopes(
    write: Writer, g: Any, at: Any, along_row: Any, along_column: Any, d: Any, d_at: Any, plane: Any, *cut: Any
) -> None:
    """`transform_slopes` at the edge of the image, or for a part of a vector. See `_load_cut_grid`."""
    grid = in_both_axes(slopes_to_points, _load_cut_grid(write, TILE, g, at, along_row, along_column, cut))
    _store_points(write, grid, d, d_at, plane)


@instructions
def transform_filter(write: Writer, w: Any, at: Any, u: Any, u_at: Any, plane: Any) -> None:
    """u[u_at + p·plane …] = (G w Gᵀ)[p] for the 3×3 taps w[at + tap·lanes…], one vector of filters."""
    grid = _load_grid(write, TAPS, w, at, write.integer(TAPS * write.lanes), write.integer(write.lanes))
    _store_points(write, in_both_axes(filter_to_points, grid), u, u_at, plane)


@instructions
def add_points(write: Writer, u: Any, at: Any, plane: Any, other: Any) -> None:
    """u[at + p·plane …] += u[at + other + p·plane …] for the 36 points, one vector each."""
    for p in range(POINTS):
        here = write.plus(at, write.times(plane, p))
        write.store(write.load(u, here) + write.load(u, write.plus(here, other)), u, here)


@instructions
def transform_filter_slopes(write: Writer, u: Any, u_at: Any, plane: Any, w: Any, at: Any) -> None:
    """w[at + tap·lanes…] = (Gᵀ u G)[tap], one vector of filters."""
    grid = _load_grid(write, EDGE, u, u_at, write.times(plane, EDGE), plane)
    for tap, value in enumerate(value for row in in_both_axes(filter_from_points, grid) for value in row):
        write.store(value, w, write.plus(at, tap * write.lanes))


@instructions
def finish_tile(
    write: Writer,
    m: Any,
    m_at: Any,
    plane: Any,
    bias: Any,
    bias_at: Any,
    low: Any,
    y: Any,
    at: Any,
    along_row: Any,
    along_column: Any,
    rows: Any,
    columns: Any,
    lanes: Any,
) -> None:
    """y[at…] = max(bias + Aᵀ m A, low): 4×4 results for one vector of filters, or as many as there are."""
    grid = in_both_axes(from_points, _load_grid(write, EDGE, m, m_at, write.times(plane, EDGE), plane))
    added, lowest = write.load(bias, bias_at), write.fill(low)
    results = [[write.at_least(value + added, lowest) for value in row] for row in grid]
    _store_tile(write, results, y, at, along_row, along_column, rows, columns, lanes)


@instructions
def finish_masked_tile(
    write: Writer,
    m: Any,
    m_at: Any,
    plane: Any,
    judge: Any,
    y: Any,
    at: Any,
    along_row: Any,
    along_column: Any,
    rows: Any,
    columns: Any,
    lanes: Any,
) -> None:
    """y[at…] = Aᵀ m A where judge[at…] > 0, else 0."""
    grid = in_both_axes(from_points, _load_grid(write, EDGE, m, m_at, write.times(plane, EDGE), plane))
    _store_tile(write, grid, y, at, along_row, along_column, rows, columns, lanes, judge)


def _store_tile(
    write: Writer,
    grid: Sequence[Line],
    y: Any,
    at: Any,
    along_row: Any,
    along_column: Any,
    rows: Any,
    columns: Any,
    lanes: Any,
    judge: Any = None,
) -> None:
    """Store the whole tile at once, or pixel by pixel and lane by lane what lies inside the image."""
    places = [
        [write.plus(at, write.plus(write.times(along_row, i), write.times(along_column, j))) for j in range(TILE)]
        for i in range(TILE)
    ]
    whole = write.all_of(write.equal(rows, TILE), write.equal(columns, TILE), write.equal(lanes, write.lanes))
    mask = write.mask(write.lane_bits(lanes))
    with write.if_else(whole) as (then, otherwise):
        with then:
            for value, place in zip(itertools.chain(*grid), itertools.chain(*places), strict=True):
                if judge is not None:
                    value = write.zero_unless_positive(value, write.load(judge, place))
                write.store(value, y, place)
        with otherwise:
            for i in range(TILE):
                for j in range(TILE):
                    with write.only_if(write.all_of(write.less(i, rows), write.less(j, columns))):
                        value = grid[i][j]
                        if judge is not None:
                            value = write.zero_unless_positive(value, write.load_lanes(judge, places[i][j], mask))
                        write.store_lanes(value, y, places[i][j], mask)
