"""A batch of one that a batch norm cannot normalize is met before the first step, and only where it would be."""

import numpy as np
import pytest

import zerokara as zk
from tests.io.onnx.making import model_of, module_of, node
from zerokara import nn, optim
from zerokara.data import Loader, Split
from zerokara.training import fit


def features(**options):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(16, 8), nn.BatchNorm1d(8, **options), nn.Dropout(0.5), nn.ReLU(), nn.Linear(8, 2)
    )


def images(kernel):
    """Maps of 5 − kernel pixels a side behind the convolution."""
    side = 5 - kernel
    return nn.Sequential(nn.Conv2d(1, 4, kernel), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * side**2, 2))


def imported():
    ones = np.ones(16, np.float32)
    nodes = [
        node("Flatten", ["x"], ["f"]),
        node("BatchNormalization", ["f", "g", "b", "m", "v"], ["n"], name="norm"),
        node("MatMul", ["n", "w"], ["y"]),
    ]
    constants = {"g": ones, "b": 0 * ones, "m": 0 * ones, "v": ones, "w": np.ones((16, 2), np.float32)}
    return module_of(model_of(nodes, {"x": ["N", 1, 4, 4]}, constants=constants))


def loader(count, size, **options):
    pixels = np.random.default_rng(0).integers(0, 256, (count, 1, 4, 4), np.uint8)
    return Loader(Split(pixels, np.arange(count) % 2), size, **options)


def records(model, batches):
    return fit(model, batches, optim.SGD(model, lr=0.01), epochs=1)


FAIL = {
    "vectors": (features, r"2 \(BatchNorm1d\) gets one value per channel, \(1, 8\)"),
    "without running statistics": (lambda: features(track_running_stats=False), r"2 \(BatchNorm1d\)"),
    "maps of one pixel": (lambda: images(4), r"1 \(BatchNorm2d\) gets one value per channel, \(1, 4, 1, 1\)"),
    "imported": (imported, r"norm \(BatchNormalization\) gets one value per channel, \(1, 16\)"),
}


@pytest.mark.parametrize("kind", FAIL)
@pytest.mark.parametrize("sampling", ["shuffle", "replacement"])
def test_a_last_batch_of_one_is_refused_before_the_first_step(kind, sampling):
    build, said = FAIL[kind]
    model = build()
    before = {name: array.copy() for name, array in model.state_dict().items()}
    with pytest.raises(ValueError, match=f"9 examples in batches of 4 leave one alone .*{said}.*drop_last=True"):
        records(model, loader(9, 4, sampling=sampling))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name], err_msg=name)
    with pytest.raises(ValueError, match=r"batches have one example, .*: use two examples a batch or more"):
        records(model, loader(5, 1))
    with pytest.raises(ValueError, match="batches have one example"):
        records(model, loader(1, 4))


@pytest.mark.parametrize("kind", FAIL)
def test_what_is_refused_would_have_failed_and_what_is_not_trains(kind):
    model = FAIL[kind][0]().train()
    (x, _), *_ = loader(1, 1)
    with pytest.raises(ValueError, match=r"one value per channel|more than one value"):
        model(zk.tensor(x))
    for batches in (loader(9, 4, drop_last=True), loader(8, 4), loader(10, 4)):
        assert np.isfinite(list(records(FAIL[kind][0](), batches))[-1].loss)


def test_a_single_image_of_several_pixels_has_a_spread():
    assert np.isfinite(list(records(images(3), loader(9, 4)))[-1].loss)
    assert np.isfinite(list(records(images(3), loader(3, 1)))[-1].loss)


def test_looking_ahead_draws_nothing_and_changes_nothing():
    """The same training, whether or not its last batch made somebody look."""

    def weights(batches):
        zk.manual_seed(0)
        model = nn.Sequential(images(3), nn.Dropout(0.5))
        list(records(model, batches))
        return model.state_dict()

    one, two = (weights(loader(9, 4, shuffle=False, drop_last=drop)) for drop in (True, True))
    looked = weights(loader(9, 4, shuffle=False))
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert any(not np.array_equal(one[name], looked[name]) for name in one), "the last example counts"
    assert looked["0.1.num_batches_tracked"] == 3
