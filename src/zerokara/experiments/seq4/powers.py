"""Gradients that pass the same matrix again and again."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import gradients, tensor

W = np.array(
    [
        [1.78862847342893, 0.4365098505119895, 0.09649746807200862],
        [-1.8634927033644908, -0.2773882165241394, -0.3547589796485507],
        [-0.08274148148245977, -0.6270006768238473, -0.04381816897592824],
    ]
)
"""NumPy's legacy standard normal numbers of seed 3."""


def norms_back(w: Array, steps: int) -> Array:
    """√(Σ dh²)/N of N = 2 rows of ones after dh ← dh·Wᵀ, 1 … steps times."""
    dh, found = np.ones((2, len(w))), []
    for _ in range(steps):
        dh = dh @ w.T
        found.append(np.sqrt((dh**2).sum()) / len(dh))
    return np.array(found)


def norms_by_rule(w: Array, steps: int) -> Array:
    """The gradient at the first state of an RNN, after 1 … steps steps: at h = 0 the slope of tanh is 1."""
    size, found = len(w), []
    for n in range(1, steps + 1):
        h = tensor(np.zeros((2, size)), requires_grad=True)
        y, _ = F.rnn(np.zeros((n, 2, 1)), np.zeros((size, 1)), w.T, np.zeros(size), np.zeros(size), h)
        (back,) = gradients(y[-1].sum(), [h])
        found.append(np.sqrt((back**2).sum()) / 2)
    return np.array(found)
