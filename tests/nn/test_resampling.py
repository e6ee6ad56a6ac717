"""Pictures in another size, and with more around them: as PyTorch makes them, recorded as written."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zerokara as zk
from tests.nn.test_peers import peer, recorded
from tests.rules.ways import each_way
from zerokara import functional as F
from zerokara import nn, rules

RNG = np.random.default_rng(8)
SIZES = st.integers(1, 9)


@given(n=st.integers(0, 2), before=st.tuples(SIZES, SIZES), after=st.tuples(SIZES, SIZES), data=st.data())
def test_upsample_to_a_size(
    same_as_torch: Any, n: int, before: tuple[int, int], after: tuple[int, int], data: st.DataObject
) -> None:
    mode, corners = data.draw(
        st.sampled_from([("nearest", None), ("nearest-exact", None), ("bilinear", False), ("bilinear", True)])
    )
    ours, theirs = peer("Upsample", after, mode=mode, align_corners=corners)
    same_as_torch(ours, theirs, RNG.standard_normal((n, 2, *before)))


@given(n=st.sampled_from([(5, 3), (4, 4), (1, 7)]), factor=st.sampled_from([1, 2, 3, 0.5, 1.5, 2.5]), data=st.data())
def test_upsample_by_a_factor(same_as_torch: Any, n: tuple[int, int], factor: float, data: st.DataObject) -> None:
    mode, corners = data.draw(
        st.sampled_from([("nearest", None), ("nearest-exact", None), ("bilinear", False), ("bilinear", True)])
    )
    if min(n) * factor < 1:
        return
    ours, theirs = peer("Upsample", scale_factor=factor, mode=mode, align_corners=corners)
    same_as_torch(ours, theirs, RNG.standard_normal((2, 2, *n)))
    recorded(ours, RNG.standard_normal((2, 2, *n)))


def test_upsample_of_rows(same_as_torch: Any) -> None:
    for mode, corners in (("nearest", None), ("linear", False), ("linear", True)):
        same_as_torch(*peer("Upsample", 7, mode=mode, align_corners=corners), RNG.standard_normal((2, 3, 4)))


@given(
    pad=st.lists(st.integers(-2, 3), min_size=4, max_size=4),
    value=st.sampled_from([0.0, 1.5, -np.inf]),
    n=st.integers(0, 2),
)
def test_pad_with_a_number(pad: list[int], value: float, n: int) -> None:
    torch = pytest.importorskip("torch")
    x = RNG.standard_normal((n, 2, 5, 6))
    found = each_way(lambda t: F.pad(t, pad, value=value), x)
    a = torch.tensor(x, requires_grad=True)
    theirs = torch.nn.functional.pad(a, pad, value=value)
    theirs.sum().backward()
    for way, (y, g) in found:
        np.testing.assert_array_equal(y, theirs.detach().numpy(), err_msg=way)
        np.testing.assert_array_equal(g, a.grad.numpy(), err_msg=way)


@given(
    mode=st.sampled_from(["reflect", "replicate", "circular"]), pad=st.lists(st.integers(0, 4), min_size=4, max_size=4)
)
def test_pad_with_the_picture(mode: str, pad: list[int]) -> None:
    torch = pytest.importorskip("torch")
    x = RNG.standard_normal((2, 2, 5, 6))
    a = torch.tensor(x, requires_grad=True)
    theirs = torch.nn.functional.pad(a, pad, mode=mode)
    theirs.sum().backward()
    for way, (y, g) in each_way(lambda t: F.pad(t, pad, mode), x):
        np.testing.assert_array_equal(y, theirs.detach().numpy(), err_msg=way)
        np.testing.assert_allclose(g, a.grad.numpy(), rtol=1e-14, err_msg=way)


def test_pad_keeps_whole_numbers() -> None:
    y = F.pad(np.array([[1, 2]]), (1, 0), value=7)
    assert y.dtype == np.int64
    assert y.data.tolist() == [[7, 1, 2]]
    with pytest.raises(TypeError, match=r"whole number for value; got 0\.5"):
        F.pad(np.array([[1, 2]]), (1, 0), value=0.5)


@pytest.mark.parametrize("factor", [(2, 2), (3, 1), (2, 1.5), (1.5, 3)])
@pytest.mark.parametrize("n", [0, 2])
def test_whole_factors_and_others_at_once(same_as_torch: Any, factor: tuple[float, float], n: int) -> None:
    """Pixels are repeated along one axis and picked along the other; so many channels that vectors have a rest."""
    ours, theirs = peer("Upsample", scale_factor=factor)
    same_as_torch(ours, theirs, RNG.standard_normal((n, 19, 4, 6)))
    if n:
        recorded(ours, RNG.standard_normal((n, 19, 4, 6)))


def test_rows_twice_as_long(same_as_torch: Any) -> None:
    same_as_torch(*peer("Upsample", scale_factor=2), RNG.standard_normal((2, 3, 5)))
    recorded(nn.Upsample(scale_factor=2), RNG.standard_normal((2, 3, 5)))


def test_repeated_pixels_have_second_derivatives() -> None:
    """Σ y³ of the repeated pixels is (copies)·Σ x³: its gradient is 3·copies·x², and that has one, too."""
    x = RNG.standard_normal((2, 3, 2, 3))

    def slope(t: zk.Tensor) -> zk.Tensor:
        y = F.interpolate(t, scale_factor=(2, 3))
        return zk.gradients((y * y * y).sum(), [t], create_graph=True)[0]

    np.testing.assert_allclose(slope(zk.tensor(x, requires_grad=True)).data, 18 * x * x, rtol=1e-12)
    zk.check_gradients(slope, x)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.bool_, np.float16])
def test_repeated_pixels_keep_their_type(dtype: Any) -> None:
    x = RNG.integers(0, 2, (2, 3, 4, 5)).astype(dtype)
    for family in zk.kernels.FAMILIES:
        with zk.use_kernels(family):
            y = F.interpolate(x, scale_factor=2).data
        assert y.dtype == dtype
        np.testing.assert_array_equal(y, x.repeat(2, 2).repeat(2, 3))


def test_a_size_that_stays_is_the_picture_itself() -> None:
    x = zk.tensor(RNG.standard_normal((1, 2, 3, 4)))
    assert F.interpolate(x, (3, 4)) is x


REFUSED: list[tuple[Any, str]] = [
    (lambda: nn.Upsample(), "either size or scale_factor"),
    (lambda: F.interpolate(np.zeros((1, 1, 2, 2)), 4, mode="bicubic"), "knows the modes nearest, nearest-e"),
    (lambda: F.interpolate(np.zeros((1, 1, 2, 2)), 4, align_corners=True), "align_corners is for the modes"),
    (lambda: F.interpolate(np.zeros((1, 1, 2, 2)), (4,)), "expects one number or 2"),
    (lambda: F.interpolate(np.zeros((1, 1, 2, 2)), scale_factor=-1), "scale_factor above 0"),
    (lambda: F.interpolate(np.zeros((2, 2)), 4), r"expects \(N, C, L\) or \(N, C, H, W\)"),
    (lambda: rules.upsample_nearest(np.zeros((1, 1, 2, 2)), factors=(2,)), r"factor of at least 1 .* got .*\(2,\)"),
    (lambda: rules.upsample_nearest(np.zeros((1, 1, 2)), factors=(0,)), "whole factor of at least 1"),
    (lambda: rules.upsample_nearest(np.zeros((1, 2)), factors=()), r"expects \(N, C, …\)"),
    (lambda: rules.upsample_nearest_grad(np.zeros((1, 1, 3)), factors=(2,)), r"expects multiples of \(2,\) pixels"),
    (lambda: F.pad(np.zeros((1, 3)), (3, 0), "reflect"), "adds from 0 to 2 numbers to an axis of 3"),
    (lambda: F.pad(np.zeros(3), (1, 2, 3)), "pairs"),
    (lambda: F.pad(np.zeros(3), (-2, -2)), "cannot cut"),
    (lambda: F.pad(np.zeros(3), (1, 1), "wrap"), "knows the modes constant, reflect"),
]


@pytest.mark.parametrize(("act", "message"), REFUSED)
def test_errors_speak(act: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        act()
