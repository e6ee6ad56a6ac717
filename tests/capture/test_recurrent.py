"""Recurrent networks in recorded steps: the same training, with lengths that change and a state that is handed on."""

from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim


class Words(nn.Module):
    """Numbers of words (T, N) → scores of what comes next."""

    def __init__(self, kind: str, dtype: Any, **options: Any) -> None:
        rng = np.random.default_rng(3)
        self.embedding = nn.Embedding(11, 6, rng=rng, dtype=dtype)
        self.rnn = getattr(nn, kind)(6, 5, 2, bidirectional=True, rng=rng, dtype=dtype, **options)
        self.head = nn.Linear(10, 11, rng=rng, dtype=dtype)

    def forward(self, x: Any, state: Any, lengths: Any) -> Any:
        y, state = self.rnn(self.embedding(x), state, lengths)
        return self.head(y), state


def trained(kind: str, dtype: Any, captured: bool, **options: Any) -> tuple[list[float], dict[str, Any], Any]:
    """Losses, weights and the last state after a few steps."""
    zk.manual_seed(1)
    model = Words(kind, dtype, **options)
    optimizer = optim.SGD(model, lr=0.5)

    def step(x: Any, labels: Any, lengths: Any, state: Any) -> Any:
        scores, after = model(x, state, lengths)
        loss = F.cross_entropy(scores.reshape(-1, 11), labels)
        optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm(model.parameters(), 0.25)
        optimizer.step()
        return loss, after

    run = zk.capture(step) if captured else step
    rng = np.random.default_rng(0)
    zeros = np.zeros((4, 3, 5), dtype)
    state: Any = (zeros, zeros) if kind == "LSTM" else zeros
    losses = []
    for _ in range(5):
        x, labels, lengths = rng.integers(0, 11, (7, 3)), rng.integers(0, 11, 21), rng.integers(0, 8, 3)
        loss, after = run(x, labels, lengths, state)
        state = tuple(part.detach() for part in after) if kind == "LSTM" else after.detach()
        losses.append(loss.item())
    return losses, model.state_dict(), state


@pytest.mark.parametrize("family", zk.kernels.FAMILIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("kind", "options"),
    [("RNN", {}), ("LSTM", {"dropout": 0.3}), ("GRU", {}), ("GRU", {"reset_after": False, "bias": False})],
    ids=str,
)
def test_recorded_as_written(kind: str, options: dict[str, Any], dtype: Any, family: str) -> None:
    with zk.kernels.use_kernels(family):
        written, recorded = (trained(kind, dtype, captured, **options) for captured in (False, True))
    tolerance = 1e-5 if dtype is np.float32 else 1e-12
    np.testing.assert_allclose(recorded[0], written[0], rtol=tolerance)
    for name, array in written[1].items():
        np.testing.assert_allclose(recorded[1][name], array, rtol=10 * tolerance, atol=tolerance)
    np.testing.assert_allclose(np.asarray(recorded[2]), np.asarray(written[2]), rtol=10 * tolerance, atol=tolerance)


def test_a_wrong_length_ends_a_recorded_step_in_words() -> None:
    gru = nn.GRU(3, 4)
    run = zk.capture(lambda x, lengths: gru(x, None, lengths)[0])
    x = zk.randn(5, 2, 3)
    run(x, np.array([5, 2]))
    with pytest.raises(ValueError, match="lengths lie between 0 and the 5 steps of x; got 2 to 6"):
        run(x, np.array([6, 2]))
