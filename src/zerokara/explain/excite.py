"""What excites a unit: the image that it likes best, made by going up its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arguments import checked, known
from zerokara.arrays import Array, Shape, generator
from zerokara.autodiff import Tensor, gradients, no_grad
from zerokara.explain.kinds import KINDS
from zerokara.explain.layers import watch
from zerokara.explain.pixels import blur
from zerokara.explain.scores import evaluation
from zerokara.nn import Module


@dataclass(frozen=True)
class Excitation:
    """An image (1, C, H, W) made for a unit, and the unit's activation after 0, 1, … steps, (steps + 1,)."""

    layer: str | None
    unit: int
    image: Array
    values: Array

    @property
    def picture(self) -> Array:
        """(C, H, W) in 0..1, from the image's least to its greatest value."""
        low, high = float(self.image.min()), float(self.image.max())
        return np.asarray((self.image[0] - low) / (high - low if high > low else 1))


@checked(KINDS)
def excite(
    model: Module,
    unit: int,
    layer: str | None = None,
    *,
    shape: Shape | None = None,
    start: Array | None = None,
    steps: int = 64,
    rate: float | None = None,
    decay: float = 1e-3,
    variation: float = 0.02,
    soften: float | None = None,
    jitter: int | None = None,
    low: float | Sequence[float] = -np.inf,
    high: float | Sequence[float] = np.inf,
    seed: int = 0,
) -> Excitation:
    """x ← (1 − decay)·x + rate · g / √mean g²,   g = ∂/∂x (a(x) − variation · TV(x)):  x climbs what `unit` likes.

    a is the activation: a score of the model where no layer is named, else the mean of the unit's map in that layer (or
    its number). TV(x) = mean |x_ij − x_i,j+1| + mean |x_ij − x_i+1,j| keeps neighbours alike, relative to a's own
    gradient. The image is moved by up to `jitter` pixels at each step, so that nothing hangs on its place, and blurred
    a little at every fourth (σ = `soften` pixels, a 64th of the side but at most ½ unless given); without such
    regularisation the image is noise that no eye can read.

    shape: of one image, (C, H, W), or `start`, an image (1, C, H, W) to begin with; by default faint noise around 0.
    rate: in units of the input, a fiftieth of high − low unless given (0.1 where they are infinite). low, high: what a
    pixel may be, a number or one a channel. Of all images on the way the most exciting is returned.
    Erhan, Bengio, Courville, Vincent (2009); Simonyan et al. (2013); Mordvintsev, Olah, Tyka (2015).
    """
    x = _beginning(model, shape, start, seed)
    soften = min(0.5, min(x.shape[2:]) / 64) if soften is None else soften
    _expect(steps, rate, decay, variation, soften)
    bounds = _bounds(low, high, x)
    span = float(np.min(bounds[1] - bounds[0]))
    rate = (span / 50 if np.isfinite(span) else 0.1) if rate is None else rate
    jitter = max(1, min(x.shape[2:]) // 16) if jitter is None else jitter
    lot = generator(seed, "excite")
    with evaluation(model):
        value = _activation(model, x, layer, unit)
        values, best = [value], (value, x)
        for step in range(1, steps + 1):
            x = np.clip(_climbed(model, x, layer, unit, lot.integers(-jitter, jitter + 1, 2), rate, variation), *bounds)
            x = x * x.dtype.type(1 - decay)
            x = blur(x, soften) if soften and step % 4 == 0 and step < steps else x
            values.append(_activation(model, x, layer, unit))
            best = max(best, (values[-1], x), key=lambda pair: pair[0])
    return Excitation(layer, unit, best[1], np.array(values))


def total_variation(x: Tensor) -> Tensor:
    """mean |x_ij − x_i,j+1| + mean |x_ij − x_i+1,j|, for images (N, C, H, W) of at least 2×2 pixels."""
    across, down = x[:, :, :, 1:] - x[:, :, :, :-1], x[:, :, 1:] - x[:, :, :-1]
    return F.mean(F.absolute(across)) + F.mean(F.absolute(down))


def _climbed(
    model: Module, x: Array, layer: str | None, unit: int, move: Array, rate: float, variation: float
) -> Array:
    """One step up, seen from a place that was moved."""
    moved = Tensor(np.roll(x, move, (2, 3)), requires_grad=True)
    (g,) = gradients(_unit(model, moved, layer, unit), at=[moved])
    g = _unit_length(np.asarray(g))
    if variation and min(x.shape[2:]) > 1:
        (rough,) = gradients(total_variation(moved), at=[moved])
        g = g - x.dtype.type(variation) * _unit_length(np.asarray(rough))
    return np.asarray(np.roll(moved.data + x.dtype.type(rate) * g, -move, (2, 3)))


def _unit_length(g: Array) -> Array:
    size = float(np.sqrt(np.mean(g.astype(np.float64) ** 2)))
    return g / g.dtype.type(size) if size > 0 else g


def _activation(model: Module, x: Array, layer: str | None, unit: int) -> float:
    with no_grad():
        value = float(_unit(model, Tensor(x), layer, unit).data)
    if not np.isfinite(value):
        raise ValueError("the activation is not finite: the model's numbers overflow; take a smaller rate")
    return value


def _unit(model: Module, x: Tensor, layer: str | None, unit: int) -> Tensor:
    """The activation as one number."""
    scores, outputs = watch(model, x)
    if layer is None:
        return _picked(scores, "model", unit)
    ran = [o.value for o in outputs if o.name == known("layer", layer, [o.name for o in outputs])]
    return _picked(ran[-1], f"layer {layer!r}", unit)


def _picked(y: Tensor, where: str, unit: int) -> Tensor:
    if y.ndim < 2:
        raise ValueError(f"the {where} gives {y.shape}, in which there are no units")
    if not 0 <= unit < y.shape[1]:
        raise ValueError(f"there is no unit {unit}: the {where} has {y.shape[1]}, 0 to {y.shape[1] - 1}")
    return F.mean(y[:, unit])


def _beginning(model: Module, shape: Shape | None, start: Array | None, seed: int) -> Array:
    own = next((p.dtype for p in model.parameters()), np.dtype(np.float32))
    if start is not None:
        x = np.asarray(start, own)
        if x.ndim != 4 or len(x) != 1 or not x.size:
            raise ValueError(f"excite begins with one image (1, C, H, W); got {x.shape}")
        return x
    if shape is None or len(shape) != 3 or min(shape) < 1:
        raise ValueError(f"excite needs the shape (C, H, W) of an image, or a start; got {shape}")
    return np.asarray(0.01 * generator(seed, "beginning").standard_normal((1, *shape)), own)


def _bounds(low: float | Sequence[float], high: float | Sequence[float], x: Array) -> tuple[Array, Array]:
    both = [np.asarray(side, x.dtype).reshape(-1, 1, 1) for side in (low, high)]
    if any(len(side) not in (1, x.shape[1]) for side in both) or not np.all(both[0] < both[1]):
        raise ValueError(f"a pixel lies between low < high, one number or one a channel; got {low} and {high}")
    return both[0], both[1]


def _expect(steps: int, rate: float | None, decay: float, variation: float, soften: float) -> None:
    if steps < 1 or (rate is not None and rate <= 0):
        raise ValueError(f"excite expects at least one step and a rate > 0; got steps={steps}, rate={rate}")
    if not 0 <= decay < 1 or variation < 0 or soften < 0:
        raise ValueError(
            f"excite expects 0 ≤ decay < 1, variation ≥ 0 and soften ≥ 0; "
            f"got decay={decay}, variation={variation}, soften={soften}"
        )
