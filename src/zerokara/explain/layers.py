"""The outputs of a model's layers, by name, without hooks: `nn.observe` sees them go by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.arguments import checked, known, of
from zerokara.autodiff import Tensor
from zerokara.explain.scores import class_scores
from zerokara.nn import Module, observe


@dataclass(frozen=True)
class Output:
    """What a layer gave: its dotted name in the model, the layer, the value. One that runs twice gives two."""

    name: str
    layer: Module
    value: Tensor

    @property
    def kind(self) -> str:
        """What the layer is: its class, or for an imported one the operator."""
        return str(getattr(self.layer, "kind", type(self.layer).__name__))

    @property
    def is_map(self) -> bool:
        """Whether the value is maps (N, C, H, W) of more than one pixel."""
        return self.value.ndim == 4 and self.value.shape[2] * self.value.shape[3] > 1


@checked({"model": of(Module, "nn.Sequential(…)"), "x": of(Tensor, "Tensor(images)")})
def watch(model: Module, x: Tensor) -> tuple[Tensor, list[Output]]:
    """The scores (N, K), and the output of every layer in the order of computing: parts before what holds them.

    Only within `evaluation(model)`, as for all that is explained. With `x.requires_grad` the values are recorded, so
    that gradients can be asked for at any of them.
    """
    names = {id(layer): name for name, layer in model.named_modules()}
    seen: list[Output] = []

    def look(layer: Module, y: object) -> None:
        if isinstance(y, Tensor) and names.get(id(layer)):  # the model itself has no name
            seen.append(Output(names[id(layer)], layer, y))

    with observe(look):
        scores = class_scores(model, x)
    return scores, seen


def last_maps(outputs: Sequence[Output], classes: int | None = None) -> Output:
    """The layer that Grad-CAM looks at by default: the last whose output is a map of more than one pixel.

    So deep that the maps stand for things and not for edges, and still with places. Passed over are pools at the end,
    which only make the map coarser, and maps that are as many as `classes`: they are the scores already, and Grad-CAM
    could mix nothing. Where a block and its last part give the same, it goes by the name of the block.
    """
    given: object = outputs
    if not isinstance(given, list | tuple) or not all(isinstance(o, Output) for o in given):
        raise TypeError(f"last_maps takes the outputs that watch gives; got {type(given).__name__}")
    maps = [o for o in outputs if o.is_map]
    if not maps:
        raise ValueError(
            "no layer of this model gives maps (N, C, H, W) of more than one pixel, which Grad-CAM looks at; "
            "saliency, integrated gradients and occlusion need none"
        )
    pooled = _pooled(maps)
    good = [o for o in maps if id(o.value) not in pooled] or maps
    mixed = [o for o in good if o.value.shape[1] != classes] or good
    same = [o for o in maps if o.value is mixed[-1].value]
    return [o for o in same if f"{same[0].name}.".startswith(f"{o.name}.")][-1]


def maps_of(outputs: Sequence[Output], model: Module, layer: str | None, classes: int | None = None) -> Output:
    """The layer of this name, or the default one, or an error with the names that come nearest."""
    if layer is None:
        return last_maps(outputs, classes)
    known("layer", layer, [name for name, _ in model.named_modules() if name])
    ran = [o for o in outputs if o.name == layer]
    if not ran:
        raise ValueError(f"the layer {layer!r} does not run in evaluation mode, so it has no maps")
    if not ran[-1].is_map:
        maps = list(dict.fromkeys(o.name for o in outputs if o.is_map))
        raise ValueError(
            f"the layer {layer!r} gives {ran[-1].value.shape}, no maps (N, C, H, W) of more than one pixel; "
            f"the last that do: {', '.join(maps[-5:]) or 'none'}"
        )
    return ran[-1]


def _pooled(maps: Sequence[Output]) -> set[int]:
    """The values that came out of pools; a pool that changes nothing hands on the value of the layer before."""
    seen: set[int] = set()
    pooled: set[int] = set()
    for o in maps:
        rule = o.value.node.rule.__name__ if o.value.node is not None else ""
        if id(o.value) not in seen and ("Pool" in o.kind or "pool" in rule):
            pooled.add(id(o.value))
        seen.add(id(o.value))
    return pooled
