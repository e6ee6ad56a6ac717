"""Where one sequence looks at another: a row for every symbol that is written, a column for every one that is read."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.report.axes import Axis
from zerokara.report.figure import Figure
from zerokara.report.heat_map import heat_map
from zerokara.report.markup import element
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.wording import Lang

NARROW = 16
"""A map of more columns takes a whole row of the page, so that every symbol has room for its name."""

SHOWN = {" ": "␣", "\n": "⏎", "\t": "⇥", "": "∅"}
"""How symbols are written that would not be seen."""


def attention_map(
    title: str,
    weights: Array,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    row_name: str = "",
    column_name: str = "",
    captions: Sequence[str] = (),
    lang: Lang = "en",
    note: str = "",
) -> Figure:
    """`weights[t, s]` (T, S), from 0 to 1, as a shade: how much row `rows[t]` looks at `columns[s]`.

    weights (heads, T, S) give a map for every head, side by side, each with its caption.
    """
    maps = np.asarray(weights, dtype=np.float64)
    maps = maps[None] if maps.ndim == 2 else maps
    if maps.ndim != 3 or maps.shape[1:] != (len(rows), len(columns)):
        raise ValueError(
            f"a map of {len(rows)} rows and {len(columns)} columns needs weights ({len(rows)}, {len(columns)}), or one "
            f"such array for every head; got {np.shape(weights)}"
        )
    value, wide = Axis(say(lang, "weight"), low=0, high=1), len(columns) > NARROW
    names = [[SHOWN.get(name, name) for name in side] for side in (rows, columns)]
    heads = list(captions) or [say(lang, "head", number=i + 1) for i in range(len(maps))]
    drawn = [
        heat_map(
            title if len(maps) == 1 else f"{title}, {head}",
            one,
            names[0],
            names[1],
            value,
            row_name=row_name,
            column_name=column_name,
            numbers=False,
            lang=lang,
            note=note,
            wide=wide,
        )
        for head, one in zip(heads, maps, strict=True)
    ]
    if len(drawn) == 1:
        return drawn[0]
    items = [
        element("div", figure.content, element("small", head), class_="item")
        for head, figure in zip(heads, drawn, strict=True)
    ]
    words = " ".join(f"{head}: {figure.words}" for head, figure in zip(heads, drawn, strict=True))
    content = element("div", element("div", *items), class_="grids")
    return Figure(title, content, words, _most(maps, names, heads, lang), note, wide=True)


def _most(maps: Array, names: Sequence[Sequence[str]], heads: Sequence[str], lang: Lang) -> Table:
    """For every row, where each head looks most."""
    rows: list[list[Cell]] = [
        [name, *(f"{names[1][int(one[t].argmax())]} ({one[t].max():.2f})" for one in maps)]
        for t, name in enumerate(names[0])
    ]
    return Table([say(lang, "symbol"), *heads], rows, say(lang, "looks-most"))
