"""The three steps of Winograd's convolution that go through the tiles, as machine instructions.

A filter of r numbers slid over 6 gives m = 7 − r results and, done plainly, takes m·r multiplications. Seen as
polynomials, the sum can be got from the products at 6 points, so 6 are enough; in two dimensions 36, instead of 144 for
filters of 3×3 and 100 for filters of 5×5. This is F(m×m, r×r):

    y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A            x 6×6, w r×r, y m×m, ⊙ number by number

(Winograd, *Arithmetic Complexity of Computations*, 1980; Lavin & Gray, *Fast Algorithms for Convolutional Neural
Networks*, 2016). The points are 0, ±√½, ±√2, ∞. Any six would do, but each point multiplies rounding errors by its
powers: these keep all powers near one, and give half the error of 0, ±1, ±2, ∞. As they come in pairs ±a, even and odd
terms are computed once and then added and subtracted, as is done below. B depends on the points only: it is the same
for filters of any size. The rows of A are the powers a⁰ … aᵐ⁻¹ of a point, those of G are a⁰ … aʳ⁻¹ divided by
N(a) = Π (a − b) over the other points b but ∞: so both are the values of a polynomial at the points.

The first functions are one factor of the formula along one axis, e.g. `to_points` is d ↦ Bᵀd; `in_both_axes` applies it
to the columns and then the rows of a grid. The numbers may be vectors that instructions are written for, or NumPy's.
"""

import functools
import itertools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from zerokara.kernels.compiled.vectors import Writer, instructions
from zerokara.kernels.compiled.winograd_tiles import (
    EDGE,
    Line,
    add_squares,
    load_grid,
)

POINTS = EDGE * EDGE

TILES = 4, 2
"""Results of a tile along one axis: with filters of 3 taps, and of 5."""

_AHEAD = 2  # tiles: so much earlier the memory that results go to is asked for

_ROOT, _HALF_ROOT = 2.0**0.5, 0.5**0.5  # √2 and √½
_PAIRS = (_HALF_ROOT, 0.5), (_ROOT, 2.0)  # the points ±a as (a, a²)
_OVER_N = -2 / 3, 1 / 6  # 1/N(a) of the pairs; N(0) = 1


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


def at_points(c: Line, scales: tuple[float, float] = (1.0, 1.0)) -> Line:
    """The polynomial c[0] + c[1]·z + c[2]·z² + … at the six points, at a pair ±a times a scale; at ∞ it is c[-1]."""
    values = [c[0]]
    for (a, square), scale in zip(_PAIRS, scales, strict=True):
        even, odd = (_sum((scale * square**k, number) for k, number in enumerate(c[first::2])) for first in (0, 1))
        values += [even + a * odd, even - a * odd]
    return [*values, c[-1]]


