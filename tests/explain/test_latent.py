"""The plane of codes, walks through it, and the steps of a diffusion model."""

from typing import Any

import numpy as np
import pytest
import scipy.stats

from zerokara import explain, models
from zerokara.models import PointDenoiser

RNG = np.random.default_rng(0)
SHAPE = (1, 8, 8)


def vae(latent: int = 3) -> models.VAE:
    return models.VAE(SHAPE, (16,), latent, rng=np.random.default_rng(1)).eval()


def test_quantiles_hold_equal_probability() -> None:
    found = explain.normal_quantiles(15)
    np.testing.assert_allclose(np.diff(scipy.stats.norm.cdf(found)), 0.9 / 14, rtol=1e-9)
    np.testing.assert_array_equal(found, -found[::-1])


def test_every_place_of_the_plane_is_its_code_decoded() -> None:
    model, q = vae(), explain.normal_quantiles(5)
    plane = explain.latent_plane(model, 5, axes=(2, 0))
    assert plane.shape == (5, 5, *SHAPE)
    for row, column in ((0, 0), (0, 4), (4, 0), (1, 3)):
        code = np.array([[q[4 - row], 0, q[column]]], np.float32)  # the first row is on top: the highest value
        np.testing.assert_allclose(plane[row, column], model.decode(code).data[0], rtol=1e-5)


def test_a_spherical_path_keeps_its_length_and_a_straight_one_does_not() -> None:
    a, b = np.array([2.0, 0.0, 0.0]), np.array([0.0, 2.0, 0.0])
    round_, straight = (explain.code_path(a, b, 5, path) for path in ("spherical", "straight"))
    np.testing.assert_allclose(np.linalg.norm(round_, axis=1), 2)
    np.testing.assert_allclose(round_[2], [np.sqrt(2), np.sqrt(2), 0])
    assert np.linalg.norm(straight[2]) == pytest.approx(np.sqrt(2))
    for path in (round_, straight):
        np.testing.assert_allclose(path[[0, -1]], [a, b], atol=1e-12)
    for other in (a, -a, 0 * a):  # no angle, or no plane: the straight path
        np.testing.assert_allclose(explain.code_path(a, other, 3, "spherical")[1], (a + other) / 2)


@pytest.mark.parametrize("path", ["straight", "spherical"])
def test_a_walk_ends_at_the_reconstructions(path: str) -> None:
    x = RNG.random((2, *SHAPE)).astype(np.float32)
    for model in (vae(), models.AutoEncoder(SHAPE, (16,), 4, rng=np.random.default_rng(1)).eval()):
        found = explain.walk(model, x[0], x[1], 6, path)
        assert found.shape == (6, *SHAPE)
        np.testing.assert_allclose(found[[0, -1]], model(models.damaged(x, 0.0)).data, rtol=1e-4)


def test_the_steps_of_a_chain() -> None:
    model = models.Diffusion(PointDenoiser((2,), 8, 1, 3, rng=np.random.default_rng(1)), 20, classes=3)
    labels = np.array([0, 1, 2, 1])
    steps = explain.diffusion_steps(model, 4, (2,), labels, guidance=2.0, times=5, rng=np.random.default_rng(2))
    assert steps.times.tolist() == [20, 15, 10, 5, 0]
    assert steps.examples.shape == (5, 4, 2)
    whole = model.sample(4, (2,), labels, guidance=2.0, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(steps.last, whole)
    some = explain.diffusion_steps(model, 4, (2,), labels, guidance=2.0, times=(0, 20), rng=np.random.default_rng(2))
    np.testing.assert_array_equal(some.examples, steps.examples[[0, -1]])


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: explain.normal_quantiles(1), "at least 2"),
        (lambda: explain.latent_plane(vae(1)), "two of the 1 code numbers"),
        (lambda: explain.latent_plane(vae(), axes=(1, 1)), r"two of the 3 code numbers; got axes \(1, 1\)"),
        (lambda: explain.code_path(np.zeros(2), np.zeros(3)), r"joins two codes \(k,\); got \(2,\), \(3,\)"),
        (lambda: explain.code_path(np.zeros(2), np.zeros(2), path="round"), "path"),
        (
            lambda: explain.diffusion_steps(models.Diffusion(PointDenoiser((2,), 8, 1), 20), 1, (2,), times=(21,)),
            "between 0 and 20; got",
        ),
    ],
)
def test_refused(act: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        act()
