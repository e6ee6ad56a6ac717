"""A gradient is that of the forward pass, or an error: what happens when an array changes between the two."""

import copy
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cases import CASES, Case

import zerokara as zk
from zerokara import functional as F
from zerokara import kernels, nn, optim, rules
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply

CHANGED = "was changed after the forward pass"


@pytest.fixture(params=kernels.FAMILIES)
def family(request: pytest.FixtureRequest) -> Iterator[str]:
    with kernels.use_kernels(request.param):
        yield request.param


def leaf(value: Any) -> Tensor:
    return zk.tensor(value, dtype=np.float64, requires_grad=True)


def change(array: Array) -> None:
    """Other numbers in the same array."""
    if array.dtype == bool:
        np.logical_not(array, out=array)
    elif array.dtype.kind in "iu":
        array[...] = (array + 1) % (array.max(initial=0) + 1)
    else:
        array *= -0.75
        array += 0.125


# ── every rule ───────────────────────────────────────────────────────────────────────────────────────────────────────


def fresh(case: Case) -> tuple[list[Array], dict[str, Any]]:
    """The inputs and options of a case, as arrays that nobody else has."""
    return [np.array(x) for x in case.inputs], copy.deepcopy(case.options)


def arrays_in(value: Any) -> list[Array]:
    if isinstance(value, tuple | list):
        return [a for v in value for a in arrays_in(v)]
    return [value] if isinstance(value, np.ndarray) else []


def prepared(case: Case, kind: str) -> tuple[Tensor, list[Tensor], list[Array]]:
    """(the value of the rule, its inputs, all arrays that one may change from outside)."""
    arrays, options = fresh(case)
    wants = [x.dtype.kind == "f" and (case.at is None or i in case.at) for i, x in enumerate(arrays)]
    reachable = arrays_in(list(options.values()))
    if kind == "an array from outside":
        tensors = [zk.Tensor(x, requires_grad=w) for x, w in zip(arrays, wants, strict=True)]
        reachable += arrays
    elif kind == "a tensor's own":
        tensors = [zk.tensor(x, requires_grad=w) for x, w in zip(arrays, wants, strict=True)]
    else:  # a result, or a view of one
        tensors = [zk.Tensor(np.stack([x, x]), requires_grad=w) for x, w in zip(arrays, wants, strict=True)]
        tensors = [(t * 1)[1] if kind == "a view of a result" else t[np.array(0)] for t in tensors]
    if kind == "looked at before":
        reachable += [t.data for t in tensors]
    y = apply(rules.RULES[case.rule], *tensors, **options)
    if kind != "an array from outside":
        reachable += [t.data for t in tensors]
    return y, [t for t, w in zip(tensors, wants, strict=True) if w], [*reachable, y.data]


KINDS = ["an array from outside", "a tensor's own", "a result", "a view of a result", "looked at before"]


def gradients(y: Tensor, at: list[Tensor]) -> list[Any]:
    weights = np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype)
    return zk.gradients(y, at, weights)


@pytest.mark.parametrize(("turn", "case"), list(enumerate(CASES)), ids=str)
def test_every_rule_gives_the_gradient_of_the_forward_pass_or_none(turn: int, case: Case) -> None:
    """Every kind of input, with the families of kernels by turns: each rule meets every kind and every family."""
    for i, kind in enumerate(KINDS, start=turn):
        with kernels.use_kernels(kernels.FAMILIES[i % len(kernels.FAMILIES)]):
            gives_the_gradient_of_the_forward_pass_or_none(case, kind)


def gives_the_gradient_of_the_forward_pass_or_none(case: Case, kind: str) -> None:
    y, at, reachable = prepared(case, kind)
    expected = gradients(y, at)
    for which in range(len(reachable)):
        y, at, reachable = prepared(case, kind)
        if not reachable[which].flags.writeable:  # a broadcast
            continue
        change(reachable[which])
        try:
            got = gradients(y, at)
        except RuntimeError as error:
            assert CHANGED in str(error), kind  # noqa: PT017
            assert case.rule in str(error), kind  # noqa: PT017
        else:
            for one, other in zip(got, expected, strict=True):
                np.testing.assert_array_equal(one, other, kind)


@pytest.mark.parametrize("case", [c for c in CASES if c.twice], ids=str)
def test_every_rule_that_is_run_again_is_run_on_what_it_was_run_on(case: Case) -> None:
    """With create_graph the rule is applied once more, to tensors: all that it is given must be as it was."""
    for family in kernels.FAMILIES:
        with kernels.use_kernels(family):
            run_again_is_run_on_what_it_was_run_on(case)


