"""Axes: negative ones, NumPy's whole numbers, none at all, wrong ones. Wrong ones are answered in one sentence."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import normal
from tests.rules.ways import each_way

import zerokara as zk
from zerokara import functional as F
from zerokara.autodiff.graph import unbroadcast

X = normal(2, 3, 4)
REDUCTIONS = ("sum", "mean", "max", "min", "var", "std")


def swapped(order: tuple[int, ...]) -> np.ndarray:
    """Numbers in the shape of X with its axes in this order, all different."""
    return np.arange(24.0).reshape(np.transpose(X, order).shape)


ORDERS = [tuple(a - 3 * n for a, n in zip(order, negative, strict=True)) for order in itertools.permutations(range(3))
          for negative in itertools.product((0, 1), repeat=3)]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
def test_transpose_in_every_order_with_every_sign(order: tuple[int, ...]) -> None:
    """y = transpose(x)·w has the slope: w with its axes put back."""
    w = swapped(order)
    right = np.transpose(w, np.argsort([a % 3 for a in order]))
    for way, (y, slope) in each_way(lambda x: np.transpose(x, order) * w, X):
        np.testing.assert_array_equal(y, np.transpose(X, order) * w, err_msg=way)
        np.testing.assert_array_equal(slope, right, err_msg=way)


def test_gradient_of_a_transpose_with_mixed_axes() -> None:
    """Of two axes of equal length, a wrong order has the right shape."""
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    for _, (_, slope) in each_way(lambda x: np.transpose(x, (0, -1)) * w, np.zeros((2, 2))):
        assert slope.tolist() == w.tolist()


@pytest.mark.parametrize("axis", [-1, -2, -3, 0, 1, 2, (0, -1), (-1, 0), (-2,), (1, -3, 2)])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_along_any_axis(name: str, axis: Any) -> None:
    """As NumPy in value; the slope is that of the same axes counted from the front."""
    front = tuple(a % 3 for a in axis) if isinstance(axis, tuple) else axis % 3
    for keep in (False, True):
        found = each_way(lambda x, keep=keep: getattr(x, name)(axis, keep), X)
        right = each_way(lambda x, keep=keep: getattr(F, name)(x, front, keep), X)
        for (_, (y, slope)), (_, (_, wanted)) in zip(found, right, strict=True):
            np.testing.assert_allclose(y, getattr(X, name)(axis, keepdims=keep), rtol=1e-12)
            np.testing.assert_allclose(slope, wanted, rtol=1e-12)


AXIS: dict[str, Callable[[Any, Any], Any]] = {
    "softmax": lambda x, a: F.softmax(x, a) * X,
    "log_softmax": lambda x, a: F.log_softmax(x, a) * X,
    "swapaxes": lambda x, a: x.swapaxes(a, 0) * np.arange(24.0).reshape(np.swapaxes(X, a, 0).shape),
    "expand_dims": lambda x, a: x.expand_dims(a) * np.expand_dims(X, a),
    "squeeze": lambda x, a: np.expand_dims(x, a).squeeze(a) * X,
    "concatenate": lambda x, a: F.concatenate([x, 2 * x], a) * np.concatenate([X, X * X], a),
    "stack": lambda x, a: F.stack([x, 2 * x], a) * np.stack([X, X * X], a),
    "flatten": lambda x, a: x.flatten(a) * X.reshape(*X.shape[: a % 3 if a % 3 < 3 else a], -1),
    **{name: lambda x, a, name=name: getattr(x, name)(a) for name in REDUCTIONS},
}  # fmt: skip


@pytest.mark.parametrize("name", AXIS)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_an_axis_counted_from_the_end_is_the_same_axis(name: str, axis: int) -> None:
    """Also as one of NumPy's whole numbers. New axes count from the end of the larger shape."""
    back = axis - (4 if name in ("expand_dims", "stack", "squeeze") else 3)
    f = AXIS[name]
    for (_, one), (_, other), (_, third) in zip(
        each_way(lambda x: f(x, axis), X),
        each_way(lambda x: f(x, back), X),
        each_way(lambda x: f(x, np.int64(axis)), X),
        strict=True,
    ):
        for a, b, c in zip(one, other, third, strict=True):
            np.testing.assert_array_equal(a, b)
            np.testing.assert_array_equal(a, c)


@pytest.mark.parametrize("axis", [0, -1, (0,), np.int64(0)])
def test_a_tensor_without_axes_counts_as_one_of_a_single_number(axis: Any) -> None:
    """As in PyTorch."""
    x = zk.tensor(np.array(3.0), requires_grad=True)
    for name, value, slope in (
        ("sum", 3, 1),
        ("mean", 3, 1),
        ("max", 3, 1),
        ("min", 3, 1),
        ("var", 0, 0),
        ("std", 0, 0),
    ):
        for keepdims in (False, True):
            y = getattr(x, name)(axis, keepdims)
            assert (y.shape, y.item(), zk.gradients(y, [x])[0].item()) == ((), value, slope)
    if not isinstance(axis, tuple):
        assert F.softmax(x, axis).item() == 1
        assert F.log_softmax(x, axis).item() == 0
        assert x.argmax(axis) == x.argmin(axis) == 0
    assert x.flatten().shape == (1,)
    assert x.expand_dims(-1).shape == (1,)
    assert x.squeeze().shape == ()


# what is wrong

