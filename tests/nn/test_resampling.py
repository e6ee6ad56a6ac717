"""Pictures in another size, and with more around them: as PyTorch makes them, recorded as written."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nn.test_peers import peer, recorded
from tests.rules.ways import each_way
from zerokara import functional as F
from zerokara import nn

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


REFUSED: list[tuple[Any, str]] = [
    (lambda: nn.Upsample(), "either size or scale_factor"),
    (lambda: F.interpolate(np.zeros((1, 1, 2, 2)), 4, mode="bicubic"), "knows the modes nearest, nearest-e"),
    (lambda: F.interpolate(np.zeros((1, 1, 2, 2)), 4, align_corners=True), "align_corners is for the modes"),
    (lambda: F.interpolate(np.zeros((1, 1, 2, 2)), (4,)), "expects one number or 2"),
    (lambda: F.interpolate(np.zeros((1, 1, 2, 2)), scale_factor=-1), "scale_factor above 0"),
    (lambda: F.interpolate(np.zeros((2, 2)), 4), r"expects \(N, C, L\) or \(N, C, H, W\)"),
    (lambda: F.pad(np.zeros((1, 3)), (3, 0), "reflect"), "adds from 0 to 2 numbers to an axis of 3"),
    (lambda: F.pad(np.zeros(3), (1, 2, 3)), "pairs"),
    (lambda: F.pad(np.zeros(3), (-2, -2)), "cannot cut"),
    (lambda: F.pad(np.zeros(3), (1, 1), "wrap"), "knows the modes constant, reflect"),
]


@pytest.mark.parametrize(("act", "message"), REFUSED)
def test_errors_speak(act: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        act()
