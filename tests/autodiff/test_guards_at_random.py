"""Guards, by chance: random graphs, one array changed between forward and backward, the gradient of before or an error.

PyTorch judges from outside: where it refuses a change, so must we; the gradients that both give are equal.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zerokara as zk
from zerokara import functional as F
from zerokara import kernels
from zerokara.arrays import Array
from zerokara.autodiff import Tensor

CHANGED = "was changed after the forward pass"
SHAPE = (3, 4)
LARGE = (40, 50)  # 2,000 float64 numbers: fingerprints instead of copies

UNARY: list[Callable[[Any], Any]] = [
    lambda a: a * 0.5, F.exp, F.tanh, F.sigmoid, F.relu, F.sin, F.softplus, F.gelu, F.softmax, lambda a: a**2,
    lambda a: a.T.reshape(a.shape), lambda a: a[::-1], lambda a: a - a.mean(0), lambda a: abs(a) + 1,
    lambda a: a / (a * a + 1), lambda a: a.clip(-1, 1), lambda a: F.where(np.arange(a.shape[1]) % 2 == 0, a, -a),
]  # fmt: skip
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, F.maximum, lambda a, b: F.sigmoid(a) * b,
    lambda a, b: (a @ b.T) @ b, lambda a, b: F.logaddexp(a, b), lambda a, b: F.concatenate([a[:1], b[1:]]),
    lambda a, b: F.layer_norm(a, a.shape[1], b[0], b[1]), lambda a, b: F.linear(a, b @ b.T @ b)[:, :1] * b,
]  # fmt: skip


class Graph:
    """A computation that can be made again: which operations on which earlier values."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...], steps: int) -> None:
        self.leaves = [rng.normal(size=shape) for _ in range(3)]
        self.wants = [True, bool(rng.integers(2)), False]
        self.own = [bool(rng.integers(2)) for _ in range(3)]
        self.looked_at = {int(k) for k in rng.integers(0, 3 + steps, 3)}
        self.steps: list[tuple[Callable[..., Any], tuple[int, ...]]] = []
        for k in range(steps):
            table: list[Any] = UNARY if rng.integers(2) else BINARY
            recent = tuple(int(i) for i in rng.integers(max(0, k - 2), 3 + k, 1 if table is UNARY else 2))
            self.steps.append((table[rng.integers(len(table))], recent))

    def forward(self) -> tuple[list[Tensor], list[Array]]:
        """(all values, the arrays that somebody holds: some of the values, and what leaves were made of)."""
        arrays = [np.array(x) for x in self.leaves]
        made = [zk.tensor if own else zk.Tensor for own in self.own]
        values = [make(x, requires_grad=w) for make, x, w in zip(made, arrays, self.wants, strict=True)]
        held = [values[k].data for k in sorted(self.looked_at) if k < 3]
        for k, (operation, of) in enumerate(self.steps):
            values.append(operation(*(values[i] for i in of)))
            if 3 + k in self.looked_at:
                held.append(values[-1].data)
        return values, [*held, *arrays, *(t.data for t in values[::3])]

    @staticmethod
    def loss(values: list[Tensor]) -> Tensor:
        return (values[-1] * values[-1]).mean() + values[-2].mean() + values[0].sum()


