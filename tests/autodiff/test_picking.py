"""Picking, sorting, summing by letters: values and gradients as PyTorch's, and recorded as written."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import distinct, normal

import zerokara as zk
from zerokara import rules

X = distinct(3, 4, 5)
TIES = np.array([[1.0, 3.0, 3.0, 2.0], [2.0, 2.0, 2.0, 2.0], [-1.0, 0.0, 0.0, -1.0]])
PLACES = np.random.default_rng(0).integers(0, 4, (3, 2, 5))
MASK = normal(3, 4, 5) > 0

OPERATIONS: dict[str, Any] = {
    "gather": lambda zk, x, _: x.gather(1, zk.tensor(PLACES)),
    "gather the first": lambda zk, x, _: x.gather(0, zk.tensor(PLACES % 3)),
    "index_select": lambda zk, x, _: x.index_select(2, zk.tensor([3, 0, 0])),
    "masked_fill": lambda zk, x, _: x.masked_fill(zk.tensor(MASK), -1.0),
    "masked_select": lambda zk, x, _: x.masked_select(zk.tensor(MASK)),
    "sort": lambda zk, x, _: x.sort(dim=1).values,
    "sort, descending": lambda zk, x, _: x.sort(dim=-1, descending=True)[0],
    "topk": lambda zk, x, _: x.topk(2, dim=1).values,
    "topk, smallest": lambda zk, x, _: x.topk(3, dim=0, largest=False).values,
    "max": lambda zk, x, _: x.max(dim=1).values,
    "min, kept": lambda zk, x, _: x.min(dim=-1, keepdim=True).values,
    "logsumexp": lambda zk, x, _: (x * 40).logsumexp(1),
    "logsumexp along two": lambda zk, x, _: zk.logsumexp(x, dim=(0, 2), keepdim=True),
    "cumsum": lambda zk, x, _: x.cumsum(1),
    "norm": lambda zk, x, _: x.norm(),
    "norm along two": lambda zk, x, _: x.norm(dim=(0, 2), keepdim=True),
    "norm 1": lambda zk, x, _: x.norm(p=1, dim=1),
    "norm 3": lambda zk, x, _: x.norm(p=3, dim=0),
    "norm inf": lambda zk, x, _: x.norm(p=float("inf"), dim=2),
    "einsum": lambda zk, x, y: zk.einsum("abc,acd->bd", x, y),
    "einsum, summed away": lambda zk, x, y: zk.einsum("abc,def->bf", x, y),
    "einsum, an axis of 1": lambda zk, x, y: zk.einsum("abc,abd->cd", x, y.sum(1, keepdim=True)[:, :, :3]),
    "einsum of three": lambda zk, x, y: zk.einsum("abc,acd,d->b", x, y, y[0, 0]),
    "repeat": lambda zk, x, _: x.repeat(2, 1, 3, 1),
    "expand": lambda zk, x, _: x[:, :1].expand(-1, 6, -1),
    "split": lambda zk, x, _: x.split([1, 3], dim=1)[1] * 2,
    "chunk": lambda zk, x, _: zk.cat(x.chunk(2, dim=2)[::-1], dim=2),
    "stack": lambda zk, x, y: zk.stack([x[:, :, :3], y[:, :4, :3]], dim=1),
    "where": lambda zk, x, _: zk.where(zk.tensor(MASK), x, x * 2),
    "clone": lambda zk, x, _: x.clone() * x,
    "softmax": lambda zk, x, _: x.softmax(dim=1),
    "std": lambda zk, x, _: x.std(dim=1),
}
Y = normal(3, 5, 6)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("family", ["reference", "compiled"])
def test_value_and_gradients_are_pytorchs(name: str, family: str) -> None:
    torch = pytest.importorskip("torch")
    with zk.use_kernels(family):
        a, b = (zk.tensor(array, requires_grad=True) for array in (X, Y))
        ours = OPERATIONS[name](zk, a, b)
        v = normal(7, *ours.shape)[0]
        (ours * v).sum().backward()
    c, d = (torch.tensor(array, requires_grad=True) for array in (X, Y))
    theirs = OPERATIONS[name](torch, c, d)
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-12)
    (theirs * torch.tensor(v)).sum().backward()
    for one, other in ((a, c), (b, d)):
        assert (one.grad is None) == (other.grad is None)
        if one.grad is not None:
            np.testing.assert_allclose(one.grad, other.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_recorded_as_written(name: str, dtype: type) -> None:
    """Value, gradients and gradients of gradients."""

    def step(x: Any, y: Any) -> list[Any]:
        a, b = (zk.Tensor(t.data, requires_grad=True) for t in (x, y))
        value = OPERATIONS[name](zk, a, b)
        first = zk.gradients((value * value).sum(), [a, b], create_graph=True)
        second = zk.gradients(sum((g * g * 0.1).sum() for g in first), [a, b])
        return [value * 1, *(g * 1 for g in first), *(zk.Tensor(g * 1) for g in second)]

    inputs = [zk.tensor(array.astype(dtype)) for array in (X, Y)]
    written, recorded = step(*inputs), zk.capture(step)
    rtol = 1e-11 if dtype is np.float64 else 2e-5
    for _ in range(2):
        for a, b in zip(recorded(*inputs), written, strict=True):
            assert a.dtype == b.dtype == dtype
            np.testing.assert_allclose(a.data, b.data, rtol=rtol, atol=rtol * np.abs(b.data).max(initial=1))


def test_places_that_a_recorded_step_is_given_or_computes() -> None:
    def step(x: Any, where: Any) -> Any:
        found = x.topk(2, dim=1)
        return x.gather(1, where), found.values, found.indices * 1, x.gather(1, found.indices), x.max(dim=0).indices * 1

    recorded = zk.capture(step)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        inputs = zk.tensor(rng.normal(size=(3, 4))), zk.tensor(rng.integers(0, 4, (2, 3)))
        for a, b in zip(recorded(*inputs), step(*inputs), strict=True):
            np.testing.assert_array_equal(a.data, b.data)
    with pytest.raises(IndexError, match="gather expects places from 0 to 3; got 0 to 4"):
        recorded(zk.tensor(np.ones((3, 4))), zk.tensor([[0, 4, 1], [0, 0, 0]]))


ARRAYS = [
    TIES,
    TIES.astype(np.float32),
    TIES.astype(np.int64),
    TIES > 1,
    np.array([[np.nan, 1.0, np.inf], [0.0, np.nan, -np.inf]]),
    TIES.astype(np.uint8),
]


@pytest.mark.parametrize("x", ARRAYS, ids=lambda x: str(x.dtype))
@pytest.mark.parametrize(("dim", "descending"), list(itertools.product((0, 1, -1), (False, True))))
def test_order_is_stable_and_knows_every_type(x: np.ndarray, dim: int, descending: bool) -> None:
    torch = pytest.importorskip("torch")
    ours = zk.tensor(x).sort(dim, descending)
    theirs = torch.sort(torch.tensor(x), dim=dim, descending=descending, stable=True)
    np.testing.assert_array_equal(ours.values.data, theirs.values.numpy())
    np.testing.assert_array_equal(ours.indices.data, theirs.indices.numpy())
    assert ours.values.dtype == x.dtype
    top = zk.tensor(x).topk(2, dim, largest=descending)
    np.testing.assert_array_equal(top.values.data, ours.values.data.take(range(2), axis=dim))


def test_the_gradient_of_an_extreme_goes_to_the_place_that_is_named() -> None:
    """With dim= to the first of equal ones, as its index says; with axis= in equal parts to all."""
    x = zk.tensor(TIES, requires_grad=True)
    found = x.max(dim=1)
    (one,) = zk.gradients(found.values.sum(), [x])
    assert np.argmax(one, axis=1).tolist() == found.indices.tolist()
    assert one.sum() == 3
    (shared,) = zk.gradients(x.max(axis=1).sum(), [x])
    assert shared[1].tolist() == [0.25] * 4


def test_numbers_without_axes() -> None:
    x = zk.tensor(3.0, requires_grad=True)
    for found in (x.sort(), x.topk(1), x.max(dim=0)):
        assert (found.values.item(), found.indices.item()) == (3, 0)
        assert zk.gradients(found.values, [x])[0] == 1
    assert zk.gradients(x.cumsum(0), [x])[0] == 1


@pytest.mark.parametrize("p", [0, 0.5, 1, 1.5, 2, 3, np.inf])
def test_the_gradient_of_a_norm_is_0_where_all_is_0(p: float) -> None:
    """PyTorch's subgradient: a length has no slope at 0, and 0/0 would be NaN."""
    torch = pytest.importorskip("torch")
    array = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, -4.0]])
    x, t = zk.tensor(array, requires_grad=True), torch.tensor(array, requires_grad=True)
    y, u = x.norm(p, dim=1), t.norm(p, dim=1)
    np.testing.assert_allclose(y.data, u.detach().numpy())
    if p:
        u.sum().backward()
    expected = np.nan_to_num(t.grad.numpy()) if p else np.zeros_like(array)
    np.testing.assert_allclose(zk.gradients(y.sum(), [x])[0], expected, atol=1e-12)


