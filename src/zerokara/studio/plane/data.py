"""Points on the plane to learn from: the toy sets, points of one's own, a curve or a function as a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array, generator
from zerokara.data import Split, toys
from zerokara.studio.plane.formula import parse

SIDE = 1.5
"""The plane that is shown reaches from −SIDE to SIDE, in x and in y."""

MOST, MOST_OWN, CLASSES = 5000, 2000, 10

CHOICES = {"circles": 10, "spirals": 10, "gaussians": 10, "moons": 2, "xor": 2}
"""The toy sets, and how many classes each can have."""

SETS = (*CHOICES, "curve", "function", "own")
"""curve: label 1 where y > f(x); function: a number f(x, y) at every point (regression); own: one's own alone."""


@dataclass(frozen=True, eq=False)
class Points:
    """Points (N, 2) float32 and their labels (N,): int64 classes, or float32 numbers."""

    xy: Array
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Choice:
    """Which data. noise: a standard deviation in units of the plane (of a function: of its values); share: of training.

    own: further points ((x, y, label), …), which are all learned from. gone: numbers of drawn training points that were
    taken away.
    """

    set: str = "xor"
    count: int = 300
    noise: float = 0.05
    share: float = 0.7
    classes: int = 2
    seed: int = 0
    formula: str = ""
    own: tuple[tuple[float, float, float], ...] = ()
    gone: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.set not in SETS:
            raise ValueError(f"data are one of {', '.join(SETS)}; got {self.set[:20]!r}")
        if not 0 <= self.count <= MOST or len(self.own) > MOST_OWN:
            raise ValueError(f"there are 0 to {MOST} points, and up to {MOST_OWN} of one's own; got {self.count}")
        if not 0 <= self.noise <= 2 or not 0.1 <= self.share <= 0.9:
            raise ValueError(f"noise is 0 to 2 and share 0.1 to 0.9; got {self.noise}, {self.share}")
        most = CHOICES.get(self.set, CLASSES)
        if not 2 <= self.classes <= most:
            raise ValueError(f"{self.set} has 2 to {most} classes; got {self.classes}")
        labels = [label for _, _, label in self.own]
        if not self.regression and any(label != int(label) or not 0 <= label < self.classes for label in labels):
            raise ValueError(f"labels of one's own points are 0 to {self.classes - 1}; got {set(labels)}")
        if not np.all(np.isfinite(np.array(self.own))):
            raise ValueError("points of one's own are finite numbers")
        if any(type(k) is not int or not 0 <= k < self.cut(self.count) for k in self.gone):
            raise ValueError(f"points that are taken away are numbered from 0 to {self.cut(self.count) - 1}")

    @property
    def regression(self) -> bool:
        """Whether numbers are learned, not classes."""
        return self.set == "function"

    def draw(self) -> tuple[Points, Points]:
        """(training, test): a function of the choice alone. The own points come after the others."""
        drawn = self._drawn()
        cut = self.cut(len(drawn))
        kept = np.setdiff1d(np.arange(cut), np.array(self.gone, np.int64))
        own = np.array(self.own, np.float32).reshape(-1, 3)
        train = Points(np.concatenate([drawn.xy[kept], own[:, :2]]), self._joined(drawn.labels[kept], own[:, 2]))
        return train, Points(drawn.xy[cut:], drawn.labels[cut:])

    def cut(self, count: int) -> int:
        """How many of so many drawn points are learned from; the others are for testing."""
        return round(count * self.share)

    def _joined(self, labels: Array, own: Array) -> Array:
        return np.concatenate([labels, own.astype(labels.dtype)])

    def _drawn(self) -> Points:
        if self.set == "own":
            return Points(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))
        if self.set in CHOICES:
            return self._toy()
        rng = generator(self.seed, "plane", self.set)
        xy = rng.uniform(-1.2, 1.2, (self.count, 2)).astype(np.float32)
        shaken = self.noise * rng.standard_normal(self.count)
        if self.set == "curve":
            height = parse(self.formula or "sin(3*x)/2", ("x",))({"x": xy[:, 0]})
            above = xy[:, 1] > height + shaken
            return Points(xy, np.where(np.isnan(height), False, above).astype(np.int64))
        value = parse(self.formula or "sin(2*x)*cos(2*y)")({"x": xy[:, 0], "y": xy[:, 1]}) + shaken
        if not np.all(np.isfinite(value)):
            raise ValueError("this function has no finite value somewhere on the plane: try another one")
        return Points(xy, value.astype(np.float32))

    def _toy(self) -> Points:
        made = toys.TOYS[self.set][0]
        more = {"classes": self.classes} if CHOICES[self.set] > 2 else {}
        split = made(self.count, self.seed, self.noise, **more)  # type: ignore[call-arg]
        middle = np.array([0.5, 0.25] if self.set == "moons" else 0, np.float32)
        return Points(split.images - middle, split.labels)


def from_csv(text: str, classes: int | None = None) -> tuple[tuple[float, float, float], ...]:
    """Points from lines `x,y,label`; a first line of words is a heading. ValueError names the line that is wrong."""
    found: list[tuple[float, float, float]] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        try:
            x, y, label = (float(cell) for cell in cells)
        except ValueError:
            if number == 1 and not any(cell[:1].isdigit() for cell in cells):
                continue
            raise ValueError(f"line {number} is not of the form x,y,label: {','.join(cells)[:40]!r}") from None
        if not np.all(np.isfinite([x, y, label])):
            raise ValueError(f"line {number} holds a number that is not finite")
        if classes is not None and (label != int(label) or not 0 <= label < classes):
            raise ValueError(f"line {number}: labels are whole numbers from 0 to {classes - 1}; got {label:g}")
        found.append((x, y, label))
    if len(found) > MOST_OWN:
        raise ValueError(f"up to {MOST_OWN} points can be taken; the text has {len(found)}")
    return tuple(found)


def as_split(points: Points, features: tuple[str, ...]) -> Split:
    """The points as the network gets them: (N, features); numbers as targets (N, 1)."""
    from zerokara.studio.plane.network import inputs

    labels = points.labels if points.labels.dtype == np.int64 else points.labels[:, None]
    return Split(inputs(points.xy, features), labels)
