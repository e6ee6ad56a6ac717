"""A small recurrent network written out number by number: what the experiments by hand share."""

import math
from collections.abc import Callable

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, numerical_gradient, tensor
from zerokara.experiments.sequence_models import sigmoid
from zerokara.nn import Module

W_IH = np.array([[0.5, -0.3], [0.8, 0.2], [-0.4, 0.6]])
W_HH = np.array([[0.1, 0.4, -0.2], [-0.3, 0.2, 0.5], [0.6, -0.1, 0.3]])
BIAS = np.array([0.1, 0.0, -0.1])
"""I = 2, H = 3: small numbers of our own."""

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
"""Rows of H numbers in the weights of each cell: of an LSTM i, f, g, o, of a GRU r, z, n."""

Backward = tuple[Array, Array, Array, Array]
"""From the next step (T, H), δ of all gates (T, G·H), and each step's share of ∂L/∂W_hh and of ∂L/∂W_ih."""


def weights(cell: str) -> tuple[Array, Array, Array]:
    """(W_ih (G·H, I), W_hh (G·H, H), b (G·H)): for every further gate the rows of the first are turned by one."""
    w_ih, w_hh, b = (np.concatenate([np.roll(w, g, axis=0) for g in range(GATES[cell])]) for w in (W_IH, W_HH, BIAS))
    return w_ih, w_hh, b


def inputs(steps: int) -> Array:
    """x_t = (cos t, sin t) to two digits, (T, 1, 2)."""
    angles = np.arange(steps)
    return np.round(np.stack([np.cos(angles), np.sin(angles)], axis=1), 2)[:, None]


def forward(x: Array, h: Array, memory: float = 1.0) -> Array:
    """All states, (T, H), each sum written out, W_hh times `memory`: h_i = tanh(Σ_j W_ih[i,j]·x_j + Σ_j
    W_hh[i,j]·h_j + b_i).
    """
    found, state = [], h.tolist()
    for step in x.reshape(len(x), -1).tolist():
        state = [
            math.tanh(
                sum(w * v for w, v in zip(row, step, strict=True))
                + sum(w * v for w, v in zip(back, state, strict=True))
                + b
            )
            for row, back, b in zip(W_IH.tolist(), (memory * W_HH).tolist(), BIAS.tolist(), strict=True)
        ]
        found.append(state)
    return np.array(found)


def backward(cell: str, x: Array, states: Array, from_output: Array) -> Backward:
    """Step by step from the last to the first, with a state of 0 before the first."""
    w_ih, w_hh, b = weights(cell)
    flat, before = x.reshape(len(x), -1), np.concatenate([np.zeros((1, states.shape[1])), states[:-1]])
    back = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}[cell]
    later, da, da_hh = back(flat @ w_ih.T + b, before @ w_hh.T, before, states, from_output, w_hh)
    return later, da, da_hh[:, :, None] * before[:, None, :], da[:, :, None] * flat[:, None, :]


def _rnn(
    a: Array, r: Array, before: Array, states: Array, from_output: Array, w_hh: Array
) -> tuple[Array, Array, Array]:
    """δ_t = dh_t·(1 − h_t²),   dh_t = from the output + W_hhᵀ·δ_{t+1}"""
    later, da = np.zeros_like(states), np.zeros_like(a)
    coming = np.zeros(states.shape[1])
    for t in reversed(range(len(states))):
        later[t] = coming
        da[t] = (from_output[t] + coming) * (1 - states[t] ** 2)
        coming = w_hh.T @ da[t]
    return later, da, da


def _lstm(
    a: Array, r: Array, before: Array, states: Array, from_output: Array, w_hh: Array
) -> tuple[Array, Array, Array]:
    """dc_t = dh_t·o·(1 − tanh² c_t) + f_{t+1}·dc_{t+1},   δ = (dc·g·i(1 − i), dc·c_{t−1}·f(1 − f), dc·i·(1 − g²),
    dh·tanh c·o(1 − o)),   dh_t = from the output + W_hhᵀ·δ_{t+1}
    """
    i, f, g, o = np.split(a + r, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = np.zeros((len(states) + 1, states.shape[1]))  # c[t] stands before step t
    for t in range(len(states)):
        c[t + 1] = f[t] * c[t] + i[t] * g[t]
    later, da = np.zeros_like(states), np.zeros_like(a)
    coming, dc = np.zeros(states.shape[1]), np.zeros(states.shape[1])
    for t in reversed(range(len(states))):
        later[t], dh, y = coming, from_output[t] + coming, np.tanh(c[t + 1])
        dc = dc + dh * o[t] * (1 - y**2)
        parts = dc * g[t] * i[t] * (1 - i[t]), dc * c[t] * f[t] * (1 - f[t]), dc * i[t] * (1 - g[t] ** 2)
        da[t] = np.concatenate([*parts, dh * y * o[t] * (1 - o[t])])
        coming, dc = w_hh.T @ da[t], dc * f[t]
    return later, da, da


def _gru(
    a: Array, r: Array, before: Array, states: Array, from_output: Array, w_hh: Array
) -> tuple[Array, Array, Array]:
    """n = tanh(a_n + r·q), q = R_n·h_{t−1}:   δ_n = dh·(1 − z)·(1 − n²), δ_r = δ_n·q·r(1 − r),
    δ_z = dh·(h_{t−1} − n)·z(1 − z);   dh_{t−1} = from the output + z·dh_t + W_hhᵀ·(δ_r, δ_z, r·δ_n)
    """
    size = states.shape[1]
    reset, z = np.split(sigmoid((a + r)[:, : 2 * size]), 2, axis=1)
    q = r[:, 2 * size :]
    n = np.tanh(a[:, 2 * size :] + reset * q)
    later, da, da_hh = np.zeros_like(states), np.zeros_like(a), np.zeros_like(a)
    coming = np.zeros(size)
    for t in reversed(range(len(states))):
        later[t], dh = coming, from_output[t] + coming
        dn = dh * (1 - z[t]) * (1 - n[t] ** 2)
        gates = dn * q[t] * reset[t] * (1 - reset[t]), dh * (before[t] - n[t]) * z[t] * (1 - z[t])
        da[t], da_hh[t] = np.concatenate([*gates, dn]), np.concatenate([*gates, dn * reset[t]])
        coming = dh * z[t] + w_hh.T @ da_hh[t]
    return later, da, da_hh


def numerical_error(make: Callable[..., Module], rng: np.random.Generator) -> float:
    """The largest relative error of the gradients of a small layer: two layers, both directions, three sequences."""
    layer = make(2, 3, 2, bidirectional=True, rng=rng, dtype=np.float64)
    x, v = rng.standard_normal((4, 3, 2)), rng.standard_normal((4, 3, 6))
    parameters = list(layer.parameters())
    back = gradients((layer(tensor(x))[0] * v).sum(), parameters)
    worst = 0.0
    for parameter, g in zip(parameters[:4] + parameters[-2:], [*back[:4], *back[-2:]], strict=True):
        kept = parameter.data

        def at(w: Array, parameter: Tensor = parameter) -> float:
            parameter.data = w
            return float((layer(tensor(x))[0] * v).sum().item())

        numerical = numerical_gradient(at, kept, 1e-5)
        parameter.data = kept
        worst = max(worst, float(np.abs(numerical - g).max() / max(1e-3, np.abs(g).max())))
    return worst
