"""The computational graph of a small expression as a picture, as chapter 5 of the book draws it.

Values flow from left to right and stand above the edges; gradients flow back and stand below them.
"""

from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from zerokara.autodiff.beside import Box, Point, Texts, Way, half_width
from zerokara.autodiff.graph import Node, no_grad, nodes, pull_back, unbroadcast
from zerokara.autodiff.tensor import Tensor

LARGEST = 200
GAP, ROW, MARGIN, RADIUS, BEND = 86.0, 94.0, 26.0, 19.0, 34.0
SYMBOLS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "negative": "−", "power": "^", "matmul": "@"}
STYLE = """
  .zk-graph { font: 13px ui-sans-serif, system-ui, 'Hiragino Sans', 'Noto Sans CJK JP', sans-serif; }
  .zk-graph .paper { fill: #ffffff; } .zk-graph .edge { stroke: #9aa3ad; stroke-width: 1.4; fill: none; }
  .zk-graph .op { fill: #eef3f8; stroke: #4a6a8a; stroke-width: 1.4; } .zk-graph .leaf { fill: #fff; stroke: #9aa3ad; }
  .zk-graph .symbol, .zk-graph .name { text-anchor: middle; dominant-baseline: central; fill: #1d2733; }
  .zk-graph .value, .zk-graph .gradient { text-anchor: middle; paint-order: stroke; stroke: #fff; stroke-width: 4px; }
  .zk-graph .value { fill: #1d2733; } .zk-graph .gradient, .zk-graph .total { fill: #c2410c; }
  .zk-graph .total { text-anchor: middle; font-weight: 600; }
"""


class Drawing:
    """An SVG picture: notebooks show it, `save` writes it, `str` gives its text."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"Drawing(SVG, {len(self.svg):,} characters: save(path) writes it, a notebook shows it)"

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file, which any browser opens."""
        target = Path(path)
        target.write_text(self.svg, encoding="utf-8")
        return target


def draw(y: Tensor, /, **names: Tensor) -> Drawing:
    """Draw how y was computed: above each edge the value, below it the gradient that comes back along this edge.

    A value that is used in several places has several edges, each with its own part of the gradient; their sum,
    ∂y/∂(that value), stands below the place from which they branch.

        apple, number, tax = (zk.tensor(v, requires_grad=True) for v in (100.0, 2.0, 1.1))
        zk.draw(apple * number * tax, apple=apple, number=number, tax=tax).save("apples.svg")

    Names are given to tensors by keyword. ⊙ is the product element by element of two arrays. Gradients are shown where
    y is a single number. Draw before `backward`, which releases the graph, or keep it with `retain_graph=True`.
    """
    ordered = nodes(y)
    if not ordered:
        raise ValueError("there is nothing to draw: this tensor was not computed from tensors that require gradients")
    if len(ordered) > LARGEST:
        raise ValueError(
            f"a drawing is for small expressions: this one has {len(ordered)} operations, more than {LARGEST}"
        )
    return Drawing(_svg(y, ordered, {id(t): name for name, t in names.items()}, _gradients(y, ordered)))


Edge = tuple[int, int]
"""The edge into an input of a node: (number of the node, which of its inputs)."""


def _gradients(y: Tensor, ordered: list[Node]) -> dict[Edge, Any]:
    """The gradient that comes back along every edge; nothing where y is not a single number."""
    if y.size != 1:
        return {}
    every = {id(t): t for node in ordered for t in node.inputs if t is not None and t.requires_grad}
    sums = pull_back(y, np.ones(y.shape, y.dtype), [y, *every.values()], ordered, create_graph=False, retain_graph=True)
    made = {place(t): sums[id(t)] for t in [y, *every.values()] if id(t) in sums}
    back: dict[Edge, Any] = {}
    with no_grad():
        for node in ordered:
            assert node.guards is not None
            for k, (t, array, pullback) in enumerate(
                zip(node.inputs, node.guards.arrays, node.pullbacks, strict=False)
            ):
                if t is not None and t.requires_grad and node.number in made:
                    g = made[node.number].view()  # what a pullback remembers of an earlier pass does not count
                    back[node.number, k] = unbroadcast(pullback(g), array.shape, array.dtype, node.rule)
    return back


