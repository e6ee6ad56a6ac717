"""Clouds of points for a mixture of hills, where the hills start, and the ellipses that show them."""

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.gen.mixture import Mixture, start_at
from zerokara.experiments.gen.points import points, read_points
from zerokara.experiments.lab import Lab

REAL = Mixture(
    np.array([0.35, 0.65]),
    np.array([[2.0, 54.5], [4.3, 80.0]]),
    np.array([[[0.07, 0.44], [0.44, 33.7]], [[0.17, 0.94], [0.94, 36.0]]]),
)
"""A mixture like the eruptions of the geyser Old Faithful: minutes of an eruption, minutes until the next."""


GEYSER, FILE = "geyser", "file:"
"""The name of the mixture above, and what the name of a file of points begins with."""


def ring(mean: Array, covariance: Array) -> tuple[Array, Array]:
    """The ellipse of two standard deviations."""
    angle = np.linspace(0, 2 * np.pi, 61)
    round_ = np.stack([np.cos(angle), np.sin(angle)])
    x, y = mean[:, None] + 2 * np.linalg.cholesky(covariance) @ round_
    return x, y


def cloud_of(name: str, count: int, lab: Lab) -> Array:
    """`count` points, (N, 2): of the geyser, the moons, the ring; or all those of a file, "file:FILE"."""
    if name.startswith(FILE):
        return read_points(name.removeprefix(FILE))
    if name == GEYSER:
        return REAL.draw(count, lab.rng("points"))
    return points(name, count, lab.seed).images.astype(np.float64)


def far_off(hills: int) -> Mixture:
    """Equal shares at the book's places, (0, 50) … (0, 100), with the covariance 1."""
    places = np.linspace(50, 100, hills) if hills > 1 else np.array([50.0])
    means = np.stack([np.zeros(hills), places], axis=1)
    return Mixture(np.full(hills, 1 / hills), means, np.tile(np.eye(2), (hills, 1, 1)))


def among(x: Array, hills: int, rng: np.random.Generator) -> Mixture:
    """Equal shares at points of the cloud, with the cloud's covariance."""
    return start_at(x[rng.choice(len(x), hills, replace=hills > len(x))], x)
