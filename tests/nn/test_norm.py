import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import nn
from zerokara.autodiff import Tensor

momenta = st.sampled_from([0.1, 0.5, None])


def vectors(n=8, c=3, seed=0):
    return 5 + 2 * np.random.default_rng(seed).standard_normal((n, c))


def images(n=4, c=3, h=3, w=2, seed=0):
    return 5 + 2 * np.random.default_rng(seed).standard_normal((n, c, h, w))


@given(n=st.integers(2, 6), c=st.integers(1, 4), affine=st.booleans(), tracked=st.booleans(), momentum=momenta)
def test_batch_norm_1d_agrees_with_pytorch(same_as_torch, n, c, affine, tracked, momentum):
    import torch

    settings = {"eps": 1e-3, "momentum": momentum, "affine": affine, "track_running_stats": tracked}
    ours, theirs = nn.BatchNorm1d(c, **settings), torch.nn.BatchNorm1d(c, **settings)
    for training in (True, True, False):
        same_as_torch(ours, theirs, vectors(n, c), training=training)


@given(n=st.integers(1, 3), c=st.integers(1, 4), affine=st.booleans(), tracked=st.booleans(), momentum=momenta)
def test_batch_norm_2d_agrees_with_pytorch(same_as_torch, n, c, affine, tracked, momentum):
    import torch

    settings = {"eps": 1e-3, "momentum": momentum, "affine": affine, "track_running_stats": tracked}
    ours, theirs = nn.BatchNorm2d(c, **settings), torch.nn.BatchNorm2d(c, **settings)
    for training in (True, True, False):
        same_as_torch(ours, theirs, images(n, c), training=training)


@given(shape=st.sampled_from([3, (3,), (2, 3)]), affine=st.booleans(), bias=st.booleans())
def test_layer_norm_agrees_with_pytorch(same_as_torch, shape, affine, bias):
    import torch

    x = np.random.default_rng(0).standard_normal((4, 2, 3))
    same_as_torch(nn.LayerNorm(shape, 1e-3, affine, bias), torch.nn.LayerNorm(shape, 1e-3, affine, bias), x)


def test_batch_norm_of_images_is_per_channel():
    """C scales and shifts, not one for every pixel: the same filter gives the same meaning everywhere in the image."""
    layer = nn.BatchNorm2d(3, dtype=np.float64)
    y = layer(Tensor(images())).data
    assert [p.shape for p in layer.parameters()] == [(3,), (3,)]
    np.testing.assert_allclose(y.mean((0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std((0, 2, 3)), 1, rtol=1e-5)


def test_the_running_statistics_start_where_evaluation_changes_nothing():
    """Mean 0 and variance 1: an untrained network in evaluation mode must not multiply by 1000."""
    x = vectors()
    y = nn.BatchNorm1d(3, dtype=np.float64).eval()(Tensor(x)).data
    np.testing.assert_allclose(y, x, rtol=1e-5)


@pytest.mark.parametrize(("steps", "mean", "std"), [(1, 4.5 / 1.3**0.5, 2 / 1.3**0.5), (100, 0, 1)])
def test_evaluation_after_training_normalizes(steps, mean, std):
    """running ← 0.9·running + 0.1·batch on x ~ N(5, 2²): a tenth of the way after 1 step, arrived after 100.

    After one step the running mean is 0.5 and the running variance 0.9·1 + 0.1·4 = 1.3.
    """
    layer = nn.BatchNorm1d(1, dtype=np.float64)
    for step in range(steps):
        layer(Tensor(vectors(5000, 1, seed=step)))
    y = layer.eval()(Tensor(vectors(50_000, 1, seed=1000))).data
    np.testing.assert_allclose((y.mean(), y.std()), (mean, std), atol=0.05)


def test_running_variance_is_the_unbiased_one():
    x = vectors(4, 1)
    layer = nn.BatchNorm1d(1, momentum=1.0, dtype=np.float64)
    layer(Tensor(x))
    np.testing.assert_allclose(layer.running_var, x.var(0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(layer.running_mean, x.mean(0), rtol=1e-12)


def test_evaluation_changes_no_state():
    layer = nn.BatchNorm2d(3)
    layer(Tensor(images().astype(np.float32)))
    before = layer.state_dict()
    layer.eval()(Tensor(images(seed=1).astype(np.float32)))
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("shape", [(1, 3), (0, 3)])
def test_a_batch_of_one_is_refused_in_training(shape):
    """One value per channel is its own mean: the output would be 0 and no gradient would be worth checking."""
    layer = nn.BatchNorm1d(3)
    with pytest.raises(ValueError, match=r"BatchNorm1d expects more than one value per channel in training mode"):
        layer(Tensor(np.ones(shape, np.float32)))
    assert layer.num_batches_tracked == 0
    assert layer.eval()(Tensor(np.ones(shape, np.float32))).shape == shape


def test_one_image_of_one_pixel_is_refused_and_of_two_is_not():
    with pytest.raises(ValueError, match="larger batch"):
        nn.BatchNorm2d(3)(Tensor(np.ones((1, 3, 1, 1), np.float32)))
    assert nn.BatchNorm2d(3)(Tensor(np.ones((1, 3, 1, 2), np.float32))).shape == (1, 3, 1, 2)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (nn.BatchNorm1d(4), (2, 3), "BatchNorm1d expects (N, 4) inputs; got (2, 3): this layer has num_features=4"),
        (nn.BatchNorm2d(4), (2, 3, 5, 5), "BatchNorm2d expects (N, 4, H, W) images; got (2, 3, 5, 5)"),
        (nn.BatchNorm2d(4), (2, 4), "BatchNorm2d expects (N, 4, H, W) images; got (2, 4)"),
        (nn.LayerNorm((4, 5)), (2, 4, 4), "LayerNorm expects (…, 4, 5) inputs; got (2, 4, 4)"),
        (nn.LayerNorm(5), (), "LayerNorm expects (…, 5) inputs; got ()"),
    ],
)
def test_wrong_shapes_are_refused_in_words(layer, shape, expected):
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}"):
        layer(Tensor(np.zeros(shape, np.float32)))


@given(size=st.integers(1, 7), beta=st.floats(0.2, 1.5), k=st.floats(0.5, 2))
def test_local_response_norm_agrees_with_pytorch(same_as_torch, size, beta, k):
    import torch

    settings = (size, 0.3, beta, k)
    same_as_torch(nn.LocalResponseNorm(*settings), torch.nn.LocalResponseNorm(*settings), images(2, 5))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 12])
def test_local_response_norm_by_its_definition(size):
    x = images(2, 5)
    y = nn.LocalResponseNorm(size, 0.3, 0.6, 2.0)(Tensor(x)).data
    for c in range(5):
        near = x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]
        np.testing.assert_allclose(y[:, c], x[:, c] / (2 + 0.3 / size * (near**2).sum(1)) ** 0.6, rtol=1e-12)


def test_local_response_norm_leaves_a_quiet_channel_beside_a_loud_one_quieter():
    """It is a competition between neighbours: what is loud damps what is near it, and nothing farther away."""
    x = np.full((1, 7, 1, 1), 1.0)
    x[0, 3] = 100
    y = nn.LocalResponseNorm(3, 1.0)(Tensor(x)).data.ravel()
    assert y[2] == y[4] < y[1] == y[5]
    with pytest.raises(ValueError, match="LocalResponseNorm expects size of at least 1; got 0"):
        nn.LocalResponseNorm(0)
