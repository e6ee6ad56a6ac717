"""Networks as circles and edges: what flows into what, and with which weights."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.sheet import LETTER, Point, arrow, label, path, plate, sheet, text_width
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.wording import Lang, significant

SHOWN = 16
"""Of a layer with more nodes, the first and the last of them are drawn."""

WRITTEN = 12
"""Up to this many weights between two layers are written on the edges."""

SHARES = tuple(sorted((i / 100 for i in range(14, 60, 2)), key=lambda share: abs(share - 0.34)))
TOP, MARGIN, RADIUS, TALL, APART, CLOSE = 30.0, 12.0, 19.0, 560.0, 16.0, 16.0


@dataclass(frozen=True)
class Layer:
    """A column of circles: the labels in them, the `values` below them; `bias` adds a node on top that is always 1."""

    name: str
    nodes: Sequence[str]
    values: Sequence[float] = ()
    bias: bool = False

    def __post_init__(self) -> None:
        if len(self.values) not in (0, len(self.nodes)):
            raise ValueError(f"layer {self.name!r} has {len(self.nodes)} nodes and {len(self.values)} values")

    @property
    def sources(self) -> int:
        """How many nodes feed the next layer: the bias counts."""
        return len(self.nodes) + self.bias


@dataclass(frozen=True)
class _Node:
    """A circle: `index` is its column in the weights to the next layer, or its row in those before it."""

    text: str
    value: float | None
    index: int
    bias: bool
    x: float
    y: float
    half: float
    radius: float

    @property
    def left(self) -> Point:
        return self.x - self.half, self.y

    @property
    def right(self) -> Point:
        return self.x + self.half, self.y


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
    """Layers from left to right, every node joined to every node of the next layer.

    `weights[k]` is (nodes of layer k+1, nodes of layer k), with one more column, the last, if layer k has a bias node.
    Few weights are written on their edges; many are told by how strong the edge is. Negative ones are dashed.
    """
    matrices = _checked(layers, weights)
    said = words or _words(layers, lang)
    numbers = table or _table(layers, matrices, lang)
    if not any(layer.nodes for layer in layers):
        return Figure(title, element("p", say(lang, "no-values")), said, numbers, note, wide=True)
    columns = _places(layers, matrices)
    width = max(node.x + node.half for column in columns for node in column) + (
        48.0 if any(node.radius < CLOSE and node.value is not None for node in columns[-1]) else MARGIN
    )
    height = max(node.y for column in columns for node in column) + RADIUS + 26
    edges = [_edges(a, b, w) for (a, b), w in zip(pairwise(columns), matrices, strict=True)]
    shapes = [_circle(node) for column in columns for node in column]
    heads = [_head(layer, column) for layer, column in zip(layers, columns, strict=True) if column]
    picture = sheet(width, height, f"{title}. {said}", *edges, *shapes, *heads)
    key = _key(lang) if any(w is not None and w.size > WRITTEN for w in matrices) else ""
    return Figure(title, join(key, picture), said, numbers, note, wide=width > 410)


def _checked(layers: Sequence[Layer], weights: Sequence[Array | None]) -> list[Array | None]:
    """The weights between all layers, each of the right shape or None."""
    gaps = max(0, len(layers) - 1)
    if len(weights) > gaps:
        raise ValueError(f"{len(layers)} layers have room for {gaps} arrays of weights; got {len(weights)}")
    matrices = [None if w is None else np.asarray(w, dtype=np.float64) for w in weights]
    for w, (a, b) in zip(matrices, pairwise(layers), strict=False):
        if w is not None and w.shape != (len(b.nodes), a.sources):
            expected = (len(b.nodes), a.sources)
            raise ValueError(f"the weights from {a.name!r} to {b.name!r} have shape {expected}; got {w.shape}")
    return matrices + [None] * (gaps - len(matrices))


def _shown(layer: Layer) -> list[int]:
    """The indices of the nodes that are drawn; −1 is the gap where nodes are left out."""
    count = len(layer.nodes)
    if count <= SHOWN:
        return list(range(count))
    half = SHOWN // 2 - 1
    return [*range(half + 1), -1, *range(count - half, count)]


def _places(layers: Sequence[Layer], matrices: Sequence[Array | None]) -> list[list[_Node]]:
    """Where the nodes are: layers stand beside each other, each centred."""
    rows = [len(_shown(layer)) + layer.bias for layer in layers]
    tallest = max(rows)
    spacing = max(30.0, min(64.0, TALL / tallest))
    for w, (a, b) in zip(matrices, pairwise(range(len(layers))), strict=True):
        if w is not None and 0 < w.size <= WRITTEN:
            heights = [_heights(layers[k], 1.0, 0.0) for k in (a, b)]
            apart = _best_share(heights[0], heights[1][layers[b].bias :], math.inf)[1]
            spacing = max(spacing, min(120.0, APART / apart))
    radius = min(RADIUS, 0.36 * spacing)
    written = any(w is not None and w.size <= WRITTEN for w in matrices)
    gap, x, columns = max(80.0 + 8 * tallest, 150.0 if written else 0.0), MARGIN, []
    middle = TOP + radius + spacing * (tallest - 1) / 2
    for layer in layers:
        half = max(radius, *(text_width(text) / 2 + 7 for text in layer.nodes)) if layer.nodes else radius
        half = max(half, (text_width(layer.name) - gap) / 2 + 6)
        x += half
        columns.append(_column(layer, x, _heights(layer, spacing, middle), radius, layer is layers[-1]))
        x += half + gap
    return columns


def _heights(layer: Layer, spacing: float, middle: float) -> list[float]:
    count = len(_shown(layer)) + layer.bias
    return [middle + spacing * (i - (count - 1) / 2) for i in range(count)]


def _column(layer: Layer, x: float, heights: Sequence[float], radius: float, last: bool) -> list[_Node]:
    indices = [len(layer.nodes)] * layer.bias + _shown(layer)
    nodes = []
    for position, (index, y) in enumerate(zip(indices, heights, strict=True)):
        bias = layer.bias and position == 0
        text = "1" if bias else "⋮" if index < 0 else layer.nodes[index]
        tells = len(layer.values) > 0 and not bias and index >= 0 and (radius >= CLOSE or last)
        value = float(layer.values[index]) if tells else None
        half = max(radius, text_width(text) / 2 + 7)
        nodes.append(_Node(text, value, index, bias, x, y, half, radius))
    return nodes


def _best_share(starts: Sequence[float], ends: Sequence[float], enough: float = APART) -> tuple[float, float]:
    """At which share of their length the edges between two columns are far enough apart, and how far that is."""

    def apart(share: float) -> float:
        heights = sorted((1 - share) * a + share * b for a in starts for b in ends)
        return min((b - a for a, b in pairwise(heights)), default=1.0)

    best = max(SHARES, key=lambda share: min(enough, round(apart(share), 3)))
    return best, max(apart(best), 0.05)


def _edges(starts: Sequence[_Node], ends: Sequence[_Node], w: Array | None) -> Markup:
    """All edges between two layers, and their weights on top of them where they are few."""
    pairs = [(a, b) for a in starts for b in ends if a.index >= 0 and b.index >= 0 and not b.bias]
    few = len(pairs) <= WRITTEN
    finite = np.abs(w[np.isfinite(w)]) if w is not None else np.zeros(0)
    largest = float(finite.max(initial=0.0)) or 1.0
    lines, numbers = [], []
    share = _best_share([a.y for a in starts], [b.y for b in ends if not b.bias])[0]
    for a, b in pairs:
        weight = None if w is None else float(w[b.index, a.index])
        lines.append(_edge(a, b, weight, largest, few))
        if few and weight is not None:
            (x1, y1), (x2, y2) = a.right, b.left
            numbers.append(plate(significant(weight, 3), x1 + share * (x2 - x1), y1 + share * (y2 - y1)))
    return element("g", *lines, *numbers)


def _edge(a: _Node, b: _Node, weight: float | None, largest: float, few: bool) -> Markup:
    way = [a.right, b.left]
    if weight is None or not math.isfinite(weight):
        return arrow(way, "link soft", 7) if few else element("path", d=path(way), class_="link faint")
    sign = "negative" if weight < 0 else "positive"
    hint = element("title", f"{a.text} → {b.text}: {significant(weight)}")
    if few:
        return element("g", arrow(way, f"link {sign}", 7), hint)
    share = abs(weight) / largest
    return element(
        "path",
        hint,
        d=path(way),
        class_=f"link {sign}",
        stroke_width=coordinate(0.5 + 2.3 * share),
        opacity=coordinate(0.12 + 0.78 * share),
    )


def _circle(node: _Node) -> Markup:
    if node.index < 0:
        return label(node.text, node.x, node.y, "name middle")
    shape = element(
        "rect",
        x=coordinate(node.x - node.half),
        y=coordinate(node.y - node.radius),
        width=coordinate(2 * node.half),
        height=coordinate(2 * node.radius),
        rx=coordinate(node.radius),
        class_="node bias" if node.bias else "node",
    )
    hint = element("title", node.text if node.value is None else f"{node.text} = {significant(node.value)}")
    text = label(node.text, node.x, node.y) if node.radius > 0.6 * LETTER else ""
    return element("g", shape, text, _value(node), hint)


def _value(node: _Node) -> Markup:
    """The value below the circle, or beside it where circles stand close to each other."""
    if node.value is None:
        return Markup("")
    if node.radius < CLOSE:
        return label(significant(node.value, 3), node.x + node.half + 6, node.y, "figures")
    return plate(significant(node.value), node.x, node.y + node.radius + 9)


def _head(layer: Layer, column: Sequence[_Node]) -> Markup:
    return label(layer.name, column[0].x, 10, "name middle")


def _key(lang: Lang) -> Markup:
    """What solid and dashed edges mean."""
    items = []
    for sign in ("positive", "negative"):
        sample = element("path", d="M1 5H23", class_=f"link {sign}", stroke_width=2)
        items.append(element("li", element("svg", sample, viewBox="0 0 24 10", aria_hidden="true"), say(lang, sign)))
    return element("ul", *items, class_="legend")


def _words(layers: Sequence[Layer], lang: Lang) -> str:
    parts = [
        say(lang, "layer-bias" if layer.bias else "layer-nodes", name=layer.name, count=len(layer.nodes))
        for layer in layers
    ]
    return say(lang, "network", layers=" → ".join(parts))


def _table(layers: Sequence[Layer], matrices: Sequence[Array | None], lang: Lang) -> Table:
    """One node a row, with its value and the weights that lead to it."""
    columns = [say(lang, "layer"), say(lang, "node"), say(lang, "value"), say(lang, "incoming")]
    rows: list[list[Cell]] = []
    for k, layer in enumerate(layers):
        for i in (i for i in _shown(layer) if i >= 0):
            w = matrices[k - 1] if k else None
            incoming = None if w is None else ", ".join(_incoming(layers[k - 1], w[i]))
            rows.append([layer.name, layer.nodes[i], float(layer.values[i]) if len(layer.values) else None, incoming])
    used = [c for c in range(4) if c < 2 or any(row[c] is not None for row in rows)]
    return Table([columns[c] for c in used], [[row[c] for c in used] for row in rows])


def _incoming(layer: Layer, row: Array) -> Iterator[str]:
    for i in (i for i in _shown(layer) if i >= 0):
        yield f"{layer.nodes[i]}: {significant(float(row[i]))}"
    if layer.bias:
        yield f"1: {significant(float(row[-1]))}"