class _Places:
    """Where everything stands: columns by distance from the leaves, rows in the order in which leaves are first used.

    A tensor that came out of a node stands where the node stands; a leaf has a place of its own.
    """

    def __init__(self, ordered: list[Node], names: dict[int, str], gap: float) -> None:
        self.names, self.gap = names, gap
        self.column: dict[int, int] = {}
        self.row: dict[int, float] = {}
        self.half_width: dict[int, float] = {}
        self.taken: dict[int, list[float]] = {}
        self.leaves: dict[int, Any] = {}
        self.labels: dict[int, str] = {}
        for node in ordered:
            inputs = [t for t in node.inputs if t is not None]
            self.labels |= {place(t): names.get(id(t), self.labels.get(place(t), "")) for t in inputs}
            self.column[node.number] = 1 + max((self.column[t.node.number] for t in inputs if t.node), default=0)
            self.half_width[node.number] = max(RADIUS, half_width(_symbol(node)) + 8)
        for node in ordered:
            inputs = [t for t in node.inputs if t is not None]
            for t in inputs:
                if t.node is None and id(t) not in self.leaves:
                    self._add_leaf(t, self.column[node.number] - 1)
            mean = sum(self.row[place(t)] for t in inputs) / len(inputs)
            self.row[node.number] = self._free(self.column[node.number], mean)
        self.middle = self._columns()

    def _add_leaf(self, t: Any, column: int) -> None:
        key = place(t)
        self.leaves[id(t)] = t
        self.column[key] = column
        self.half_width[key] = max(30.0, half_width(self.name(t)) + 10)
        self.row[key] = self._free(column, float(len(self.leaves) - 1))

    def _free(self, column: int, wanted: float) -> float:
        """The row nearest to the wanted one (downwards) that keeps a row's distance from the others in its column."""
        for other in sorted(self.taken.setdefault(column, [])):
            if abs(other - wanted) < 0.95:
                wanted = other + 1.0
        self.taken[column].append(wanted)
        return wanted

    def _columns(self) -> list[float]:
        """The middle of each column, in pixels: between two columns there is always a gap for the numbers."""
        widest = [0.0] * (max(self.column.values()) + 1)
        for key, column in self.column.items():
            widest[column] = max(widest[column], self.half_width[key])
        x, middle = MARGIN - self.gap, []
        for half in widest:
            middle.append(x + self.gap + half)
            x = middle[-1] + half
        return middle

    def at(self, key: int) -> tuple[float, float]:
        """The middle of a node or leaf, in pixels."""
        return self.middle[self.column[key]], MARGIN + 26 + self.row[key] * ROW

    def boxes(self) -> list[Box]:
        """The shapes of all operations and leaves."""
        every = [(self.at(key), half) for key, half in self.half_width.items()]
        return [(x - half, y - RADIUS, x + half, y + RADIUS) for (x, y), half in every]

    def name(self, t: Any) -> str:
        """What a leaf is called."""
        return self.names.get(id(t), "input" if t.requires_grad else "constant")

    def called(self, key: int) -> str:
        """What stands there: the name of a leaf, or of a result that was given one."""
        return self.labels.get(key, "")

    @property
    def height(self) -> float:
        """How tall the picture is, in pixels."""
        return MARGIN * 2 + 58 + max(self.row.values()) * ROW


def place(t: Any) -> int:
    """The key of a tensor's place."""
    return int(t.node.number) if t.node is not None else -id(t)


def _svg(y: Tensor, ordered: list[Node], names: dict[int, str], gradients: dict[Edge, Any]) -> str:
    places = _Places(ordered, names, _gap(y, ordered, names, gradients))
    x, up = places.at(place(y))
    width = x + places.half_width[place(y)] + places.gap + MARGIN
    edges = _edges(ordered, places, gradients)
    totals = _totals(edges)
    one = np.ones(y.shape, y.dtype) if gradients else None
    edges.append(_Edge(y, _way(y, places, (width - MARGIN, up), 0.0, 0.0), one))
    below = [_total_box(places.at(key), text) for key, text in totals.items()]
    texts = Texts([edge.way for edge in edges], [*places.boxes(), *below])
    parts = [_drawn(number, edge, texts, names) for number, edge in enumerate(edges)]
    parts += [_operation(places.at(n.number), places.half_width[n.number], _symbol(n)) for n in ordered]
    parts += [_leaf(places.at(-key), places.half_width[-key], places.name(t)) for key, t in places.leaves.items()]
    parts += [_total(places.at(key), places.called(key), text) for key, text in totals.items()]
    title = f"computational graph of {len(ordered)} operations"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="zk-graph" role="img" aria-label="{title}" '
        f'width="{width:.0f}" height="{places.height:.0f}" viewBox="0 0 {width:.0f} {places.height:.0f}">'
        f"<title>{title}</title><style>{STYLE}</style>"
        '<defs><marker id="zk-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#9aa3ad"/></marker></defs>'
        f'<rect class="paper" width="100%" height="100%"/>{"".join(parts)}</svg>'
    )


def _gap(y: Any, ordered: list[Node], names: dict[int, str], gradients: dict[Edge, Any]) -> float:
    """The room between two columns: the longest text on an edge, and a little more."""
    carried = [y, *(t for node in ordered for t in node.inputs if t is not None)]
    texts = [_value(t, names) for t in carried] + [_text(np.asarray(g)) for g in gradients.values()]
    return max(GAP, 2 * max(map(half_width, texts)) + 22)


