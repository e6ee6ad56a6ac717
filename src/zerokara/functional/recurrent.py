"""Recurrent networks, one layer in one direction. The layers of `nn` are made of these."""

from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.autodiff.promotion import converted, floating
from zerokara.functional.shared import Like
from zerokara.kernels import tracing
from zerokara.kernels.tracing import as_array
from zerokara.rules import Rule

_GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def rnn(
    x: Like,
    weight_ih: Like,
    weight_hh: Like,
    bias_ih: Like | None = None,
    bias_hh: Like | None = None,
    h: Like | None = None,
    *,
    lengths: Like | None = None,
    reverse: bool = False,
    nonlinearity: str = "tanh",
) -> tuple[Tensor, Tensor]:
    """h_t = tanh(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh) for all steps → (outputs, last state)

    x (T, N, I) of T steps and N sequences, weight_ih (H, I), weight_hh (H, H), biases (H,), first state h (N, H) or 0
    → outputs (T, N, H), last state (N, H). `nonlinearity` is "tanh" or "relu". `lengths` (N,): the steps that each
    sequence has; behind its end the outputs are 0, and the last state is that of its own last step. `reverse`: from
    each sequence's last step to its first.
    """
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"rnn: nonlinearity is 'tanh' or 'relu'; got {short(nonlinearity)}")
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    y, h = _run("rnn", rules.rnn, x, weights, (h,), lengths, reverse=reverse, nonlinearity=nonlinearity)
    return y, h


def lstm(
    x: Like,
    weight_ih: Like,
    weight_hh: Like,
    bias_ih: Like | None = None,
    bias_hh: Like | None = None,
    h: Like | None = None,
    c: Like | None = None,
    *,
    lengths: Like | None = None,
    reverse: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    """c_t = f·c_{t−1} + i·g, h_t = o·tanh(c_t) for all steps → (outputs, last state h, last cell c)

    x (T, N, I), weight_ih (4H, I), weight_hh (4H, H), biases (4H,), the gates in the order i, f, g, o; h and c (N, H).
    The rest as at `rnn`.
    """
    y, h, c = _run("lstm", rules.lstm, x, (weight_ih, weight_hh, bias_ih, bias_hh), (h, c), lengths, reverse=reverse)
    return y, h, c


def gru(
    x: Like,
    weight_ih: Like,
    weight_hh: Like,
    bias_ih: Like | None = None,
    bias_hh: Like | None = None,
    h: Like | None = None,
    *,
    lengths: Like | None = None,
    reverse: bool = False,
    reset_after: bool = True,
) -> tuple[Tensor, Tensor]:
    """h_t = (1 − z)·n + z·h_{t−1} for all steps → (outputs, last state)

    x (T, N, I), weight_ih (3H, I), weight_hh (3H, H), biases (3H,), the gates in the order r, z, n. `reset_after`: r
    multiplies W_hn·h_{t−1} + b_hn, as in PyTorch; else h_{t−1} itself, before the product, as in the book. The rest as
    at `rnn`.
    """
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    y, h = _run("gru", rules.gru, x, weights, (h,), lengths, reverse=reverse, reset_after=reset_after)
    return y, h


def _run(
    name: str, rule: Rule, x: Like, weights: tuple[Any, ...], first: tuple[Any, ...], lengths: Any, **options: Any
) -> list[Tensor]:
    """[outputs, last states …] of a rule, after all shapes were looked at."""
    t = as_tensor(x)
    given = [None if value is None else as_tensor(value) for value in (*weights, *first)]
    _expect(name, t, *given[:4])
    for state in given[4:]:
        wanted = t.shape[1], given[1].shape[1]  # type: ignore[union-attr]
        if state is not None and state.shape != wanted:
            raise ValueError(f"{name} expects a first state (N, H) of shape {wanted}; got {state.shape}")
    dtype = next(iter(floating(*(v for v in (t, *given) if v is not None)))).dtype
    inputs = [None if v is None else converted(v, dtype) for v in (t, *given)]
    counts = None if lengths is None else expect_lengths(name, lengths, *t.shape[:2])
    value = apply(rule, *inputs, lengths=counts, **options)
    steps = t.shape[0]
    return [value[:steps], *(value[steps + k] for k in range(len(first)))]


def expect_lengths(name: str, lengths: Like, steps: int, count: int) -> Array:
    """The numbers of steps of N sequences, whole ones from 0 to T; or an error that says what is wrong."""
    given = as_array(lengths)
    if given.dtype.kind not in "iu" or given.shape != (count,):
        raise ValueError(
            f"{name} expects lengths of {count} sequences, whole numbers of shape ({count},); "
            f"got {given.dtype} of shape {given.shape}"
        )

    def look(found: Array) -> None:
        if found.size and not (found.min() >= 0 and found.max() <= steps):
            raise ValueError(
                f"{name}: lengths lie between 0 and the {steps} steps of x; got {found.min()} to {found.max()}"
            )

    tracing.look(look, given)
    return given.astype(np.int64)


def _expect(name: str, x: Tensor, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any) -> None:
    """Refuse shapes that do not fit together."""
    if x.ndim != 3:
        raise ValueError(f"{name} expects x (T, N, I), steps before sequences; got {x.shape}")
    if w_ih.ndim != 2 or w_hh.ndim != 2:
        raise ValueError(f"{name} expects weights of two axes; got {w_ih.shape} and {w_hh.shape}")
    rows, wanted = _GATES[name] * w_hh.shape[1], "H" if name == "rnn" else f"{_GATES[name]}H"
    if w_ih.shape != (rows, x.shape[2]) or w_hh.shape[0] != rows:
        raise ValueError(
            f"{name} expects weights ({wanted}, I) and ({wanted}, H), for these inputs with I = {x.shape[2]}; "
            f"got {w_ih.shape} and {w_hh.shape}"
        )
    if (b_ih is None) != (b_hh is None):
        raise ValueError(f"{name} expects both biases or none; got {'bias_hh' if b_ih is None else 'bias_ih'} only")
    for bias in (b_ih, b_hh):
        if bias is not None and bias.shape != (rows,):
            raise ValueError(f"{name} expects biases ({wanted},) of shape ({rows},); got {bias.shape}")