def test_lengths_do_not_overflow() -> None:
    assert zk.tensor(np.full(4, 1e200)).norm().item() == pytest.approx(2e200)
    assert zk.tensor(np.full(4, 1e-200)).norm().item() == pytest.approx(2e-200)
    assert zk.tensor(np.full(4, 300.0, np.float16)).norm().item() == 600
    assert np.isinf(zk.tensor([np.inf, 1.0]).norm().item())
    assert zk.tensor(np.zeros((2, 0))).norm(dim=1).data.tolist() == [0, 0]


@given(st.data())
def test_einsum_as_numpy(data: st.DataObject) -> None:
    lengths = {"a": 2, "b": 3, "c": 1, "d": 4}
    terms = data.draw(
        st.lists(
            st.permutations("abcd").flatmap(lambda p: st.integers(0, 3).map(lambda k: p[:k])), min_size=1, max_size=3
        )
    )
    known = sorted({c for term in terms for c in term})
    out = data.draw(st.permutations(known))[: data.draw(st.integers(0, len(known)))]
    equation = f"{','.join(''.join(t) for t in terms)}->{''.join(out)}"
    arrays = [normal(*(lengths[c] for c in term)) if term else np.array(1.5) for term in terms]
    np.testing.assert_allclose(zk.einsum(equation, *arrays).data, np.einsum(equation, *arrays), rtol=1e-12, atol=1e-12)
    zk.check_gradients(lambda *xs: zk.einsum(equation, *xs), *arrays)


