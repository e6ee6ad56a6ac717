"""Arrays as grids of numbers with symbols between them: `input * filter = output`."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zerokara.arrays import Array
from zerokara.report.axes import Axis
from zerokara.report.figure import Figure, svg
from zerokara.report.heat_map import Shades, shades
from zerokara.report.markup import Markup, coordinate, element
from zerokara.report.sheet import label, text_width
from zerokara.report.table import Table
from zerokara.report.texts import say
from zerokara.wording import Lang, significant

CELL, PIXEL = 28.0, 7.0
CAPTION, WIDEST = 160.0, 300.0
MOST = 16
"""Arrays with more rows or columns than this are shown as shades instead of numbers."""

SIDE_BY_SIDE = 4
"""From this many rows on, short ones stand in two columns where the page has room."""

ROWS = 40
"""A table made for a figure lists at most this many arrays."""


@dataclass(frozen=True)
class Grid:
    """An array (2-D; 1-D is one row) as a grid of numbers; words as cells are written as they are.

    Cells where `marked` is true are outlined and filled in the accent colour, those of `second` in another with a
    dashed outline; masks have the shape of the array. `names` are the labels of the rows and of the columns (either may
    be empty). NaN is an empty cell: what is not yet computed.
    """

    array: ArrayLike
    caption: str = ""
    marked: ArrayLike | None = None
    second: ArrayLike | None = None
    names: tuple[Sequence[str], Sequence[str]] | None = None

    def __post_init__(self) -> None:
        shape = self.cells.shape
        if len(shape) != 2:
            raise ValueError(f"a grid shows an array of 1 or 2 axes; got shape {np.shape(self.array)}")
        for mask in (self.marked, self.second):
            if mask is not None and np.size(mask) != self.cells.size:
                raise ValueError(f"the mask of a grid of shape {shape} has its shape; got {np.shape(mask)}")
        for names, count in zip(self.names or ((), ()), shape, strict=True):
            if len(names) not in (0, count):
                raise ValueError(f"a grid of shape {shape} needs {count} labels on this side; got {len(names)}")

    @property
    def cells(self) -> Array:
        """The array as rows."""
        return np.atleast_2d(np.asarray(self.array))

    @property
    def written(self) -> list[list[str]]:
        """What stands in each cell."""
        digits = 4 if self.cells.shape[1] <= 4 else 3
        return [[_written(value, digits) for value in row] for row in self.cells.tolist()]


def grids(
    title: str,
    items: Sequence[Grid | str | Sequence[Grid | str]],
    *,
    lang: Lang = "en",
    note: str = "",
    wide: bool = True,
    table: Table | None = None,
    words: str = "",
) -> Figure:
    """Grids in a row with symbols such as "⊙", "=" or "+" between them, which wraps where the page is narrow.

    `items` may be a list of such rows, for one thing step by step; single items between rows share a row.
    """
    rows = list(_rows(items))
    every = [grid for row in rows for grid in row if isinstance(grid, Grid)]
    said = words or " ".join([say(lang, "grids", count=len(every)), *(_row_words(row) for row in rows)][:9])
    if not any(grid.cells.size for grid in every):
        return Figure(title, element("p", say(lang, "no-values")), said, table, note, wide)
    beside = len(rows) >= SIDE_BY_SIDE and max(map(_row_width, rows)) <= 420
    content = element("div", *(_row(row, lang) for row in rows), class_="grids beside" if beside else "grids")
    return Figure(title, content, said, table or _table(every, lang), note, wide)


def _rows(items: Sequence[Grid | str | Sequence[Grid | str]]) -> Iterator[Sequence[Grid | str]]:
    together: list[Grid | str] = []
    for item in items:
        if isinstance(item, Grid | str):
            together.append(item)
            continue
        if together:
            yield together
            together = []
        yield item
    if together:
        yield together


def _row(row: Sequence[Grid | str], lang: Lang) -> Markup:
    """Grids and symbols; a symbol stays with the grid that follows it when the row wraps."""
    captioned = any(isinstance(item, Grid) and item.caption for item in row)
    shown: list[Markup] = []
    held: list[Markup] = []
    for item in row:
        held.append(_item(item, captioned, lang))
        if isinstance(item, Grid):
            shown.append(element("div", *held, class_="together"))
            held = []
    return element("div", *shown, *held)


def _item(item: Grid | str, captioned: bool, lang: Lang) -> Markup:
    """A grid or a symbol; beside captions, symbols have an empty line, so that they stand at the middle of grids."""
    if isinstance(item, str):
        below = element("small", "\u00a0", aria_hidden="true") if captioned else ""
        return element("div", element("span", item, class_="symbol"), below, class_="item")
    room = max(CAPTION, item.cells.shape[1] * _width(item.written))
    below = element("small", item.caption or "\u00a0", style=f"max-width:{coordinate(room)}px") if captioned else ""
    return element("div", _picture(item, lang), below, class_="item")


def _picture(grid: Grid, lang: Lang) -> Markup:
    R, C = grid.cells.shape
    many = max(R, C) > MOST
    width, height = (PIXEL, PIXEL) if many else (_width(grid.written), CELL)
    rows, columns = grid.names or ((), ())
    left, top = max([0.0, *(text_width(name, 11.5) + 8 for name in rows)]) + 1.5, (18.0 if any(columns) else 1.5)
    cells = _shaded(grid, left, top) if many else _numbers(grid, left, top, width)
    names = [label(name, left - 7, top + (r + 0.5) * height, "tick end") for r, name in enumerate(rows)]
    names += [label(name, left + (c + 0.5) * width, top - 10, "tick middle") for c, name in enumerate(columns)]
    words = f"{grid.caption} {_said(grid)}".strip() or say(lang, "no-values")
    masks = [_outline(mask, (left, top), (width, height), style) for mask, style in _masks(grid)]
    size = left + C * width + 1.5, top + R * height + 1.5
    drawn = svg(*size, words, *cells, *masks, *names, class_="exact")
    least = element("div", drawn, style=f"min-width:{coordinate(0.75 * size[0])}px")
    wide = size[0] > WIDEST
    return element("div", least, style=f"width:{coordinate(size[0])}px", class_="array", tabindex=0 if wide else None)


def _row_width(row: Sequence[Grid | str]) -> float:
    """About how wide a row is when it does not wrap."""
    widths = [28.0 if isinstance(item, str) else item.cells.shape[1] * _width(item.written) + 14 for item in row]
    return sum(widths)


def _width(written: list[list[str]]) -> float:
    """Square cells if all numbers are short, as wide as the longest otherwise."""
    return max([CELL, *(text_width(text) + 9 for row in written for text in row)])


def _numbers(grid: Grid, left: float, top: float, width: float) -> Iterator[Markup]:
    for r, row in enumerate(grid.written):
        for c, text in enumerate(row):
            x, y = left + c * width, top + r * CELL
            place = {"x": coordinate(x), "y": coordinate(y), "width": coordinate(width), "height": CELL}
            yield element("rect", class_="cell" if text else "cell empty", **place)
            if text:
                yield label(text, x + width / 2, y + CELL / 2)


def _shaded(grid: Grid, left: float, top: float) -> Iterator[Markup]:
    """Small cells without numbers: the greater the deeper; a value that is no number is left out."""
    values = np.asarray(grid.cells, dtype=np.float64)
    R, C = values.shape
    yield element("rect", x=left, y=top, width=C * PIXEL, height=R * PIXEL, class_="cell")
    colours = shades(values, Axis(""))
    depths = np.array([_depth(float(v), colours) for v in values.flat]).reshape(R, C)
    for depth in np.unique(depths[depths != 0]):
        cells = [
            f"M{coordinate(left + c * PIXEL)} {coordinate(top + r * PIXEL)}h7v7h-7z"
            for r, c in np.argwhere(depths == depth)
        ]
        style = "below" if depth < 0 else "above"
        yield element("path", d="".join(cells), class_=style, fill_opacity=f"{0.95 * abs(depth):.2f}")


def _depth(value: float, colours: Shades) -> float:
    return round(20 * colours(value)) / 20 if math.isfinite(value) else 0.0


def _masks(grid: Grid) -> Iterator[tuple[Array, str]]:
    for mask, style in ((grid.marked, "first"), (grid.second, "second")):
        if mask is not None and np.any(mask):
            yield np.asarray(mask, dtype=bool).reshape(grid.cells.shape), style


def _outline(mask: Array, corner: tuple[float, float], size: tuple[float, float], style: str) -> Markup:
    """A fill over the cells of the mask and a line around them, not between them."""
    (left, top), (w, h) = corner, size
    padded = np.pad(mask, 1)
    fill, lines = [], []
    for r, c in np.argwhere(mask):
        x, y = left + c * w, top + r * h
        fill.append(f"M{coordinate(x)} {coordinate(y)}h{coordinate(w)}v{coordinate(h)}h{coordinate(-w)}z")
        sides = {(0, 1): (x, y, "h", w), (2, 1): (x, y + h, "h", w), (1, 0): (x, y, "v", h), (1, 2): (x + w, y, "v", h)}
        lines += [
            f"M{coordinate(a)} {coordinate(b)}{way}{coordinate(far)}"
            for (i, j), (a, b, way, far) in sides.items()
            if not padded[r + i, c + j]
        ]
    return element(
        "g", element("path", d="".join(fill), class_="fill"), element("path", d="".join(lines), class_="edge"),
        class_=f"mask {style}",
    )  # fmt: skip


def _written(value: object, digits: int) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else significant(value, digits)
    if isinstance(value, bool | int):
        return significant(int(value))
    return str(value)


def _said(grid: Grid) -> str:
    """The numbers row by row, or the shape where they are many."""
    if max(grid.cells.shape) > MOST:
        return f"({', '.join(map(str, grid.cells.shape))})"
    return "[" + "; ".join(" ".join(text or "·" for text in row) for row in grid.written) + "]"


def _row_words(row: Sequence[Grid | str]) -> str:
    return " ".join(item if isinstance(item, str) else f"{item.caption} {_said(item)}".strip() for item in row) + "."


def _table(every: Sequence[Grid], lang: Lang) -> Table:
    """One array a row, its numbers row by row."""
    shown = [[f"{i}. {grid.caption}".strip(), _said(grid)] for i, grid in enumerate(every[:ROWS], 1)]
    caption = say(lang, "thinned", total=len(every), shown=ROWS) if len(every) > ROWS else ""
    return Table([say(lang, "array"), say(lang, "values")], shown, caption)
