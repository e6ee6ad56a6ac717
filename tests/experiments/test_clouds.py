"""What the parts on auto-encoders and diffusion share: mixtures that do not collapse, distances, clouds of points."""

import numpy as np
import pytest

from zerokara.experiments.ae.teaching import pca_error, principal
from zerokara.experiments.ae.variational import neighbours
from zerokara.experiments.gen.mixture import Mixture
from zerokara.experiments.gen.points import BLOBS, energy_distance, nearest_blob, points, ring_place

RNG = np.random.default_rng(0)


def start(hills: int) -> Mixture:
    means = RNG.standard_normal((hills, 2)) * 3
    return Mixture(np.full(hills, 1 / hills), means, np.tile(np.eye(2), (hills, 1, 1)))


@pytest.mark.parametrize(
    "x",
    [
        np.array([[3.0, 4.0]]),
        np.zeros((5, 2)),
        np.concatenate([RNG.standard_normal((40, 2)), [[60.0, 60.0]]]),
        np.stack([np.arange(20.0), np.arange(20.0)], axis=1),
    ],
    ids=["one point", "one place", "one point far away", "a line"],
)
def test_a_hill_does_not_collapse(x: np.ndarray) -> None:
    """On a single point the likelihood has no limit: it has to end with numbers, and covariances that can be used."""
    found = start(3)
    for _ in range(60):
        found = found.step(x)
    assert np.isfinite(found.log_likelihood(x))
    assert found.shares.sum() == pytest.approx(1)
    assert all(np.isfinite(part).all() for part in (found.shares, found.means, found.covariances))
    assert (np.linalg.eigvalsh(found.covariances) > 0).all()


def test_the_mixture_is_fitted_as_scikit_learn_fits_it() -> None:
    from sklearn.mixture import GaussianMixture

    x = np.concatenate([RNG.standard_normal((150, 2)), RNG.standard_normal((100, 2)) * [1, 2] + [5, 3]])
    found = Mixture(np.array([0.5, 0.5]), np.array([[0.0, 1.0], [4.0, 4.0]]), np.tile(np.eye(2), (2, 1, 1)))
    for _ in range(200):
        found = found.step(x)
    peer = GaussianMixture(2, tol=1e-10, max_iter=1000, reg_covar=0, means_init=[[0, 1], [4, 4]]).fit(x)
    np.testing.assert_allclose(found.means, peer.means_, atol=1e-3)
    np.testing.assert_allclose(found.covariances, peer.covariances_, atol=1e-2)
    assert found.log_likelihood(x) == pytest.approx(peer.score(x), abs=1e-6)


@pytest.mark.parametrize("name", ["moons", "ring"])
def test_the_clouds_have_mean_0_and_variance_1(name: str) -> None:
    x = points(name, 40_000, 3).images
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=0.02)
    assert x.var(axis=0).mean() == pytest.approx(1, abs=0.02)


def test_the_blobs_of_the_ring_are_where_they_are_said_to_be() -> None:
    ring = points("ring", 4000, 1)
    for k in range(BLOBS):
        np.testing.assert_allclose(ring.images[ring.labels == k].mean(axis=0), ring_place(np.array(k)), atol=0.02)
    assert np.mean(nearest_blob(ring.images) == ring.labels) > 0.999


def test_the_energy_distance() -> None:
    """By its definition; 0 on average for two samples of one distribution, and symmetric."""
    x, y = RNG.standard_normal((30, 2)), RNG.standard_normal((20, 2)) + 1

    def mean(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.mean([np.linalg.norm(p - q) for p in a for q in b]))

    among = mean(x, x) * 30 / 29, mean(y, y) * 20 / 19
    assert energy_distance(x, y) == pytest.approx(2 * mean(x, y) - sum(among), rel=1e-6)
    assert energy_distance(x, y) == pytest.approx(energy_distance(y, x), rel=1e-9)
    same = [energy_distance(*RNG.standard_normal((2, 200, 2))) for _ in range(20)]
    assert abs(np.mean(same)) < 0.01


def test_principal_directions() -> None:
    x = RNG.standard_normal((60, 1, 3, 4))
    values, directions = principal(x)
    mean = x.reshape(60, -1).mean(axis=0)
    np.testing.assert_allclose(directions.T @ directions, np.eye(12), atol=1e-10)
    for k in (0, 3, 12):
        assert pca_error(x, mean, directions[:, :k]) == pytest.approx(values[k:].sum() / 12, abs=1e-12)


def test_neighbours_vote() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    known, labels = RNG.standard_normal((300, 2)), RNG.integers(0, 4, 300)
    codes, truth = RNG.standard_normal((100, 2)), RNG.integers(0, 4, 100)
    peer = KNeighborsClassifier(5).fit(known, labels)
    assert neighbours(codes, truth, known, labels) == pytest.approx(peer.score(codes, truth))