def run_again_is_run_on_what_it_was_run_on(case: Case) -> None:

    def twice(which: int, when: str) -> list[Any]:
        y, at, reachable = prepared(case, "an array from outside")
        if which >= 0 and when == "before":
            change(reachable[which])
        weights = np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype)
        first = zk.gradients(y, at, weights, create_graph=True)
        if which >= 0 and when == "between":
            change(reachable[which])
        total = sum((g * g).sum() for g in first)
        second = zk.gradients(total, at) if isinstance(total, Tensor) and total.requires_grad else []
        return [*(g.data for g in first), *second]

    expected = twice(-1, "")
    for which in range(len(prepared(case, "an array from outside")[2])):
        for when in ("before", "between"):
            if not prepared(case, "an array from outside")[2][which].flags.writeable:
                continue
            try:
                got = twice(which, when)
            except RuntimeError as error:
                assert CHANGED in str(error)  # noqa: PT017
            else:
                for one, other in zip(got, expected, strict=True):
                    np.testing.assert_array_equal(one, other)


# ── who can change what ──────────────────────────────────────────────────────────────────────────────────────────────

WAYS: dict[str, Callable[[Tensor], None]] = {
    "w.data[...] = ": lambda w: w.data.__setitem__(..., 100),
    "w.data[0] = ": lambda w: w.data.__setitem__(0, 100),
    "w.data -= ": lambda w: setattr(w, "data", w.data.__isub__(1)),
    "out=w.data": lambda w: np.negative(w.data, out=w.data),
    "a view of w.data": lambda w: w.data[::-1][:1].fill(100),
    "w.numpy()": lambda w: w.numpy().fill(100),
    "np.asarray(w)": lambda w: np.asarray(w).fill(100),
    "w.detach().data": lambda w: w.detach().data.fill(100),
    "w[:1].data, under no_grad": lambda w: no_grad_view(w).fill(100),
    "a buffer": lambda w: memoryview(w.data).cast("B").__setitem__(0, 77),
    "SGD": lambda w: stepped(w, optim.SGD([w], lr=0.1)),
    "Adam": lambda w: stepped(w, optim.Adam([w], lr=0.1)),
    "an optimizer of one's own": lambda w: stepped(w, Own([w], lr=0.1)),
    "a captured step": lambda w: captured(w),
}


class Own(optim.Optimizer):
    def step_array(self, array: Array, gradient: Array, state: Any) -> None:
        array -= self.lr * gradient


def no_grad_view(w: Tensor) -> Array:
    with zk.no_grad():
        return w[:1].data


def stepped(w: Tensor, optimizer: Any) -> None:
    w.grad = np.ones(w.shape, w.dtype)
    optimizer.step()
    w.grad = None


def captured(w: Tensor) -> None:
    optimizer = optim.SGD([w], lr=0.1)

    def step(x: Array) -> Tensor:
        loss = (w * x).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    recorded = zk.capture(step)
    for _ in range(2):
        recorded(np.ones(w.shape, w.dtype))
    w.grad = None


@pytest.mark.parametrize("make", [zk.tensor, zk.Tensor, nn.Parameter], ids=["tensor", "Tensor", "Parameter"])
@pytest.mark.parametrize("way", WAYS)
def test_a_leaf_that_changed(way: str, make: Any, family: str) -> None:
    for before in (False, True):  # somebody has looked at it, or not
        w = make(np.array([1.0, 2.0, 3.0]), requires_grad=True)
        held = w.data if before else None
        y = (w * w).sum()
        WAYS[way](w)
        with pytest.raises(RuntimeError, match=rf"the input x of multiply, a \w+ of shape \(3,\), {CHANGED}"):
            y.backward()
        assert w.grad is None
        (w * w).sum().backward()  # computed anew, it is right
        np.testing.assert_allclose(w.grad, 2 * w.data)
        del held


def test_an_array_that_the_tensor_was_made_of() -> None:
    memory = np.arange(12.0)
    w = zk.Tensor(memory[2:8].reshape(2, 3), requires_grad=True)
    y = (w * w).sum()
    memory[0] = 100  # beside it
    y.backward(retain_graph=True)
    memory[7] = 100
    with pytest.raises(RuntimeError, match=CHANGED):
        y.backward()


