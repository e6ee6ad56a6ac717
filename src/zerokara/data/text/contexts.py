"""Words and their neighbours as questions and answers, and the wrong words to tell them from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zerokara.arguments import array, is_number, is_whole, short
from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.data.text.windows import expect_tokens

_COUNTS = array(1)


def contexts(ids: Any, window: int = 1) -> tuple[Array, Array]:
    """(contexts (n, 2·window), centres (n,)) of every place of a text with `window` words on both sides, int64."""
    ids = expect_tokens(ids)
    if not is_whole(window) or window < 1:
        raise DataError(f"window is a whole number of places, at least 1; got {short(window)}")
    n = len(ids) - 2 * window
    if n < 1:
        raise DataError(f"a text of {len(ids)} words has none with {window} on both sides: {2 * window + 1} are needed")
    offsets = np.array([d for d in range(-window, window + 1) if d])
    places = np.arange(window, len(ids) - window)
    return ids[places[:, None] + offsets], ids[places]


@dataclass(frozen=True, eq=False)
class Negatives:
    """Draws wrong words for right ones: j with the probability pⱼ^power / Σ pᵢ^power over all i but the right one.

    Draws are with replacement, so the same word may come twice; the right word itself is never drawn. Every draw is
    one `rng.random()`. counts: how often each word is in the text. power .75 makes rare words a little more frequent
    (Mikolov et al., 2013), 0 all alike. Errors: DataError for counts that are none, or with one word only.
    """

    counts: Array
    power: float = 0.75
    probabilities: Array = field(init=False, repr=False)
    _limits: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        counts = np.asarray(self.counts, np.float64) if _COUNTS.holds(self.counts) else np.zeros(0)
        if counts.ndim != 1 or not np.all(np.isfinite(counts)) or np.any(counts < 0) or np.count_nonzero(counts) < 2:
            raise DataError(f"counts are how often each word is there, two words or more; got {short(self.counts)}")
        if not (is_number(self.power) and np.isfinite(self.power)):
            raise DataError(f"power is a number; got {short(self.power)}")
        object.__setattr__(self, "counts", counts)
        weights = np.where(counts > 0, np.where(counts > 0, counts, 1.0) ** self.power, 0.0)
        object.__setattr__(self, "probabilities", weights / weights.sum())
        object.__setattr__(self, "_limits", np.cumsum(self.probabilities))

    @classmethod
    def of(cls, ids: Any, size: int, power: float = 0.75) -> Negatives:
        """With the frequencies of a text whose vocabulary has `size` words."""
        if not is_whole(size) or size < 1:
            raise DataError(f"the size of a vocabulary is a whole number of words, at least 1; got {short(size)}")
        return cls(np.bincount(expect_tokens(ids), minlength=size), power)

    def draw(self, right: Any, count: int, rng: np.random.Generator) -> Array:
        """`count` wrong words for each right one: right (…) → (…, count) int64."""
        right = np.asarray(right, np.int64)[..., None]
        p = self.probabilities[right]
        before = self._limits[right] - p
        u = rng.random((*right.shape[:-1], count)) * (1 - p)
        u = np.where(u >= before, u + p, u)  # the right word's own part of 0 … 1 is stepped over
        found = np.minimum(np.searchsorted(self._limits, u, side="right"), self._last)
        return np.where(found == right, self._beside(right), found)  # where rounding has hit its very edge

    @property
    def _last(self) -> int:
        return int(np.flatnonzero(self.counts)[-1])

    def _beside(self, right: Array) -> Array:
        """The next word that is there at all."""
        there = np.flatnonzero(self.counts)
        return there[np.searchsorted(there, right, side="right") % len(there)]
