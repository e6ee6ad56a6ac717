"""Recurrent networks: a whole sequence is one rule, its gradient that of all steps in time.

Shapes: x (T, N, I) of T steps, N sequences and I numbers a step; W_ih (A, I), W_hh (A, H), both biases (A,), first
states (N, H), with A rows of gates: H, 4H or 3H. The value has the outputs of all steps in its rows 0 … T − 1, and
behind them the last state (of the LSTM h, then c): (T + 1, N, H) or (T + 2, N, H). A first state that is left out is 0.

`lengths` (N,) tell how many steps each sequence has: behind its end a sequence gives 0 and keeps its state, so that a
batch equals its sequences one by one. `reverse` runs from each sequence's own last step to its first.

The same weights serve at every step, so their gradients are sums over all steps, computed as one large product:
with da_t = ∂L/∂a_t, where a_t = W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh is what the gates are taken of,

    ∂L/∂W_ih = Σ_t da_tᵀ·x_t,   ∂L/∂W_hh = Σ_t da_tᵀ·h_{t−1},   ∂L/∂b_ih = ∂L/∂b_hh = Σ_t da_t,   ∂L/∂x_t = da_t·W_ih

and da_t itself needs that of the step after it, for h_t is an output and also goes into the next step:

    dh_t = g_t + da_{t+1}·W_hh        (backpropagation through time; Werbos, 1990)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.rule import Pullback, Ruled, once


def rnn(
    x: Array, w_ih: Array, w_hh: Array, b_ih: Array | None = None, b_hh: Array | None = None, h: Array | None = None,
    *, lengths: Array | None = None, reverse: bool = False, nonlinearity: str = "tanh",
) -> Ruled:  # fmt: skip
    """h_t = tanh(a_t),   a_t = W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh        (or h_t = max(a_t, 0))

    da_t = dh_t·(1 − h_t²)        (or dh_t where h_t > 0, else 0),   dh_t = g_t + da_{t+1}·W_hh,   ∂L/∂h_0 = da_1·W_hh

    Shapes, lengths, gradients of the weights: above. Elman, 1990; volume 2 of the book, chapter 5.
    """
    relu, h, x = nonlinearity == "relu", _first(h, x, w_hh), _within(x, lengths)
    y, before = kernels.rnn(_product(x, w_ih), w_hh, b_ih, b_hh, h, lengths, reverse, relu)
    grads = once(lambda g: kernels.rnn_grads(g, y, w_hh, lengths, reverse, relu))
    return y, (*_sums(x, before, w_ih, lambda g: grads(g)[0]), lambda g: grads(g)[1])


def lstm(
    x: Array, w_ih: Array, w_hh: Array, b_ih: Array | None = None, b_hh: Array | None = None, h: Array | None = None,
    c: Array | None = None, *, lengths: Array | None = None, reverse: bool = False,
) -> Ruled:  # fmt: skip
    """c_t = f·c_{t−1} + i·g,   h_t = o·tanh(c_t)        i, f, o = σ and g = tanh of the rows i, f, g, o of a_t

    dh_t = g_t + da_{t+1}·W_hh,   dc_t = f_{t+1}·dc_{t+1} + dh_t·o·(1 − tanh²c_t)
    da_i = dc·g·i(1 − i),   da_f = dc·c_{t−1}·f(1 − f),   da_g = dc·i·(1 − g²),   da_o = dh·tanh(c)·o(1 − o)
    ∂L/∂h_0 = da_1·W_hh,   ∂L/∂c_0 = f_1·dc_1

    The cell's gradient is multiplied by f at each step, not by a matrix: where f is near 1 it lasts.
    Shapes, lengths, gradients of the weights: above. Hochreiter and Schmidhuber, 1997; with the forget gate, Gers et
    al., 2000; volume 2 of the book, chapter 6.
    """
    h, c, x = _first(h, x, w_hh), _first(c, x, w_hh), _within(x, lengths)
    y, before, kept = kernels.lstm(_product(x, w_ih), w_hh, b_ih, b_hh, h, c, lengths, reverse)
    grads = once(lambda g: kernels.lstm_grads(g, kept, w_hh, lengths, reverse))
    sums = _sums(x, before, w_ih, lambda g: grads(g)[0])
    return y, (*sums, lambda g: grads(g)[1], lambda g: grads(g)[2])


def gru(
    x: Array, w_ih: Array, w_hh: Array, b_ih: Array | None = None, b_hh: Array | None = None, h: Array | None = None,
    *, lengths: Array | None = None, reverse: bool = False, reset_after: bool = True,
) -> Ruled:  # fmt: skip
    """h_t = (1 − z)·n + z·h_{t−1}        r, z = σ of the rows r, z of a_t, which has the rows r, z, n

    n = tanh(u_n + r·m),  m = W_hn·h_{t−1} + b_hn,  u_t = W_ih·x_t + b_ih        or, with `reset_after=False`,
    n = tanh(u_n + W_hn·(r·h_{t−1}) + b_hn)

    da_n = dh·(1 − z)·(1 − n²),   da_z = dh·(h_{t−1} − n)·z(1 − z),   da_r = dr·r(1 − r)
    reset after the product:   dr = da_n·m,   dm = da_n·r,   dh_{t−1} = g_{t−1} + dh_t·z + (da_r, da_z, dm)·W_hh
    before:   dm = da_n·W_hn,   dr = dm·h_{t−1},   dh_{t−1} = g_{t−1} + dh_t·z + dm·r + (da_r, da_z)·(W_hr, W_hz)

    Where r stands after the product, ∂L/∂W_hn and ∂L/∂b_hn are made of dm in the place of da_n; where it stands before,
    ∂L/∂W_hn = Σ da_nᵀ·(r·h_{t−1}). Cho et al., 2014, and the book have it before the product, cuDNN and PyTorch after
    it. In the book, z is what PyTorch calls 1 − z: negate the rows of z. Volume 2 of the book, appendix C.
    """
    h, x, size = _first(h, x, w_hh), _within(x, lengths), w_hh.shape[1]
    y, before, kept = kernels.gru(_product(x, w_ih), w_hh, b_ih, b_hh, h, lengths, reverse, reset_after)
    grads = once(lambda g: kernels.gru_grads(g, before, kept, w_hh, lengths, reverse, reset_after))
    pull_x, pull_ih, pull_hh, pull_b, pull_inner = _sums(x, before, w_ih, lambda g: grads(g)[0], lambda g: grads(g)[1])

    def pull_hh_before(g: Array) -> Any:
        inner = grads(g)[1]
        gates = _turned(inner[..., : 2 * size], before)
        return np.concatenate([gates, _turned(inner[..., 2 * size :], kept[..., 3 * size :])])

    return y, (pull_x, pull_ih, pull_hh if reset_after else pull_hh_before, pull_b, pull_inner, lambda g: grads(g)[2])


def _sums(
    x: Array, before: Array, w_ih: Array, da: Callable[[Array], Any], inner: Callable[[Array], Any] | None = None
) -> tuple[Pullback, ...]:
    """∂L/∂x, ∂L/∂W_ih, ∂L/∂W_hh, ∂L/∂b_ih, ∂L/∂b_hh: `da` gives ∂L/∂a_t, `inner` what W_hh gets if that differs."""
    own = da if inner is None else inner
    total = once(lambda g: kernels.channel_sum(_rows(da(g))))
    return (
        lambda g: np.reshape(kernels.matmul(_rows(da(g)), w_ih), x.shape),
        lambda g: _turned(da(g), x),
        lambda g: _turned(own(g), before),
        total,
        total if inner is None else lambda g: kernels.channel_sum(_rows(own(g))),
    )


def _product(x: Array, w: Array) -> Any:
    """x_t·Wᵀ for all steps at once: (T, N, I) → (T, N, A)."""
    return np.reshape(kernels.matmul(_rows(x), np.transpose(w)), (*x.shape[:2], w.shape[0]))


def _turned(da: Array, x: Array) -> Any:
    """Σ_t da_tᵀ·x_t, as one product."""
    return kernels.matmul(np.transpose(_rows(da)), _rows(x))


def _rows(x: Array) -> Any:
    """All steps of all sequences, one beneath another."""
    return np.reshape(x, (x.shape[0] * x.shape[1], x.shape[2]))


def _first(state: Array | None, x: Array, w_hh: Array) -> Any:
    """The state before the first step."""
    return np.zeros((x.shape[1], w_hh.shape[1]), x.dtype) if state is None else state


def _within(x: Array, lengths: Array | None) -> Any:
    """x with 0 behind the ends of the sequences: whatever stands there, even NaN, goes into no product."""
    if lengths is None:
        return x
    return np.where(np.less(np.arange(x.shape[0])[:, None], lengths)[..., None], x, 0)
