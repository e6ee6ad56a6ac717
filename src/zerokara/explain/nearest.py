"""Which words have a vector like that of a given one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import is_whole, known, short
from zerokara.arrays import Array
from zerokara.kernels.tracing import as_array


@dataclass(frozen=True)
class Neighbour:
    """A word and cos(its vector, the vector asked for), from −1 to 1; 0 for a vector of zeros, which has no angle."""

    word: str
    cosine: float


def nearest_words(
    vectors: Any, word: str, words: Sequence[str], count: int = 5, *, leave_out: Sequence[str] = ()
) -> list[Neighbour]:
    """The `count` words whose vectors have the smallest angle to that of `word`, the nearest first.

    cos(u, v) = u·v / (‖u‖·‖v‖)

    vectors (V, D): an array, or the `weight` of an `Embedding`; words: the V words. The word itself and `leave_out` are
    no answers. Words whose vectors are zeros point nowhere and come last; equally near ones keep their order.
    """
    table = np.asarray(as_array(vectors), dtype=np.float64)
    if table.ndim != 2 or len(table) != len(words):
        raise ValueError(f"{len(words)} words need vectors ({len(words)}, D); got {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError("the vectors of words are finite numbers; there are NaN or ∞ among them")
    if not is_whole(count) or count < 1:
        raise ValueError(f"count is a whole number of at least 1; got {short(count)}")
    at = list(words).index(known("word", word, words))
    cosines = cosine_similarity(table, table[at])
    out = {word, *leave_out}
    order = np.lexsort((np.arange(len(words)), -cosines, ~table.any(axis=1)))
    return [Neighbour(words[i], float(cosines[i])) for i in order if words[i] not in out][:count]


def cosine_similarity(vectors: Array, vector: Array) -> Array:
    """cos between every row of `vectors` (V, D) and `vector` (D,), within −1 and 1; 0 where either is zero."""
    cosines: Array = np.clip(_unit(vectors) @ _unit(vector[None])[0], -1.0, 1.0)
    return cosines


def _unit(rows: Array) -> Array:
    """Rows of length 1; rows of zeros stay. Divided by the largest first, so that no square is lost or too large."""
    largest = np.abs(rows).max(axis=1, keepdims=True)
    scaled = rows / np.where(largest > 0, largest, 1)
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    unit: Array = scaled / np.where(length > 0, length, 1)
    return unit
