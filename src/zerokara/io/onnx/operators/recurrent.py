"""Recurrent networks over whole sequences: ONNX's order of gates, its two biases in one array, its directions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor, as_tensor
from zerokara.io.onnx.operator import Call, Value, numbers_of, operator

_DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
_LEARNED = {1: "weight_ih", 2: "weight_hh", 3: "bias"}

Run = Callable[..., tuple[Tensor, ...]]
"""(x, w_ih, w_hh, b_ih, b_hh, first states …, lengths=, reverse=) → outputs and last states of one direction."""


@operator("RNN", learned=_LEARNED)
def rnn(
    call: Call, x: Value, w: Value, r: Value, b: Value | None = None, lengths: Value | None = None,
    h: Value | None = None,
) -> Value:  # fmt: skip
    """h_t = tanh(W·x_t + Wb + R·h_{t−1} + Rb), or Relu of it; a direction has its own"""
    kinds = {"Tanh": "tanh", "Relu": "relu"}
    given = _activations(call, ["Tanh"], kinds)
    runs = [_elman(kinds[name]) for name in given]
    return _sequences(call, runs, (0,), (x, w, r, b, lengths), (h,))


def _elman(nonlinearity: str) -> Run:
    return lambda *args, **options: F.rnn(*args, nonlinearity=nonlinearity, **options)


@operator("LSTM", learned=_LEARNED)
def lstm(
    call: Call, x: Value, w: Value, r: Value, b: Value | None = None, lengths: Value | None = None,
    h: Value | None = None, c: Value | None = None, p: Value | None = None,
) -> Value:  # fmt: skip
    """c_t = f·c_{t−1} + i·g, h_t = o·tanh(c_t); ONNX's gates in the order i, o, f, c"""
    if p is not None or call.get("input_forget", 0):
        raise ValueError(
            "an LSTM whose gates see the cell (peepholes P), or share i and f (input_forget), is not supported"
        )
    _activations(call, ["Sigmoid", "Tanh", "Tanh"])
    return _sequences(call, [F.lstm] * 2, (0, 2, 3, 1), (x, w, r, b, lengths), (h, c))


@operator("GRU", learned=_LEARNED)
def gru(
    call: Call, x: Value, w: Value, r: Value, b: Value | None = None, lengths: Value | None = None,
    h: Value | None = None,
) -> Value:  # fmt: skip
    """h_t = (1 − z)·n + z·h_{t−1}; ONNX's gates in the order z, r, h

    `linear_before_reset` tells whether the reset gate multiplies R·h + Rb (1, as PyTorch) or h itself (0, its default).
    """
    _activations(call, ["Sigmoid", "Tanh"])
    after = bool(call.get("linear_before_reset", 0))

    def run(*args: Any, **options: Any) -> tuple[Tensor, ...]:
        return F.gru(*args, reset_after=after, **options)

    return _sequences(call, [run] * 2, (1, 0, 2), (x, w, r, b, lengths), (h,))


def _activations(call: Call, usual: list[str], others: Any = ()) -> list[str]:
    """The activations of each direction; ValueError for such that no rule here has."""
    count = len(_DIRECTIONS[_direction(call)])
    given = [str(name) for name in call.get("activations", usual * count)]
    known = [name.capitalize() for name in given]
    alright = known == usual * count or (len(known) == count and all(name in others for name in known))
    if not alright or call.get("clip") is not None:
        raise ValueError(
            f"a recurrent network with other activations than {', '.join(usual)} or with clipped values is not "
            f"supported; got {', '.join(given)}{', clip' if call.get('clip') is not None else ''}"
        )
    return known


def _direction(call: Call) -> str:
    given = call.get("direction", "forward")
    name = given.decode() if isinstance(given, bytes) else str(given)
    if name not in _DIRECTIONS:
        raise ValueError(f"the direction of a recurrent network is {', '.join(_DIRECTIONS)}; got {name}")
    return name


def _sequences(
    call: Call, runs: list[Run], order: tuple[int, ...], given: tuple[Value | None, ...],
    first: tuple[Value | None, ...],
) -> Value:  # fmt: skip
    """Y (T, directions, N, H) and the last states (directions, N, H); with layout=1 the sequences come first."""
    x, w, r, b, lengths = given
    x, sequences_first = as_tensor(x), bool(call.get("layout", 0))
    first = tuple(None if s is None else as_tensor(s) for s in first)
    if sequences_first:
        x, first = x.swapaxes(0, 1), tuple(None if s is None else s.swapaxes(0, 1) for s in first)
    counts = None if lengths is None else numbers_of(lengths)
    found = []
    for d, reverse in enumerate(_DIRECTIONS[_direction(call)]):
        weights = [_ordered(as_tensor(a)[d], order) for a in (w, r)]
        biases: list[Any] = [None, None]
        if b is not None:
            row = as_tensor(b)[d]
            half = row.shape[0] // 2
            biases = [_ordered(part, order) for part in (row[:half], row[half:])]
        states = [None if s is None else s[d] for s in first]
        found.append(runs[d](x, *weights, *biases, *states, lengths=counts, reverse=reverse))
    outputs, *last = (list(parts) for parts in zip(*found, strict=True))
    y, ends = F.stack(outputs, 1), [F.stack(parts, 0) for parts in last]
    if sequences_first:
        y, ends = y.permute(2, 0, 1, 3), [end.swapaxes(0, 1) for end in ends]
    return (y, *ends)[: call.outputs] if call.outputs > 1 else y


def _ordered(a: Tensor, order: tuple[int, ...]) -> Tensor:
    """The gates, which lie along the first axis, in our order."""
    if len(order) == 1:
        return a
    size = a.shape[0] // len(order)
    rows = np.concatenate([np.arange(size) + gate * size for gate in order])
    return a[rows]
