"""Where the boxes of a block diagram stand: columns and rows as far apart as their texts need."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from zerokara.report.sheet import Point, text_width

BOX_KINDS, LINK_KINDS = ("accent", "soft", "round", "plain"), ("dashed", "accent", "warm", "soft")
LINE, PADDING, GAP, BEND = 16.0, 22.0, 36.0, 18.0
LEAST_ACROSS, LEAST_DOWN, SLOPE = 48.0, 44.0, 34.0


def _check(kind: str, known: Sequence[str], what: str) -> None:
    strange = [word for word in kind.split() if word not in known]
    if strange:
        raise ValueError(f"a {what} may be {', '.join(known)} or several of them; got {strange[0]!r}")


@dataclass(frozen=True)
class Box:
    """A box called `name` in links; it shows `text` (lines parted by newlines) around the middle (column, row).

    Columns and rows may be fractions: 0.5 is half-way between 0 and 1. `kind` is "" or some of "accent", "soft" (grey),
    "round" (an operation) and "plain" (text without a frame). A box with `tall` = 3 reaches over three rows.
    """

    name: str
    text: str
    column: float
    row: float
    kind: str = ""
    tall: float = 1

    def __post_init__(self) -> None:
        _check(self.kind, BOX_KINDS, "box")

    @property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")

    @property
    def size(self) -> Point:
        """Width and height that the text needs."""
        width, height = max(map(text_width, self.lines)), LINE * len(self.lines)
        if "plain" in self.kind:
            return max(28.0, width + 14), height + 8
        if "round" in self.kind:
            side = max(34.0, math.hypot(width, height) + 6)
            return (side, side) if len(self.lines) > 1 or side < 60 else (width + PADDING, 34.0)
        return max(40.0, width + PADDING), max(34.0, height + 16)

    @property
    def rows(self) -> Point:
        """The first and the last row that the box reaches over."""
        reach = max(0.0, self.tall - 1) / 2
        return self.row - reach, self.row + reach


@dataclass(frozen=True)
class Link:
    """An arrow from the box `start` to the box `end`, with `text` beside it.

    `kind` is "" or some of "dashed", "accent", "warm" (as gradients are drawn) and "soft". A link back to where another
    one came from runs beside it.
    """

    start: str
    end: str
    text: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        _check(self.kind, LINK_KINDS, "link")


@dataclass(frozen=True)
class Place:
    """A rectangle of the drawing, by its middle."""

    x: float
    y: float
    width: float
    height: float
    round: bool = False

    @property
    def left(self) -> float:
        """Its left side."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Its upper side."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height / 2

    def meets(self, other: "Place", room: float = 0.0) -> bool:
        """Whether the two come nearer to each other than `room`."""
        beside = self.right + room <= other.left or other.right + room <= self.left
        above = self.bottom + room <= other.top or other.bottom + room <= self.top
        return not (beside or above)


def places(boxes: Sequence[Box], links: Sequence[Link], *, flat: bool = True) -> dict[str, Place]:
    """The place of every box: none on another, with room for arrows and their texts between them.

    `flat` says that the diagram runs from left to right; where it runs downwards, linked boxes stand clear of each
    other's rows.
    """
    if len({(box.column, box.row) for box in boxes}) < len(boxes):
        raise ValueError("every box of a diagram has a place of its own; two have the same column and row")
    across = _spread([(b.column, b.column) for b in boxes], _needs_across(boxes, links, flat), LEAST_ACROSS)
    down = _spread([b.rows for b in boxes], _needs_down(boxes, links, across, flat), LEAST_DOWN)
    found = {}
    for box in boxes:
        width, height = box.size
        first, last = down(box.rows[0]), down(box.rows[1])
        whole = height + last - first
        found[box.name] = Place(across(box.column), (first + last) / 2, width, whole, round="round" in box.kind)
    return found


def _needs_across(boxes: Sequence[Box], links: Sequence[Link], flat: bool) -> Iterator[tuple[float, float, float]]:
    """From which to which column there must be how much room: boxes in one row, and texts on links."""
    texts: dict[frozenset[str], float] = {}
    for link in links:
        ends = frozenset((link.start, link.end))
        texts[ends] = max(texts.get(ends, 0.0), text_width(link.text, 11.5) + 30 if link.text else 0.0)
    for a, b in permutations(boxes, 2):
        together = a.rows[0] - 1 < b.rows[1] - 1e-9 and b.rows[0] - 1 < a.rows[1] - 1e-9
        linked = texts.get(frozenset((a.name, b.name)), 0.0)
        bend = BEND * (2 if "round" in a.kind + b.kind else 1) if linked and a.row != b.row else 0.0
        if linked and a.column < b.column and not (flat or together):
            yield a.column, b.column, linked - 10
        elif a.column < b.column and (together or linked):
            yield a.column, b.column, (a.size[0] + b.size[0]) / 2 + max(GAP, linked + bend)


def _needs_down(
    boxes: Sequence[Box], links: Sequence[Link], across: Callable[[float], float], flat: bool
) -> Iterator[tuple[float, float, float]]:
    """From which to which row there must be how much room: boxes above each other, and texts between them."""
    linked = {frozenset((link.start, link.end)) for link in links}
    texts = [frozenset((link.start, link.end)) for link in links if link.text]
    for a, b in permutations(boxes, 2):
        both = frozenset((a.name, b.name))
        slanted = texts.count(both) if "round" in a.kind + b.kind else 0
        if slanted and a.row < b.row and a.column != b.column:
            yield a.row, b.row, SLOPE + 12 * slanted
        near = abs(across(a.column) - across(b.column)) < (a.size[0] + b.size[0]) / 2 + 8
        if a.rows[1] < b.rows[0] and (near or (both in linked and not flat)):
            room = 1.2 * GAP if both in texts else 0.7 * GAP
            yield a.rows[1], b.rows[0], (a.size[1] + b.size[1]) / 2 + room


def _spread(
    used: Sequence[tuple[float, float]], needs: Iterator[tuple[float, float, float]], least: float
) -> Callable[[float], float]:
    """Columns (or rows) as lengths: the steps between whole numbers grow until every need is met."""
    first = math.floor(min(low for low, _ in used))
    last = max(math.ceil(max(high for _, high in used)), first + 1)
    knots = np.arange(first, last + 1, dtype=np.float64)
    steps = np.full(len(knots) - 1, least)
    for low, high, need in sorted(needs, key=lambda n: (n[1] - n[0], n[0])):
        share = np.clip(np.minimum(high, knots[1:]) - np.maximum(low, knots[:-1]), 0, 1)
        missing = need / float(share @ steps)
        if missing > 1:
            steps[share > 0] *= missing
    ends = np.concatenate([[0.0], np.cumsum(steps)])
    return lambda at: float(np.interp(at, knots, ends))
