"""The frame of a chart: scales, round tick marks, grid lines, names and units of the axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.numbers import significant

WIDTH, HEIGHT = 440.0, 280.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 12.0, 14.0, 44.0


@dataclass(frozen=True)
class Axis:
    """Name and unit of an axis; `low` and `high` fix its ends.

    `log` makes equal ratios equally long; `whole` is for values that are counted, such as epochs.
    """

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    log: bool = False
    whole: bool = False

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
    return [round(i * step, 12) for i in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """Tick marks of a logarithmic axis: powers of ten, with their doubles and fives where few powers fit."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    marks = (1.0,) if last - first > 4 else (1.0, 2.0, 5.0) if last - first <= 2 else (1.0, 3.0)
    every = max(1, math.ceil((last - first) / 7))
    values = [m * 10.0**e for e in range(first, last + 1, every) for m in marks]
    return [v for v in values if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` laid out from `start` to `stop` in the drawing."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False
    whole: bool = False

    def __call__(self, value: float) -> float:
        """Where `value` lies in the drawing, within the frame."""
        low, high = self.low, self.high
        if self.log:
            value, low, high = math.log(max(value, low)), math.log(low), math.log(high)
        share = (value - low) / (high - low)
        return self.start + min(1.0, max(0.0, share)) * (self.stop - self.start)

    @property
    def ticks(self) -> list[float]:
        """The marks of this scale."""
        if self.log:
            return decades(self.low, self.high)
        return [t for t in ticks(self.low, self.high) if not self.whole or t == int(t)]


def scale(axis: Axis, values: Sequence[float], start: float, stop: float) -> Scale:
    """The scale on which all finite `values` find room, with the ends that the axis fixes."""
    log = axis.log and any(v > 0 and math.isfinite(v) for v in values)
    finite = [v for v in values if math.isfinite(v) and (v > 0 or not log)] or [0.0, 1.0]
    low = min(finite) if axis.low is None else axis.low
    high = max(finite) if axis.high is None else axis.high
    if log:
        return Scale(low / 1.1, high * 1.1, start, stop, log=True)
    if high <= low:
        low, high = low - 0.5, low + 0.5
    room = 0.04 * (high - low)
    low_end = low if axis.low is not None else (0.0 if 0 <= low < 0.25 * high else low - room)
    return Scale(low_end, high if axis.high is not None else high + room, start, stop, whole=axis.whole)


def frame(x: Axis, y: Axis, across: Scale, up: Scale, *, grid: bool = True) -> Markup:
    """Grid lines with their numbers, and what the axes mean."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts: list[Markup] = []
    for value in up.ticks:
        at = coordinate(up(value))
        parts.append(element("line", x1=LEFT, x2=right, y1=at, y2=at, class_="grid" if grid else "none"))
        parts.append(element("text", significant(value), x=LEFT - 7, y=at, dy="0.35em", class_="tick end"))
    for value in across.ticks:
        at = coordinate(across(value))
        parts.append(element("line", x1=at, x2=at, y1=bottom, y2=bottom + 4, class_="axis"))
        parts.append(element("text", significant(value), x=at, y=bottom + 17, class_="tick middle"))
    parts.append(element("line", x1=LEFT, x2=right, y1=bottom, y2=bottom, class_="axis"))
    parts.append(element("text", x.label, x=(LEFT + right) / 2, y=HEIGHT - 6, class_="name middle"))
    middle = (TOP + bottom) / 2
    parts.append(
        element("text", y.label, x=0, y=0, class_="name middle", transform=f"translate(11 {middle:g}) rotate(-90)")
    )
    return join(*parts)
