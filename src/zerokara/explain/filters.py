"""The filters of convolutions as pictures: what a layer looks for, before and after learning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arguments import checked, known
from zerokara.arrays import Array
from zerokara.explain.kinds import KINDS
from zerokara.nn import ConvTranspose2d, Module, Parameter


@dataclass(frozen=True)
class Filters:
    """The filters of a convolution. weight: (F, C, P, Q), one filter of C channels for each of F maps."""

    layer: str
    weight: Array

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def are_colours(self) -> bool:
        """Whether the channels are the red, green and blue of a picture, so that a filter is a picture itself."""
        return bool(self.weight.shape[1] == 3)

    @property
    def largest(self) -> float:
        """The largest absolute weight, on which several sets of filters can be shown alike."""
        return float(np.max(np.abs(self.weight), initial=0))

    def pictures(self, largest: float | None = None) -> Array:
        """For the eye, in 0..1 with 0.5 for a weight of 0: ½ + w / (2·largest).

        Filters over three channels are coloured, (F, P, Q, 3); others are grey, a picture a channel, (F, C, P, Q).
        largest: the weight that becomes white; the largest of each filter unless given.
        """
        size = np.max(np.abs(self.weight), axis=(1, 2, 3), keepdims=True) if largest is None else np.array(largest)
        shown = np.clip(0.5 + self.weight / (2 * np.where(size > 0, size, 1)), 0, 1)
        return np.moveaxis(shown, 1, 3) if self.are_colours else shown


def convolutions(model: Module) -> dict[str, Array]:
    """The weights (F, C, P, Q) of all convolutions by the name of their layer, in the order of the model.

    Those of transposed ones, (C, F, P, Q), are no filters that look for something.
    """
    layers = ((name, layer) for name, layer in model.named_modules() if not isinstance(layer, ConvTranspose2d))
    weights = ((name, getattr(layer, "weight", None)) for name, layer in layers)
    return {name: weight.data for name, weight in weights if isinstance(weight, Parameter) and weight.ndim == 4}


@checked(KINDS)
def filters(model: Module, layer: str | None = None) -> Filters:
    """The filters of a convolution, by default of the first, which looks at the picture itself.

    They are copied: a later training leaves them alone, so filters can be kept from before it.
    """
    found = convolutions(model)
    if not found:
        raise ValueError("this model has no convolution, whose filters could be shown")
    name = next(iter(found)) if layer is None else known("convolution", layer, found)
    return Filters(name, found[name].copy())


def before_and_after(before: Filters, after: Filters) -> tuple[Array, Array]:
    """Pictures of the same filters at two times, on one scale: what grew is seen to have grown."""
    if before.weight.shape != after.weight.shape:
        raise ValueError(
            f"filters are compared with themselves at another time; got {before.weight.shape} and {after.weight.shape}"
        )
    largest = max(before.largest, after.largest)
    return before.pictures(largest), after.pictures(largest)


def change(before: Filters, after: Filters) -> Array:
    """(F,): how far each filter has gone, ‖after − before‖ / ‖before‖; infinite for one that began at zero."""
    moved, began = (_lengths(w) for w in (after.weight - before.weight, before.weight))
    grown = np.divide(moved, began, out=np.full_like(moved, np.inf), where=began > 0)
    return np.asarray(np.where(moved > 0, grown, 0))


def _lengths(weight: Array) -> Array:
    return np.asarray(np.sqrt(np.sum(weight.astype(np.float64) ** 2, axis=(1, 2, 3))))
