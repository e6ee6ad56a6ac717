"""What every unit makes of the plane: its value on a grid of points."""

from __future__ import annotations

import numpy as np

from zerokara import nn
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.explain import evaluation
from zerokara.models.committee import softmax
from zerokara.nn import observe
from zerokara.studio.plane.spec import Spec


class Grid:
    """side × side points over [low, high]², prepared once for a spec's features. Row 0 is y = high, as in a picture."""

    def __init__(self, spec: Spec, side: int = 100, low: float = -1.5, high: float = 1.5) -> None:
        if side < 2 or not low < high:
            raise ValueError(f"a grid has at least 2 points a side, from low to high; got {side}, {low} to {high}")
        self.side, self.low, self.high = side, low, high
        along = np.linspace(low, high, side)
        x, y = np.meshgrid(along, along[::-1])
        self.points = np.stack([x.ravel(), y.ravel()], axis=1)
        self._inputs = Tensor(spec.inputs(self.points))

    def scores(self, model: nn.Sequential) -> Array:
        """(outputs, side, side): the scores of the classes, or the number that a regression gives."""
        return self.all_units(model)["out"]

    def all_units(self, model: nn.Sequential) -> dict[str, Array]:
        """By the name of its layer, (units, side, side) of every layer, in evaluation mode, as the network is now."""
        names = {id(layer): name for name, layer in model.named_modules()}
        found: dict[str, Array] = {}

        def look(layer: nn.Module, y: Tensor) -> None:
            if names.get(id(layer)):
                found[names[id(layer)]] = y.data.T.reshape(-1, self.side, self.side)

        with evaluation(model), no_grad(), observe(look):
            model(self._inputs)
        return found

    def bent(self, model: nn.Sequential, layer: str, first: int, second: int, lines: int = 13) -> Array:
        """(2·lines, side, 2): the lines of the plane's grid, as two units of a layer see them."""
        surfaces = self.all_units(model)
        if layer not in surfaces:
            raise ValueError(f"there is no layer {layer!r}: choose one of {', '.join(surfaces)}")
        units = surfaces[layer]
        if not (0 <= first < len(units) and 0 <= second < len(units)):
            raise ValueError(f"the layer {layer!r} has the units 0 to {len(units) - 1}; got {first} and {second}")
        pair = np.stack([units[first], units[second]], axis=-1)
        chosen = np.linspace(0, self.side - 1, lines).round().astype(int)
        return np.concatenate([pair[chosen], pair[:, chosen].swapaxes(0, 1)])


def shares(scores: Array) -> Array:
    """(K,): the share of the plane that each class wins, for who cannot see the picture."""
    winner = scores.argmax(axis=0)
    return np.asarray(np.bincount(winner.ravel(), minlength=len(scores)) / winner.size)


def probabilities(scores: Array) -> Array:
    """(K, side, side): the softmax of the scores at every point."""
    rows = softmax(np.moveaxis(scores, 0, -1).reshape(-1, len(scores)))
    return np.ascontiguousarray(rows.T).reshape(scores.shape)


def accuracy(spec: Spec, model: nn.Sequential, points: Array, labels: Array) -> float:
    """The share of points that are told right, in evaluation mode."""
    with evaluation(model), no_grad():
        y = model(Tensor(spec.inputs(points))).data
    return float(np.mean(y.argmax(axis=1) == labels))
