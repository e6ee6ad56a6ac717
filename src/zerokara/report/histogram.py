"""How often values of each size occur."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.report import axes
from zerokara.report.axes import Axis
from zerokara.report.figure import Figure, svg
from zerokara.report.markup import Markup, coordinate, element
from zerokara.report.table import Table
from zerokara.report.texts import say
from zerokara.wording import Lang, significant, whole


def histogram(
    title: str, values: Array | Sequence[float], x: Axis, *, bins: int = 30, lang: Lang = "en", note: str = ""
) -> Figure:
    """The finite `values`, counted in `bins` stretches of equal length."""
    numbers = np.asarray(values, dtype=np.float64).ravel()
    numbers = numbers[np.isfinite(numbers)]
    limits = (numbers.min(), numbers.max()) if numbers.size else (0.0, 1.0)
    counts, edges = np.histogram(numbers, bins, range=(limits[0], limits[1] or limits[0] + 1e-12))
    y = Axis(say(lang, "count"), low=0.0, whole=True)
    across = axes.scale(Axis(x.name, x.unit, float(edges[0]), float(edges[-1])), [], axes.LEFT, axes.WIDTH - axes.RIGHT)
    up = axes.scale(y, [float(c) for c in counts] + [1.0], axes.HEIGHT - axes.BOTTOM, axes.TOP)
    bars = [
        _bar(across(low), across(high), up(float(count)), up(0), f"{significant(low)} – {significant(high)}: {count}")
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    words = _words(numbers, x, lang)
    picture = svg(axes.WIDTH, axes.HEIGHT, f"{title}. {words}", axes.frame(x, y, across, up), *bars)
    rows = [[float(low), float(high), int(c)] for low, high, c in zip(edges[:-1], edges[1:], counts, strict=True)]
    table = Table([say(lang, "from"), say(lang, "to"), say(lang, "count")], rows, head=False)
    return Figure(title, picture, words, table, note)


def _bar(left: float, right: float, top: float, bottom: float, hint: str) -> Markup:
    return element(
        "rect",
        element("title", hint),
        x=coordinate(left + 0.5),
        y=coordinate(top),
        width=coordinate(max(0.5, right - left - 1)),
        height=coordinate(max(0.0, bottom - top)),
        class_="bar",
    )


def _words(numbers: Array, x: Axis, lang: Lang) -> str:
    if not numbers.size:
        return say(lang, "no-values")
    facts = {"low": numbers.min(), "high": numbers.max(), "mean": numbers.mean()}
    said = {name: significant(float(value)) for name, value in facts.items()}
    return say(lang, "histogram", x=x.label, count=whole(numbers.size), **said)
