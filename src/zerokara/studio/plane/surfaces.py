"""What the network says everywhere on the plane: its answer, and the value of every unit, on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.studio.plane.data import SIDE
from zerokara.studio.plane.network import inputs
from zerokara.studio.plane.steering import Steered
from zerokara.training.evaluation import evaluation_mode

GRID, COARSE = 96, 32
"""Points a side of the answer's surface, and of a unit's: every third one of the same grid."""


@dataclass(frozen=True, eq=False)
class Surfaces:
    """answer (GRID, GRID, K): probabilities, or (GRID, GRID, 1) the number; units: of every
    hidden layer (n, COARSE, COARSE).

    The first row is the greatest y, as on paper.
    """

    answer: Array
    units: tuple[Array, ...]


def grid(side: int = GRID) -> Array:
    """(side², 2) float32: the middles of the cells, row by row from the top."""
    middles = ((np.arange(side) + 0.5) / side * 2 - 1) * SIDE
    x, y = np.meshgrid(middles, -middles)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def surfaces(training: Steered) -> Surfaces:
    """Of the weights of now. Modes and generators are as before; nothing of the training is disturbed."""
    hidden: list[Array] = []
    with evaluation_mode(training.model), no_grad(), np.errstate(all="ignore"):
        y = Tensor(inputs(grid(), training.plan.layers.features))
        for name, layer in training.model.named_modules():
            if layer is training.model:
                continue
            y = layer(y)
            if name.startswith("act"):
                hidden.append(y.data)
        answer = y.data if training.plan.live.data.regression else F.softmax(y).data
    every = GRID // COARSE
    maps = tuple(
        np.moveaxis(values.reshape(GRID, GRID, -1)[1::every, 1::every], 2, 0).astype(np.float32) for values in hidden
    )
    return Surfaces(answer.reshape(GRID, GRID, -1), maps)