def _value(t: Any, names: dict[int, str]) -> str:
    """What stands above an edge: the value, with the name of a result that has one."""
    return (f"{names[id(t)]} = " if t.node is not None and id(t) in names else "") + _text(t._data)


def _bend(node: Node, k: int) -> float:
    """How far the edge of input k is bent aside: one that enters the same node twice has two edges, apart."""
    same = [i for i, t in enumerate(node.inputs) if t is not None and place(t) == place(node.inputs[k])]
    return BEND * (2 * same.index(k) - (len(same) - 1))


class _Edge(NamedTuple):
    """What an edge carries to where: the tensor, its way, and the gradient that comes back along it."""

    tensor: Any
    way: Way
    gradient: Any


def _edges(ordered: list[Node], places: _Places, gradients: dict[Edge, Any]) -> list[_Edge]:
    """The edges into all operations."""
    return [
        _Edge(
            t,
            _way(t, places, places.at(node.number), places.half_width[node.number], _bend(node, k)),
            gradients.get((node.number, k)),
        )
        for node in ordered
        for k, t in enumerate(node.inputs)
        if t is not None
    ]


def _totals(edges: list[_Edge]) -> dict[int, str]:
    """By place, the sum of the gradients that come back to it along several edges."""
    back: dict[int, list[Any]] = {}
    for edge in edges:
        if edge.gradient is not None:
            back.setdefault(place(edge.tensor), []).append(edge.gradient)
    return {key: f"Σ = {_text(np.asarray(sum(gs[1:], start=gs[0])))}" for key, gs in back.items() if len(gs) > 1}


def _way(t: Any, places: _Places, end: Point, end_half: float, bend: float) -> Way:
    """From the right side of one shape to the left side of another: straight, or pulled aside by a point between."""
    (x1, y1), (x2, y2) = places.at(place(t)), end
    x1, x2 = x1 + places.half_width[place(t)], x2 - end_half - 1
    return [(x1, y1), ((x1 + x2) / 2, (y1 + y2) / 2 + bend), (x2, y2)] if bend else [(x1, y1), (x2, y2)]


def _drawn(number: int, edge: _Edge, texts: Texts, names: dict[int, str]) -> str:
    """A line with its value above and its gradient below."""
    start, *pull, end = (f"{x:.1f} {y:.1f}" for x, y in edge.way)
    drawn = f"M{start}Q{pull[0]} {end}" if pull else f"M{start}L{end}"
    written = _written("value", _value(edge.tensor, names), number, texts)
    if edge.gradient is not None:
        written += _written("gradient", _text(np.asarray(edge.gradient)), number, texts)
    return f'<path class="edge" marker-end="url(#zk-tip)" d="{drawn}"/>{written}'


def _written(kind: str, text: str, edge: int, texts: Texts) -> str:
    x, y = texts.put(edge, text, above=kind == "value")
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _total(middle: Point, name: str, text: str) -> str:
    """The sum of the gradients that come back to one place, below it."""
    x, y = middle
    return f'<text class="total" data-of="{escape(name)}" x="{x:.1f}" y="{y + RADIUS + 15:.1f}">{escape(text)}</text>'


def _total_box(middle: Point, text: str) -> Box:
    x, y = middle
    half = 1.15 * half_width(text)  # it is bold
    return x - half, y + RADIUS + 3, x + half, y + RADIUS + 18


def _operation(middle: tuple[float, float], half: float, symbol: str) -> str:
    x, y = middle
    return (
        f'<rect class="op" x="{x - half:.1f}" y="{y - RADIUS:.1f}" width="{2 * half:.1f}" height="{2 * RADIUS}" '
        f'rx="{RADIUS}"/><text class="symbol" x="{x:.1f}" y="{y:.1f}">{escape(symbol)}</text>'
    )


def _leaf(middle: tuple[float, float], half: float, name: str) -> str:
    x, y = middle
    return (
        f'<rect class="leaf" x="{x - half:.1f}" y="{y - 14:.1f}" width="{2 * half:.1f}" height="28" rx="5"/>'
        f'<text class="name" x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>'
    )


def _symbol(node: Node) -> str:
    if node.rule.__name__ == "scalar_power":
        return f"^{node.options['p']:g}".replace("-", "−")
    if node.rule.__name__ == "multiply" and all(t is not None and t._data.size > 1 for t in node.inputs):
        return "⊙"  # element by element, unlike a product of matrices
    return SYMBOLS.get(node.rule.__name__, node.rule.__name__)


def _text(values: Any) -> str:
    """A number, a few numbers, or else the shape."""
    if values.size == 1:
        return f"{values.item():.6g}".replace("-", "−")
    if values.size <= 3 and values.ndim == 1:
        return "(" + ", ".join(f"{v:.3g}".replace("-", "−") for v in values) + ")"
    return str(values.shape)
