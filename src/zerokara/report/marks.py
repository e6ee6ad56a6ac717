"""What can stand in a chart: lines, points, trajectories, arrows, contour lines, cells, bands, rules and bars.

A mark is data and a name. Marks of one name belong together: they have one colour and one entry in the legend, such as
a curve and the band around it. How marks are drawn stands in `strokes` and `surfaces`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array

Values = Sequence[float] | Array
"""A row of numbers; values that are not finite are left out where they stand."""


def floats(values: Values) -> list[float]:
    """The values as plain numbers, whatever kind of array they came in."""
    return [float(v) for v in np.asarray(values, dtype=np.float64).ravel()]


def grid(x: Values, y: Values, z: Array | Sequence[Values], what: str) -> Array:
    """`z` as float64 of shape (m, n) for m values of y and n of x; refuses any other shape."""
    table = np.asarray(z, dtype=np.float64)
    if table.shape != (len(y), len(x)):
        raise ValueError(
            f"{what} at {len(x)} x values and {len(y)} y values need z of shape {(len(y), len(x))}; got {table.shape}"
        )
    return table


def _same_length(what: str, first: Values, **others: Values) -> None:
    for name, values in others.items():
        if len(values) != len(first):
            raise ValueError(f"{what} has {len(first)} x values and {len(values)} {name} values")


@dataclass(frozen=True)
class Line:
    """A named line through the points (x[i], y[i]); values that are not finite leave a gap. `faint` is background."""

    name: str
    x: Values
    y: Values
    faint: bool = False

    def __post_init__(self) -> None:
        _same_length(f"line {self.name!r}", self.x, y=self.y)


@dataclass(frozen=True)
class Points:
    """A scatter of points; `labels[i]`, where given, is written next to point i."""

    name: str
    x: Values
    y: Values
    labels: Sequence[str] = ()

    def __post_init__(self) -> None:
        _same_length(f"the scatter {self.name!r}", self.x, y=self.y)
        if self.labels and len(self.labels) != len(self.x):
            raise ValueError(f"the scatter {self.name!r} has {len(self.x)} points and {len(self.labels)} labels")


@dataclass(frozen=True)
class Path:
    """The way that something took: a thin line with dots, a ring at the start, an arrow and a dot at the end."""

    name: str
    x: Values
    y: Values

    def __post_init__(self) -> None:
        _same_length(f"the path {self.name!r}", self.x, y=self.y)


@dataclass(frozen=True)
class Arrows:
    """A field of vectors (dx, dy) at the places (x, y); the longest is drawn about one step of the grid long."""

    name: str
    x: Values
    y: Values
    dx: Values
    dy: Values

    def __post_init__(self) -> None:
        _same_length(f"the field {self.name!r}", self.x, y=self.y, dx=self.dx, dy=self.dy)


@dataclass(frozen=True)
class Contours:
    """Lines of equal height of z (m, n) over x (n,) and y (m,); about ten round levels unless `levels` names them."""

    name: str
    x: Values
    y: Values
    z: Array | Sequence[Values]
    levels: Sequence[float] = ()

    def __post_init__(self) -> None:
        grid(self.x, self.y, self.z, f"contours {self.name!r}")


@dataclass(frozen=True)
class Cells:
    """A shaded cell around every place (x[j], y[i]).

    With `classes`, z[i, j] is the number of a class and the shade its soft colour, the one that marks named like the
    class have; otherwise z is a quantity, shaded from light to dark.
    """

    name: str
    x: Values
    y: Values
    z: Array | Sequence[Values]
    classes: Sequence[str] = ()

    def __post_init__(self) -> None:
        grid(self.x, self.y, self.z, f"cells {self.name!r}")


@dataclass(frozen=True)
class Band:
    """The room between `low` and `high`: the spread around a curve of the same name."""

    name: str
    x: Values
    low: Values
    high: Values

    def __post_init__(self) -> None:
        _same_length(f"the band {self.name!r}", self.x, low=self.low, high=self.high)


@dataclass(frozen=True)
class Rule:
    """A straight line of reference at x (upright) or at y (level), with its name written at it."""

    name: str
    x: float | None = None
    y: float | None = None

    def __post_init__(self) -> None:
        if (self.x is None) == (self.y is None):
            raise ValueError(f"the rule {self.name!r} stands at an x or at a y: give one of them")


@dataclass(frozen=True)
class Bars:
    """Bars between neighbouring `edges` (n + 1,), as high as `heights` (n,): a histogram on an axis of numbers."""

    name: str
    edges: Values
    heights: Values

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.heights) + 1:
            raise ValueError(
                f"the bars {self.name!r} have {len(self.heights)} heights and {len(self.edges)} edges: "
                "one edge more is needed"
            )


Mark = Line | Points | Path | Arrows | Contours | Cells | Band | Rule | Bars
"""Anything that can stand in a chart."""
