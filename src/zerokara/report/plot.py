"""Where the values of a chart lie in its drawing, what is seen of them, and where words find room between them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from zerokara.report import axes
from zerokara.report.axes import Axis, Room, Scale
from zerokara.report.marks import Mark, Values, floats
from zerokara.report.markup import Markup, coordinate, element
from zerokara.report.sheet import Point, path, text_width

TALLEST, SHORTEST = 372.0, 110.0
"""How high, and how short a side, the frame of a chart with equal units may be."""

Area = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Plot:
    """The axes of a chart, their scales and the room around them; `named` writes the axes' names in the drawing."""

    x: Axis
    y: Axis
    across: Scale
    up: Scale
    room: Room
    named: bool = True

    @property
    def small(self) -> bool:
        """Whether this is one of many charts, without room for details."""
        return self.room.width < 300

    def place(self, x: float, y: float) -> Point | None:
        """Where (x, y) lies in the drawing, also outside of the frame; None for what is no place."""
        if math.isnan(x) or math.isnan(y) or math.isinf(x) or math.isinf(y):
            return None
        return self.across.beyond(x), self.up.beyond(y)

    def places(self, x: Values, y: Values) -> list[Point | None]:
        """The places of the points (x[i], y[i])."""
        return [self.place(a, b) for a, b in zip(floats(x), floats(y), strict=True)]

    def shows(self, point: Point) -> bool:
        """Whether the point is within the frame."""
        left, top, right, bottom = self.room.box
        return left - 1 <= point[0] <= right + 1 and top - 1 <= point[1] <= bottom + 1

    def frame(self, *, grid: bool = True) -> Markup:
        """Grid lines, numbers and names of the axes."""
        x, y = (self.x, self.y) if self.named else (Axis(""), Axis(""))
        return axes.frame(x, y, self.across, self.up, grid=grid, room=self.room)

    def window(self, *children: object, margin: float = 3.0) -> Markup:
        """The children, cut off a little outside of the frame."""
        left, top, right, bottom = self.room.box
        x, y, width, height = left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin
        written = [coordinate(v) for v in (x, y, width, height)]
        return element(
            "svg", *children, x=written[0], y=written[1], width=written[2], height=written[3],
            viewBox=" ".join(written), aria_hidden="true", class_="window",
        )  # fmt: skip


def plot(
    marks: Iterable[Mark], x: Axis, y: Axis, room: Room = axes.ROOM, *, equal: bool = False, named: bool = True
) -> Plot:
    """Scales on which all marks find room; with `equal` the room becomes as high as one unit's length asks for."""
    marks = list(marks)
    xs, ys = ([v for mark in marks for v in mark.reach[side]] for side in (0, 1))
    x, y = (_tight(axis, values, marks, side) for side, (axis, values) in enumerate(((x, xs), (y, ys))))
    left, top, right, bottom = room.box
    up = axes.scale(y, ys, bottom, top)
    left = max(left, beside(up, room.letter, named and bool(y.label)))
    across = axes.scale(x, xs, left, right)
    over = overhang(across, room)
    across = axes.scale(x, xs, left, right - over) if over else across
    place = Plot(x, y, across, up, replace(room, left=left, right=room.right + over), named)
    return place if not equal or place.across.log or place.up.log else _equal(place)


def beside(up: Scale, letter: float, named: bool) -> float:
    """How much room the numbers of an axis, and its name, ask for."""
    widest = max((text_width(up.written(mark), letter - 1) for mark in up.ticks), default=0.0)
    return round(widest + 9 + (1.4 * letter if named else 0))


def overhang(across: Scale, room: Room) -> float:
    """How far the number at the last mark would stand out of the drawing."""
    ends = [across(mark) + text_width(across.written(mark), room.letter - 1) / 2 for mark in across.ticks[-1:]]
    return math.ceil(max(0.0, max(ends, default=0.0) + 1 - room.width))


