import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images
from zerokara.arrays import Array, generator
from zerokara.explain.plane import features, pca, t_sne
from zerokara.nn import Module


def test_features_of_maps_are_their_means_or_all_their_places() -> None:
    net, x = averaging_net(), images((3, 1, 6, 7))
    np.testing.assert_allclose(features(net, x, "act2"), features(net, x, "pool"), atol=1e-6)
    assert features(net, x, "act2", average=False).shape == (3, 8 * 42)


def test_pca_agrees_with_scikit_learn_up_to_the_side_of_an_axis() -> None:
    from sklearn.decomposition import PCA

    rows = generator(0, "rows").standard_normal((40, 6)) * np.arange(1, 7)
    ours, theirs = pca(rows), PCA(2).fit(rows)
    np.testing.assert_allclose(np.abs(ours.points), np.abs(theirs.transform(rows)), atol=1e-9)
    np.testing.assert_allclose(ours.explained, theirs.explained_variance_ratio_)


def test_points_on_a_line_lie_on_a_line() -> None:
    found = pca(np.outer(np.arange(5.0), [3, 4]))
    np.testing.assert_allclose(np.ptp(found.points, axis=0), [20, 0], atol=1e-9)
    np.testing.assert_allclose(found.explained, [1, 0], atol=1e-12)


def test_one_feature_is_enough_for_a_picture() -> None:
    assert pca(np.arange(4.0)[:, None]).points.shape == (4, 2)


def test_what_is_alike_lies_near(trained: Module, digits: tuple[Array, Array]) -> None:
    """In the plane of the last layer's input, most digits have a neighbour of their own kind."""
    x, labels = digits
    points = t_sne(features(trained, x[:80], "pool", average=False), perplexity=9).points
    apart = np.linalg.norm(points[:, None] - points, axis=2) + 1e9 * np.eye(len(points))
    assert np.mean(labels[:80][apart.argmin(axis=1)] == labels[:80]) > 0.7


def test_t_sne_repeats_itself() -> None:
    rows = generator(0, "rows").standard_normal((12, 3))
    np.testing.assert_array_equal(t_sne(rows).points, t_sne(rows).points)


def test_errors_speak() -> None:
    for call in (
        lambda: pca(np.ones(3)),
        lambda: pca(np.ones((1, 3))),
        lambda: pca(np.full((4, 2), np.nan)),
        lambda: t_sne(np.ones((9, 3))),
        lambda: t_sne(np.eye(5), perplexity=0),
    ):
        with pytest.raises(ValueError, match=r"features|perplexity"):
            call()
