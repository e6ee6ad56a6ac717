"""The common language of explanations: images go in, one score per image is looked at, a heat map comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara import rules
from zerokara.arguments import checked, counted, of, short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, no_grad
from zerokara.nn import Module

Images = Any
"""(N, C, H, W) floating-point images as the model expects them, an array or a Tensor."""

Target = int | Sequence[int] | Array | None
"""The class to explain: one for all images, one for each, or None for the one that the model prefers."""


@dataclass(frozen=True)
class Note:
    """What a reader of a map has to know, in two languages."""

    english: str
    japanese: str

    def __str__(self) -> str:
        return self.english


BLANK = Note(
    "the map is zero everywhere: this method finds nothing in the image that speaks for the class",
    "マップはすべて 0 です。この方法では、画像の中にこのクラスを支える場所が見つかりません",
)


@dataclass(frozen=True, repr=False)
class Explanation:
    """A heat map per image: how much each pixel has to do with the score of a class.

    method: the name of the method in `METHODS`.
    map: (N, H, W), in the size of the images. signed: whether values below 0 speak against the class; else all are ≥ 0.
    target: (N,), the classes explained. score: (N,), their scores, before a last softmax.
    layer: the layer whose maps were used, for methods that use one. coarse: (N, h, w), the map in that layer's size.
    baseline_score: (N,), the score of the baseline of integrated gradients.
    notes: for each image, what its reader has to know.
    """

    method: str
    map: Array
    target: Array
    score: Array
    signed: bool = False
    layer: str | None = None
    coarse: Array | None = None
    baseline_score: Array | None = None
    notes: tuple[tuple[Note, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.map)

    def __repr__(self) -> str:
        images = f"{len(self)} image{'' if len(self) == 1 else 's'} of {'×'.join(map(str, self.map.shape[1:]))}"
        layer = f", layer {self.layer}" if self.layer else ""
        classes = ", ".join(str(int(c)) for c in self.target[:8]) + (", …" if len(self) > 8 else "")
        return f"Explanation({self.method}{layer}: {images}, class {classes}{f'; {self.note}' if self.note else ''})"

    def _repr_html_(self) -> str:
        from zerokara.explain.shown import explanation

        return explanation(self)

    @property
    def blank(self) -> Array:
        """(N,), whether the map is zero everywhere."""
        return np.asarray(~np.any(self.map, axis=(1, 2)))

    @property
    def note(self) -> str:
        """All notes in English, with the number of the image where there are several; empty if there are none."""
        several = len(self) > 1
        return "; ".join(f"image {i}: {n}" if several else f"{n}" for i, ns in enumerate(self.notes) for n in ns)

    def normalised(self) -> Array:
        """(N, H, W): each map divided by its largest absolute value, for pictures; a zero map stays zero."""
        largest = np.max(np.abs(self.map), axis=(1, 2), keepdims=True)
        return np.asarray(self.map / np.where(largest > 0, largest, 1))


def explanation(method: str, heat: Array, target: Array, score: Array, **details: Any) -> Explanation:
    """The explanation, with a note for each image whose map is zero; a map that holds no numbers is refused."""
    if not np.all(np.isfinite(heat)):
        raise ValueError(f"{method}: the map is not finite: the model's scores or their gradients overflow")
    heat = np.where(np.max(np.abs(heat), axis=(1, 2), keepdims=True) < np.finfo(heat.dtype).tiny, 0, heat)
    given = details.pop("notes", ((),) * len(heat))
    notes = tuple((*n, BLANK) if not np.any(one) else tuple(n) for n, one in zip(given, heat, strict=True))
    return Explanation(method, heat, target, score, notes=notes, **details)


_ENTRIES = {"model": of(Module, "nn.Sequential(…)"), "x": of(Tensor, "Tensor(images)")}


@checked(_ENTRIES)
@contextmanager
def evaluation(model: Module) -> Iterator[None]:
    """Within the block every part of the model is in evaluation mode; afterwards in the mode it was in."""
    learning = [module for module in model.modules() if module.training]
    try:
        for module in learning:
            module.training = False
        yield
    finally:
        for module in learning:
            module.training = True


def prepared(model: Module, x: Images) -> Array:
    """The images as an array in the model's dtype, or an error in words."""
    array = x.data if isinstance(x, Tensor) else np.asarray(x)
    if array.ndim != 4 or not array.size:
        hint = ": a single image is x[None]" if array.ndim == 3 else ""
        raise ValueError(f"explain expects images (N, C, H, W); got {array.shape}{hint}")
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"explain expects images in floating point, prepared as for the model; got {array.dtype}")
    if not np.all(np.isfinite(array)):
        raise ValueError("explain expects images of finite numbers; there are NaN or ∞ among them")
    own = next((p.dtype for p in model.parameters()), array.dtype)
    return np.asarray(array, own)


