"""What the network says everywhere on the plane: its answer, and the value of every unit, on a grid; its losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.studio.plane.data import SIDE, as_split
from zerokara.studio.plane.measuring import answered, evaluated, measure
from zerokara.studio.plane.network import inputs
from zerokara.studio.plane.steering import Steered

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
    return Surfaces(probabilities(training), unit_maps(training))


def scores(training: Steered, xy: Array) -> Array:
    """(N, K): what the network gives for points of the plane, in evaluation mode."""
    return answered(training.model, inputs(xy, training.plan.layers.features))


def answer_map(training: Steered, side: int = GRID) -> Array:
    """(side, side, K): the scores, or (side, side, 1) the number."""
    return scores(training, grid(side)).reshape(side, side, -1)


def probabilities(training: Steered) -> Array:
    """(GRID, GRID, K): the answer; of regression (GRID, GRID, 1), the number."""
    found = answer_map(training)
    if training.live.data.regression:
        return found
    with no_grad(), np.errstate(all="ignore"):
        return F.softmax(Tensor(found.reshape(GRID * GRID, -1))).data.reshape(found.shape)


def hidden(training: Steered, xy: Array) -> list[Array]:
    """(N, units) of every hidden layer, after its activation, in evaluation mode."""
    found: list[Array] = []
    with evaluated(training.model), no_grad(), np.errstate(all="ignore"):
        y = Tensor(inputs(xy, training.plan.layers.features))
        for name, layer in training.model.named_modules():
            if layer is training.model:
                continue
            y = layer(y)
            if name.startswith("act"):
                found.append(y.data)
    return found


def unit_maps(training: Steered, side: int = COARSE) -> tuple[Array, ...]:
    """(n, side, side) float32 of every hidden layer."""
    return tuple(
        np.ascontiguousarray(values.reshape(side, side, -1).transpose(2, 0, 1), np.float32)
        for values in hidden(training, grid(side))
    )


def measured(training: Steered) -> dict[str, tuple[float, float | None]]:
    """(loss, accuracy) of now over all training points and over all test points; nothing is disturbed."""
    named = {"train": training.train, "test": training.test}
    splits = {name: as_split(points, training.plan.layers.features) for name, points in named.items() if len(points)}
    return {name: measure(training.model, training.loss, s.images, s.labels) for name, s in splits.items()}
