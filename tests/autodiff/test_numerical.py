"""Derivatives by differences, and the checker that rests on them."""

import numpy as np
import pytest
from tests.cases import normal

import zerokara as zk
from zerokara import functional as F
from zerokara.autodiff import apply


def test_the_books_slopes() -> None:
    """f = 0.01x² + 0.1x at 5 and 10: the very numbers that the book prints (§4.3.2)."""

    def f(x: float) -> float:
        return 0.01 * x**2 + 0.1 * x

    assert zk.numerical_diff(f, 5) == 0.1999999999990898
    assert zk.numerical_diff(f, 10) == 0.2999999999986347


@pytest.mark.parametrize("point", [(3, 4), np.array([3, 4]), np.array([3.0, 4.0], np.float32), zk.tensor([3, 4])])
def test_integers_and_float32_are_taken_as_float64(point: object) -> None:
    """The book's own function gives (25000, 35000) at integers and (5.989, 8.001) in float32."""
    np.testing.assert_allclose(zk.numerical_gradient(lambda x: np.sum(x**2), point), (6, 8), atol=1e-8)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 2), (0, 2)])
def test_any_shape_and_the_input_stays(shape: tuple[int, ...]) -> None:
    x = normal(*shape) if shape else np.array(1.5)
    before = x.copy()
    np.testing.assert_allclose(zk.numerical_gradient(lambda p: np.sum(p**3), x), 3 * x**2, atol=1e-7)
    assert np.array_equal(x, before)


def test_functions_of_tensors_are_welcome() -> None:
    g = zk.numerical_gradient(lambda x: F.tanh(zk.tensor(x)).sum(), np.array([0.3, -1.0]))
    np.testing.assert_allclose(g, 1 - np.tanh([0.3, -1.0]) ** 2, atol=1e-8)


def test_a_function_with_many_values_is_refused() -> None:
    with pytest.raises(ValueError, match="one number as its value"):
        zk.numerical_gradient(lambda x: x, np.ones(2))


def _wrong_factor(x: np.ndarray) -> tuple:
    return x * x, (lambda g: 1.9999 * g * x,)


def _wrong_place(x: np.ndarray) -> tuple:
    return x * x, (lambda g: 2 * g * x[::-1],)


def _ignores_g(x: np.ndarray) -> tuple:
    return x * x, (lambda g: 2 * x,)


@pytest.mark.parametrize("rule", [_wrong_factor, _wrong_place, _ignores_g])
def test_the_tester_is_tested(rule: object) -> None:
    """A planted error of 1 in 20,000 is caught, and so are misplaced numbers and an ignored incoming gradient."""
    with pytest.raises(AssertionError, match="back-propagation gives"):
        zk.check_gradients(lambda x: apply(rule, x), normal(5))  # type: ignore[arg-type]


def test_a_forgotten_input_is_caught() -> None:
    with pytest.raises(AssertionError, match="input 1"):
        zk.check_gradients(lambda x, y: x * y.detach(), normal(3), normal(3))


def test_nan_gradients_are_caught() -> None:
    with pytest.raises(AssertionError):
        zk.check_gradients(lambda x: apply(lambda x: (x, (lambda g: g * np.nan,)), x), normal(3))
