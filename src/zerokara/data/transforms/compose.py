"""Several transforms one after the other, or one of them now and then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms.base import check_batch, check_fields, check_probability
from zerokara.data.transforms.warp import Map, Warp, resample

Transform = Callable[[Array, np.random.Generator], Array]


@dataclass(frozen=True)
class Compose:
    """Apply transforms in order: `Compose([Affine(rotate=10), Elastic(), Thickness()])`.

    Neighbours that move pixels (Affine, Elastic) are joined into one map where they share their `fill`, so the
    pixels are interpolated once: faster, and sharper than one after the other.
    """

    transforms: Sequence[Transform]

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "transforms", tuple(self.transforms))

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        waiting: tuple[Map, float] | None = None
        result = batch.copy()
        for transform in self.transforms:
            drawn = None
            if isinstance(transform, Warp):
                drawn = transform.draw(len(batch), result.shape[2:], rng), transform.fill
            if waiting and drawn and _joinable(waiting, drawn):
                waiting = drawn[0].after(waiting[0]), drawn[1]
                continue
            result = resample(result, *waiting) if waiting else result
            waiting = drawn
            result = result if drawn else transform(result, rng)
        return resample(result, *waiting) if waiting else result


def _joinable(first: tuple[Map, float], then: tuple[Map, float]) -> bool:
    return first[0].bend is None and first[1] == then[1]


@dataclass(frozen=True)
class RandomApply:
    """Apply `transform` to each image with the given probability; the others stay as they are."""

    transform: Transform
    probability: float = 0.5

    def __post_init__(self) -> None:
        check_fields(self)
        check_probability(self.probability, "probability")

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        chosen = rng.random(len(batch)) < self.probability
        result = batch.copy()
        result[chosen] = self.transform(batch[chosen], rng)
        return result
