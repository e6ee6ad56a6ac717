"""Which class was taken for which: the confusion matrix as a heat map."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.report.figure import Figure, svg
from zerokara.report.markup import Markup, coordinate, element
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.wording import Lang, percent, whole

LEFT, TOP, RIGHT = 58.0, 40.0, 58.0
CELL = 34.0


def confusion_matrix(
    title: str, counts: Array, classes: Sequence[str], *, lang: Lang = "en", note: str = "", wide: bool = False
) -> Figure:
    """`counts[t, p]` examples of class t were answered with class p.

    The diagonal is shaded by its share of the row, the mistakes, in another colour, by their share of the greatest
    mistake: a network that is nearly always right would show an empty picture otherwise.
    """
    counts = np.asarray(counts)
    K = len(classes)
    if counts.shape != (K, K):
        raise ValueError(f"a confusion matrix of {K} classes is ({K}, {K}); got {counts.shape}")
    words = _words(counts, classes, lang)
    columns = [say(lang, "true"), *classes, say(lang, "recall")]
    rows: list[list[Cell]] = [
        [name, *(int(c) for c in counts[t]), _recall(counts[t], t)] for t, name in enumerate(classes)
    ]
    size = CELL * K
    picture = svg(LEFT + size + RIGHT, TOP + size + 8, f"{title}. {words}", *_drawing(counts, classes, lang))
    return Figure(title, picture, words, Table(columns, rows), note, wide)


def _recall(row: Array, own: int) -> str:
    return percent(float(row[own] / row.sum())) if row.sum() else "–"


def _drawing(counts: Array, classes: Sequence[str], lang: Lang) -> list[Markup]:
    size = CELL * len(classes)
    worst = max(1, int((counts - np.diag(np.diag(counts))).max(initial=0)))
    parts = [
        element("text", say(lang, "predicted"), x=LEFT + size / 2, y=12, class_="name middle"),
        element(
            "text",
            say(lang, "true"),
            x=0,
            y=0,
            class_="name middle",
            transform=f"translate(12 {coordinate(TOP + size / 2)}) rotate(-90)",
        ),
        element("text", say(lang, "recall"), x=LEFT + size + RIGHT - 4, y=TOP - 8, class_="tick end"),
    ]
    for t, name in enumerate(classes):
        middle = CELL * (t + 0.5)
        parts.append(element("text", _short(name), x=LEFT - 8, y=TOP + middle, dy="0.35em", class_="label end"))
        parts.append(element("text", _short(name), x=LEFT + middle, y=TOP - 8, class_="label middle"))
        parts.append(
            element(
                "text", _recall(counts[t], t), x=LEFT + size + RIGHT - 4, y=TOP + middle, dy="0.35em", class_="tick end"
            )
        )
        total = max(1, int(counts[t].sum()))
        for p, answer in enumerate(classes):
            share = counts[t, p] / total if t == p else counts[t, p] / worst
            hint = say(lang, "cell", true=name, predicted=answer, count=whole(int(counts[t, p])))
            parts.append(_cell(t, p, int(counts[t, p]), float(share), hint))
    return parts


def _cell(t: int, p: int, count: int, share: float, hint: str) -> Markup:
    x, y = LEFT + CELL * p, TOP + CELL * t
    depth = 0.12 + 0.83 * share if count else 0.0
    ground = element(
        "rect",
        x=coordinate(x + 1),
        y=coordinate(y + 1),
        width=CELL - 2,
        height=CELL - 2,
        rx=3,
        class_=("right" if t == p else "wrong") if count else "empty",
        fill_opacity=f"{depth:.2f}" if count else None,
    )
    number = (
        element(
            "text",
            whole(count),
            x=x + CELL / 2,
            y=y + CELL / 2,
            dy="0.35em",
            class_="count middle" + (" deep" if depth > 0.55 else ""),
        )
        if count
        else ""
    )
    return element("g", ground, number, element("title", hint))


def _short(name: str, length: int = 7) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"


def _words(counts: Array, classes: Sequence[str], lang: Lang) -> str:
    total, right = int(counts.sum()), int(np.trace(counts))
    share = percent(right / total) if total else "–"
    said = say(lang, "confusion", total=whole(total), right=whole(right), share=share)
    wrong = counts - np.diag(np.diag(counts))
    if wrong.max(initial=0) > 0:
        t, p = divmod(int(wrong.argmax()), wrong.shape[1])
        said += " " + say(lang, "confused", true=classes[t], predicted=classes[p], count=whole(int(wrong[t, p])))
    return said
