"""What can stand in a chart: lines, points, trajectories, arrows, contour lines, cells, bands, rules and bars.

A mark is data and a name. Marks of one name belong together: they have one colour and one entry in the legend, such as
a curve and the band around it. How marks are drawn stands in `strokes` and `surfaces`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from zerokara.arrays import Array

Values = Sequence[float] | Array
"""A row of numbers; values that are not finite are left out where they stand."""

Reach = tuple[list[float], list[float]]
"""The values in x and in y that must find room on the axes."""

Fills = tuple[bool, bool]
"""Whether a mark fills the frame in x and in y, so that no margin should be left beside it."""


def floats(values: Values) -> list[float]:
    """The values as plain numbers, whatever kind of array they came in."""
    numbers: list[float] = np.asarray(values, dtype=np.float64).ravel().tolist()
    return numbers


def edges(values: Values) -> list[float]:
    """The borders of cells around the values: halfway to the neighbours, at the ends as far as on the other side."""
    middles = np.asarray(values, dtype=np.float64)
    if middles.size < 2:
        return [v + side for v in floats(middles) for side in (-0.5, 0.5)]
    between = (middles[1:] + middles[:-1]) / 2
    return floats(np.concatenate([[2 * middles[0] - between[0]], between, [2 * middles[-1] - between[-1]]]))


def _same_length(what: str, first: Values, **others: Values) -> None:
    what = " ".join(what.split())
    for name, values in others.items():
        if len(values) != len(first):
            raise ValueError(f"{what} has {len(first)} x values and {len(values)} {name} values")


@dataclass(frozen=True)
class _Curve:
    """What has a place (x[i], y[i]) for every i."""

    name: str
    x: Values
    y: Values
    fills: ClassVar[Fills] = (False, False)

    def __post_init__(self) -> None:
        _same_length(f"{type(self).__name__.lower()} {self.name!r}", self.x, y=self.y)

    @property
    def reach(self) -> Reach:
        """The values that must find room on the axes."""
        return floats(self.x), floats(self.y)


@dataclass(frozen=True)
class Line(_Curve):
    """A named line through the points (x[i], y[i]); values that are not finite leave a gap. `faint` is background."""

    faint: bool = False


@dataclass(frozen=True)
class Points(_Curve):
    """A scatter of points; `labels[i]`, where given, is written next to point i."""

    labels: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "labels", tuple(map(str, self.labels)))
        if len(self.labels) not in (0, len(self.x)):
            raise ValueError(f"points {self.name!r} are {len(self.x)} and have {len(self.labels)} labels")


@dataclass(frozen=True)
class Path(_Curve):
    """The way that something took: a thin line with dots, a ring at the start, an arrow and a dot at the end."""


@dataclass(frozen=True)
class Arrows(_Curve):
    """A field of vectors (dx, dy) at the places (x, y); the longest is drawn about one step of the grid long."""

    dx: Values
    dy: Values

    def __post_init__(self) -> None:
        _same_length(f"arrows {self.name!r}", self.x, y=self.y, dx=self.dx, dy=self.dy)

    @property
    def reach(self) -> Reach:
        """The places and one step of the grid around them."""
        return _with_step(floats(self.x)), _with_step(floats(self.y))


def _with_step(values: list[float]) -> list[float]:
    """The values and, on both sides, one more at the distance that neighbours have on average."""
    places = sorted({v for v in values if math.isfinite(v)})
    if len(places) < 2:
        return places
    step = (places[-1] - places[0]) / (len(places) - 1)
    return [places[0] - step, *places, places[-1] + step]


@dataclass(frozen=True)
class _Surface:
    """A quantity z[i, j] at the places (x[j], y[i])."""

    name: str
    x: Values
    y: Values
    z: Array | Sequence[Values]
    fills: ClassVar[Fills] = (True, True)

    def __post_init__(self) -> None:
        expected = (len(self.y), len(self.x))
        if self.heights.shape != expected:
            raise ValueError(
                f"{type(self).__name__.lower()} {self.name!r} of {expected[1]} x values and {expected[0]} y values "
                f"need z of shape {expected}; got {self.heights.shape}"
            )

    @property
    def heights(self) -> Array:
        """`z` as float64."""
        heights = np.asarray(self.z, dtype=np.float64)
        return heights if heights.size else heights.reshape(len(self.y), len(self.x))

    @property
    def reach(self) -> Reach:
        """The values that must find room on the axes."""
        return floats(self.x), floats(self.y)


@dataclass(frozen=True)
class Contours(_Surface):
    """Lines of equal height of z (m, n) over x (n,) and y (m,); about ten round levels unless `levels` names them."""

    levels: Sequence[float] = ()


@dataclass(frozen=True)
class Cells(_Surface):
    """A shaded cell around every place (x[j], y[i]); NaN is an empty cell.

    With `classes`, z[i, j] is the number of a class and the shade its soft colour, the one that marks named like the
    class have; otherwise z is a quantity, shaded from light to dark.
    """

    classes: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "classes", tuple(map(str, self.classes)))

    @property
    def reach(self) -> Reach:
        """From border to border."""
        return edges(self.x), edges(self.y)


@dataclass(frozen=True)
class Band:
    """The room between `low` and `high`: the spread around a curve of the same name."""

    name: str
    x: Values
    low: Values
    high: Values
    fills: ClassVar[Fills] = (False, False)

    def __post_init__(self) -> None:
        _same_length(f"band {self.name!r}", self.x, low=self.low, high=self.high)

    @property
    def reach(self) -> Reach:
        """The values that must find room on the axes."""
        return floats(self.x), [*floats(self.low), *floats(self.high)]


@dataclass(frozen=True)
class Rule:
    """A straight line of reference at x (upright) or at y (level), with its name written at it."""

    name: str
    x: float | None = None
    y: float | None = None
    fills: ClassVar[Fills] = (False, False)

    def __post_init__(self) -> None:
        if (self.x is None) == (self.y is None):
            raise ValueError(f"rule {self.name!r} stands at an x or at a y: give one of them")

    @property
    def reach(self) -> Reach:
        """The place of the rule."""
        return [] if self.x is None else [float(self.x)], [] if self.y is None else [float(self.y)]


@dataclass(frozen=True)
class Bars:
    """Bars between neighbouring `edges` (n + 1,), as high as `heights` (n,): a histogram on an axis of numbers."""

    name: str
    edges: Values
    heights: Values
    fills: ClassVar[Fills] = (True, False)

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.heights) + 1:
            raise ValueError(
                f"bars {self.name!r} are {len(self.heights)} and need one edge more; got {len(self.edges)}"
            )

    @property
    def reach(self) -> Reach:
        """The edges, the heights, and the ground that the bars stand on."""
        return floats(self.edges), [0.0, *floats(self.heights)]


Mark = Line | Points | Path | Arrows | Contours | Cells | Band | Rule | Bars
"""Anything that can stand in a chart."""
