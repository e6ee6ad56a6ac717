"""What holds for every method that explains."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images, restless_net
from zerokara import explain, nn
from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor
from zerokara.explain import METHODS, Explanation
from zerokara.nn import Module

Method = Callable[..., Explanation]
every_method = pytest.mark.parametrize("name", METHODS)


@every_method
def test_a_method_tells_its_formula_and_its_paper(name: str) -> None:
    text = METHODS[name].__doc__ or ""
    assert re.search(r"M(_ij)? = ", text)
    assert re.search(r"\((19|20)\d\d\)", text)


@every_method
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_maps_have_the_size_of_the_images_and_the_dtype_of_the_model(name: str, dtype: str) -> None:
    net, x = averaging_net().astype(dtype), images((3, 1, 9, 11))
    e = METHODS[name](net, x)
    assert (e.method, e.map.shape, e.map.dtype, len(e)) == (name, (3, 9, 11), np.dtype(dtype), 3)
    scores = net.eval()(Tensor(x.astype(dtype))).data
    np.testing.assert_array_equal(e.target, scores.argmax(1))
    np.testing.assert_allclose(e.score, scores.max(1), rtol=1e-5)
    assert (e.layer is not None) == (name in explain.LAYERED)
    if not e.signed:
        assert e.map.min() >= 0


@every_method
def test_each_image_is_explained_as_if_it_were_alone(name: str) -> None:
    net, x, target = averaging_net().astype("float64"), images((3, 1, 9, 9), dtype="float64"), [4, 0, 7]
    together = METHODS[name](net, x, target)
    for i in range(3):
        np.testing.assert_allclose(together.map[i], METHODS[name](net, x[i : i + 1], target[i]).map[0], atol=1e-12)


@every_method
def test_modes_parameters_and_gradients_stay_as_they_were(name: str) -> None:
    net, x = restless_net(), images((2, 3, 8, 8))
    before, modes = net.state_dict(), [m.training for m in net.modules()]
    assert modes == [True, True, True, True, False, True, True, True]
    first, second = METHODS[name](net, x), METHODS[name](net, x)
    np.testing.assert_array_equal(first.map, second.map)
    with pytest.raises(ValueError, match="no class 99"):
        METHODS[name](net, x, 99)
    assert [m.training for m in net.modules()] == modes
    assert all(p.grad is None for p in net.parameters())
    for key, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[key])


class FlatScores(nn.Module):
    """Scores as maps of one pixel, (N, K, 1, 1), as all-convolutional networks give them."""

    def __init__(self, net: Module) -> None:
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).reshape(len(x), -1, 1, 1)


class LogSoftmax(nn.Module):
    """The last layer of networks that were trained on probabilities."""

    def forward(self, x: Tensor) -> Tensor:
        from zerokara import functional as F

        return F.log_softmax(x)


ENDS = {
    "softmax": lambda net: nn.Sequential(net, nn.Softmax()),
    "log-softmax": lambda net: nn.Sequential(net, LogSoftmax()),
    "maps of one pixel": FlatScores,
    "softmax over maps": lambda net: nn.Sequential(FlatScores(net), nn.Softmax(axis=1)),
    "softmax, then flat": lambda net: nn.Sequential(FlatScores(net), nn.Softmax(axis=1), nn.Flatten()),
}


@every_method
@pytest.mark.parametrize("end", ENDS)
def test_scores_are_taken_before_a_softmax(name: str, end: str) -> None:
    net, x = averaging_net().astype("float64"), images((2, 1, 8, 8), dtype="float64")
    bare, ended = METHODS[name](net, x, 3), METHODS[name](ENDS[end](net), x, 3)
    np.testing.assert_allclose(ended.map, bare.map, atol=1e-12)
    np.testing.assert_allclose(ended.score, bare.score)


def on_paper(digit: Array, row: int, column: int) -> Array:
    paper = np.zeros((1, 1, 24, 24), digit.dtype)
    paper[0, 0, row : row + 8, column : column + 8] = digit
    return paper


MOVED: dict[str, dict[str, Any]] = {"occlusion": {"size": 3, "stride": 1}, "smooth-grad": {"noise": 0.0}}


@every_method
def test_a_digit_moved_moves_its_map(name: str, digits: tuple[Array, Array]) -> None:
    """The network counts what it sees wherever it is, so its explanation goes where the digit goes."""
    net, digit = averaging_net(seed=3).astype("float64"), digits[0][4, 0].astype("float64")
    options = MOVED.get(name, {})
    here, there = (METHODS[name](net, on_paper(digit, i, j), 6, **options).map[0] for i, j in ((5, 4), (9, 11)))
    assert np.ptp(here) > 0
    np.testing.assert_allclose(here[3:15, 2:14], there[7:19, 9:21], atol=1e-9)


@every_method
def test_randomised_weights_change_the_map(name: str, trained: Module, digits: tuple[Array, Array]) -> None:
    """A map that stays when all that was learned is gone shows the picture, not the network (Adebayo et al., 2018)."""
    x, labels = digits[0][:12], digits[1][:12]
    learned = METHODS[name](trained, x, labels).map
    state, rng = trained.state_dict(), generator(5, "randomised")
    try:
        for p in trained.parameters():
            p.data = rng.permutation(p.data.ravel()).reshape(p.shape)
        forgotten = METHODS[name](trained, x, labels).map
    finally:
        trained.load_state_dict(state)
    likeness = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1]
        for a, b in zip(learned, forgotten, strict=True)
        if np.ptp(a) * np.ptp(b)
    ]
    assert np.mean(likeness) < 0.8


@every_method
def test_a_map_that_is_zero_says_so(name: str) -> None:
    net = averaging_net()
    net.fc.weight.data[2] = 0
    e = METHODS[name](net, images((2, 1, 8, 8)), [2, 2])
    assert not e.map.any()
    assert e.blank.tolist() == [True, True]
    assert e.note.startswith("image 0: the map is zero everywhere")
    assert "マップはすべて 0 です" in e.notes[1][0].japanese
    assert not e.normalised().any()


def test_what_is_not_zero_needs_no_note() -> None:
    e = explain.saliency(averaging_net(), images((2, 1, 8, 8)))
    assert (e.note, e.notes) == ("", ((), ()))
    np.testing.assert_allclose(np.abs(e.normalised()).max(axis=(1, 2)), 1)


WRONG: dict[str, tuple[Any, Any, type[Exception], str]] = {
    "one image": (np.zeros((1, 8, 8), "f"), None, ValueError, r"images \(N, C, H, W\); got \(1, 8, 8\): .* x\[None\]"),
    "no image": (np.zeros((0, 1, 8, 8), "f"), None, ValueError, r"got \(0, 1, 8, 8\)"),
    "bytes": (np.zeros((1, 1, 8, 8), np.uint8), None, TypeError, "in floating point, .* got uint8"),
    "NaN": (np.full((1, 1, 8, 8), np.nan, "f"), None, ValueError, "finite numbers"),
    "channels": (np.zeros((1, 3, 8, 8), "f"), None, ValueError, "in_channels=1"),
    "class": (np.zeros((1, 1, 8, 8), "f"), 10, ValueError, "no class 10: the model has 10, 0 to 9"),
    "below": (np.zeros((1, 1, 8, 8), "f"), -1, ValueError, "no class -1"),
    "part": (np.zeros((1, 1, 8, 8), "f"), 1.5, ValueError, "index of a class"),
    "too many": (np.zeros((1, 1, 8, 8), "f"), [1, 2], ValueError, r"one for each of the 1 images?"),
}


@every_method
@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said(name: str, what: str) -> None:
    x, target, kind, words = WRONG[what]
    with pytest.raises(kind, match=words):
        METHODS[name](averaging_net(), x, target)


@every_method
def test_a_model_that_gives_no_scores_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"scores \(N, K\); for 1 images? this one gives \(1, 2, 6, 6\)"):
        METHODS[name](nn.Conv2d(1, 2, 3), images((1, 1, 8, 8)))


def test_a_score_that_overflows_is_refused() -> None:
    net = averaging_net()
    net.fc.weight.data[:] = np.inf
    with pytest.raises(ValueError, match="not finite"), np.errstate(all="ignore"):
        explain.saliency(net, images((1, 1, 8, 8)))
