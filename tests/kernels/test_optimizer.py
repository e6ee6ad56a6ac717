from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.families import assert_close, dtypes, layouts, numbers, seeds
from zerokara.kernels import compiled, reference

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
