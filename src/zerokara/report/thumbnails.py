"""Drawings for cards: of a figure, what can be told at the size of a card, and nothing that could not."""

import math
import xml.etree.ElementTree as ElementTree
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, coordinate, element

ACROSS, DOWN, GAP = 244.0, 150.0, 6.0
"""Pixels that the narrowest card has for its drawings, and between two of them."""

MOST = 6
"""Of several panels or pictures so many are shown, the first ones."""

SMALLEST = 60.0
"""Fewer are shown where each would be smaller than this, both ways."""

LEGIBLE = 0.75
"""Words stay where they are drawn at this share of their size, or more."""

LARGEST = 1.25
"""A drawing grows to this many times its size; a picture made of pixels as far as there is room."""

COLOURS = 96
"""As many colours has a photograph on a card."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

LEFT_OUT = {"legend", "scale", "charts", "plate", "quiet", "touch"}
"""Classes of what only goes with words, or only answers to a pointer."""

SKETCH = '<div class="sketch"'
"""How every thumbnail begins."""

SPACE = ' xmlns="http://www.w3.org/2000/svg"'


def thumbnail(figure: Figure) -> Markup:
    """The first drawings, or else pictures, of a figure in a few columns; nothing where it has none."""
    tree = ElementTree.fromstring(f"<div>{figure.content.replace(SPACE, '')}</div>")
    found = list(_drawings(tree))
    pictures = [one for one in found if one.tag == "img"]
    chosen = [_Drawing.of(one) for one in (pictures or found)[:MOST]]
    if not chosen:
        return Markup("")
    columns, scale = _arranged(chosen)
    while len(chosen) > 1 and max(scale * max(one.width, one.height) for one in chosen) < SMALLEST:
        chosen.pop()
        columns, scale = _arranged(chosen)
    shown = [one.html(scale) for one in chosen]
    return element("div", *shown, class_="sketch", style=f"--across: {columns}")


@dataclass(frozen=True, eq=False)
class _Drawing:
    """An `svg` or `img`, its size, and where what is drawn lies in it."""

    node: ElementTree.Element
    box: Box
    cropped: bool = False

    @classmethod
    def of(cls, node: ElementTree.Element) -> "_Drawing":
        if node.tag == "img":
            return cls(node, (0.0, 0.0, float(node.get("width", 1)), float(node.get("height", 1))))
        x, y, width, height = map(float, node.get("viewBox", "0 0 1 1").split())
        box = _frame(node)
        return cls(node, (x, y, x + width, y + height)) if box is None else cls(node, box, cropped=True)

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def most(self) -> float:
        """How many times its size it may grow to."""
        return math.inf if self.node.tag == "img" else LARGEST

    def html(self, scale: float) -> Markup:
        """The drawing at `scale` times its size, or smaller where the card is."""
        style = f"width: {coordinate(round(scale * self.width, 1))}px"
        if self.node.tag == "img":
            kept = {name: self.node.get(name) for name in ("alt", "class")}
            return element("img", src=_smaller(self.node.get("src", ""), scale), style=style, **kept)
        _prune(self.node, words=scale >= LEGIBLE and not self.cropped)
        left, top, _, _ = self.box
        inside = "".join(ElementTree.tostring(child, encoding="unicode") for child in self.node)
        return element(
            "svg",
            Markup(inside),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=" ".join(map(coordinate, (left, top, self.width, self.height))),
            aria_hidden="true",
            class_=self.node.get("class"),
            style=style,
        )


def _smaller(source: str, scale: float) -> str:
    """A picture with no more pixels and colours than a card shows, where it has many more: a photograph."""
    from PIL import Image

    if scale > 0.75:
        return source
    with Image.open(BytesIO(b64decode(source.partition(",")[2]))) as picture:
        size = max(1, round(scale * picture.width)), max(1, round(scale * picture.height))
        few = picture.convert("RGB").resize(size, Image.Resampling.BOX).quantize(COLOURS)
    written = BytesIO()
    few.save(written, "PNG")
    return f"data:image/png;base64,{b64encode(written.getvalue()).decode()}"


def _drawings(node: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The outermost drawings and pictures, in their order."""
    for child in node:
        if child.tag in ("svg", "img"):
            yield child
        elif not _left_out(child):
            yield from _drawings(child)


def _left_out(node: ElementTree.Element) -> bool:
    return not LEFT_OUT.isdisjoint(node.get("class", "").split())


def _prune(node: ElementTree.Element, words: bool) -> None:
    """Take away hints, what only goes with words, and the words themselves unless they can be read."""
    for child in list(node):
        if child.tag == "title" or (child.tag == "text" and not words) or _left_out(child):
            node.remove(child)
        else:
            _prune(child, words)


def _frame(node: ElementTree.Element) -> Box | None:
    """Where the marks of a chart lie: without words, the room around them would only be empty.

    A chart has windows, which cut off what lies outside of its frame, or else bars or cells; other drawings are kept
    whole.
    """
    windows = [_sides(one) for one in node.iter("svg") if one is not node and one.get("class") == "window"]
    if windows:
        return _around(windows, 1.0)
    if "exact" in node.get("class", "").split():
        return None
    boxes = [_sides(one) for one in node.iter("rect")]
    return _around([*boxes, *map(_ends, node.iter("line"))], 3.0) if boxes else None


def _sides(node: ElementTree.Element) -> Box:
    x, y, width, height = (float(node.get(name, 0)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _ends(node: ElementTree.Element) -> Box:
    x1, x2, y1, y2 = (float(node.get(name, 0)) for name in ("x1", "x2", "y1", "y2"))
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _around(boxes: Sequence[Box], margin: float) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left) - margin, min(top) - margin, max(right) + margin, max(bottom) + margin


def _arranged(drawings: Sequence[_Drawing]) -> tuple[int, float]:
    """In how many columns the drawings are largest, and how many times their size they are then, all alike."""
    width, height = max(one.width for one in drawings), max(one.height for one in drawings)
    best = (1, 0.0)
    for columns in range(1, len(drawings) + 1):
        rows = math.ceil(len(drawings) / columns)
        across, down = (ACROSS - GAP * (columns - 1)) / columns, (DOWN - GAP * (rows - 1)) / rows
        scale = min(across / width, down / height, *(one.most for one in drawings))
        best = max(best, (columns, scale), key=lambda one: one[1])
    return best
