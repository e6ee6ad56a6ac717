"""What the company of a word says: counts of neighbours, how much more often than by chance, which words are alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from zerokara.arguments import is_number, is_whole, short
from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.data.text.windows import expect_tokens


def co_occurrence(ids: Any, size: int, window: int = 1) -> Array:
    """C[i, j] = how often the words i and j stand at most `window` places apart: symmetric (V, V), int64."""
    ids = expect_tokens(ids)
    if not is_whole(window) or window < 1:
        raise DataError(f"window is a whole number of places, at least 1; got {short(window)}")
    if ids.size and ids.max() >= size:
        raise DataError(f"a vocabulary of {size} words has the numbers 0 to {size - 1}; got {ids.max()}")
    counts = np.zeros(size * size, np.int64)
    for distance in range(1, min(window, len(ids) - 1) + 1):
        pairs = ids[:-distance] * size + ids[distance:]
        counts += np.bincount(pairs, minlength=size * size)
    square = counts.reshape(size, size)
    return square + square.T


def ppmi(counts: Any, base: float = 2.0, smoothing: float = 1.0) -> Array:
    """Positive pointwise mutual information: how much more often than by chance two words meet; float64 (V, V).

    max(0, log(C[i, j]·N / (Sᵢ·Sⱼ))),  S the sums of the rows, N their sum; a pair that never met has exactly 0.
    smoothing: the power of the sums of the columns, .75 so that rare words count for less (Levy and Goldberg, 2015).
    """
    C = np.asarray(counts, np.float64)
    if C.ndim != 2 or C.shape[0] != C.shape[1]:
        raise DataError(f"counts of neighbours are a square (V, V); got {C.shape}")
    if not (is_number(base) and base > 0 and base != 1):
        raise DataError(f"the base of a logarithm is above 0 and not 1; got {short(base)}")
    rows, columns = C.sum(axis=1), C.sum(axis=0) ** smoothing
    total = rows.sum() * columns.sum() / max(float(rows.sum()), 1.0)
    met = C > 0
    ratio = np.where(met, C * total / np.where(met, np.outer(rows, columns), 1.0), 1.0)
    found: Array = np.maximum(np.log(ratio) / np.log(base), 0.0)
    return found


def unit(vectors: Any) -> Array:
    """Every row divided by its length; a row of zeros stays one."""
    v = np.asarray(vectors, np.float64)
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    return v / np.where(length == 0, 1.0, length)


def cosine_similarity(a: Any, b: Any) -> Any:
    """⟨a, b⟩ / (‖a‖·‖b‖) of rows: −1 … 1; 0 where one has no length. Shapes: (…, D), (…, D) → (…)."""
    return np.clip(np.sum(unit(a) * unit(b), axis=-1), -1.0, 1.0)


def nearest(vectors: Any, query: Any, count: int = 5, leave_out: Any = ()) -> tuple[Array, Array]:
    """(rows, cosines) of the `count` rows nearest to a vector (D,), the nearest first.

    Rows of zeros, which have no direction, come last and have −1; of equal ones the first row comes first. Rows in
    `leave_out` are not asked.
    """
    v = unit(vectors)
    scores = np.clip(v @ unit(query), -1.0, 1.0)
    scores[~v.any(axis=1)] = -1.0
    scores[np.asarray(leave_out, np.int64)] = -np.inf
    order = np.argsort(-np.round(scores, 12), kind="stable")  # what differs by rounding only is equal
    order = order[scores[order] > -np.inf][:count]
    return order, scores[order]


def analogy(vectors: Any, a: int, b: int, c: int, count: int = 1, *, leave_out: bool = True) -> tuple[Array, Array]:
    """a is to b as c to what? (rows, cosines) nearest to unit(b) − unit(a) + unit(c).

    leave_out: the three words of the question are no answers; with them allowed, one of them often is the nearest.
    """
    v = unit(vectors)
    return nearest(v, v[b] - v[a] + v[c], count, leave_out=(a, b, c) if leave_out else ())
