"""A table of numbers as shaded cells: what is large is seen before it is read."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.report.axes import Axis
from zerokara.report.figure import Figure
from zerokara.report.markup import element
from zerokara.report.table import Table
from zerokara.report.texts import Lang, say


def heat_map(
    title: str,
    values: Array,
    rows: Sequence[str],
    columns: Sequence[str],
    value: Axis,
    *,
    row_name: str = "",
    column_name: str = "",
    numbers: bool = True,
    diverging: bool | None = None,
    lang: Lang = "en",
    note: str = "",
    wide: bool = False,
) -> Figure:
    """`values[r, c]` as a shade in row `rows[r]` and column `columns[c]`."""
    values = np.asarray(values, dtype=np.float64)
    if values.shape != (len(rows), len(columns)):
        raise ValueError(f"{len(rows)} rows and {len(columns)} columns need values ({len(rows)}, {len(columns)})")
    table = Table(
        [row_name, *columns], [[name, *map(float, row)] for name, row in zip(rows, values, strict=True)], value.label
    )
    content = table.html() if values.size else element("p", say(lang, "no-values"))
    return Figure(title, content, value.label, table, note, wide)