@checked(_ENTRIES)
def class_scores(model: Module, x: Tensor) -> Tensor:
    """(N, K): the model's scores for each image, taken before a softmax or log-softmax that stands at the end.

    Probabilities hide what speaks for a class: where one is near 1, its gradient is near 0.
    """
    y = model(x)
    n, shape = len(x), y.shape
    if not shape or shape[0] != n or (len(shape) > 2 and y.size != n * shape[1]):
        raise ValueError(
            f"explain expects a model that gives scores (N, K); for {counted(n, 'image')} this one gives {shape}"
        )
    return F.reshape(_before_softmax(y), (n, -1))


def scores_of(model: Module, x: Array) -> Array:
    """(N, K): the same scores as an array, computed in portions and without a record where none is needed."""
    return np.concatenate([_scores_quietly(model, x[part]) for part in portions(len(x), x[0].size)])


def targets(target: Target, scores: Array) -> Array:
    """(N,): the class to explain in each image; without a target, the one with the highest score."""
    n, classes = scores.shape
    asked = one_each(target, n)
    if asked is None:
        return np.asarray(np.argmax(scores, axis=1))
    if asked.min() < 0 or asked.max() >= classes:
        raise ValueError(f"there is no class {_outside(asked, classes)}: the model has {classes}, 0 to {classes - 1}")
    return asked


def one_each(target: Target, n: int) -> Array | None:
    """(N,): the class asked for in each image, or None if none is; whether it exists only the scores can tell."""
    if target is None:
        return None
    try:
        asked = np.asarray(target.data if isinstance(target, Tensor) else target)
    except (TypeError, ValueError):
        asked = np.array(None)
    if not np.issubdtype(asked.dtype, np.integer) or asked.shape not in ((), (n,)):
        raise ValueError(
            f"a target is the index of a class, or one for each of the {counted(n, 'image')}; got {short(target)}"
        )
    return np.array(np.broadcast_to(asked, (n,)), np.int64)


def in_portions(
    portion: Callable[[Array, Array | None], tuple[Array, ...]], images: Array, target: Target
) -> list[Array]:
    """`portion(images, target)` on a few images at a time; what it returns is joined again, array by array."""
    asked = one_each(target, len(images))
    parts = [
        portion(images[part], None if asked is None else asked[part]) for part in portions(len(images), images[0].size)
    ]
    return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]


def chosen(scores: Tensor, target: Array) -> Tensor:
    """Σₙ S_target[n](xₙ): images do not influence each other, so its gradient in xₙ is that of the n-th score."""
    if not scores.requires_grad:
        raise ValueError("nothing was recorded that leads from the image to the scores; is this inside no_grad()?")
    return F.sum(scores[np.arange(len(target)), target])


def input_gradients(model: Module, x: Array, target: Target) -> tuple[Array, Array, Array]:
    """∂S/∂x for each image in the shape of x, the classes (N,) and their scores S (N,)."""
    t = Tensor(x, requires_grad=True)
    scores = class_scores(model, t)
    classes = targets(target, scores.data)
    (g,) = gradients(chosen(scores, classes), at=[t])
    return np.asarray(g), classes, picked(scores.data, classes)


def picked(scores: Array, target: Array) -> Array:
    """(N,): the score of each image's class."""
    return np.asarray(scores[np.arange(len(target)), target])


def portions(count: int, size: int) -> Iterator[slice]:
    """Slices of `count` images of `size` numbers each: as many at once as is quick and does not fill the memory."""
    step = int(np.clip(2**20 // size, 1, 128))
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def _before_softmax(y: Tensor) -> Tensor:
    t = y
    while t.node is not None and t.node.rule is rules.reshape:
        t = t.node.inputs[0]
    ends = t.node is not None and t.node.rule in (rules.softmax, rules.log_softmax)
    return t.node.inputs[0] if ends and t.node is not None else y


def _scores_quietly(model: Module, x: Array) -> Array:
    with no_grad():
        y = class_scores(model, Tensor(x))
    if not _are_chances(y.data):
        return y.data
    return class_scores(model, Tensor(x, requires_grad=True)).data


def _are_chances(y: Array) -> bool:
    """Whether these may be probabilities or their logarithms, so that scores have to be looked for before a softmax."""
    p = y if np.all(y >= 0) else np.exp(np.minimum(y, 1))
    return bool(np.allclose(np.sum(p, axis=1), 1, atol=1e-3))


def _outside(asked: Array, classes: int) -> int:
    return int(next(c for c in asked.ravel() if not 0 <= c < classes))
