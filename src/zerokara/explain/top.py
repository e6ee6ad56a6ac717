"""The images of a data set that excite a unit most, and in each the patch that the unit saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arguments import checked, known
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.explain.kinds import KINDS
from zerokara.explain.layers import watch
from zerokara.explain.receptive import Field, receptive_field
from zerokara.explain.scores import Images, evaluation, portions, prepared
from zerokara.nn import Module

Box = tuple[int, int, int, int]
"""(top, left, bottom, right) in pixels, bottom and right exclusive."""


@dataclass(frozen=True)
class Seen:
    """An image that excites a unit: its number in the data set, the activation, and where in the image it came from."""

    image: int
    value: float
    box: Box


@dataclass(frozen=True)
class TopImages:
    """The images that excite a unit of a layer most, the most exciting first."""

    layer: str
    unit: int
    seen: tuple[Seen, ...]

    def patches(self, x: Array) -> list[Array]:
        """The patches (C, h, w) of the images x (N, C, H, W) that were searched; at the border a patch is smaller."""
        return [np.asarray(x[s.image, :, s.box[0] : s.box[2], s.box[1] : s.box[3]]) for s in self.seen]


@checked(KINDS)
def top_images(model: Module, x: Images, layer: str, unit: int, count: int = 9) -> TopImages:
    """The `count` images of x (N, C, H, W) with the largest max_ij A_ij, A the map of a unit of a layer.

    The box of each is the receptive field of the place ij where the map is largest; for a layer that gives numbers and
    no maps it is the whole image. Zeiler, Fergus: Visualizing and understanding convolutional networks (2013).
    """
    if count < 1:
        raise ValueError(f"top_images expects a count of at least 1; got {count}")
    images = prepared(model, x)
    known("layer", layer, [name for name, _ in model.named_modules() if name])
    field: Field | None = None
    values: list[Array] = []
    places: list[tuple[int, ...]] = []
    with evaluation(model):
        for part in portions(len(images), images[0].size):
            t = Tensor(images[part], requires_grad=field is None)  # one record is enough for the receptive field
            y = _output(model, t, layer, unit)
            field = receptive_field(y, t) if field is None else field
            flat = y.data[:, unit].reshape(len(t), -1)
            values.append(flat.max(axis=1))
            places += [divmod(int(p), y.shape[3]) if y.ndim == 4 else () for p in flat.argmax(axis=1)]
    value = np.concatenate(values)
    order = [int(i) for i in np.argsort(-value, kind="stable")[:count]]
    assert field is not None
    boxes = [_box(field, places[i], images.shape[2:]) for i in order]
    return TopImages(layer, unit, tuple(Seen(i, float(value[i]), b) for i, b in zip(order, boxes, strict=True)))


def _output(model: Module, t: Tensor, layer: str, unit: int) -> Tensor:
    ran = [o.value for o in watch(model, t)[1] if o.name == layer]
    if not ran or ran[-1].ndim < 2:
        raise ValueError(f"the layer {layer!r} gives no units in evaluation mode")
    if not 0 <= unit < ran[-1].shape[1]:
        raise ValueError(f"there is no unit {unit}: the layer {layer!r} has {ran[-1].shape[1]}")
    return ran[-1]


def _box(field: Field, place: tuple[int, ...], size: tuple[int, ...]) -> Box:
    if len(place) != 2:
        return 0, 0, size[0], size[1]
    (top, bottom), (left, right) = (r.span(i, n) for r, i, n in zip(field, place, size, strict=True))
    return top, left, bottom, right
