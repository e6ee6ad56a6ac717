"""A recurrent layer and what is read off it: the model of the experiments on sequences of numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import known
from zerokara.arrays import Array, DTypeLike
from zerokara.autodiff import Tensor, gradients, tensor
from zerokara.capture import capture
from zerokara.experiments.tongue import Tongue
from zerokara.models.language import CELLS, State, detached
from zerokara.nn import Linear, Module
from zerokara.optim import Optimizer, clip_grad_norm

KINDS = ("rnn", "gru", "lstm", "lstm+1", "lstm+3")
"""Cells; `+1` is an LSTM whose forget gate begins with a bias of 1."""


def recurrent(
    kind: str, inputs: int, hidden: int, rng: np.random.Generator, dtype: DTypeLike = np.float32, **settings: Any
) -> Module:
    """A recurrent layer with PyTorch's initial values, batch first, the forget bias of an LSTM raised as asked."""
    cell, _, bias = known("cell", kind, KINDS).partition("+")
    layer: Any = CELLS[cell](inputs, hidden, batch_first=True, rng=rng, dtype=dtype, **settings)
    if bias:
        layer.bias_ih_l0.data[hidden : 2 * hidden] += float(bias)
    made: Module = layer
    return made


def cell_name(kind: str, t: Tongue) -> str:
    """`LSTM, forget bias 1`."""
    cell, _, bias = kind.partition("+")
    return cell.upper() + (t(", forget bias {b}", "、忘却バイアス {b}", b=bias) if bias else "")


class Reading(Module):
    """Recurrent layer – Linear: x (N, T, I) → (N, T, outputs), and the state behind the last step."""

    rnn: Module
    head: Linear

    def __init__(
        self, kind: str, inputs: int, hidden: int, outputs: int, rng: np.random.Generator, **settings: Any
    ) -> None:
        self.rnn = recurrent(kind, inputs, hidden, rng, **settings)
        self.head = Linear((2 if settings.get("bidirectional") else 1) * hidden, outputs, rng=rng)

    def forward(self, x: Any, state: State = None) -> tuple[Tensor, State]:  # type: ignore[override]
        """(what is read off each step, the state)"""
        y, state = self.rnn(x, state)
        return self.head(y), state


def squares(
    model: Reading, optimizer: Optimizer, *, last: bool, clip: float | None = None
) -> Callable[..., tuple[Any, State]]:
    """One recorded update by mean squares: `loss, state = step(x, y, state)`; `last`: only the last step is "
    "judged.
    """

    @capture
    def step(x: Array, y: Array, state: State) -> tuple[Any, State]:
        said, state = model(tensor(x) if isinstance(x, np.ndarray) else x, state)
        loss = F.mse_loss(said[:, -1] if last else said, y)
        optimizer.zero_grad()
        loss.backward()
        if clip is not None:
            clip_grad_norm(optimizer, clip)
        optimizer.step()
        return loss, detached(state)

    return step


def reach(layer: Module, x: Array, v: Array) -> Array:
    """‖∂⟨h_T, v⟩/∂x_t‖ for each step t: how much of the last state's gradient comes back to it. x (N, T, I)."""
    at = tensor(x, requires_grad=True)
    outputs, _ = layer(at)
    (back,) = gradients((outputs[:, -1] * v).sum(), [at])
    norms: Array = np.sqrt((np.asarray(back, np.float64) ** 2).sum(axis=(0, 2)))
    return norms


def sigmoid(a: Array) -> Array:
    """1/(1 + e⁻ᵃ), written out for cells that are computed by hand."""
    return np.asarray(1 / (1 + np.exp(-a)))