def from_points(m: Line, count: int, scales: tuple[float, float] = (1.0, 1.0)) -> Line:
    """The transpose of `at_points` for so many coefficients."""
    pairs = [(m[1] + m[2], m[1] - m[2]), (m[3] + m[4], m[3] - m[4])]
    results = []
    for k in range(count):
        of_pairs = zip(_PAIRS, scales, pairs, strict=True)
        terms = [
            (scale * square ** (k // 2) * (a if k % 2 else 1.0), pair[k % 2]) for (a, square), scale, pair in of_pairs
        ]
        ends = [(1.0, m[end]) for end, where in ((0, 0), (5, count - 1)) if where == k]
        results.append(_sum(ends + terms))
    return results


def _sum(terms: Iterable[tuple[float, Any]]) -> Any:
    """Σ factor · number."""
    return functools.reduce(operator.add, (number if factor == 1.0 else factor * number for factor, number in terms))


def filter_to_points(w: Line) -> Line:
    """Gw: the taps at the six points."""
    return at_points(w, _OVER_N)


def filter_from_points(u: Line, taps: int) -> Line:
    """Gᵀu: slopes of the taps from the six points."""
    return from_points(u, taps, _OVER_N)


def in_both_axes(along_one: Callable[[Line], Line], grid: Sequence[Line]) -> list[Line]:
    """Apply to each column of the grid, then to each row of what comes out."""
    columns = [along_one(column) for column in zip(*grid, strict=True)]
    return [along_one(row) for row in zip(*columns, strict=True)]


def _store_points(write: Writer, grid: list[Line], out: Any, at: Any, plane: Any) -> None:
    for p, value in enumerate(value for row in grid for value in row):
        here = write.plus(at, write.times(plane, p))
        write.store(value, out, here)
        write.fetch(out, write.plus(here, _AHEAD * write.lanes), to_write=True)


@instructions
def transform_pixels(
    write: Writer,
    x: Any,
    cut: Any,
    whole: Any,
    at: Any,
    along_row: Any,
    along_column: Any,
    sums: Any,
    sums_at: Any,
    v: Any,
    v_at: Any,
    plane: Any,
) -> None:
    """v[v_at + p·plane …] = (Bᵀ x B)[p] for the 6×6 pixels from x[at…], one vector of channels; see `add_squares`."""
    pixels = load_grid(write, EDGE, write.choose(whole, x, cut), at, along_row, along_column)
    add_squares(write, pixels, sums, sums_at)
    grid = in_both_axes(to_points, pixels)
    _store_points(write, grid, v, v_at, plane)


@instructions
def add_points(write: Writer, u: Any, at: Any, plane: Any, other: Any) -> None:
    """u[at + p·plane …] += u[at + other + p·plane …] for the 36 points, one vector each."""
    for p in range(POINTS):
        here = write.plus(at, write.times(plane, p))
        write.store(write.load(u, here) + write.load(u, write.plus(here, other)), u, here)


def _of_slopes(tile: int) -> Callable[..., Any]:
    @instructions
    def transform_slopes(
        write: Writer, g: Any, cut: Any, whole: Any, at: Any, along_row: Any, along_column: Any, sums: Any,
        sums_at: Any, d: Any, d_at: Any, plane: Any,
    ) -> None:  # fmt: skip
        """d[d_at + p·plane …] = (A g Aᵀ)[p] for the slopes of a tile from g[at…], one vector of filters."""
        slopes = load_grid(write, tile, write.choose(whole, g, cut), at, along_row, along_column)
        add_squares(write, slopes, sums, sums_at)
        grid = in_both_axes(at_points, slopes)
        _store_points(write, grid, d, d_at, plane)

    return transform_slopes


def _of_filter(taps: int) -> Callable[..., Any]:
    @instructions
    def transform_filter(write: Writer, w: Any, at: Any, u: Any, u_at: Any, plane: Any) -> None:
        """u[u_at + p·plane …] = (G w Gᵀ)[p] for the taps w[at + tap·lanes…], one vector of filters."""
        grid = load_grid(write, taps, w, at, write.integer(taps * write.lanes), write.integer(write.lanes))
        _store_points(write, in_both_axes(filter_to_points, grid), u, u_at, plane)

    return transform_filter


def _of_filter_slopes(taps: int) -> Callable[..., Any]:
    @instructions
    def transform_filter_slopes(write: Writer, u: Any, u_at: Any, plane: Any, w: Any, at: Any) -> None:
        """w[at + tap·lanes…] = (Gᵀ u G)[tap], one vector of filters."""
        grid = load_grid(write, EDGE, u, u_at, write.times(plane, EDGE), plane)
        slopes = in_both_axes(lambda line: filter_from_points(line, taps), grid)
        for tap, value in enumerate(value for row in slopes for value in row):
            write.store(value, w, write.plus(at, tap * write.lanes))

    return transform_filter_slopes


def _of_results(tile: int) -> Callable[..., Any]:
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
        """y[at…] = max(bias + Aᵀ m A, low): a tile for one vector of filters, or as many as there are."""
        grid = load_grid(write, EDGE, m, m_at, write.times(plane, EDGE), plane)
        added, lowest = write.load(bias, bias_at), write.fill(low)
        sums = in_both_axes(lambda line: from_points(line, tile), grid)
        results = [[write.at_least(value + added, lowest) for value in row] for row in sums]
        _store_tile(write, results, y, at, along_row, along_column, rows, columns, lanes)

    return finish_tile


def _of_masked_results(tile: int) -> Callable[..., Any]:
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
        grid = load_grid(write, EDGE, m, m_at, write.times(plane, EDGE), plane)
        results = in_both_axes(lambda line: from_points(line, tile), grid)
        _store_tile(write, results, y, at, along_row, along_column, rows, columns, lanes, judge)

    return finish_masked_tile


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
    tile = len(grid)
    places = [
        [write.plus(at, write.plus(write.times(along_row, i), write.times(along_column, j))) for j in range(tile)]
        for i in range(tile)
    ]
    whole = write.all_of(write.equal(rows, tile), write.equal(columns, tile), write.equal(lanes, write.lanes))
    mask = write.mask(write.lane_bits(lanes))
    with write.if_else(whole) as (then, otherwise):
        with then:
            for value, place in zip(itertools.chain(*grid), itertools.chain(*places), strict=True):
                if judge is not None:
                    value = write.zero_unless_positive(value, write.load(judge, place))
                write.store(value, y, place)
        with otherwise:
            for i in range(tile):
                for j in range(tile):
                    with write.only_if(write.all_of(write.less(i, rows), write.less(j, columns))):
                        value = grid[i][j]
                        if judge is not None:
                            value = write.zero_unless_positive(value, write.load_lanes(judge, places[i][j], mask))
                        write.store_lanes(value, y, places[i][j], mask)


transform_slopes_4, transform_slopes_2 = map(_of_slopes, TILES)
transform_filter_3, transform_filter_5 = (_of_filter(EDGE + 1 - tile) for tile in TILES)
transform_filter_slopes_3, transform_filter_slopes_5 = (_of_filter_slopes(EDGE + 1 - tile) for tile in TILES)
finish_tile_4, finish_tile_2 = map(_of_results, TILES)
finish_masked_tile_4, finish_masked_tile_2 = map(_of_masked_results, TILES)
