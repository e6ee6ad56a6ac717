"""Changes in place: what PyTorch's user expects of them, and never a wrong gradient or a wrong replay in silence."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zerokara as zk
from zerokara import functional as F
from zerokara import nn
from zerokara.capture import CaptureError

CHANGED = "was changed after the forward pass"


def leaf(*numbers: float) -> zk.Tensor:
    return zk.tensor(np.array(numbers), requires_grad=True)


CHANGES: dict[str, Any] = {
    "t -= …": lambda t: t.__isub__(0.5),
    "t *= …": lambda t: t.__imul__(2),
    "t[0] = …": lambda t: t.__setitem__(0, 7.0),
    "t[mask] = …": lambda t: t.__setitem__(t > 0, 7.0),
    "t[0] -= …": lambda t: t[0].__isub__(1),
    "t.view(-1)[1] = …": lambda t: t.view(-1).__setitem__(0, 9.0),
    "zero_": lambda t: t.zero_(),
    "fill_": lambda t: t.fill_(3),
    "copy_": lambda t: t.copy_(np.array([5.0, 6.0, 7.0])),
    "add_": lambda t: t.add_(2),
    "clamp_": lambda t: t.clamp_(-0.1, 0.1),
    "normal_": lambda t: t.normal_(5),
    "uniform_": lambda t: t.uniform_(5, 6),
}


@pytest.mark.parametrize("make", [zk.tensor, zk.Tensor, nn.Parameter], ids=["tensor", "Tensor", "Parameter"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("family", ["reference", "compiled"])
def test_a_leaf_changes_under_no_grad_and_graphs_that_need_it_say_so(change: str, make: Any, family: str) -> None:
    with zk.use_kernels(family):
        w = make(np.array([1.0, -2.0, 3.0]), requires_grad=True)
        other, before = w, w.numpy().copy() if make is zk.Tensor else np.array([1.0, -2.0, 3.0])
        y = (w * w).sum()
        with zk.no_grad():
            CHANGES[change](w)
        assert other is w
        assert w.requires_grad
        assert w.is_leaf
        with pytest.raises(RuntimeError, match=CHANGED):
            y.backward()
        (w * w).sum().backward()
        np.testing.assert_allclose(w.grad, 2 * w.data)
        assert not np.array_equal(before, w.data)


@pytest.mark.parametrize("change", [c for c in CHANGES if not c.startswith(("t[0] -=", "t.view"))])
def test_a_leaf_that_requires_gradients_is_refused_while_recording(change: str) -> None:
    w = leaf(1.0, -2.0, 3.0)
    with pytest.raises(RuntimeError, match=r"works under no_grad\(\) only"):
        CHANGES[change](w)
    assert w.data.tolist() == [1, -2, 3]


def test_in_the_graph_the_name_gets_a_new_tensor() -> None:
    w = leaf(1.0, 2.0)
    y = old = w * 3
    y += w
    total = zk.tensor(0.0)
    total += y.sum()
    assert old.data.tolist() == [3, 6]
    total.backward()
    assert np.asarray(w.grad).tolist() == [4, 4]


def test_a_change_is_seen_through_every_tensor_that_shows_it() -> None:
    """As PyTorch: t[0], t.T, t.detach() and t.numpy() are the same memory."""
    array = np.arange(6.0).reshape(2, 3)
    t = zk.from_numpy(array)
    row, turned, same = t[0], t.T, t.detach()
    t += 1
    t[1, 2] = 50
    for seen in (array, turned.data.T, same.data):
        np.testing.assert_array_equal(seen, [[1, 2, 3], [4, 5, 50]])
    row.zero_()
    assert array[0].tolist() == [0, 0, 0]


def test_numbers_that_do_not_fit_are_refused_and_nothing_is_changed() -> None:
    t = zk.tensor([1, 2], dtype=np.uint8)
    for act, words in (
        (lambda: t.__setitem__(0, 300), "cannot hold 300 to 300"),
        (lambda: t.__setitem__(0, -1), "cannot hold -1 to -1"),
        (lambda: t.__setitem__(0, 0.5), "cannot hold float64"),
        (lambda: t.__setitem__(5, 1), "an index into a tensor of shape"),
        (lambda: t.__setitem__(slice(None), np.ones(3, np.uint8)), "do not fit"),
    ):
        with pytest.raises((TypeError, ValueError, IndexError), match=words):
            act()
    assert t.data.tolist() == [1, 2]


# ── recorded steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def by_hand(x: Any, w: Any) -> Any:
    """A step of gradient descent as one writes it who has no optimizer."""
    w.zero_grad()
    loss = ((x @ w) ** 2).mean()
    loss.backward()
    with zk.no_grad():
        w -= 0.1 * w.grad
    return loss


@pytest.mark.parametrize("verify", [False, True])
def test_a_step_by_hand_recorded_is_the_step(verify: bool) -> None:
    batches = [np.random.default_rng(i).normal(size=(5, 3)).astype(np.float32) for i in range(4)]
    found = []
    for wrap in (lambda f: f, lambda f: zk.capture(f, verify=verify)):
        w = zk.tensor(np.ones((3, 2), np.float32), requires_grad=True)
        step = wrap(lambda x: by_hand(x, w))  # noqa: B023
        found.append(([float(step(zk.tensor(x)).item()) for x in batches], w.data.copy()))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-5)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-5)
    assert not np.allclose(found[0][1], 1)


STATE = np.zeros(3, np.float32)

STEPS: dict[str, Any] = {
    "a residual": lambda x: _residual(x),
    "a buffer of its own": lambda x: _buffer(x),
    "an item of a result": lambda x: _item(x),
    "a mask of a result": lambda x: _mask(x),
    "filled": lambda x: (x * 2).fill_(3.0) + x,
    "clamped and scaled": lambda x: (x * 2).clamp_(min=0).mul_(0.5),
    "views that are assigned back": lambda x: _assigned_back(x),
    "two names of one tensor": lambda x: _two_names(x),
}


def _residual(x: Any) -> Any:
    out = x * 2
    out += x
    out /= 2
    return out


def _buffer(x: Any) -> Any:
    h = zk.zeros(3)
    h += x
    h[0] = x.sum()
    h[1:] = 4.0
    return h


def _item(x: Any) -> Any:
    h = x * 2
    h[0] = 5
    h[1] = h[1] + h[2]
    h[2:] = h.clone()[:1]
    return h * x


def _mask(x: Any) -> Any:
    h = x * 2
    h[h < 0] = 0
    h[zk.tensor([2, 0])] = x[:2]
    return h


def _assigned_back(x: Any) -> Any:
    h = x * 2
    h[0] += 1
    h[1:] *= x[:2]
    h[:] -= 1
    h[zk.tensor([2, 0])] += 3
    return h * x


def _two_names(x: Any) -> Any:
    h = x + 1
    other = h
    h *= 3
    return other + h


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("grad", [False, True])
def test_changes_in_a_recorded_step_are_those_of_the_written_one(name: str, grad: bool) -> None:
    recorded = zk.capture(STEPS[name])
    with zk.set_grad_enabled(grad):
        for seed in range(3):
            x = np.random.default_rng(seed).normal(size=3).astype(np.float32)
            written = STEPS[name](zk.tensor(x))
            replayed = recorded(zk.tensor(x))
            np.testing.assert_allclose(replayed.data, written.data, rtol=1e-6)


REFUSED: dict[str, Any] = {
    "a view of a result": lambda x: _view(x),
    "a result with a view": lambda x: _viewed(x),
    "a detached result": lambda x: _detached(x),
    "an array that was handed out": lambda x: _handed_out(x),
    "what it was given": lambda x: x.__iadd__(1),
    "a view of a single number": lambda x: _single(x),
    "a view of a view": lambda x: _view_of_view(x),
    "another view that is assigned": lambda x: _other_place(x),
    "a buffer's other name": lambda x: _other_name(x),
}


def _view(x: Any) -> Any:
    h = x * 2
    part = h[:2]
    part += 1
    return h


def _viewed(x: Any) -> Any:
    h = x * 2
    part = h[:2]
    h += 1
    return part * 1


def _detached(x: Any) -> Any:
    h = x * 2
    other = h.detach()
    h += 1
    return other * 1


def _handed_out(x: Any) -> Any:
    h = x * 2
    array = h.data
    h += 1
    return array * 1


def _single(x: Any) -> Any:
    h = x * 2
    number = h[0]
    number += 1
    return h


def _view_of_view(x: Any) -> Any:
    h = x * 2
    h[0:2][1] += 5
    return h


def _other_place(x: Any) -> Any:
    h = x * 2
    part = h[:2]
    part += 1
    h[1:] = part
    return h


def _other_name(x: Any) -> Any:
    h = zk.zeros(3)
    other = h.detach()
    h += x
    return h, other


@pytest.mark.parametrize("name", REFUSED)
def test_what_several_show_is_refused_in_a_recorded_step(name: str) -> None:
    with pytest.raises(CaptureError, match=r"change in place what it was given|changed in place under another name"):
        zk.capture(REFUSED[name])(zk.tensor([1.0, 2.0, 3.0]))


def test_a_parameter_and_a_buffer_from_outside_change_at_every_replay() -> None:
    count, seen = zk.zeros(1), zk.zeros(3)

    def step(x: Any) -> Any:
        count.add_(1)
        seen[0] = x.sum()
        seen[1:] *= 0.5
        return x * count

    recorded = zk.capture(step)
    seen[1:] = 8
    results = [recorded(zk.tensor([1.0, 2.0])).data.tolist() for _ in range(3)]
    assert results == [[1, 2], [2, 4], [3, 6]]
    assert seen.data.tolist() == [3, 1, 1]


def test_random_tensors_are_drawn_at_every_replay() -> None:
    def step(x: Any) -> Any:
        return x + zk.randn(3), x * zk.rand_like(x), zk.randint(100, (3,)) + x, zk.zeros(3).normal_() + x

    x = zk.tensor([1.0, 2.0, 3.0])
    found = []
    for call in (step, zk.capture(step)):
        zk.manual_seed(4)
        found.append([[t.data for t in call(x)] for _ in range(3)])
    for written, replayed in zip(*found, strict=True):
        for a, b in zip(written, replayed, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


@given(
    st.lists(st.sampled_from(["+=", "-=", "*=", "[0] =", "[1:] +=", "view", "detach", "relu"]), max_size=6),
    st.booleans(),
)
def test_any_series_of_changes_is_pytorchs(series: list[str], grad: bool) -> None:
    torch = pytest.importorskip("torch")

    def done(t: Any, relu: Any) -> Any:
        kept = [t]
        for i, what in enumerate(series):
            if what == "view":
                t = t[:]
            elif what == "detach":
                t = t.detach()
            elif what == "relu":
                t = relu(t)
            elif what == "[0] =":
                t[0] = i
            elif what == "[1:] +=":
                t[1:] += i
            elif what == "+=":
                t += 0.5
            elif what == "-=":
                t -= i
            else:
                t *= 2
            kept.append(t)
        return kept

    x = np.array([1.0, -2.0, 3.0])
    with zk.set_grad_enabled(grad):
        ours = done(zk.tensor(x), F.relu)
    theirs = done(torch.tensor(x), torch.relu)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.data, b.numpy())
