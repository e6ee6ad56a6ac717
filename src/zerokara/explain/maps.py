"""What every layer makes of an image: its feature maps, with shapes, zeros and units that never answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arguments import checked, counted, known
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.explain.kinds import KINDS
from zerokara.explain.layers import Output, watch
from zerokara.explain.scores import Images, evaluation, portions, prepared
from zerokara.nn import Module


@dataclass(frozen=True)
class FeatureMaps:
    """The output of a layer. value: (N, C, H, W) maps, or (N, K) numbers; a channel or number is a unit."""

    layer: str
    kind: str
    value: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape for one image."""
        return self.value.shape[1:]

    @property
    def is_map(self) -> bool:
        """Whether there are maps of more than one pixel."""
        return self.value.ndim == 4 and self.value.shape[2] * self.value.shape[3] > 1

    @property
    def zeros(self) -> float:
        """The share of the values that are exactly 0, as behind a ReLU."""
        return float(np.mean(self.value == 0)) if self.value.size else 0.0

    @property
    def dead(self) -> Array:
        """The numbers of the units that are 0 for every image and at every place.

        One image only tells which are silent for it; a unit that is 0 for many images is dead.
        """
        axes = tuple(axis for axis in range(self.value.ndim) if axis != 1)
        return np.flatnonzero(~np.any(self.value, axis=axes))

    def pictures(self, image: int = 0) -> Array:
        """(C, H, W) in 0..1 for one image: each map from its least to its greatest value; one that is flat is 0."""
        if not self.is_map:
            raise ValueError(f"the layer {self.layer!r} gives {self.shape}, no maps of more than one pixel")
        maps = self.value[image]
        low, high = (f(maps, axis=(1, 2), keepdims=True) for f in (np.min, np.max))
        return np.asarray((maps - low) / np.where(high > low, high - low, 1))


@checked(KINDS)
def feature_maps(model: Module, x: Images) -> list[FeatureMaps]:
    """What every layer gives for the images, in the order of computing; a layer that runs twice is there twice.

    All of it is kept at once: for one image, or few. `feature_map` keeps one layer for many.
    """
    images = prepared(model, x)
    with evaluation(model), no_grad():
        _, outputs = watch(model, Tensor(images))
    return [_kept(o) for o in outputs if o.value.ndim >= 2 and len(o.value) == len(images)]


@checked(KINDS)
def feature_map(model: Module, x: Images, layer: str) -> FeatureMaps:
    """What one layer gives for the images, computed in portions (its last run, if it runs several times)."""
    images = prepared(model, x)
    known("layer", layer, [name for name, _ in model.named_modules() if name])
    with evaluation(model), no_grad():
        parts = [_of(model, images[part], layer) for part in portions(len(images), images[0].size)]
    return FeatureMaps(layer, parts[0].kind, np.concatenate([part.value.data for part in parts]))


def _of(model: Module, images: Array, layer: str) -> Output:
    ran = [o for o in watch(model, Tensor(images))[1] if o.name == layer]
    if not ran:
        raise ValueError(f"the layer {layer!r} does not run in evaluation mode, so it gives nothing")
    if ran[-1].value.ndim < 2 or len(ran[-1].value) != len(images):
        raise ValueError(
            f"the layer {layer!r} gives {ran[-1].value.shape} for {counted(len(images), 'image')}: nothing for each"
        )
    return ran[-1]


def _kept(output: Output) -> FeatureMaps:
    return FeatureMaps(output.name, output.kind, np.ascontiguousarray(output.value.data))
