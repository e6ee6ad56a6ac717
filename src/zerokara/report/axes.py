"""The frame of a chart: scales, round tick marks, grid lines, names and units of the axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.sheet import text_width
from zerokara.wording import significant, times_power_of_ten

WIDTH, HEIGHT = 440.0, 280.0
FAINTEST, SMALLEST = 1e-30, 1e-30
"""On a logarithmic axis without an end of its own, values below this share of the largest, and values below this
number, lie on its lower end: they are zeros that rounding left over, down to 10⁻⁴⁵ in single precision."""
LEFT, RIGHT, TOP, BOTTOM = 60.0, 12.0, 14.0, 44.0


@dataclass(frozen=True)
class Room:
    """A drawing of `width` × `height`, the margins around its frame, and the size that letters have on a phone."""

    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM
    letter: float = 13.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The frame: left, top, right and bottom side."""
        return self.left, self.top, self.width - self.right, self.height - self.bottom


ROOM = Room()
"""What a chart has unless it asks for another."""


@dataclass(frozen=True)
class Axis:
    """Name and unit of an axis; `low` and `high` fix its ends.

    `log` makes equal ratios equally long; `whole` is for values that are counted, such as epochs. With `names` it is
    an axis of things instead of numbers: the first of them lies at 0.5, the next at 1.5.
    """

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    log: bool = False
    whole: bool = False
    names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """`time (s)`."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers between `low` and `high`, about `count` of them: steps of 1, 2, 2.5 or 5 times a power of ten."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else []
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * (1 - 1e-9)), 10 * power)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """Tick marks of a logarithmic axis: powers of ten, with their doubles and fives where few powers fit."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    marks = (1.0,) if last - first > 4 else (1.0, 2.0, 5.0) if last - first <= 2 else (1.0, 3.0)
    every = max(1, math.ceil((last - first) / 7))
    values = [m * 10.0**e for e in range(first, last + 1, every) for m in marks]
    return [v for v in values if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` laid out from `start` to `stop` in the drawing.

    With `names` the values are places for things instead: the first of them from 0 to 1, the next from 1 to 2. A place
    without a name has no mark.
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False
    whole: bool = False
    names: tuple[str, ...] = ()

    def __call__(self, value: float) -> float:
        """Where `value` lies in the drawing, within the frame."""
        return self._at(min(1.0, max(0.0, self._share(value))))

    def beyond(self, value: float) -> float:
        """Where `value` lies in the drawing, also outside of the frame (what is very far away is drawn nearer)."""
        return self._at(min(9.0, max(-9.0, self._share(value))))

    def _share(self, value: float) -> float:
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        return math.log(value / self.low) / math.log(self.high / self.low) if value > 0 else -math.inf

    def _at(self, share: float) -> float:
        return self.start + share * (self.stop - self.start)

    @property
    def ticks(self) -> list[float]:
        """The marks of this scale, more of them on a longer one."""
        if self.names:
            return [i + 0.5 for i, name in enumerate(self.names) if name]
        sideways = self.stop > self.start
        count = min(8 if sideways else 6, max(2, round(abs(self.stop - self.start) / (72 if sideways else 45))))
        found = decades(self.low, self.high) if self.log else []
        if len(found) < 2:
            found = ticks(self.low, self.high, count)
        return self._legible([t for t in found if not self.whole or t == int(t)], sideways)

    def written(self, mark: float) -> str:
        """What stands at a mark."""
        return self.names[int(mark)] if self.names else tick(mark)

    def read(self, value: float) -> str:
        """A value in words: its digits, or the name that has this place."""
        return self.names[min(len(self.names) - 1, max(0, int(value)))] if self.names else significant(value)

    def _legible(self, marks: list[float], sideways: bool) -> list[float]:
        """As many of the marks, at regular steps, as can be written without touching each other."""
        sizes = [text_width(self.written(mark)) + 8 if sideways else 13.0 for mark in marks]
        places = [abs(self(mark) - self.start) for mark in marks]
        for every in range(1, len(marks) + 1):
            kept = range(0, len(marks), every)
            if all(places[i + every] - places[i] >= (sizes[i] + sizes[i + every]) / 2 for i in kept[:-1]):
                return [marks[i] for i in kept]
        return marks


def scale(axis: Axis, values: Sequence[float], start: float, stop: float) -> Scale:
    """The scale on which all finite `values` find room, with the ends that the axis fixes."""
    if axis.names:
        return Scale(0.0, float(len(axis.names)), start, stop, names=axis.names)
    log = axis.log and any(v > 0 and math.isfinite(v) for v in values)
    finite = [v for v in values if math.isfinite(v) and (v > 0 or not log)] or [0.0, 1.0]
    fixed_low = axis.low if axis.low is None or axis.low > 0 or not log else None
    low = min(finite) if fixed_low is None else fixed_low
    high = max(finite) if axis.high is None else axis.high
    if log:
        low = low if fixed_low else max(low, high * FAINTEST, min(high, SMALLEST))
        low, high = (low, high) if high > low else (low / 2, low * 2)
        return Scale(low / (1.0 if fixed_low else 1.1), high * (1.0 if axis.high else 1.1), start, stop, log=True)
    if high <= low:
        half = max(0.5, 1e-6 * abs(low))
        low, high = low - half, low + half
    room = 0.04 * (high - low)
    low_end = low if axis.low is not None else (0.0 if 0 <= low < 0.25 * high else low - room)
    return Scale(low_end, high if axis.high is not None else high + room, start, stop, whole=axis.whole)


def tick(value: float) -> str:
    """How a mark is written: `0.05`, `60,000`, `10⁻⁶`, `2·10⁹`."""
    size = abs(value)
    if value == 0 or 1e-3 <= size < 1e6:
        return significant(value)
    power = math.floor(math.log10(size) + 1e-9)
    factor = significant(float(f"{value / 10.0**power:.6g}"))
    return times_power_of_ten(factor, power)


def frame(x: Axis, y: Axis, across: Scale, up: Scale, *, grid: bool = True, room: Room = ROOM) -> Markup:
    """Grid lines with their numbers (a border instead without `grid`), and what the axes mean."""
    left, top, right, bottom = room.box
    border = element("rect", x=left, y=top, width=right - left, height=bottom - top, class_="border")
    return join(
        "" if grid else border,
        *(_level(up(v), left, right, grid) for v in up.ticks if not up.names),
        *(_upright(across(v), top, bottom, grid and bool(up.names)) for v in across.ticks if not across.names),
        element("line", x1=left, x2=right, y1=bottom, y2=bottom, class_="axis"),
        element("g", *(_beside(up.written(v), left - 7, up(v)) for v in up.ticks), class_="ys"),
        element("g", *(_below(across.written(v), across(v), bottom + 17) for v in across.ticks), class_="xs"),
        _below(x.label, (left + right) / 2, room.height - 6, "name") if x.label else "",
        _turned(y.label, 0.9 * room.letter, (top + bottom) / 2) if y.label else "",
    )


def _level(y: float, left: float, right: float, grid: bool) -> Markup:
    at = coordinate(y)
    return element("line", x1=left if grid else left - 4, x2=right if grid else left, y1=at, y2=at, class_=_line(grid))


def _upright(x: float, top: float, bottom: float, grid: bool) -> Markup:
    at = coordinate(x)
    return element("line", x1=at, x2=at, y1=top if grid else bottom, y2=bottom + (0 if grid else 4), class_=_line(grid))


def _line(grid: bool) -> str:
    return "grid" if grid else "axis"


def _beside(text: str, x: float, y: float) -> Markup:
    return element("text", text, x=coordinate(x), y=coordinate(y), dy="0.35em", class_="tick end")


def _below(text: str, x: float, y: float, style: str = "tick") -> Markup:
    return element("text", text, x=coordinate(x), y=coordinate(y), class_=f"{style} middle")


def _turned(label: str, x: float, y: float) -> Markup:
    turned = f"translate({coordinate(x)} {coordinate(y)}) rotate(-90)"
    return element("text", label, x=0, y=0, class_="name middle", transform=turned)