def _tight(axis: Axis, values: Sequence[float], marks: Sequence[Mark], side: int) -> Axis:
    """The axis, without empty margins where the chart has marks that fill it."""
    finite = [v for v in values if math.isfinite(v)]
    if not any(mark.fills[side] for mark in marks) or not finite or min(finite) == max(finite) or axis.log:
        return axis
    low, high = min(finite) if axis.low is None else axis.low, max(finite) if axis.high is None else axis.high
    return replace(axis, low=low, high=high) if low < high else axis


def _equal(given: Plot) -> Plot:
    room, across, up = given.room, given.across, given.up
    wide, high = across.high - across.low, up.high - up.low
    unit = min(abs(across.stop - across.start) / wide, TALLEST / high)
    across, up = _widened(across, SHORTEST / unit), _widened(up, SHORTEST / unit)
    length, height = unit * (across.high - across.low), unit * (up.high - up.low)
    room = replace(room, width=room.left + length + room.right, height=room.top + height + room.bottom)
    left, top, right, bottom = room.box
    return replace(
        given, room=room, across=replace(across, start=left, stop=right), up=replace(up, start=bottom, stop=top)
    )


def _widened(scale: Scale, span: float) -> Scale:
    more = max(0.0, span - (scale.high - scale.low)) / 2
    return replace(scale, low=scale.low - more, high=scale.high + more)


def broken(places: Iterable[Point | None], *, closed: bool = False) -> str:
    """The places joined by straight lines, interrupted where there is none, as the `d` of a path."""
    pieces: list[list[Point]] = [[]]
    for place in places:
        if place is None:
            pieces.append([])
        else:
            pieces[-1].append(place)
    return "".join(path(piece) + ("z" if closed else "") for piece in pieces if piece) or "M0 0"


@dataclass
class Labels:
    """Words in a drawing that keep out of each other's way. `crowd`: how many points have a word of their own."""

    room: Room
    taken: list[Area] = field(default_factory=list)
    crowd: int = 0

    def keep_free(self, points: Iterable[Point | None], radius: float = 4.0) -> None:
        """Let no words stand on these points."""
        self.taken += [(p[0] - radius, p[1] - radius, p[0] + radius, p[1] + radius) for p in points if p is not None]

    def avoid(self, area: Area) -> None:
        """Let no words stand here."""
        self.taken.append(area)

    def write(
        self, text: str, spots: Sequence[tuple[float, float, str]], style: str, *, most: float = math.inf
    ) -> Markup:
        """The text at the first of the `spots` (x, y, anchor) that is free, or that is most so.

        Nothing where more than the share `most` of the text would lie on something else.
        """
        areas = [self._area(text, spot) for spot in spots]
        costs = [self._cost(area) for area in areas]
        best = costs.index(min(costs))
        left, top, right, bottom = areas[best]
        if costs[best] > most * (right - left) * (bottom - top):
            return Markup("")
        self.taken.append(areas[best])
        x, y, anchor = spots[best]
        return element("text", text, x=coordinate(x), y=coordinate(y), dy="0.35em", class_=f"{style} {anchor}".strip())

    def _area(self, text: str, spot: tuple[float, float, str]) -> Area:
        x, y, anchor = spot
        width, half = text_width(text, self.room.letter - 1), 0.55 * self.room.letter
        left = x - {"": 0.0, "middle": width / 2, "end": width}[anchor]
        return left, y - half, left + width, y + half

    def _cost(self, area: Area) -> float:
        """How much of the area is not free."""
        left, top, right, bottom = area
        size = (right - left) * (bottom - top)
        x1, y1, x2, y2 = 2.0, 2.0, self.room.width - 2.0, self.room.height - self.room.bottom
        outside = 3 * (size - _common(area, (x1, y1, x2, y2)))
        return outside + sum(_common(area, other) for other in self.taken)


def _common(one: Area, other: Area) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)