def test_a_file_in_memory_and_a_broadcast(tmp_path: Path, family: str) -> None:
    """Arrays that may only be read, seen through others that may be written to."""
    np.arange(2000.0).tofile(tmp_path / "x")
    reading = np.memmap(tmp_path / "x", mode="r")
    x = zk.Tensor(np.frombuffer(reading, np.float64))
    w = leaf(np.ones(2000))
    (w * x).sum().backward()
    np.testing.assert_array_equal(w.grad, np.arange(2000.0))
    y = (w * x).sum()
    writing = np.memmap(tmp_path / "x", np.float64, mode="r+")
    writing[1500] = -1
    with pytest.raises(RuntimeError, match=CHANGED):
        y.backward()
    row = np.arange(3.0)
    for large in (4, 4000):
        v = leaf(np.ones((large, 3)))
        z = (v * np.broadcast_to(row, (large, 3))).sum()
        z.backward(retain_graph=True)
        row[1] += 1
        with pytest.raises(RuntimeError, match=CHANGED):
            z.backward()


def test_copies_of_a_tensor_have_their_own_memory() -> None:
    """A deep copy or a pickle may change; a shallow copy shows the same array."""
    for copied in (copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t)), zk.tensor):
        w = leaf([1.0, 2.0])
        y = (w * w).sum()
        copied(w).data[0] = 100
        y.backward()
        assert w.grad is not None
        assert w.grad.tolist() == [2, 4]
    w = leaf([1.0, 2.0])
    other = copy.copy(w)
    y = (w * w).sum()
    other.data[0] = 100
    with pytest.raises(RuntimeError, match=CHANGED):
        y.backward()


def test_the_state_of_a_module_that_is_loaded_again(family: str) -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    state = net.state_dict()
    loss = (net(np.ones((2, 3), np.float32)) ** 2).sum()
    net.load_state_dict({name: array + 1 for name, array in state.items()})
    with pytest.raises(RuntimeError, match=r"the input w of linear, a parameter of shape \(2, 4\), " + CHANGED):
        loss.backward()
    loss = (net(np.ones((2, 3), np.float32)) ** 2).sum()
    for array in net.state_dict().values():  # copies
        array += 1
    loss.backward()


# ── what may change ──────────────────────────────────────────────────────────────────────────────────────────────────

FREE: dict[str, Callable[[Tensor, Array], Tensor]] = {
    "add": lambda w, a: w + a,
    "subtract": lambda w, a: a - w,
    "sums": lambda w, a: (w * 2).sum(0) + w.mean(),
    "shapes": lambda w, a: w.reshape(-1)[1:3].T + a[0, :2],
    "stack": lambda w, a: F.concatenate([w, zk.Tensor(a)]),
    "the other factor": lambda w, a: zk.Tensor(a * 1) * w,
    "a bias": lambda w, a: F.linear(np.ones((2, 3)), np.ones((3, 3)), w[0]) + a[0],
}


@pytest.mark.parametrize("name", FREE)
def test_what_no_pullback_uses_may_change(name: str, family: str) -> None:
    """PyTorch allows it too: a sum keeps no values."""
    a = np.ones((2, 3))
    w = leaf(np.arange(6.0).reshape(2, 3))
    expected = zk.gradients(FREE[name](w, a.copy()).sum(), [w])[0]
    y = FREE[name](w, a).sum()
    a[...] = 100
    w.data[...] = 100
    np.testing.assert_array_equal(zk.gradients(y, [w])[0], expected)


def test_only_the_pullbacks_that_are_called_count(family: str) -> None:
    """∂L/∂w of x·wᵀ needs x alone: w may change as long as nobody asks for ∂L/∂x."""
    x, w = leaf(np.ones((2, 3))), leaf(np.ones((4, 3)))
    y = F.linear(x, w).sum()
    w.data[...] = 5
    np.testing.assert_array_equal(zk.gradients(y, [w], retain_graph=True)[0], np.full((4, 3), 2.0))
    with pytest.raises(RuntimeError, match="the input w of linear"):
        zk.gradients(y, [x])


def test_a_value_that_was_put_back_and_an_error_that_harmed_nothing() -> None:
    a = np.array([1.0, 2.0])
    w = leaf([3.0, 4.0])
    y = (w * a).exp().sum()
    a[0] = 100
    with pytest.raises(RuntimeError, match=CHANGED):
        y.backward()
    a[0] = 1
    y.backward()
    np.testing.assert_allclose(w.grad, np.exp([3.0, 8.0]) * [1, 2])


def test_after_the_release_everything_is_free() -> None:
    x = zk.Tensor(np.ones(3), requires_grad=True)
    h = x * x
    y = (h * h).sum()
    y.backward()
    for t in (x, h, y):
        t.data[...] = 7
    (x * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [18, 18, 18]
