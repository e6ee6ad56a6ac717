"""How contour lines, shaded cells and the bars of a histogram are drawn in a chart."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.report import axes
from zerokara.report.marks import Bars, Cells, Contours, floats
from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.plot import Labels, Plot, broken
from zerokara.report.strokes import colour
from zerokara.wording import significant

SHADES = 24
"""Into so many shades a quantity is divided."""


def levels(contours: Contours) -> list[float]:
    """The heights of the contour lines: those that were asked for, or round ones.

    Where most of the surface lies far below its summit, round heights at equal ratios show more than at equal steps.
    """
    if len(contours.levels):
        return sorted(floats(contours.levels))
    finite = contours.heights[np.isfinite(contours.heights)]
    if not finite.size or finite.min() == finite.max():
        return []
    low, high = float(finite.min()), float(finite.max())
    if low >= 0 and np.median(finite) - low < 0.1 * (high - low):
        found = axes.decades(max(low, 1e-3 * high), high)
    else:
        found = axes.ticks(low, high, 9)
    return [level for level in found if low < level < high]


def draw_contours(contours: Contours, plot: Plot, index: int) -> Markup:
    """A soft line for every level, which says its height."""
    return join(
        *(
            element(
                "path",
                element("title", f"{contours.name} {significant(level)}".strip()),
                d="".join(broken(plot.place(x, y) for x, y in line) for line in lines),
                class_="contour",
            )
            for level, lines in _traced(contours)
        )
    )


def _traced(contours: Contours) -> Iterator[tuple[float, Sequence[Array]]]:
    """Every level with its lines, each an array of places (points, 2)."""
    from contourpy import contour_generator

    if min(contours.heights.shape, default=0) < 2:
        return
    x, y = np.asarray(contours.x, dtype=np.float64), np.asarray(contours.y, dtype=np.float64)
    tracer = contour_generator(x, y, np.ma.masked_invalid(contours.heights))
    for level in levels(contours):
        lines = [line for line in tracer.lines(level) if isinstance(line, np.ndarray) and len(line) > 1]
        if lines:
            yield level, lines


def label_contours(contours: Contours, plot: Plot, labels: Labels) -> Markup:
    """The height of every level where there is room for it on its longest line; none in a small chart."""
    if plot.small:
        return Markup("")
    written = []
    for level, lines in _traced(contours):
        line = max(lines, key=len)
        places = [plot.place(x, y) for x, y in line[:: max(1, len(line) // 24)]]
        seen = [p for p in places if p is not None and plot.shows(p)]
        inside = [(x, y, "middle") for x, y in seen if plot.shows((x - 16, y - 8)) and plot.shows((x + 16, y + 8))]
        if len(inside) >= 4:
            written.append(labels.write(significant(level), inside, "level halo", most=0.0))
    return join(*written)


def draw_cells(cells: Cells, plot: Plot, first: Sequence[int]) -> Markup:
    """All cells of one shade as one path; between classes a fine border. `first[k]` is the colour of class k."""
    found = codes(cells)
    xs, ys = [plot.across.beyond(v) for v in cells.reach[0]], [plot.up.beyond(v) for v in cells.reach[1]]
    shades = [
        element("path", d=_blocks(found == code, xs, ys), **_shade(int(code), bool(cells.classes), first))
        for code in np.unique(found[found >= 0])
    ]
    return element("g", *shades, element("path", d=_fences(found, xs, ys), class_="fence") if cells.classes else "")


def codes(cells: Cells) -> Array:
    """The shade of every cell: the number of its class, or of its step from the lowest to the highest; −1 for none."""
    z = cells.heights
    finite = np.isfinite(z)
    if cells.classes:
        known = finite & (z >= 0) & (z < len(cells.classes))
        return np.where(known, np.where(known, z, 0).astype(int), -1)
    low, high = (float(z[finite].min()), float(z[finite].max())) if finite.any() else (0.0, 1.0)
    share = (np.where(finite, z, low) - low) / ((high - low) or 1.0)
    return np.where(finite, np.minimum((SHADES * share).astype(int), SHADES - 1), -1)


def _shade(code: int, is_class: bool, first: Sequence[int]) -> dict[str, object]:
    if is_class:
        return {"class_": f"shade {colour(first[code])}"}
    return {"class_": "shade", "fill_opacity": f"{depth(code):.2f}"}


def depth(code: int) -> float:
    """How opaque the shade number `code` is."""
    return 0.04 + 0.86 * code / (SHADES - 1)


def _blocks(here: Array, xs: Sequence[float], ys: Sequence[float]) -> str:
    """The cells where `here` is true: a rectangle for every run within a row."""
    written = []
    for i, row in enumerate(here):
        change = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
        top, bottom = coordinate(ys[i]), coordinate(ys[i + 1])
        for start, stop in change.reshape(-1, 2):
            left, right = coordinate(xs[start]), coordinate(xs[stop])
            written.append(f"M{left} {top}H{right}V{bottom}H{left}z")
    return "".join(written)


def _fences(found: Array, xs: Sequence[float], ys: Sequence[float]) -> str:
    """The sides that part neighbours of different classes."""
    upright = [
        f"M{coordinate(xs[j + 1])} {coordinate(ys[i])}V{coordinate(ys[i + 1])}"
        for i, j in np.argwhere(found[:, 1:] != found[:, :-1])
    ]
    level = [
        f"M{coordinate(xs[j])} {coordinate(ys[i + 1])}H{coordinate(xs[j + 1])}"
        for i, j in np.argwhere(found[1:] != found[:-1])
    ]
    return "".join(upright + level) or "M0 0"


def draw_bars(bars: Bars, plot: Plot, index: int) -> Markup:
    """A bar from the ground to every height, between its edges; it says its values unless the chart is small."""
    drawn = []
    for (left, right), height in zip(pairwise(floats(bars.edges)), floats(bars.heights), strict=True):
        if math.isfinite(left + right + height):
            hint = f"{bars.name} {significant(left)} – {significant(right)}: {significant(height)}".strip()
            title = "" if plot.small else element("title", hint)
            drawn.append(_bar(plot, left, right, height, title, f"fill {colour(index)}"))
    return element("g", *drawn)


def _bar(plot: Plot, left: float, right: float, height: float, title: Markup | str, style: str) -> Markup:
    top, bottom = sorted((plot.up(0.0), plot.up(height)))
    x = plot.across.beyond(left)
    width = max(0.4, plot.across.beyond(right) - x - 0.8)
    return element(
        "rect", title, x=coordinate(x + 0.4), y=coordinate(top),
        width=coordinate(width), height=coordinate(bottom - top), class_=style,
    )  # fmt: skip
