"""Points in the plane in two or more classes: small sets whose decision boundary can be drawn.

Every function takes the number of points, a seed and the noise (a standard deviation in the units of the plane), and
returns a Split: points (N, 2) float32, labels (N,) int64, as many of each class as can be, in random order.
Errors: DataError for numbers that cannot be.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zerokara.arguments import is_number, is_whole, known, short
from zerokara.arrays import Array, generator
from zerokara.data.dataset import DataError, Dataset, Split

__all__ = ["TOYS", "circles", "gaussians", "load_toy", "moons", "ring", "spirals", "xor"]

_TRAIN_COUNT, _TEST_COUNT = 1000, 500


def moons(n: int, seed: int = 0, noise: float = 0.1) -> Split:
    """Two half circles that reach into each other: (cos t, sin t) and (1 − cos t, ½ − sin t), t from 0 to π."""
    labels, rng = _labels(n, 2, seed, noise, "moons")
    t = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    return _noisy(np.where(labels[:, None] == 0, upper, [1, 0.5] - upper), labels, noise, rng)


def circles(n: int, seed: int = 0, noise: float = 0.08, classes: int = 2) -> Split:
    """A circle of radius 1 around one of radius ½; with more classes, K circles of the radii 1 − class/K."""
    labels, rng = _labels(n, classes, seed, noise, "circles")
    return _noisy(_polar(1 - labels / classes, rng.uniform(0, 2 * np.pi, n)), labels, noise, rng)


def spirals(n: int, seed: int = 0, noise: float = 0.02, classes: int = 3) -> Split:
    """Three arms, or K of them: radius r from 0.05 to 1 at the angle 4·r + class·2π/K radians."""
    labels, rng = _labels(n, classes, seed, noise, "spirals")
    r = rng.uniform(0.05, 1, n)
    return _noisy(_polar(r, 4 * r + labels * (2 * np.pi / classes)), labels, noise, rng)


def gaussians(n: int, seed: int = 0, noise: float = 0.35, classes: int = 3) -> Split:
    """Three round clouds, or K of them, their centres evenly at distance 1 from the origin."""
    labels, rng = _labels(n, classes, seed, noise, "gaussians")
    return _noisy(_polar(np.ones(n), labels * (2 * np.pi / classes) + np.pi / 2), labels, noise, rng)


def ring(n: int, seed: int = 0, noise: float = 0.065, classes: int = 8) -> Split:
    """Eight small round clouds, or K of them, their centres evenly on a circle of radius 1."""
    labels, rng = _labels(n, classes, seed, noise, "ring")
    return _noisy(_polar(np.ones(n), labels * (2 * np.pi / classes)), labels, noise, rng)


def xor(n: int, seed: int = 0, noise: float = 0.05) -> Split:
    """Four squares like a chessboard: class 1 where exactly one of x, y is positive; no straight line parts them."""
    labels, rng = _labels(n, 2, seed, noise, "xor")
    x = rng.uniform(-1, 1, n)
    y = rng.uniform(0, 1, n) * np.where(labels == 1, -np.sign(x), np.sign(x))
    return _noisy(np.stack([x, y], axis=1), labels, noise, rng)


TOYS: dict[str, tuple[Callable[[int, int], Split], int]] = {
    "moons": (moons, 2),
    "circles": (circles, 2),
    "spirals": (spirals, 3),
    "gaussians": (gaussians, 3),
    "ring": (ring, 8),
    "xor": (xor, 2),
}
"""name → (function, number of classes)."""


def load_toy(name: str) -> Dataset:
    """1,000 points for training (seed 0) and 500 for testing (seed 1)."""
    draw, classes = TOYS[known("toy data set", name, TOYS)]
    names = tuple(str(label) for label in range(classes))
    return Dataset(name, draw(_TRAIN_COUNT, 0), draw(_TEST_COUNT, 1), names, source="drawn by formula")


def _labels(n: int, classes: int, seed: int, noise: float, name: str) -> tuple[Array, np.random.Generator]:
    """The labels in random order, and the generator to go on with."""
    for word, value in (("n", n), ("classes", classes)):
        if not is_whole(value) or value < 1:
            raise DataError(f"{word} is a whole number, at least 1; got {short(value)}")
    if not is_number(noise) or not 0 <= noise < np.inf:
        raise DataError(f"noise is a number, at least 0; got {short(noise)}")
    rng = generator(seed, "toys", name)
    return rng.permutation(np.arange(n) % classes), rng


def _polar(radius: Array, angle: Array) -> Array:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _noisy(points: Array, labels: Array, noise: float, rng: np.random.Generator) -> Split:
    return Split((points + noise * rng.standard_normal(points.shape)).astype(np.float32), labels)