@pytest.mark.parametrize(
    ("equation", "shapes", "written"),
    [
        ("ij,jk", [(2, 3), (3, 4)], "ij,jk->ik"),
        ("ba", [(2, 3)], "ba->ab"),
        ("...ij,...jk->...ik", [(5, 2, 3), (5, 3, 4)], "Aij,Ajk->Aik"),
        ("...i,i", [(2, 3, 4), (4,)], "ABi,i->AB"),
        ("i...->i", [(2, 3)], "iA->i"),
        (" i j , j -> i ", [(2, 3), (3,)], "ij,j->i"),
    ],
)
def test_equations_are_written_out(equation: str, shapes: Any, written: str) -> None:
    assert rules.written_out(equation, [len(s) for s in shapes]) == written
    arrays = [normal(*s) for s in shapes]
    np.testing.assert_allclose(zk.einsum(equation, *arrays).data, np.einsum(written, *arrays), rtol=1e-12)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: zk.einsum("ij,jk->ik", X), "tells of 2 operands; got 1"),
        (lambda: zk.einsum("ij->i", X), "names 2 axes; the operand has 3"),
        (lambda: zk.einsum("abc->az", X), "every letter stands once, and before it too"),
        (lambda: zk.einsum("abc->aa", X), "every letter stands once"),
        (lambda: zk.einsum("a1c->a", X), "expects letters, commas"),
        (lambda: zk.einsum(X, "abc"), "expects its equation first"),
        (lambda: zk.tensor(X).split(0), "parts of at least 1; got 0"),
        (lambda: zk.tensor(X).split([1, 1]), r"add up to it; got \[1, 1\]"),
        (lambda: zk.tensor(X).chunk(0), "at least 1 part"),
        (lambda: zk.tensor(X).expand(2, 2), "a length for every axis"),
        (lambda: zk.tensor(X).repeat(2), "how often for every axis"),
        (lambda: zk.tensor(X).norm("nuc"), "expects a number p or 'fro'"),
        (lambda: zk.tensor(X).cumsum(), "expects an axis"),
        (lambda: zk.tensor(X).index_select(0, [7]), "places from 0 to 2; got 7 to 7"),
        (lambda: zk.tensor(X).flatten(2, 1), "first axis before its last"),
        (lambda: zk.arange(3, 1), "a step that leads from 3 to 1"),
        (lambda: zk.zeros(-1), "lengths of at least 0"),
        (lambda: zk.zeros(2.5), "lengths that are whole numbers"),
        (lambda: zk.zeros(2, dtype="complex64"), "real numbers or bools"),
        (lambda: zk.zeros(2, dtype=str), "real numbers or bools"),
        (lambda: zk.from_numpy([1, 2]), "expects a NumPy array; got list"),
        (lambda: zk.randint(5, 5, (2,)), "low < high; got 5 and 5"),
        (lambda: zk.randn(2, dtype=zk.int64), "zk.randint gives whole numbers"),
        (lambda: zk.stack([]), "at least one tensor"),
        (lambda: zk.stack([X, Y]), "arrays of one shape"),
    ],
)
def test_misuse_is_answered_in_words(act: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError, IndexError), match=message) as raised:
        act()
    assert "\n" not in str(raised.value)
