"""Jacobians, Hessians and Hessian-vector products, against SciPy, PyTorch, differences and arithmetic."""

import numpy as np
import pytest
from scipy.optimize import rosen_hess, rosen_hess_prod
from tests.cases import normal

import zerokara as zk
from zerokara import functional as F


def rosenbrock(x: zk.Tensor) -> zk.Tensor:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def network(x: zk.Tensor, w: zk.Tensor, b: zk.Tensor) -> zk.Tensor:
    return F.cross_entropy(F.tanh(F.linear(x, w, b)), np.array([0, 2, 1, 1]))


PARTS = (normal(4, 3), normal(3, 3), normal(2, 3)[0])


def test_the_banana_has_scipys_hessian() -> None:
    x = normal(5)
    np.testing.assert_allclose(zk.hessian(rosenbrock, x), rosen_hess(x), rtol=1e-12)
    value, product = zk.hvp(rosenbrock, x, normal(2, 5)[0])
    np.testing.assert_allclose(product, rosen_hess_prod(x, normal(2, 5)[0]), rtol=1e-12, atol=1e-10)
    assert value == rosenbrock(zk.tensor(x)).item()


def test_a_jacobian_has_the_shape_of_the_value_and_then_of_the_input() -> None:
    """Of the product A·x in A it is δᵢⱼ·xₖ."""
    a, x = normal(2, 3), normal(3)
    by_a, by_x = zk.jacobian(lambda a, x: a @ x, (a, x))
    np.testing.assert_allclose(by_x, a)
    np.testing.assert_allclose(by_a, np.eye(2)[:, :, None] * x)
    assert zk.jacobian(lambda x: x**2, 3.0).shape == ()
    assert zk.jacobian(lambda x: x[:0], x).shape == (0, 3)


def test_the_hessian_is_symmetric_and_its_blocks_are_those_of_differences() -> None:
    blocks = zk.hessian(network, PARTS)
    for i, x in enumerate(PARTS):
        for j, other in enumerate(PARTS):
            np.testing.assert_allclose(
                blocks[i][j].reshape(x.size, other.size), blocks[j][i].reshape(other.size, x.size).T, atol=1e-12
            )

    def slope(w: np.ndarray, i: int) -> float:
        parts = [zk.tensor(p, requires_grad=True) for p in (PARTS[0], w, PARTS[2])]
        return float(zk.gradients(network(*parts), [parts[1]])[0].reshape(-1)[i])

    for i in (0, 4):
        expected = zk.numerical_gradient(lambda w, i=i: slope(w, i), PARTS[1])
        np.testing.assert_allclose(blocks[1][1].reshape(9, 3, 3)[i], expected, atol=1e-7)


def test_a_product_with_a_vector_is_that_with_the_whole_matrix() -> None:
    v = (normal(7, 4, 3)[0], normal(8, 3, 3)[0], normal(9, 3)[0])
    blocks = zk.hessian(network, PARTS)
    _, products = zk.hvp(network, PARTS, v)
    for row, product in zip(blocks, products, strict=True):
        whole = sum(np.tensordot(block, part, part.ndim) for block, part in zip(row, v, strict=True))
        np.testing.assert_allclose(product, whole, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_as_pytorch(dtype: type) -> None:
    torch = pytest.importorskip("torch")
    parts = tuple(p.astype(dtype) for p in PARTS)
    theirs = tuple(torch.tensor(p) for p in parts)
    labels = torch.tensor([0, 2, 1, 1])

    def same(x: object, w: object, b: object) -> object:
        return torch.nn.functional.cross_entropy(torch.tanh(torch.nn.functional.linear(x, w, b)), labels)

    tolerance = 1e-12 if dtype is np.float64 else 1e-5
    ours = zk.hessian(network, parts)
    for row, other in zip(ours, torch.autograd.functional.hessian(same, theirs), strict=True):
        for block, expected in zip(row, other, strict=True):
            assert block.dtype == dtype
            np.testing.assert_allclose(block, expected.numpy(), atol=tolerance)


def test_derivatives_of_derivatives() -> None:
    """The derivative of the Hessian of x⁴ is 24x; a linear function has no second derivative: 0."""
    x = zk.tensor(np.array([2.0, 3.0]), requires_grad=True)
    whole = zk.hessian(lambda x: (x**4).sum(), x, create_graph=True)
    np.testing.assert_allclose(zk.gradients(whole.sum(), [x])[0], [48, 72])
    assert np.array_equal(zk.hessian(lambda x: x.sum(), np.ones(2)), np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: zk.hessian(lambda x: x, np.ones(2)), r"hessian expects a function whose value is one number; got .*2"),
        (lambda: zk.hvp(lambda x: x.sum(), np.ones(2), np.ones(3)), r"hvp expects v in the shapes of the inputs"),
        (
            lambda: zk.jacobian(lambda x: 3.0, np.ones(2)),
            "jacobian expects a function that returns a tensor; got float",
        ),
    ],
)
def test_what_cannot_be_is_said(call: object, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()  # type: ignore[operator]
