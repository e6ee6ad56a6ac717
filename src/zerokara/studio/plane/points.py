"""Points in the plane: the toy sets, one's own, those of a CSV text, and those parted by a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arguments import is_whole, short
from zerokara.arrays import Array, generator
from zerokara.data import Split
from zerokara.data.toys import TOYS
from zerokara.studio.plane.formula import formula

MOST_CLASSES, MOST_POINTS = 10, 100_000


@dataclass(frozen=True, eq=False)
class Points:
    """points (N, 2) float32 and labels: classes (N,) int64, or numbers (N, 1) float32 for regression.

    classes: how many there are, 2 to 10; 0 for regression.
    """

    points: Array
    labels: Array
    classes: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", np.asarray(self.points, np.float32).reshape(-1, 2))
        if not len(self.points):
            raise ValueError("there are no points to learn from: add some")
        if len(self.points) > MOST_POINTS:
            raise ValueError(f"the plane takes at most {MOST_POINTS} points; got {len(self.points)}")
        if not np.isfinite(self.points).all():
            raise ValueError("points are finite numbers; there are NaN or ∞ among them")
        if self.classes == 0:
            object.__setattr__(self, "labels", np.asarray(self.labels, np.float32).reshape(-1, 1))
        else:
            object.__setattr__(self, "labels", self._as_classes())
        if len(self.labels) != len(self.points):
            raise ValueError(f"{len(self.points)} points need as many labels; got {len(self.labels)}")

    def _as_classes(self) -> Array:
        labels = np.asarray(self.labels)
        if not 2 <= self.classes <= MOST_CLASSES:
            raise ValueError(f"the plane is parted into 2 to {MOST_CLASSES} classes; got {self.classes}")
        if labels.dtype.kind not in "iu" or (labels.size and not 0 <= labels.min() <= labels.max() < self.classes):
            raise ValueError(
                f"labels are the numbers of classes, 0 to {self.classes - 1}; got {short(labels.tolist())}"
            )
        return labels.astype(np.int64)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def is_regression(self) -> bool:
        """Whether numbers are to be found instead of classes."""
        return self.classes == 0

    def parted(self, share: float, seed: int = 0) -> tuple[Points, Points]:
        """(to learn from, to judge by): a share of the points, chosen by the seed, is held out; neither is empty."""
        if not 0 < share < 1 or len(self) < 2:
            raise ValueError(f"a share to hold out lies between 0 and 1, of at least 2 points; got {short(share)}")
        order = generator(seed, "held out").permutation(len(self))
        held = min(max(round(share * len(self)), 1), len(self) - 1)
        first, second = order[held:], order[:held]
        return (Points(self.points[i], self.labels[i], self.classes) for i in (first, second))  # type: ignore[return-value]

    def with_point(self, x: float, y: float, label: float) -> Points:
        """One more."""
        more = np.array([[x, y]], np.float32)
        labels = np.concatenate(
            [self.labels, np.array([[label]] if self.is_regression else [int(label)], self.labels.dtype)]
        )
        return Points(np.concatenate([self.points, more]), labels, self.classes)

    def without(self, index: int) -> Points:
        """All but one."""
        if not 0 <= index < len(self):
            raise ValueError(f"there is no point {index}: there are {len(self)}, 0 to {len(self) - 1}")
        return Points(np.delete(self.points, index, 0), np.delete(self.labels, index, 0), self.classes)


def drawn(name: str, count: int = 300, noise: float = 0.1, seed: int = 0, classes: int | None = None) -> Points:
    """A set by its name in `SETS`; a function of its arguments. classes: for "wheel" and "clouds", 2 to 10."""
    if name not in SETS:
        raise ValueError(f"there is no set of points {short(name)}: choose one of {', '.join(SETS)}")
    if not is_whole(count) or not 1 <= count <= MOST_POINTS:
        raise ValueError(f"count is a whole number of points, 1 to {MOST_POINTS}; got {short(count)}")
    if not 0 <= noise <= 10:
        raise ValueError(f"noise is a standard deviation, 0 to 10; got {short(noise)}")
    return SETS[name](count, noise, seed, classes)


def from_csv(text: str) -> Points:
    """Points of lines `x,y,label`, with or without a heading.

    Labels that are whole numbers or words are classes, in sorted order; fractions are numbers to be found. ValueError
    names the line that is wrong.
    """
    rows = [row for row in csv.reader(io.StringIO(text.strip())) if any(cell.strip() for cell in row)]
    if rows and not _number(rows[0][0]):
        rows = rows[1:]
    if not rows:
        raise ValueError("there are no lines x,y,label in this text")
    for k, row in enumerate(rows, 1):
        if len(row) != 3 or not (_number(row[0]) and _number(row[1])) or not row[2].strip():
            raise ValueError(f"line {k} of the points is {short(','.join(row))}; expected x,y,label, as 0.5,-1.2,3")
    points = np.array([[float(row[0]), float(row[1])] for row in rows], np.float32)
    labels = [row[2].strip() for row in rows]
    if all(_number(label) for label in labels) and not all(float(label).is_integer() for label in labels):
        return Points(points, np.array(labels, np.float32), 0)
    if all(_number(label) for label in labels):
        kinds: Sequence[str] = sorted(set(labels), key=float)
    else:
        kinds = sorted(set(labels))
    if not 2 <= len(kinds) <= MOST_CLASSES:
        raise ValueError(f"labels name 2 to {MOST_CLASSES} classes; these are {len(kinds)}")
    return Points(points, np.array([kinds.index(label) for label in labels]), len(kinds))


def from_formula(text: str, count: int = 300, noise: float = 0.0, seed: int = 0) -> Points:
    """Points in [−1, 1]², class 1 where y > f(x): `y > sin(3*x)/2`. Noise moves the points after they were labelled."""
    f = formula(text)
    rng = generator(seed, "formula")
    points = rng.uniform(-1, 1, (count, 2))
    with np.errstate(all="ignore"):
        border = f(points[:, 0])
    if not np.isfinite(border).any():
        raise ValueError(f"{short(text)} is no number anywhere in −1 … 1: choose another formula")
    labels = (points[:, 1] > border).astype(np.int64)
    return Points(points + noise * rng.standard_normal(points.shape), labels, 2)


Draw = Callable[[int, float, int, int | None], Points]


def _toy(name: str) -> Draw:
    draw, own = TOYS[name]

    def of(count: int, noise: float, seed: int, classes: int | None) -> Points:
        if classes not in (None, own):
            raise ValueError(
                f"{name} has {own} classes; wheel and clouds have as many as you like, 2 to {MOST_CLASSES}"
            )
        split: Split = draw(count, seed, noise)  # type: ignore[call-arg]
        return Points(split.images, split.labels, own)

    return of


def _labels(count: int, classes: int | None, seed: int, name: str) -> tuple[Array, int, np.random.Generator]:
    number = 4 if classes is None else classes
    if not 2 <= number <= MOST_CLASSES:
        raise ValueError(f"the plane is parted into 2 to {MOST_CLASSES} classes; got {number}")
    rng = generator(seed, "plane", name)
    return rng.permutation(np.arange(count) % number), number, rng


def _wheel(count: int, noise: float, seed: int, classes: int | None) -> Points:
    """Arms that wind about the origin: radius r from 0.05 to 1 at the angle 2·r + class·2π/K."""
    labels, number, rng = _labels(count, classes, seed, "wheel")
    r = rng.uniform(0.05, 1, count)
    angle = 2 * r + labels * (2 * np.pi / number)
    points = np.stack([r * np.cos(angle), r * np.sin(angle)], 1)
    return Points(points + noise * rng.standard_normal(points.shape), labels, number)


def _clouds(count: int, noise: float, seed: int, classes: int | None) -> Points:
    """Round clouds with their centres on a circle."""
    labels, number, rng = _labels(count, classes, seed, "clouds")
    angle = labels * (2 * np.pi / number)
    points = 0.8 * np.stack([np.cos(angle), np.sin(angle)], 1)
    return Points(points + noise * rng.standard_normal(points.shape), labels, number)


def _slope(count: int, noise: float, seed: int, classes: int | None) -> Points:
    """Regression: (x + y)/2, noise on the number."""
    return _surface(count, noise, seed, "slope", lambda p: (p[:, 0] + p[:, 1]) / 2)


def _hills(count: int, noise: float, seed: int, classes: int | None) -> Points:
    """Regression: sin(πx)·cos(πy), noise on the number."""
    return _surface(count, noise, seed, "hills", lambda p: np.sin(np.pi * p[:, 0]) * np.cos(np.pi * p[:, 1]))


def _surface(count: int, noise: float, seed: int, name: str, height: Callable[[Array], Array]) -> Points:
    rng = generator(seed, "plane", name)
    points = rng.uniform(-1, 1, (count, 2))
    return Points(points, height(points) + noise * rng.standard_normal(count), 0)


def _number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


SETS: dict[str, Draw] = {
    **{name: _toy(name) for name in TOYS}, "wheel": _wheel, "clouds": _clouds, "slope": _slope, "hills": _hills,
}  # fmt: skip
"""Sets of points by name: f(count, noise, seed, classes). slope and hills are regression."""
