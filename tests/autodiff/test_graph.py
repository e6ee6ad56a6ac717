"""The engine: what is recorded, how gradients travel, what is kept and what is released."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, broadcastable_shapes
from tests.cases import normal

import zerokara as zk
from zerokara import functional as F


def leaf(value: object) -> zk.Tensor:
    return zk.tensor(value, dtype=np.float64, requires_grad=True)


def test_the_books_apples() -> None:
    apple, number, tax = leaf(100.0), leaf(2.0), leaf(1.1)
    bill = apple * number * tax
    bill.backward()
    assert bill.item() == pytest.approx(220)
    assert [t.grad.item() for t in (apple, number, tax) if t.grad is not None] == pytest.approx([2.2, 110, 200])


def test_a_tensor_used_twice_gets_both_gradients() -> None:
    x = leaf(3.0)
    (x * x + x).backward()
    assert x.grad == pytest.approx(7)


def test_gradients_accumulate_until_cleared() -> None:
    x = leaf(2.0)
    for _ in range(3):
        (x * 5).backward()
    assert x.grad == pytest.approx(15)
    x.zero_grad()
    assert x.grad is None


def test_accumulated_gradient_is_no_view_of_the_graph() -> None:
    """The sum hands the same array to both inputs; changing one leaf's gradient must not change the other's."""
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (a + b).backward(np.ones(2))
    assert a.grad is not None
    assert b.grad is not None
    a.grad += 1
    assert b.grad.tolist() == [1, 1]


def test_ten_thousand_operations_deep() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(10_000):
        y = y + x * 0.5
    y.backward()
    assert x.grad == pytest.approx(5001)
    del y
    gc.collect()


@given(st.data())
def test_broadcasting_is_undone(data: st.DataObject) -> None:
    """The gradient has the shape of its tensor, and equals that of the tensor broadcast by hand."""
    shape = data.draw(array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    other = data.draw(broadcastable_shapes(shape, min_dims=0, max_dims=4, max_side=4))
    x, y = leaf(normal(*shape)), leaf(normal(*other))
    z = x * y
    v = normal(1, *z.shape)[0]
    gx, gy = zk.gradients(z, [x, y], gradient=v)
    assert gx.shape == x.shape
    assert gy.shape == y.shape
    spread_x, spread_y = leaf(np.broadcast_to(x.data, z.shape)), leaf(np.broadcast_to(y.data, z.shape))
    full, _ = zk.gradients(spread_x * spread_y, [spread_x, spread_y], gradient=v)
    axes = tuple(range(full.ndim - gx.ndim)) + tuple(i + full.ndim - gx.ndim for i, n in enumerate(gx.shape) if n == 1)
    np.testing.assert_allclose(gx, full.sum(axis=axes).reshape(gx.shape), rtol=1e-12, atol=1e-12)


def test_empty_batch() -> None:
    w, b = leaf(normal(2, 3)), leaf(normal(2))
    F.linear(np.zeros((0, 3)), w, b).sum().backward()
    assert w.grad is not None
    assert not w.grad.any()
    assert b.grad is not None
    assert b.grad.shape == (2,)


def test_gradients_at_inner_results() -> None:
    x = leaf([1.0, 2.0])
    maps = x * 3
    y = (maps * maps).sum()
    at_maps, at_x = zk.gradients(y, at=[maps, x])
    assert at_maps.tolist() == [6, 12]
    assert at_x.tolist() == [18, 36]
    assert x.grad is None


def test_gradient_in_itself_is_one() -> None:
    x = leaf(2.0)
    y = x * x
    assert zk.gradients(y, [y, x]) == [1, 4]


def test_gradient_of_an_unrelated_tensor_is_zero() -> None:
    x, other = leaf([1.0]), leaf([2.0, 3.0])
    assert zk.gradients((x * x).sum(), [other])[0].tolist() == [0, 0]


def test_only_useful_pullbacks_are_called() -> None:
    """The gradient of the images is never computed when only the weights are asked for."""
    called = []

    def rule(x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, tuple]:
        return x * w, (lambda g: called.append("x") or g * w, lambda g: called.append("w") or g * x)

    w = leaf([2.0])
    zk.autodiff.apply(rule, np.ones(1), w).sum().backward()
    assert called == ["w"]


def test_no_grad_and_detach() -> None:
    x = leaf(2.0)
    with zk.no_grad():
        assert not (x * x).requires_grad
        assert not zk.autodiff.recording()
    assert zk.autodiff.recording()
    y = x * x.detach()
    y.backward()
    assert x.grad == 2

    @zk.no_grad()
    def infer() -> zk.Tensor:
        return x * 3

    assert not infer().requires_grad
    assert not infer().requires_grad


def test_no_grad_is_undone_by_an_exception() -> None:
    with pytest.raises(KeyError), zk.no_grad():
        raise KeyError
    assert zk.autodiff.recording()


def test_a_backward_pass_releases_the_step() -> None:
    """Arrays of a step go as soon as its backward pass is done, although the loss is still held."""
    w = zk.tensor(np.ones((500, 500)), requires_grad=True)
    h = F.tanh(w * 2)
    inner = weakref.ref(h)
    loss = (h * h).sum()
    del h
    loss.backward()
    gc.collect()
    assert inner() is None
    assert loss.item() > 0


def test_memory_does_not_grow_with_the_steps() -> None:
    w = zk.tensor(np.ones((100, 100)), requires_grad=True)

    def step() -> None:
        w.zero_grad()
        (F.tanh(w @ w) ** 2).sum().backward()

    step()
    gc.disable()  # nothing may depend on the cycle collector
    tracemalloc.start()
    try:
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20):
            step()
        assert tracemalloc.get_traced_memory()[0] - before < 2 * w.data.nbytes
    finally:
        tracemalloc.stop()
        gc.enable()


def test_a_released_graph_says_so() -> None:
    x = leaf(2.0)
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()
    z = x * x
    z.backward(retain_graph=True)
    z.backward()
    assert x.grad == 12


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: leaf([1.0, 2.0]).__mul__(2).backward(), "needs a `gradient` of that shape"),
        (lambda: leaf([1.0, 2.0]).__mul__(2).backward(np.ones(3)), r"shape of the result \(2,\); got \(3,\)"),
        (lambda: zk.tensor(1.0).backward(), "does not require gradients"),
        (lambda: zk.gradients(leaf(1.0) * 2, [zk.tensor(1.0)]), "does not require a gradient"),
        (lambda: zk.gradients(leaf(1.0) * 2, [np.ones(1)]), "at tensors; at\\[0\\] is a ndarray"),  # type: ignore[list-item]
        (lambda: zk.Tensor(np.arange(3), requires_grad=True), "only floating-point tensors"),
    ],
)
def test_misuse_is_answered_in_words(act: object, message: str) -> None:
    with pytest.raises((RuntimeError, ValueError, TypeError), match=message):
        act()  # type: ignore[operator]


BOWLS = {
    "the book's valley": (lambda p: p[0] ** 2 / 20 + p[1] ** 2, (-7.0, 2.0), (0.0, 0.0)),
    "x² + y²": (lambda p: (p**2).sum(), (3.0, 4.0), (0.0, 0.0)),
    "(x² − 1)² + 0.3x": (lambda p: ((p**2 - 1) ** 2 + 0.3 * p).sum(), (1.5,), (0.9601496,)),
    "e^x − 2x, its minimum at ln 2": (lambda p: (F.exp(p) - 2 * p).sum(), (0.0,), (np.log(2),)),
}


@pytest.mark.parametrize("name", BOWLS)
def test_newtons_method(name: str) -> None:
    """Steps of −H⁻¹∇f reach the minimum at once on a quadratic surface, and within a few steps on others."""
    f, start, minimum = BOWLS[name]
    point = np.array(start)
    for _ in range(2 if len(start) == 2 else 12):
        x = zk.tensor(point, requires_grad=True)
        (slope,) = zk.gradients(f(x), [x], create_graph=True)
        hessian = [zk.gradients(slope[i], [x], retain_graph=True)[0] for i in range(len(point))]
        point = point - np.linalg.solve(np.array(hessian), slope.data)
    np.testing.assert_allclose(point, minimum, atol=1e-6)


def test_third_derivative() -> None:
    x = leaf(2.0)
    y = x**4
    for expected in (32.0, 48.0, 48.0, 24.0):
        (y,) = zk.gradients(y, [x], create_graph=True)
        assert y.item() == pytest.approx(expected)


def test_hessian_of_a_product_of_matrices() -> None:
    """f = Σ (A x)²: the Hessian is 2 AᵀA."""
    a, x = normal(4, 3), leaf(normal(3, 1))
    (g,) = zk.gradients(((a @ x) ** 2).sum(), [x], create_graph=True)
    rows = [zk.gradients(g[i, 0], [x], retain_graph=True)[0][:, 0] for i in range(3)]
    np.testing.assert_allclose(rows, 2 * a.T @ a, atol=1e-12)


def test_backward_with_create_graph() -> None:
    x = leaf(3.0)
    y = x**3
    y.backward(create_graph=True)
    assert x.grad == pytest.approx(27)
