"""The gradient of a large layer together with the optimizer's step: the same bits as one after the other."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zerokara as zk
from tests.kernels.families import assert_close, dtypes, numbers, seeds
from tests.kernels.test_declared import STEPS
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.kernels import compiled
from zerokara.kernels.compiled import FUSED, composed, fusion, learning, threads

KINDS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "sgd": lambda net: optim.SGD(net, 0.1),
    "penalised": lambda net: optim.SGD(net, 0.1, weight_decay=0.01),
    "momentum": lambda net: optim.SGD(net, 0.1, momentum=0.9),
    "nesterov": lambda net: optim.SGD(net, 0.1, momentum=0.9, nesterov=True),
    "adagrad": lambda net: optim.Adagrad(net, 0.01),
    "rmsprop": lambda net: optim.RMSprop(net, 0.001),
    "adam": lambda net: optim.Adam(net, 0.001),
    "adamw": lambda net: optim.AdamW(net, 0.001, weight_decay=0.1),
}


@given(
    st.sampled_from(sorted(STEPS)), st.integers(2, 4000), st.integers(1, 300), st.integers(1, 3000), st.booleans(),
    st.booleans(), dtypes, seeds,
)  # fmt: skip
@settings(max_examples=40)
def test_one_after_the_other_gives_the_same_bits(
    name: str, rows: int, depth: int, columns: int, turned: bool, columns_first: bool, dtype: Any, seed: int
) -> None:
    if rows * columns > 500_000:
        columns = max(1, 500_000 // rows)
    count, own = STEPS[name]
    a = numbers(seed, (depth, rows), dtype).T if turned else numbers(seed, (rows, depth), dtype)
    b = numbers(seed + 1, (columns, depth), dtype).T if columns_first else numbers(seed + 1, (depth, columns), dtype)
    settings_of = np.array((0.1, 1e-3, 1e-4, 0.99, *own))
    given = [np.abs(numbers(seed + 2 + k, (rows, columns), dtype)) for k in range(count - 1)]
    expected, found, defined = ([each.copy() for each in given] for _ in range(3))
    getattr(compiled, name)(expected[0], compiled.matmul(a, b), *expected[1:], settings_of)
    FUSED[f"matmul_{name}"](found[0], a, b, *found[1:], settings_of)
    getattr(composed, f"matmul_{name}")(defined[0], a, b, *defined[1:], settings_of)
    assert_close(tuple(found), tuple(defined))
    if learning.in_blocks(rows, depth, columns):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)


def _trained(kind: str, dtype: Any, *, together: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[Any]]:
    """(the names of what was done in a recorded step, the weights after five of them)."""
    done: list[str] = []
    rewritten = fusion.rewritten

    def watched(*args: Any) -> Any:
        operations = rewritten(*args)
        done[:] = [operation.name for operation in operations]
        return operations

    monkeypatch.setattr(fusion, "rewritten", watched)
    monkeypatch.setattr(fusion, "_HUGE", 1 << 16)  # a smaller layer shows the same
    if not together:
        monkeypatch.setattr(fusion, "_RULES", tuple(rule for rule in fusion._RULES if rule is not fusion._learn))
    rng = np.random.default_rng(0)
    sizes = (70, 40 * learning._BLOCK_ROWS, 9)
    net = nn.Sequential(
        nn.Linear(sizes[0], sizes[1], rng=rng, dtype=dtype),
        nn.ReLU(),
        nn.Linear(sizes[1], sizes[2], rng=rng, dtype=dtype),
    )
    optimizer = KINDS[kind](net)

    @zk.capture
    def step(x: zk.Tensor, labels: Any) -> zk.Tensor:
        loss = F.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    x, labels = rng.standard_normal((12, sizes[0])).astype(dtype), np.arange(12) % sizes[2]
    for _ in range(5):
        step(zk.Tensor(x), labels)
    monkeypatch.undo()
    return done, [p.data.copy() for p in net.parameters()]


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_recorded_step_learns_the_same(kind: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done, weights = _trained(kind, dtype, together=True, monkeypatch=monkeypatch)
    apart, expected = _trained(kind, dtype, together=False, monkeypatch=monkeypatch)
    assert sum(name.startswith("matmul_") and name.endswith("_step") for name in done) == 1  # the other one is small
    assert not any(name.startswith("matmul_") and name.endswith("_step") for name in apart)
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "extra",
    [
        lambda net, loss: net[0].weight.grad * 2,  # somebody else uses the gradient
        lambda net, loss: zk.Tensor(net[0].weight.data * 1.0) * 1.0,  # only the weights are looked at, before the step
    ],
)
def test_what_others_use_stays(extra: Callable[[Any, Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradient that is returned is there; weights that are read before the step are those of before."""
    monkeypatch.setattr(fusion, "_HUGE", 1 << 16)
    rng = np.random.default_rng(0)
    nets = [nn.Sequential(nn.Linear(70, 40 * learning._BLOCK_ROWS, rng=np.random.default_rng(1))) for _ in range(2)]
    x = rng.standard_normal((12, 70)).astype(np.float32)

    def step_of(net: Any) -> Callable[[zk.Tensor], Any]:
        optimizer = optim.SGD(net, 0.1)

        def step(x: zk.Tensor) -> Any:
            loss = (net(x) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            found = extra(net, loss)
            optimizer.step()
            return found

        return step

    written, recorded = step_of(nets[0]), zk.capture(step_of(nets[1]))
    for _ in range(3):
        assert_close(np.asarray(recorded(zk.Tensor(x)).data), np.asarray(written(zk.Tensor(x)).data))


def test_so_few_rows_that_threads_sum_in_shorter_pieces_are_left_apart() -> None:
    assert not learning.in_blocks(2 * learning._BLOCK_ROWS * threads.count() - 1, 10, 1000)
    assert not learning.in_blocks(10_000, learning.MOST_DEPTH + 1, 1000)
    assert learning.in_blocks(2 * learning._BLOCK_ROWS * threads.count(), learning.MOST_DEPTH, 1000)
