"""A text whose words are coloured by numbers: what a unit of a network follows is read along with the text."""

from collections.abc import Sequence

import numpy as np

from zerokara.report.figure import Figure
from zerokara.report.marks import Values, floats
from zerokara.report.markup import element, join
from zerokara.report.table import Cell, Table
from zerokara.wording import Lang, Text, significant

DEEPEST = 45
"""How strong the colour of the largest number is, in percent: a word stays readable, by day and by night."""

ROWS = 200
"""The table lists at most so many words."""

SHOWN = {"\n": "⏎\n", "\t": "⇥\t", "": "∅"}
"""How tokens are written that would not be seen; a break still breaks the line."""


def coloured_text(
    title: str,
    tokens: Sequence[str],
    values: Values,
    name: str,
    *,
    between: str = " ",
    lang: Lang = "en",
    note: str = "",
) -> Figure:
    """Every token on a ground as deep as the size of its value, in one colour above 0 and another below.

    `name` says what the values are; `between` stands between two tokens. Each token tells its value as a hint; one
    whose value is NaN has no colour.
    """
    numbers = floats(values)
    if len(numbers) != len(tokens):
        raise ValueError(f"coloured_text needs a value for each of the {len(tokens)} tokens; got {len(numbers)}")
    top = max((abs(v) for v in numbers if np.isfinite(v)), default=0.0) or 1.0
    parts = []
    for token, value in zip(tokens, numbers, strict=True):
        share = DEEPEST * min(1.0, abs(value) / top) if np.isfinite(value) else 0.0
        colour = "var(--accent)" if value >= 0 else "var(--warm)"
        style = f"background:color-mix(in srgb, {colour} {share:.0f}%, transparent);border-radius:3px;padding:1px 2px"
        hint = f"{token}: {significant(value, 3)}" if np.isfinite(value) else token
        parts += [element("span", SHOWN.get(token, token), style=style, title=hint), between]
    words = Text(
        "{n} tokens, coloured by {name}: the deepest is {token}, {v}.",
        "{n} 個のトークンを {name} で色分け。最も濃いのは {token}（{v}）。",
    )(lang, n=len(tokens), name=name, **_deepest(tokens, numbers))
    rows: list[list[Cell]] = [
        [token, value if np.isfinite(value) else None] for token, value in zip(tokens[:ROWS], numbers, strict=False)
    ]
    table = Table([Text("token", "トークン")(lang), name], rows)
    content = element("p", join(*parts), style="line-height:1.9;white-space:pre-wrap")
    return Figure(title, content, words, table, note, wide=True)


def _deepest(tokens: Sequence[str], numbers: list[float]) -> dict[str, str]:
    finite = [(abs(v), k) for k, v in enumerate(numbers) if np.isfinite(v)]
    if not finite:
        return {"token": "–", "v": "–"}
    k = max(finite)[1]
    return {"token": tokens[k], "v": significant(numbers[k], 3)}