RAW = re.compile(
    r"out of bounds for array of dimension|operands could not be|cannot reshape array|axes don't match|ufunc|"
    r"list index|tuple index|division by zero|unhashable|object cannot be interpreted|all the input array"
)
CALLS: dict[str, Callable[[zk.Tensor, Any], Any]] = {
    **{name: lambda x, a, name=name: getattr(x, name)(a) for name in (*REDUCTIONS, "argmax", "argmin", "squeeze")},
    **{f"np.{name}": lambda x, a, name=name: getattr(np, name)(x, axis=a) for name in (*REDUCTIONS, "argmax")},
    "softmax": F.softmax, "log_softmax": F.log_softmax,
    "expand_dims": lambda x, a: x.expand_dims(a), "np.expand_dims": lambda x, a: np.expand_dims(x, a),
    "swapaxes": lambda x, a: x.swapaxes(0, a), "flatten": lambda x, a: x.flatten(a), "F.flatten": F.flatten,
    "concatenate": lambda x, a: F.concatenate([x, x], a), "np.stack": lambda x, a: np.stack([x, x], a),
    "transpose": lambda x, a: x.transpose(a, 0), "layer_norm": F.layer_norm, "reshape": lambda x, a: x.reshape(a, 5),
    "broadcast_to": lambda x, a: x.broadcast_to((a, 5)), "getitem": lambda x, a: x[a, a, a],
    "nn.Softmax": lambda x, a: zk.nn.Softmax(a)(x),
}  # fmt: skip
WRONG = (3, -4, 7, np.int64(5), 1.5, "x", (0, 9), (0, 0), True, None, [0], (0, "a"))
SHAPES = ((), (3,), (2, 3), (1, 2, 1))


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_wrong_axis_is_answered_in_one_sentence(name: str, shape: tuple[int, ...]) -> None:
    """What was expected, what came, what to do; never a text of NumPy's, never an error of another kind."""
    answered = 0
    for axis in WRONG:
        try:
            CALLS[name](zk.tensor(np.ones(shape)), axis)
        except (ValueError, TypeError, IndexError) as error:
            text = str(error)
            assert "\n" not in text
            assert not RAW.search(text), text
            assert re.search("expects|do not fit|cannot be repeated|an index into", text), text
            answered += 1
    assert answered


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: F.concatenate([np.zeros(0), np.ones((5, 5))]), r"equal except along axis 0; got \[\(0,\), \(5, 5\)\]"),
        (lambda: F.concatenate([np.ones((5, 5))], 3), r"expects an axis from -2 to 1; got axis 3 .*\(5, 5\)"),
        (lambda: F.concatenate([]), "at least one array"),
        (lambda: F.concatenate([zk.tensor(1.0)]), "use stack for numbers"),
        (lambda: F.stack([np.ones(2), np.ones(3)]), "arrays of one shape"),
        (lambda: zk.tensor(X).swapaxes(0, 3), "swapaxes expects an axis from -3 to 2; got axis 3"),
        (lambda: zk.tensor([1.0]).flatten(3), r"flatten expects an axis from -1 to 0; got axis 3 for the shape \(1,\)"),
        (lambda: F.flatten(np.ones(3)), "flatten expects an axis from -1 to 0; got axis 1"),
        (lambda: zk.tensor(3.0).sum(1), "sum expects an axis from -1 to 0; got axis 1"),
        (lambda: zk.tensor(X).sum(1.0), "a whole number as axis; got 1.0"),
        (lambda: zk.tensor(X).sum(True), "a whole number as axis; got True"),
        (lambda: zk.tensor(X).max((0, -3)), r"max expects every axis once; got \(0, -3\)"),
        (lambda: zk.tensor(np.ones((0, 3))).max(0), r"max expects at least one number .* \(0, 3\)"),
        (lambda: zk.tensor(np.ones((0, 3))).argmin(0), "argmin expects at least one number"),
        (lambda: zk.tensor(X).permute(0, 1), r"expects each of the 3 axes of \(2, 3, 4\) once; got \(0, 1\)"),
        (lambda: zk.tensor(X).transpose(0, 1, -2), "once"),
        (lambda: zk.tensor(X).squeeze(0), "squeeze expects axes of length 1; got axis 0"),
        (lambda: zk.tensor(X).reshape(5, -1), r"24 numbers of shape \(2, 3, 4\) do not fit the shape \(5, -1\)"),
        (lambda: zk.tensor(X).broadcast_to((3, 4, 4)), r"\(2, 3, 4\) cannot be repeated to \(3, 4, 4\)"),
        (lambda: zk.tensor(X)[5], r"an index into a tensor of shape \(2, 3, 4\)"),
        (lambda: zk.tensor(X) @ np.ones((3, 4, 2)), "the axes before the last two must be equal or 1"),
    ],
)  # fmt: skip
def test_errors_speak(act: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError, IndexError), match=message) as raised:
        act()
    assert "\n" not in str(raised.value)


@given(st.data())
def test_a_wrong_pullback_is_refused_not_reshaped(data: st.DataObject) -> None:
    """A gradient has the shape of its input, or one to which that was broadcast; equal sizes are not enough."""
    shape = data.draw(st.lists(st.integers(1, 4), max_size=3).map(tuple))
    g = np.ones(data.draw(st.lists(st.integers(1, 4), max_size=4).map(tuple)))
    try:
        fits = np.broadcast_shapes(shape, g.shape) == g.shape
    except ValueError:
        fits = False
    if fits:
        assert unbroadcast(g, shape, g.dtype).shape == shape
        return
    with pytest.raises(ValueError, match="a pullback gave a gradient of shape"):
        unbroadcast(g, shape, g.dtype)


def test_the_pullback_of_a_wrong_rule_is_named() -> None:
    def turned(x: np.ndarray) -> Any:
        return x.T, (lambda g: g,)

    x = zk.tensor(np.ones((2, 3)), requires_grad=True)
    with pytest.raises(ValueError, match=r"turned: a pullback gave a gradient of shape \(3, 2\) for .* \(2, 3\)"):
        zk.autodiff.apply(turned, x).sum().backward()
