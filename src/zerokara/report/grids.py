"""Arrays as grids of numbers with symbols between them: `input ∗ filter = output`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, element
from zerokara.report.numbers import significant
from zerokara.report.table import Table
from zerokara.report.texts import Lang


@dataclass(frozen=True)
class Grid:
    """An array (2-D; 1-D is one row) as a grid of numbers.

    Cells where `marked` is true have an accent, those of `second` another one; `names` are the labels of the rows and
    of the columns. NaN is an empty cell.
    """

    array: Array
    caption: str = ""
    marked: Array | None = None
    second: Array | None = None
    names: tuple[Sequence[str], Sequence[str]] | None = None


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
    """Grids and symbols in a row, or in several rows when `items` is a list of lists."""
    rows = [[item] if isinstance(item, Grid | str) else list(item) for item in items]
    content = element("div", *(element("p", *(_shown(item) for item in row)) for row in rows))
    return Figure(title, content, words, table, note, wide)


def _shown(item: Grid | str) -> Markup | str:
    if isinstance(item, str):
        return item
    lines = ["  ".join(significant(float(v)) for v in row) for row in np.atleast_2d(item.array)]
    return element("code", " / ".join(lines), " ", item.caption)
