"""The plane as two units of a hidden layer see it: a bent grid, and the points that the network learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.studio.plane.data import SIDE
from zerokara.studio.plane.steering import Steered
from zerokara.studio.plane.surfaces import hidden

LINES, ALONG = 17, 41
"""Lines of the grid in each direction, and places on each."""


@dataclass(frozen=True, eq=False)
class Bent:
    """lines (2, LINES, ALONG, 2): of constant y from the top, then of constant x from the left, each place as the pair
    of units sees it; points (N, 2): the training points in the same way.
    """

    lines: Array
    points: Array


def lattice() -> Array:
    """(2, LINES, ALONG, 2): the same lines on the plane itself."""
    fixed, along = np.linspace(SIDE, -SIDE, LINES), np.linspace(-SIDE, SIDE, ALONG)
    level = np.stack(np.broadcast_arrays(along[None], fixed[:, None]), axis=2)
    upright = np.stack(np.broadcast_arrays(-fixed[:, None], -along[None]), axis=2)
    return np.stack([level, upright]).astype(np.float32)


def bent(training: Steered, layer: int, one: int, other: int) -> Bent:
    """The grid as units `one` and `other` (from 0) of hidden layer `layer` (from 1) see it."""
    sizes = [units for units, _ in training.plan.layers.hidden]
    if not 1 <= layer <= len(sizes) or not 0 <= min(one, other) <= max(one, other) < sizes[layer - 1]:
        raise ValueError(f"layers are 1 to {len(sizes)} with {sizes} units; got {layer}, units {one} and {other}")
    lines = lattice()
    places = np.concatenate([lines.reshape(-1, 2), training.train.xy])
    seen = hidden(training, places)[layer - 1][:, [one, other]].astype(np.float32)
    count = lines.size // 2
    return Bent(seen[:count].reshape(lines.shape), seen[count:])
