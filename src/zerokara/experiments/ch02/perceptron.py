"""The perceptron, and the straight line by which it parts the plane."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cells, Line, Mark, Points

INPUTS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
"""The four pairs of inputs, in the order 00, 10, 01, 11."""

NAMES = ("00", "10", "01", "11")
WANTED = {"AND": "0001", "NAND": "1110", "OR": "0111", "XOR": "0110"}
"""Truth tables: the outputs for 00, 10, 01, 11."""

GRID = np.linspace(-0.5, 1.5, 61)
"""The part of the plane that is drawn, along either axis."""


def perceptron(x: Array, weights: Array) -> Array:
    """y = 1 if w1·x1 + w2·x2 + b > 0 else 0.

    Shapes: x (N, 2), weights (3,) for w1, w2, b → y (N,); weights (K, 3), one perceptron a row → y (N, K).
    """
    rows = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    y: Array = F.step(F.linear(x, rows[:, :2], rows[:, 2])).data
    return y[:, 0] if np.ndim(weights) == 1 else y


def truth(outputs: Array) -> str:
    """Outputs as digits, such as 0110."""
    return "".join(str(int(y)) for y in outputs)


def plane() -> Array:
    """Every point of the drawn part of the plane. Shape: (61·61, 2), row by row from below."""
    x1, x2 = np.meshgrid(GRID, GRID)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


def on_line(weights: Array) -> Array:
    """Points (61, 2) of the line w1·x1 + w2·x2 + b = 0 across the drawn part of the plane; NaN without a line."""
    w1, w2, b = (float(v) for v in weights)
    if w1 == w2 == 0:
        return np.full((len(GRID), 2), np.nan)
    if abs(w2) >= abs(w1):
        return np.stack([GRID, -(w1 * GRID + b) / w2], axis=1)
    return np.stack([-(w2 * GRID + b) / w1, GRID], axis=1)


def side(name: str) -> Axis:
    """An axis of the drawn part of the plane."""
    return Axis(name, low=float(GRID[0]), high=float(GRID[-1]))


def drawn(t: Tongue, region: Array, outputs: Array, *lines: Array) -> list[Mark]:
    """The plane shaded by the output there, the lines that part it, and the four inputs."""
    names = output_names(t)
    marks: list[Mark] = [Cells("", GRID, GRID, region.reshape(len(GRID), -1), classes=names)]
    marks += [Line("w1·x1 + w2·x2 + b = 0", line[:, 0], line[:, 1]) for line in lines]
    for value, name in enumerate(names):
        some = INPUTS[np.asarray(outputs) == value]
        marks.append(Points(name, some[:, 0], some[:, 1]))
    return marks


def output_names(t: Tongue) -> tuple[str, str]:
    """The names of the two outputs, for a legend."""
    return t("output 0", "出力 0"), t("output 1", "出力 1")
