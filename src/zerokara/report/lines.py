"""Curves: one or several lines over a common axis."""

from collections.abc import Sequence

from zerokara.report.axes import Axis
from zerokara.report.chart import chart
from zerokara.report.figure import Figure
from zerokara.report.marks import Line
from zerokara.wording import Lang


def line_chart(
    title: str, lines: Sequence[Line], x: Axis, y: Axis, *, lang: Lang = "en", note: str = "", wide: bool = False
) -> Figure:
    """The lines in one frame, with a legend, hover titles and a table of all values."""
    return chart(title, lines, x, y, lang=lang, note=note, wide=wide)
