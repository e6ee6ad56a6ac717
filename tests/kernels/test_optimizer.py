from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.families import assert_close, dtypes, layouts, numbers, seeds
from zerokara import kernels
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import threads

STEPS: list[tuple[str, int, tuple[Any, ...]]] = [
    ("sgd_step", 0, ()),
    ("momentum_step", 1, (0.9, 0.0, 0, 1)),
    ("momentum_step", 1, (0.9, 0.1, 0, 0)),
    ("momentum_step", 1, (0.9, 0.0, 1, 1)),
    ("momentum_step", 1, (0.9, 0.0, 1, 0)),
    ("adagrad_step", 1, (1e-7,)),
    ("rmsprop_step", 1, (0.9, 1e-7)),
    ("adam_step", 2, (0.9, 0.99, 1e-7, 3)),
]
PENALTIES = st.sampled_from([(0.0, 0.0, 1.0), (0.3, 0.0, 1.0), (0.0, 0.2, 1.0), (0.3, 0.2, 0.9)])


@pytest.mark.parametrize(("name", "states", "own"), STEPS)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=4).map(tuple),
    dtypes,
    st.sampled_from(["rows", "channels last", "scattered", "unaligned"]),
    layouts,
    PENALTIES,
    seeds,
)
def test_the_families_agree_on_every_step(
    name: str,
    states: int,
    own: Any,
    shape: Any,
    dtype: Any,
    w_layout: str,
    g_layout: str,
    penalties: Any,
    seed: int,
) -> None:
    """In place, whatever the memory of weights and gradients looks like; the gradient is left alone."""

    def arrays() -> list[Any]:
        w, g = numbers(seed, shape, dtype, w_layout), numbers(seed + 1, shape, dtype, g_layout)
        return [w, g, *(np.abs(numbers(seed + 2 + k, shape, dtype)) for k in range(states))]

    ours, theirs, settings = arrays(), arrays(), np.array((0.1, *penalties, *own))
    getattr(compiled, name)(*ours, settings)
    getattr(reference, name)(*theirs, settings)
    for own, other in zip(ours, theirs, strict=True):
        assert_close(own, other)
    np.testing.assert_array_equal(ours[1], arrays()[1])


@pytest.mark.parametrize("family", [reference, compiled])
@pytest.mark.parametrize(
    ("name", "states", "make", "own"),
    [
        ("sgd_step", 0, lambda t, w: t.optim.SGD([w], lr=0.1), lambda t: ()),
        (
            "momentum_step",
            1,
            lambda t, w: t.optim.SGD([w], lr=0.1, momentum=0.9, nesterov=True),
            lambda t: (0.9, 0.0, True, t == 1),
        ),
        (
            "momentum_step",
            1,
            lambda t, w: t.optim.SGD([w], lr=0.1, momentum=0.9, dampening=0.3),
            lambda t: (0.9, 0.3, False, t == 1),
        ),
        ("adagrad_step", 1, lambda t, w: t.optim.Adagrad([w], lr=0.1, eps=1e-7), lambda t: (1e-7,)),
        ("rmsprop_step", 1, lambda t, w: t.optim.RMSprop([w], lr=0.1, alpha=0.9), lambda t: (0.9, 1e-8)),
        ("adam_step", 2, lambda t, w: t.optim.Adam([w], lr=0.1), lambda t: (0.9, 0.999, 1e-8, t)),
    ],
)
def test_three_steps_agree_with_pytorch(family: Any, name: str, states: int, make: Any, own: Any) -> None:
    torch = pytest.importorskip("torch")
    w = numbers(0, (5, 3), np.float64)
    peer = torch.tensor(w.copy(), requires_grad=True)
    optimizer = make(torch, peer)
    memory = [np.zeros_like(w) for _ in range(states)]
    for t in (1, 2, 3):
        g = numbers(t, w.shape, np.float64)
        peer.grad = torch.tensor(g)
        optimizer.step()
        getattr(family, name)(w, g, *memory, np.array((0.1, 0, 0, 1, *own(t))))
        np.testing.assert_allclose(w, peer.detach().numpy(), rtol=1e-9)


def _rows(states: int, own: Any, dtypes: list[Any]) -> list[tuple[Any, ...]]:
    """The arguments of a step for arrays of several sizes, from none to several parts."""
    settings = np.array((0.1, 0.3, 0.2, 0.9, *own))
    return [
        (*(np.abs(numbers(7 * k + n, (size,), dtype)) for n in range(2 + states)), settings)
        for k, (size, dtype) in enumerate(zip((1, 3, 0, 2500, 40), dtypes, strict=False))
    ]


@pytest.mark.parametrize(("name", "states", "own"), STEPS)
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("mixed", [False, True])
def test_many_arrays_at_once_get_the_same_bits(
    name: str, states: int, own: Any, count: int, mixed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_THREADS", count)
    kinds = [np.float32, np.float64, np.float16, np.float32, np.float32] if mixed else [np.float32] * 5
    together, alone = _rows(states, own, kinds), _rows(states, own, kinds)
    step = getattr(kernels, name)
    kernels.together(step, together)
    for row in alone:
        step(*row)
    for row, other in zip(together, alone, strict=True):
        for array, expected in zip(row, other, strict=True):
            np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("family", ["reference", "compiled"])
def test_arrays_that_share_memory_change_one_after_another(family: str) -> None:
    """As they did when each had a call of its own: the second sees what the first has done."""
    settings = np.array((0.1, 0.0, 0.0, 1.0))
    w, g = np.ones(3000, np.float32), np.full(3000, 2, np.float32)
    with kernels.use_kernels(family):
        kernels.together(kernels.sgd_step, [(w, g, settings), (w[1000:], g[1000:], settings), (w, g, settings)])
        np.testing.assert_allclose(w, np.where(np.arange(3000) < 1000, 0.6, 0.4), rtol=1e-6)
        v = np.ones(3000, np.float32)
        kernels.together(kernels.sgd_step, [(v, g, settings), (g, v, settings)])  # one's gradient is the other's weight
        np.testing.assert_allclose(v, 0.8, rtol=1e-6)
        np.testing.assert_allclose(g, 2 - 0.1 * 0.8, rtol=1e-6)
