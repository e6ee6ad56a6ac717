"""The network that whitens: its first layer, its identities, its two sights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import optim
from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Dataset, Split
from zerokara.models import WhitenedConvNet
from zerokara.recipes import RECIPES, new_model, override


def photographs(n: int, channels: int = 3, seed: int = 0) -> Array:
    """Smooth pictures whose channels go together, as photographs' do."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((n, 1, 16, 16)) + 0.3 * rng.standard_normal((n, channels, 16, 16))
    smooth = noise.cumsum(axis=2).cumsum(axis=3)
    low, high = smooth.min(axis=(1, 2, 3), keepdims=True), smooth.max(axis=(1, 2, 3), keepdims=True)
    return np.asarray((255 * (smooth - low) / (high - low)).astype(np.uint8))


def small(channels: int = 3, seed: int = 0) -> WhitenedConvNet:
    return WhitenedConvNet(4, channels=channels, filters=(8, 8, 8), rng=generator(seed, "weights"))


@pytest.mark.parametrize("channels", [1, 3])
def test_patches_come_out_without_mean_or_correlation_and_of_variance_one(channels: int) -> None:
    pictures, model = photographs(300, channels), small(channels)
    model.learn_patches(pictures)
    with no_grad():
        maps = model.whiten(Tensor((pictures / 255).astype(np.float32))).data[:, :, 1:-1, 1:-1]
    half = maps.shape[1] // 2
    components = maps.transpose(1, 0, 2, 3).reshape(2 * half, -1)
    np.testing.assert_allclose(components[:half], -components[half:], atol=1e-4)
    np.testing.assert_allclose(components.mean(axis=1), 0, atol=1e-3)
    covariance = np.cov(components[:half])
    assert np.all(np.diag(covariance) < 1.01), "nothing is made larger than it should be"
    assert covariance[0, 0] == pytest.approx(1, abs=0.05), "the largest component varies far more than STEADY"
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=2e-3)


def test_bytes_and_numbers_from_0_to_1_are_the_same_pictures() -> None:
    pictures, a, b = photographs(20), small(), small()
    a.learn_patches(pictures)
    b.learn_patches((pictures / 255).astype(np.float32))
    np.testing.assert_allclose(a.whiten.weight.data, b.whiten.weight.data, rtol=1e-3, atol=1e-3)


def test_the_other_convolutions_begin_with_the_identity() -> None:
    model = small()
    x = np.random.default_rng(1).standard_normal((2, 8, 6, 6)).astype(np.float32)
    with no_grad():
        np.testing.assert_array_equal(model.blocks[4](Tensor(x)).data, x)
        first = model.blocks[0](Tensor(np.tile(x, (1, 3, 1, 1)))).data
    np.testing.assert_array_equal(first, x)


@given(seed=st.integers(0, 100), width=st.integers(8, 12))
def test_a_picture_and_its_mirror_image_are_answered_alike(seed: int, width: int) -> None:
    model = small(seed=seed).eval()
    x = np.random.default_rng(seed).random((2, 3, 8, width)).astype(np.float32)
    mirrored = np.ascontiguousarray(x[..., ::-1])
    with no_grad():
        np.testing.assert_array_equal(model(Tensor(x)).data, model(Tensor(mirrored)).data)
        both = (model.scores(Tensor(x)).data + model.scores(Tensor(mirrored)).data) / 2
        np.testing.assert_allclose(model(Tensor(x)).data, both, rtol=1e-5, atol=1e-6)


def test_a_recipe_begins_with_the_patches_of_its_data_and_repeats() -> None:
    pictures = photographs(40)
    split = Split(pictures, np.arange(40) % 4)
    data = Dataset("own", split, split.take(8), ("a", "b", "c", "d"), "by rule")
    recipe = override(RECIPES["cifar-speed"], epochs=1, seed=3)
    a, b = (new_model(recipe, data) for _ in range(2))
    alone = WhitenedConvNet(4, rng=generator(3, "weights"))
    alone.learn_patches(pictures)
    assert isinstance(a, WhitenedConvNet)
    for name, weights in a.state_dict().items():
        np.testing.assert_array_equal(weights, b.state_dict()[name])
        np.testing.assert_array_equal(weights, alone.state_dict()[name])


def test_pictures_that_cannot_be_are_refused() -> None:
    with pytest.raises((TypeError, ValueError), match="pictures"):
        small().learn_patches(np.zeros((3, 16, 16), np.uint8))
    with pytest.raises(ValueError, match="channels=3"):
        small().learn_patches(photographs(4, 1))
    with pytest.raises(ValueError, match="needs pictures of at least 8×8"):
        small()(Tensor(np.zeros((1, 3, 7, 8), np.float32)))


def test_pytorch_sees_the_same_network_with_both_sights() -> None:
    pytest.importorskip("torch")
    import torch
    from benchmarks.pytorch import translated

    x = np.random.default_rng(2).random((3, 3, 9, 12)).astype(np.float32)
    for training in (False, True):
        ours = small(seed=4)
        ours.learn_patches(photographs(30))
        theirs = translated(ours)
        ours.train(training)
        theirs.train(training)
        with no_grad(), torch.no_grad():
            expected = theirs(torch.from_numpy(x)).numpy()
            np.testing.assert_allclose(ours(Tensor(x)).data, expected, rtol=1e-4, atol=1e-5)


def test_only_whitened_filters_stay_as_they_are() -> None:
    model = small()
    assert all(parameter.requires_grad for parameter in model.parameters())
    model.learn_patches(photographs(30))
    fixed = [name for name, parameter in model.named_parameters() if not parameter.requires_grad]
    assert fixed == ["whiten.weight"]
    before = model.whiten.weight.data.copy()
    optimizer = optim.Nesterov(model, lr=0.1, weight_decay=0.01)
    model(Tensor(np.ones((2, 3, 8, 8), np.float32))).sum().backward()
    optimizer.step()
    np.testing.assert_array_equal(model.whiten.weight.data, before)