@pytest.mark.parametrize("family", kernels.FAMILIES)
@pytest.mark.parametrize("again", [False, True], ids=["once", "twice"])
@settings(max_examples=120)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.sampled_from([SHAPE, LARGE]))
def test_the_gradient_of_the_forward_pass_or_an_error(
    family: str, again: bool, seed: int, steps: int, shape: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(seed)
    with kernels.use_kernels(family), np.errstate(all="ignore"):
        graph = Graph(rng, shape, steps)
        if again:  # rules that cannot be run again are not among these
            graph.steps = [s for s in graph.steps if s[0] is not BINARY[8]] or [(UNARY[0], (0,))]
            graph.steps = [(o, tuple(min(i, 2 + k) for i in of)) for k, (o, of) in enumerate(graph.steps)]

        def run(change: Callable[[list[Array]], None]) -> list[Array]:
            values, held = graph.forward()
            at = [t for t, w in zip(values, graph.wants, strict=False) if w]
            loss = graph.loss(values)
            if again:
                first = zk.gradients(loss, at, create_graph=True)
                loss = sum((g * g).sum() for g in first)
                if not loss.requires_grad:
                    return []
            change(held)
            return zk.gradients(loss, at)

        def change(held: list[Array]) -> None:
            array = held[rng.integers(len(held))]
            if array.flags.writeable:
                place = tuple(rng.integers(0, n) for n in array.shape)
                array[place] = rng.normal() if rng.integers(2) else np.nextafter(array[place], 9)

        expected = run(lambda held: None)
        try:
            got = run(change)
        except RuntimeError as error:
            assert CHANGED in str(error)  # noqa: PT017
        else:
            for one, other in zip(got, expected, strict=True):
                np.testing.assert_array_equal(one, other)


# ── PyTorch ──────────────────────────────────────────────────────────────────────────────────────────────────────────

SAME: dict[str, Callable[[Any, Any, Any], Any]] = {
    "w·a": lambda f, w, a: w * a,
    "w + a": lambda f, w, a: w + a,
    "exp(w·a)": lambda f, w, a: f.exp(w * a),
    "tanh(w) − a": lambda f, w, a: f.tanh(w) - a,
    "sin(w)·a": lambda f, w, a: f.sin(w) * a,
    "w / a": lambda f, w, a: w / (a + 3),
    "(w + a)²": lambda f, w, a: (w + a) ** 2,
    "relu(w)": lambda f, w, a: f.relu(w + a),
    "w @ a": lambda f, w, a: w @ a,
    "sigmoid(w @ a)": lambda f, w, a: f.sigmoid(w @ a),
    "a row of w": lambda f, w, a: w[1] * 2 + a[0],
    "sums": lambda f, w, a: w.sum() * 2 + a.mean(),
    "√(w² + 1)": lambda f, w, a: f.sqrt(w * w + 1) + a,
}


@pytest.mark.parametrize("which", ["w", "a", "y"])
@pytest.mark.parametrize("name", SAME)
def test_pytorch_refuses_the_same_changes(name: str, which: str) -> None:
    """Where PyTorch raises, so do we; where both give a gradient, it is the same one."""
    torch = pytest.importorskip("torch")
    expression = SAME[name]
    start, factor = np.linspace(-1, 2, 9).reshape(3, 3) + 0.01, np.linspace(0.5, 1.5, 9).reshape(3, 3)
    w, a = torch.tensor(start, requires_grad=True), torch.tensor(factor)
    y = expression(torch, w, a)
    with torch.no_grad():
        {"w": w, "a": a, "y": y}[which].mul_(3)
    try:
        y.sum().backward()
        theirs = w.grad.numpy()
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)  # noqa: PT017
        theirs = None
    own_w, own_a = zk.tensor(start, requires_grad=True), zk.Tensor(factor.copy())
    own_y = expression(F, own_w, own_a)
    {"w": own_w, "a": own_a, "y": own_y}[which].data[...] *= 3
    try:
        own_y.sum().backward()
    except RuntimeError as error:
        assert CHANGED in str(error)  # noqa: PT017
        assert theirs is None or name in KEPT_OTHERWISE
    else:
        assert theirs is not None or name in KEPT_OTHERWISE
        unchanged = zk.tensor(start, requires_grad=True)
        expected = zk.gradients(expression(F, unchanged, zk.Tensor(factor)).sum(), [unchanged])[0]
        np.testing.assert_array_equal(own_w.grad, expected)
        if theirs is not None:
            np.testing.assert_allclose(own_w.grad, theirs, rtol=1e-12)


KEPT_OTHERWISE = {"relu(w)"}
"""PyTorch keeps the result of these, we their input, or the other way round."""
