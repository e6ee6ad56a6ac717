"""The computational graphs that `zerokara.draw` draws, as figures of a report."""

from zerokara.report.figure import Figure
from zerokara.report.markup import element
from zerokara.report.table import Table
from zerokara.report.texts import Lang


def graph_figure(
    title: str, drawing: str, *, words: str, lang: Lang = "en", note: str = "", table: Table | None = None
) -> Figure:
    """`drawing`, the text of what `zerokara.draw` returns, in the colours of the page."""
    return Figure(title, element("p", words), words, table, note, wide=True)
