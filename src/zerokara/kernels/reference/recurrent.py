"""Recurrent networks: a whole sequence at a time, step by step in time. The definition of all that `rules` names.

Letters: T steps, N sequences, I numbers a step, H units, A rows of gates (H for `rnn`, 4H for `lstm`, 3H for `gru`).
`p` (T, N, A) are the products x·W_ihᵀ of all steps, which need no loop. `lengths` (N,) are the sequences' own numbers
of steps, None where all have T: behind its end a sequence keeps its state, and gives 0. With `reverse` time runs from
the last step to the first; as a state changes only where there is a step, each sequence begins at its own end.

What a forward kernel gives first has the outputs in its rows 0 … T − 1, and behind them the last states.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.reference.activation import sigmoid


def rnn(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, lengths: Array | None, reverse: bool,
    relu: bool,
) -> tuple[Array, Array]:  # fmt: skip
    """h_t = tanh(p_t + b_ih + W·h_{t−1} + b_hh), or ReLU of it.

    Shapes: p (T, N, H), w (H, H), h (N, H)  →  outputs and the last state (T + 1, N, H); the state before each step
    (T, N, H).
    """
    out = p.dtype
    p, h, w, b = _wide(p), _wide(h), _wide(w), _sum(b_ih, b_hh)
    y, before = np.empty((len(p) + 1, *h.shape), p.dtype), np.empty((len(p), *h.shape), p.dtype)
    for t, seen in _steps(p, lengths, reverse):
        before[t] = h
        a = p[t] + b + h @ w.T
        new = np.maximum(a, 0) if relu else np.tanh(a)
        y[t], h = np.where(seen, new, 0), np.where(seen, new, h)
    y[len(p)] = h
    return y.astype(out, copy=False), before.astype(out, copy=False)


def rnn_grads(g: Array, y: Array, w: Array, lengths: Array | None, reverse: bool, relu: bool) -> tuple[Array, Array]:
    """Gradients in what the tanh (or ReLU) was taken of, (T, N, H), and in the first state (N, H).

    da_t = dh_t·(1 − h_t²),   dh_{t−1} = g_{t−1} + da_t·W
    """
    out = y.dtype
    g, y, w = _wide(g), _wide(y), _wide(w)
    da, dh = np.empty((len(y) - 1, *y.shape[1:]), y.dtype), g[-1]
    for t, seen in _steps(da, lengths, not reverse):
        slope = dh + g[t]
        slope = np.where(y[t] > 0, slope, 0) if relu else slope * (1 - y[t] * y[t])
        da[t] = np.where(seen, slope, 0)
        dh = np.where(seen, da[t] @ w, dh)
    return da.astype(out, copy=False), dh.astype(out, copy=False)


def lstm(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, c: Array, lengths: Array | None,
    reverse: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """c_t = f·c_{t−1} + i·g,   h_t = o·tanh(c_t)   with   i, f, o = σ and g = tanh of p_t + b_ih + W·h_{t−1} + b_hh.

    Shapes: p (T, N, 4H), the gates in the order i, f, g, o; w (4H, H), h and c (N, H)  →  outputs and the last h and c
    (T + 2, N, H); the state h before each step (T, N, H); and of each step i, f, g, o, the cell before it and tanh(c_t)
    (T, N, 6H).
    """
    out, size = p.dtype, h.shape[1]
    p, h, c, w, b = _wide(p), _wide(h), _wide(c), _wide(w), _sum(b_ih, b_hh)
    y, before = np.empty((len(p) + 2, *h.shape), p.dtype), np.empty((len(p), *h.shape), p.dtype)
    kept = np.empty((*p.shape[:2], 6 * size), p.dtype)
    for t, seen in _steps(p, lengths, reverse):
        before[t] = h
        i, f, g, o = _parts(p[t] + b + h @ w.T, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        cell = f * c + i * g
        end = np.tanh(cell)
        kept[t] = np.concatenate([i, f, g, o, c, end], axis=1)
        y[t], h, c = np.where(seen, o * end, 0), np.where(seen, o * end, h), np.where(seen, cell, c)
    y[len(p)], y[len(p) + 1] = h, c
    return y.astype(out, copy=False), before.astype(out, copy=False), kept.astype(out, copy=False)


def lstm_grads(g: Array, kept: Array, w: Array, lengths: Array | None, reverse: bool) -> tuple[Array, Array, Array]:
    """Gradients in what the gates were taken of (T, N, 4H), in the first state and in the first cell (N, H).

    dc_t = f_{t+1}·dc_{t+1} + dh_t·o·(1 − tanh²c_t),   dh_{t−1} = g_{t−1} + da_t·W
    da_i = dc·g·i(1 − i),   da_f = dc·c_{t−1}·f(1 − f),   da_g = dc·i·(1 − g²),   da_o = dh·tanh(c)·o(1 − o)
    """
    out, steps = kept.dtype, len(kept)
    g, kept, w = _wide(g), _wide(kept), _wide(w)
    da = np.empty((*kept.shape[:2], w.shape[0]), kept.dtype)
    dh, dc = g[steps], g[steps + 1]
    for t, seen in _steps(kept, lengths, not reverse):
        i, f, new, o, cell, end = _parts(kept[t], 6)
        slope = dh + g[t]
        down = dc + slope * o * (1 - end * end)
        gates = (
            down * new * i * (1 - i),
            down * cell * f * (1 - f),
            down * i * (1 - new * new),
            slope * end * o * (1 - o),
        )
        da[t] = np.where(seen, np.concatenate(gates, axis=1), 0)
        dh, dc = np.where(seen, da[t] @ w, dh), np.where(seen, down * f, dc)
    return da.astype(out, copy=False), dh.astype(out, copy=False), dc.astype(out, copy=False)


def gru(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, lengths: Array | None, reverse: bool,
    reset_after: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """h_t = (1 − z)·n + z·h_{t−1}   with   r, z = σ(p_t + b_ih + W·h_{t−1} + b_hh) of their rows, and of its own rows

    n = tanh(p_t + b_ih + r·(W·h_{t−1} + b_hh)), or, without `reset_after`, tanh(p_t + b_ih + W·(r·h_{t−1}) + b_hh).

    Shapes: p (T, N, 3H), the gates in the order r, z, n; w (3H, H), h (N, H)  →  outputs and the last state
    (T + 1, N, H); the state before each step (T, N, H); and of each step r, z, n and m (T, N, 4H), where
    m = W·h_{t−1} + b_hh of the rows of n (without `reset_after` m is not needed, and is r·h_{t−1}).
    """
    out, size = p.dtype, h.shape[1]
    p, h, w, inner = _wide(p), _wide(h), _wide(w), _wide(b_hh)
    if b_ih is not None:
        p = p + _wide(b_ih)
    own = 0 if inner is None else inner[2 * size :]
    y, before = np.empty((len(p) + 1, *h.shape), p.dtype), np.empty((len(p), *h.shape), p.dtype)
    kept = np.empty((*p.shape[:2], 4 * size), p.dtype)
    for t, seen in _steps(p, lengths, reverse):
        before[t] = h
        gates = h @ w[: 2 * size].T + (0 if inner is None else inner[: 2 * size])
        r, z = _parts(sigmoid(p[t][:, : 2 * size] + gates), 2)
        if reset_after:
            m = h @ w[2 * size :].T + own
            n = np.tanh(p[t][:, 2 * size :] + r * m)
        else:
            m = r * h
            n = np.tanh(p[t][:, 2 * size :] + m @ w[2 * size :].T + own)
        new = (1 - z) * n + z * h
        kept[t] = np.concatenate([r, z, n, m], axis=1)
        y[t], h = np.where(seen, new, 0), np.where(seen, new, h)
    y[len(p)] = h
    return y.astype(out, copy=False), before.astype(out, copy=False), kept.astype(out, copy=False)


def gru_grads(
    g: Array, before: Array, kept: Array, w: Array, lengths: Array | None, reverse: bool, reset_after: bool
) -> tuple[Array, Array, Array]:
    """Gradients of the gates, (T, N, 3H) in p_t and (T, N, 3H) in W·h_{t−1} + b_hh, and in the first state (N, H).

    da_z = dh·(h_{t−1} − n)·z(1 − z),   da_n = dh·(1 − z)·(1 − n²),   da_r = dr·r(1 − r)
    with `reset_after`:  dr = da_n·m,   dm = da_n·r,   dh_{t−1} = g_{t−1} + dh·z + (da_r, da_z, dm)·W
    without:  dm = da_n·W_n,   dr = dm·h_{t−1},   dh_{t−1} = g_{t−1} + dh·z + dm·r + (da_r, da_z)·W_rz
    """
    out, steps, size = kept.dtype, len(kept), w.shape[1]
    g, before, kept, w = _wide(g), _wide(before), _wide(kept), _wide(w)
    da = np.empty((*kept.shape[:2], 3 * size), kept.dtype)
    inner, dh = np.empty_like(da), g[steps]
    for t, seen in _steps(kept, lengths, not reverse):
        r, z, n, m = _parts(kept[t], 4)
        slope = dh + g[t]
        da_n, da_z = slope * (1 - z) * (1 - n * n), slope * (before[t] - n) * z * (1 - z)
        back = da_n if reset_after else da_n @ w[2 * size :]
        da_r = back * (m if reset_after else before[t]) * r * (1 - r)
        da[t] = np.where(seen, np.concatenate([da_r, da_z, da_n], axis=1), 0)
        own = da_n * r if reset_after else da_n
        inner[t] = np.where(seen, np.concatenate([da_r, da_z, own], axis=1), 0)
        down = inner[t] @ w if reset_after else inner[t][:, : 2 * size] @ w[: 2 * size] + back * r
        dh = np.where(seen, down + slope * z, dh)
    return da.astype(out, copy=False), inner.astype(out, copy=False), dh.astype(out, copy=False)


def _steps(p: Array, lengths: Array | None, reverse: bool) -> Iterator[tuple[int, Any]]:
    """The steps in the order of time, each with the sequences (N, 1) that have it."""
    steps = range(len(p))
    for t in reversed(steps) if reverse else steps:
        yield t, True if lengths is None else (t < lengths)[:, None]


def _parts(x: Array, count: int) -> list[Array]:
    """The gates that lie side by side."""
    return np.split(x, count, axis=-1)


def _sum(a: Array | None, b: Array | None) -> Any:
    """Both biases, or none."""
    return 0 if a is None or b is None else _wide(a) + _wide(b)


def _wide(x: Any) -> Any:
    """float16 as float32: sums of many steps would not be worth much in halves."""
    return x.astype(np.float32) if x is not None and x.dtype == np.float16 else x
