"""Heat maps judged: what happens to the class when the hottest pixels are taken away, or are all that is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arguments import checked
from zerokara.arrays import Array, generator
from zerokara.explain.kinds import KINDS
from zerokara.explain.pixels import Fill, blur, filling
from zerokara.explain.scores import (
    Explanation,
    Images,
    Target,
    evaluation,
    picked,
    portions,
    prepared,
    scores_of,
    targets,
)
from zerokara.nn import Module


@dataclass(frozen=True)
class Curve:
    """The probability of a class against the share of pixels that were deleted or inserted, hottest first.

    kind: "deletion" or "insertion". shares: (steps + 1,), from 0 to 1. values: (N, steps + 1). target: (N,).
    """

    kind: str
    shares: Array
    values: Array
    target: Array

    @property
    def area(self) -> Array:
        """(N,): the area under each curve. A good map has a small one for deletion and a large one for insertion."""
        middle = (self.values[:, 1:] + self.values[:, :-1]) / 2
        return np.asarray(middle @ np.diff(self.shares))


@checked(KINDS)
def deletion(
    model: Module,
    x: Images,
    heat: Explanation | Array,
    target: Target = None,
    *,
    steps: int = 20,
    fill: Fill = None,
) -> Curve:
    """P(class | x without its hottest pixels), for shares 0, 1/steps, …, 1 of the pixels.

    heat: an explanation, or maps (N, H, W). target: by default the class that was explained, or else the one that the
    model prefers. fill: what takes the pixels' place, by default the median of each channel of the image. Pixels of
    equal heat go in an order drawn by lot, so a map that is zero gives what chance gives.
    Petsiuk, Das, Saenko: RISE (2018).
    """
    images = prepared(model, x)
    return _curve("deletion", model, images, filling(images, fill), images, heat, target, steps)


@checked(KINDS)
def insertion(
    model: Module,
    x: Images,
    heat: Explanation | Array,
    target: Target = None,
    *,
    steps: int = 20,
    blurred: float | None = None,
) -> Curve:
    """P(class | the blurred image, with the hottest pixels of x sharp), for shares 0, 1/steps, …, 1 of the pixels.

    blurred: σ of the blur in pixels, a twentieth of the shorter side (at least 1) unless given. The rest as in
    `deletion`. Petsiuk, Das, Saenko: RISE (2018).
    """
    images = prepared(model, x)
    sigma = max(1.0, min(images.shape[2:]) / 20) if blurred is None else blurred
    if sigma <= 0:
        raise ValueError(f"insertion expects a blur of σ > 0; got {sigma}")
    return _curve("insertion", model, images, images, blur(images, sigma), heat, target, steps)


def _curve(
    kind: str,
    model: Module,
    images: Array,
    shown: Array,
    hidden: Array,
    heat: Explanation | Array,
    target: Target,
    steps: int,
) -> Curve:
    """Step by step the hottest pixels are taken from `shown` instead of `hidden`."""
    maps = _maps(heat, images, steps)
    rank = np.stack([_ranks(one) for one in maps])
    counts = np.round(np.linspace(0, 1, steps + 1) * rank[0].size)
    with evaluation(model):
        wanted = heat.target if target is None and isinstance(heat, Explanation) else target
        classes = targets(wanted, scores_of(model, images))
        found = []
        for part in portions(len(images) * len(counts), images[0].size):
            n, k = np.divmod(np.arange(part.start, part.stop), len(counts))
            hot = rank[n, None] < counts[k, None, None, None]
            found.append(picked(_chances(scores_of(model, np.where(hot, shown[n], hidden[n]))), classes[n]))
    values = np.concatenate(found).reshape(len(images), len(counts))
    return Curve(kind, counts / rank[0].size, values, classes)


def _maps(heat: Explanation | Array, images: Array, steps: int) -> Array:
    maps = heat.map if isinstance(heat, Explanation) else np.asarray(heat)
    expected = (len(images), *images.shape[2:])
    if maps.shape != expected:
        raise ValueError(f"a curve expects one map in the size of each image, {expected}; got {maps.shape}")
    if not 1 <= steps <= maps[0].size:
        raise ValueError(f"a curve of {maps[0].size} pixels has 1 to {maps[0].size} steps; got {steps}")
    return maps


def _ranks(heat: Array) -> Array:
    """(H, W): 0 for the hottest pixel, 1 for the next; among equals the lot decides."""
    lot = generator(0, "ranks").permutation(heat.size)
    order = lot[np.argsort(-heat.ravel()[lot], kind="stable")]
    ranks = np.empty(heat.size, np.int64)
    ranks[order] = np.arange(heat.size)
    return ranks.reshape(heat.shape)


def _chances(scores: Array) -> Array:
    """Softmax of the scores; of a single score, the logistic function."""
    both = scores if scores.shape[1] > 1 else np.concatenate([scores, np.zeros_like(scores)], axis=1)
    e = np.exp(both - np.max(both, axis=1, keepdims=True))
    return np.asarray(e / np.sum(e, axis=1, keepdims=True))
