"""The receptive field: which pixels of the image a unit of a layer can see at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zerokara.arguments import checked, of
from zerokara.autodiff import Tensor

WINDOWS = ("conv2d", "max_pool2d", "avg_pool2d")
EVERYWHERE = (
    "softmax", "log_softmax", "layer_norm", "group_norm", "batch_norm", "matmul", "linear", "transpose",
    "conv2d_grad_x",
)  # fmt: skip
"""Rules whose result at one place may depend on all places."""


@dataclass(frozen=True)
class Reach:
    """Along one axis: unit i sees the pixels start + step·i … start + step·i + size − 1; with `size` 0, all of them."""

    start: int = 0
    step: int = 1
    size: int = 1

    def span(self, i: int, pixels: int) -> tuple[int, int]:
        """From which pixel on to which (exclusive) unit i sees, cut at the borders of the image."""
        if not self.size:
            return 0, pixels
        first = self.start + self.step * i
        return min(max(first, 0), pixels - 1), max(min(first + self.size, pixels), 1)

    def through(self, kernel: int, stride: int, padding: int, dilation: int) -> Reach:
        """What a window over such units sees."""
        if not self.size:
            return self
        wider = self.size + (kernel - 1) * dilation * self.step
        return Reach(self.start - padding * self.step, self.step * stride, wider)


ALL = Reach(0, 0, 0)
Field = tuple[Reach, Reach]


@checked({"y": of(Tensor, "model(x)"), "x": of(Tensor, "Tensor(images)")})
def receptive_field(y: Tensor, x: Tensor) -> Field:
    """The reach of the units of y (N, C, h, w) in the images x (N, C, H, W), down and across.

    Found in the record of how y was computed, window by window:  start ← start − padding·step,
    size ← size + (kernel − 1)·dilation·step,  step ← step·stride.  Where something else than windows and
    element by element stands between (a mean over all places, a resize), the units see the whole image.
    Araujo, Norris, Sim: Computing receptive fields of convolutional neural networks (2019).
    """
    fields: dict[int, Field | None] = {id(x): (Reach(), Reach())}
    for t in _in_order(y, x):
        fields[id(t)] = _field(t, [(s, fields.get(id(s))) for s in _sources(t)])
    return fields.get(id(y)) or (ALL, ALL)


def _in_order(y: Tensor, x: Tensor) -> list[Tensor]:
    """The tensors that y was computed from, each after its own sources, without x and without what has no record."""
    found: dict[int, Tensor] = {}
    waiting = [y]
    while waiting:
        t = waiting.pop()
        if t is x or t.node is None or id(t) in found:
            continue
        found[id(t)] = t
        waiting += _sources(t)
    return sorted(found.values(), key=lambda t: t.node.number if t.node is not None else 0)


def _sources(t: Tensor) -> list[Tensor]:
    return [s for s in (t.node.inputs if t.node is not None else ()) if isinstance(s, Tensor)]


def _field(t: Tensor, sources: list[tuple[Tensor, Field | None]]) -> Field | None:
    """The reach of a tensor's units; None for one that does not depend on the image."""
    seen = [(s, field) for s, field in sources if field is not None]
    if not seen or t.node is None:
        return None
    rule, options = t.node.rule.__name__, t.node.options
    if rule in WINDOWS and len(seen) == 1:
        return _windowed(rule, t, seen[0][1], options)
    if rule in ("getitem", "scatter") and isinstance(options["index"], tuple) and t.ndim == seen[0][0].ndim == 4:
        return _shifted(rule, seen[0][1], options["index"])
    if rule in EVERYWHERE or t.ndim != 4 or any(s.ndim != 4 or s.shape[2:] != t.shape[2:] for s, _ in seen):
        return ALL, ALL
    down, across = (_joined([field[axis] for _, field in seen]) for axis in (0, 1))
    return down, across


def _windowed(rule: str, t: Tensor, field: Field, options: dict[str, Any]) -> Field:
    kernel = t.node.inputs[1].shape[2:] if rule == "conv2d" and t.node is not None else options["kernel"]
    sizes = zip(field, kernel, options["stride"], options["padding"], options.get("dilation", (1, 1)), strict=True)
    down, across = (reach.through(k, s, p, d) for reach, k, s, p, d in sizes)
    return down, across


def _shifted(rule: str, field: Field, index: tuple[Any, ...]) -> Field:
    """A part cut out of maps, or maps laid into larger ones (padding): the same reach, from another place on."""
    if len(index) > 4 or not all(isinstance(part, slice) for part in index):
        return ALL, ALL
    full = (*index, *[slice(None)] * (4 - len(index)))
    down, across = (_moved(reach, part, rule) for reach, part in zip(field, full[2:], strict=True))
    return down, across


def _moved(reach: Reach, part: slice, rule: str) -> Reach:
    begin, every = part.start or 0, 1 if part.step is None else part.step
    if not reach.size or begin < 0 or every < 1 or (rule == "scatter" and every > 1):
        return ALL
    if rule == "getitem":
        return Reach(reach.start + begin * reach.step, reach.step * every, reach.size)
    return Reach(reach.start - begin * reach.step, reach.step, reach.size)


def _joined(reaches: list[Reach]) -> Reach:
    """What sees with all of them."""
    if any(not r.size for r in reaches) or len({r.step for r in reaches}) > 1:
        return ALL
    start = min(r.start for r in reaches)
    return Reach(start, reaches[0].step, max(r.start + r.size for r in reaches) - start)
