"""What the experiments on diffusion share: points in the plane with variance 1, a training, a distance of clouds."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array, manual_seed
from zerokara.data import DataError, Split
from zerokara.data.toys import gaussians, moons
from zerokara.experiments.base import Arrays, Chapter, Cost, Experiment, knob
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import learn
from zerokara.models import Diffusion, Objective
from zerokara.optim import Adam
from zerokara.optim.schedules import CosineLR

BLOBS = 8
MOON, BLOB = 0.05, 0.07
"""How noisy the two moons and the blobs of the ring are, before they are scaled."""

POINTS = ("moons", "ring")
SEEN = 10_000
"""So many points are learned from."""


def points(name: str, count: int, seed: int) -> Split:
    """Two moons, or a ring of 8 blobs, moved and scaled to mean 0 and variance 1 by the same numbers for any seed."""
    if name == "moons":
        found, centre, size = moons(count, seed, MOON), np.array([0.5, 0.25]), _moon_spread()
    else:
        found = gaussians(count, seed, BLOB, BLOBS)
        centre, size = np.zeros(2), np.sqrt(0.5 + BLOB**2)
    return Split(((found.images - centre) / size).astype(np.float32), found.labels)


def read_points(path: str) -> Array:
    """The points of a text file, (N, 2): two numbers a line, apart by blanks, tabs or commas; a first line of words.

    Errors: DataError for a file that cannot be read, for another line, and for fewer than two points.
    """
    try:
        lines = Path(path).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"no points can be read from {path}: {getattr(error, 'strerror', None) or error}") from None
    found: list[list[float]] = []
    for number, line in enumerate(lines, start=1):
        parts = line.replace(",", " ").split()
        try:
            values = [float(part) for part in parts]
        except ValueError:
            if number == 1:  # the names of the columns
                continue
            values = []
        if parts and (len(values) != 2 or not np.isfinite(values).all()):
            raise DataError(f"{path} has two numbers a line, as 3.6 79; line {number} is {short(line.strip())}")
        found += [values] if parts else []
    if len(found) < 2:
        raise DataError(f"{path} has {len(found)} points; at least two are needed, one a line, as 3.6 79")
    return np.array(found)


def _moon_spread() -> float:
    """The root of the mean variance of the two coordinates of the moons."""
    across, up = 0.25 + 0.5, (0.5 - 4 / np.pi**2) + (2 / np.pi - 0.25) ** 2
    return float(np.sqrt((across + up) / 2 + MOON**2))


@dataclass(frozen=True)
class OnDiffusion(Experiment):
    """An experiment that trains a diffusion model with Adam, its learning rate falling to 0 on half a cosine."""

    chapter: ClassVar[Chapter] = "gen"
    cost: ClassVar[Cost] = "M"
    random = True

    T: int = knob(100, "steps of the chain", "連鎖のステップ数 T", low=2, high=10_000)
    iterations: int = knob(3000, "updates", "更新回数", low=2, high=10**7)
    batch_size: int = knob(256, "examples in an update", "ミニバッチの大きさ", low=1, high=10**5)
    lr: float = knob(0.001, "learning rate of Adam, the first one", "Adam の学習率（初期値）", low=0, high=10)

    def teach(self, lab: Lab, name: str, model: Diffusion, train: Split) -> Array:
        """Train the model; the loss of each mini-batch. Plan `iterations` steps in the lab before."""
        objective = Objective(model)

        def made() -> Arrays:
            manual_seed(lab.seed)
            learned = learn(
                lab, objective, Adam(objective, lr=self.lr), train, iterations=self.iterations,
                batch_size=self.batch_size, loss=objective.loss, schedule=CosineLR(self.lr, self.iterations),
            )  # fmt: skip
            return {**model.state_dict(), "losses": learned.losses}

        found = lab.part(name, made, self.iterations)
        losses = found.pop("losses")
        model.load_state_dict(found)
        model.eval()
        return losses


def energy_distance(x: Array, y: Array) -> float:
    """2·E|X − Y| − E|X − X'| − E|Y − Y'|, 0 only for equal distributions; unbiased, so about 0 for two samples of one.

    Székely, 2003. Shapes: (n, D) and (m, D).
    """
    return float(2 * _mean(x, y) - _among(x) - _among(y))


def _mean(x: Array, y: Array) -> float:
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
    return float(np.sqrt(np.maximum(squares, 0)).mean())


def _among(x: Array) -> float:
    """The mean distance of two different points."""
    x = x.astype(np.float64)
    return _mean(x, x) * len(x) / (len(x) - 1)


def ring_place(k: Array) -> Array:
    """The centres of the blobs k, (…, 2)."""
    angle = np.asarray(k) * (2 * np.pi / BLOBS) + np.pi / 2
    centres: Array = np.stack([np.cos(angle), np.sin(angle)], axis=-1) / np.sqrt(0.5 + BLOB**2)
    return centres


def nearest_blob(x: Array) -> Array:
    """For each point the blob that is nearest."""
    apart = ((x[:, None] - ring_place(np.arange(BLOBS))) ** 2).sum(axis=-1)
    return np.asarray(apart.argmin(axis=1))
