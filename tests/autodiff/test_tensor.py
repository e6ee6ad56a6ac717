"""The tensor behaves as a NumPy array does, and NumPy's functions know it."""

import numpy as np
import pytest
from tests.cases import normal

import zerokara as zk

X = normal(3, 4) + 3.0
T = zk.tensor(X)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + 2,
        lambda x: 2 - x,
        lambda x: x * x,
        lambda x: 1 / x,
        lambda x: x**2,
        lambda x: 2**x,
        lambda x: -x,
        lambda x: +x,
        lambda x: abs(x - 3),
        lambda x: x @ x.T,
        lambda x: x[1],
        lambda x: x[:, ::-1],
        lambda x: x[x > 3],
        lambda x: x[..., None],
        lambda x: x[[0, 2]],
        lambda x: x.sum(),
        lambda x: x.sum(0),
        lambda x: x.mean(axis=1, keepdims=True),
        lambda x: x.max(axis=0),
        lambda x: x.min(),
        lambda x: x.var(),
        lambda x: x.std(axis=0, ddof=1),
        lambda x: x.reshape(2, 6),
        lambda x: x.reshape((4, -1)),
        lambda x: x.T,
        lambda x: x.transpose(1, 0),
        lambda x: x.transpose(),
        lambda x: x.swapaxes(0, -1),
        lambda x: x.flatten(),
        lambda x: x[None].squeeze(),
        lambda x: x.clip(2, 3),
        lambda x: x.astype(np.float32),
        lambda x: np.exp(x),
        lambda x: np.sum(x, axis=1),
        lambda x: np.maximum(x, 3),
        lambda x: np.where(x > 3, x, 0),
        lambda x: np.concatenate([x, x], axis=1),
        lambda x: np.ones(4) * x,
        lambda x: np.float64(2) * x,
        lambda x: np.mean(x),
        lambda x: x.argmax(axis=1),
        lambda x: np.argmin(x),
        lambda x: x > 3,
        lambda x: x != x,
        lambda x: np.expand_dims(x, 1),
        lambda x: np.broadcast_to(x, (2, 3, 4)),
        lambda x: np.logaddexp(0, x),
        lambda x: np.sign(x),
        lambda x: np.std(x, axis=1),
        lambda x: np.stack([x, x], axis=1),
        lambda x: np.square(x),
        lambda x: np.dot(x, x.T),
        lambda x: np.dot(2, x),
        lambda x: np.ones(4) @ x.T,
        lambda x: x @ np.ones(4),
        lambda x: np.ones(3) @ x,
        lambda x: np.log(np.sqrt(x)),
    ],
)
def test_as_numpy(f: object) -> None:
    expected = f(X)  # type: ignore[operator]
    result = f(T)  # type: ignore[operator]
    np.testing.assert_allclose(np.asarray(result), expected, rtol=1e-12)
    assert np.asarray(result).dtype == expected.dtype
    assert result.shape == expected.shape


def test_numbers_take_the_tensors_dtype() -> None:
    """float32 · 0.1 stays float32, and float64 · 0.1 keeps all its digits."""
    assert (zk.tensor([1.0]) * 0.1).dtype == np.float32
    assert (zk.tensor(np.array([1.0])) * 0.1).item() == 0.1
    assert (0.1 - zk.tensor(np.array([0.1]))).item() == 0


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(1.5, np.float32), ([1, 2], np.int64), (True, np.bool_), (np.ones(2), np.float64), (np.float32(1), np.float32)],
)
def test_dtypes_of_new_tensors(value: object, dtype: type) -> None:
    assert zk.tensor(value).dtype == dtype


def test_integers_that_want_gradients_become_fractions() -> None:
    """The book's central difference at integers gives (25000, 35000); here a gradient never meets an integer."""
    x = zk.tensor([3, 4], requires_grad=True)
    (x**2).sum().backward()
    assert np.asarray(x.grad).tolist() == [6, 8]


def test_tensor_copies_and_asarray_shares() -> None:
    a = np.ones(2)
    t = zk.tensor(a)
    a[0] = 5
    assert t.data.tolist() == [1, 1]
    assert np.asarray(t) is t.data
    assert t.numpy() is t.data
    assert np.array(t) is not t.data


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: T @ np.ones(3), r"the last axis of the left \(4\) must match the only axis of the right \(3\)"),
        (lambda: T @ 2, "got a scalar"),
        (lambda: bool(T), "ambiguous"),
        (lambda: len(zk.tensor(1.0)), "no len"),
        (lambda: zk.tensor([[1], [2, 3]]), "rectangular"),
        (lambda: zk.tensor(["a"]), "numbers"),
        (lambda: np.linalg.norm(T), "np.linalg.norm is not defined for tensors: use np.asarray"),
        (lambda: np.sum(T, dtype=np.float32), "np.sum of a tensor: got an unexpected keyword argument 'dtype'"),
        (lambda: np.arctan(T), "use np.asarray"),
        (lambda: T.reshape(5, 5), "reshape"),
    ],
)
def test_errors_speak(act: object, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        act()  # type: ignore[operator]


def test_repr_names_what_matters() -> None:
    assert repr(zk.tensor([1.0, 2.0])) == "tensor([1., 2.])"
    assert "requires_grad=True" in repr(zk.tensor([1.0], requires_grad=True))
    assert "rule=multiply" in repr(zk.tensor([1.0], requires_grad=True) * 2)
    assert "dtype=float64" in repr(T)


def test_tensors_are_hashable_by_identity() -> None:
    a, b = zk.tensor(1.0), zk.tensor(1.0)
    assert len({a, b, a}) == 2


def test_iteration_and_unpacking() -> None:
    rows = list(T)
    assert len(rows) == 3
    assert rows[0].shape == (4,)


@pytest.mark.parametrize(
    ("left", "right"), [((2, 3), (3, 4)), ((3,), (3,)), ((2, 3), (3,)), ((), (2, 3)), ((2, 5, 3), (3, 4))]
)
def test_np_dot_is_numpys(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    x, y = np.random.default_rng(0).normal(size=left), np.random.default_rng(1).normal(size=right)
    np.testing.assert_allclose(np.dot(zk.Tensor(x), zk.Tensor(y)).data, np.dot(x, y))


def test_np_dot_of_stacks_is_refused_since_it_is_no_product_of_their_matrices() -> None:
    with pytest.raises(ValueError, match="use x @ y"):
        np.dot(zk.Tensor(np.ones((2, 1, 1))), zk.Tensor(np.ones((2, 1, 3))))


def test_an_array_without_axes_stays_an_array_that_can_be_written_to() -> None:
    """NumPy makes a number of `array(2.) * 0.5`; held as such, an optimizer would write to a copy, in silence."""
    for name, make in zk.optim.OPTIMIZERS.items():
        parameter = zk.nn.Parameter(np.array(2.0, np.float32))
        parameter.data = parameter.data * np.float32(0.5)
        assert isinstance(parameter.data, np.ndarray)
        (parameter * parameter).backward()
        make([parameter], lr=0.1).step()
        assert float(parameter.data) < 1, name
    other = zk.nn.Parameter(np.zeros(2, np.float32))
    other.data = other + 1  # a tensor gives its array
    np.testing.assert_array_equal(other.data, [1, 1])
    with pytest.raises(TypeError, match=r"data is a NumPy array; got 3\.0"):
        other.data = 3.0  # type: ignore[assignment]
