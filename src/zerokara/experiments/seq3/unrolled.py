"""A small recurrent network written out number by number: what the experiments by hand share."""

import math

import numpy as np

from zerokara.arrays import Array

W_IH = np.array([[0.5, -0.3], [0.8, 0.2], [-0.4, 0.6]])
W_HH = np.array([[0.1, 0.4, -0.2], [-0.3, 0.2, 0.5], [0.6, -0.1, 0.3]])
BIAS = np.array([0.1, 0.0, -0.1])
"""I = 2, H = 3: small numbers of our own."""


def inputs(steps: int) -> Array:
    """x_t = (cos t, sin t) to two digits, (T, 1, 2)."""
    angles = np.arange(steps)
    return np.round(np.stack([np.cos(angles), np.sin(angles)], axis=1), 2)[:, None]


def forward(x: Array, h: Array, memory: float = 1.0) -> Array:
    """All states, (T, H), each sum written out, W_hh times `memory`: h_i = tanh(Σ_j W_ih[i,j]·x_j + Σ_j "
    "W_hh[i,j]·h_j + b_i).
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


def backward(x: Array, h: Array, states: Array, from_output: Array) -> tuple[Array, Array, Array, Array]:
    """Step by step from the last to the first: (from the next step (T, H), da (T, H), shares of dW_hh, of dW_ih).

    dh_t = from the output + W_hhᵀ·da_{t+1},   da_t = dh_t·(1 − h_t²),   share of step t: da_t·h_{t−1}ᵀ and da_t·x_tᵀ
    """
    steps, size = states.shape
    later, da = np.zeros((steps, size)), np.zeros((steps, size))
    coming = np.zeros(size)
    for t in reversed(range(steps)):
        later[t] = coming
        da[t] = (from_output[t] + coming) * (1 - states[t] ** 2)
        coming = W_HH.T @ da[t]
    before = np.concatenate([h[None], states[:-1]])
    flat = x.reshape(steps, -1)
    return later, da, da[:, :, None] * before[:, None, :], da[:, :, None] * flat[:, None, :]
