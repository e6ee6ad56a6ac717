"""Networks as circles and edges."""

from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.arrays import Array
from zerokara.report.figure import Figure
from zerokara.report.markup import element
from zerokara.report.table import Table
from zerokara.report.texts import Lang


@dataclass(frozen=True)
class Layer:
    """A column of circles: the labels in them, the `values` beside them; `bias` adds a node that is always 1."""

    name: str
    nodes: Sequence[str]
    values: Sequence[float] = ()
    bias: bool = False


def network_diagram(
    title: str,
    layers: Sequence[Layer],
    weights: Sequence[Array | None] = (),
    *,
    lang: Lang = "en",
    note: str = "",
    table: Table | None = None,
    words: str = "",
) -> Figure:
    """Layers from left to right; `weights[k]` is (nodes of layer k+1, nodes of layer k, and 1 for its bias node)."""
    content = element("p", " → ".join(f"{layer.name}: {', '.join(layer.nodes)}" for layer in layers))
    return Figure(title, content, words, table, note)
