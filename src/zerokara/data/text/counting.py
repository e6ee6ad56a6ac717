"""What the company of a word says: counts of neighbours, how much more often than by chance, which words are alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from zerokara.arguments import array, is_number, is_whole, short
from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.data.text.windows import expect_tokens


def co_occurrence(ids: Any, size: int, window: int = 1, *, sparse: bool = False) -> Any:
    """C[i, j] = how often the words i and j stand at most `window` places apart: symmetric (V, V), int64.

    sparse: as a sparse array of SciPy, which keeps only the pairs that met. Most pairs of a large vocabulary never do:
    of 10,000 words the whole square has 100 million numbers, a text of a million words one or two million pairs.
    """
    ids = expect_tokens(ids)
    if not is_whole(window) or window < 1:
        raise DataError(f"window is a whole number of places, at least 1; got {short(window)}")
    if not is_whole(size) or size < 1:
        raise DataError(f"the size of a vocabulary is a whole number of words, at least 1; got {short(size)}")
    if ids.size and ids.max() >= size:
        raise DataError(f"a vocabulary of {size} words has the numbers 0 to {size - 1}; got {ids.max()}")
    pairs = [ids[:-distance] * size + ids[distance:] for distance in range(1, min(window, len(ids) - 1) + 1)]
    if sparse:
        from scipy.sparse import csr_array  # here, so that texts are read without SciPy

        codes, counts = np.unique(np.concatenate([*pairs, ids[:0]]), return_counts=True)
        half = csr_array((counts.astype(np.int64), np.divmod(codes, size)), shape=(size, size))
        return (half + half.T).tocsr()
    flat = np.zeros(size * size, np.int64)
    for codes in pairs:
        flat += np.bincount(codes, minlength=size * size)
    square = flat.reshape(size, size)
    return square + square.T


def ppmi(counts: Any, base: float = 2.0, smoothing: float = 1.0) -> Any:
    """Positive pointwise mutual information: how much more often than by chance two words meet; float64 (V, V).

    max(0, log(C[i, j]·N / (Sᵢ·Sⱼ))),  S the sums of the rows, N their sum; a pair that never met has exactly 0.
    smoothing: the power of the sums of the columns, .75 so that rare words count for less (Levy and Goldberg, 2015).
    Of a sparse array it is a sparse array with the same numbers.
    """
    sparse = hasattr(counts, "tocoo")
    C: Any = counts.astype(np.float64) if sparse else _numbers(counts)
    if C is None or C.shape[0] != C.shape[1]:
        raise DataError(f"counts of neighbours are a square (V, V); got {short(counts) if C is None else C.shape}")
    if not (is_number(base) and base > 0 and base != 1):
        raise DataError(f"the base of a logarithm is above 0 and not 1; got {short(base)}")
    if not is_number(smoothing):
        raise DataError(f"smoothing is a power, a number; got {short(smoothing)}")
    rows, columns = C.sum(axis=1), C.sum(axis=0) ** smoothing
    total = rows.sum() * columns.sum() / max(float(rows.sum()), 1.0)
    if sparse:
        met = C.tocoo()
        met.data = np.maximum(np.log(met.data * total / (rows[met.row] * columns[met.col])) / np.log(base), 0.0)
        return met.tocsr()
    pairs = C > 0
    ratio = np.where(pairs, C * total / np.where(pairs, np.outer(rows, columns), 1.0), 1.0)
    found: Array = np.maximum(np.log(ratio) / np.log(base), 0.0)
    return found


OVERSAMPLING, PASSES = 10, 5


def svd_vectors(matrix: Any, dimensions: int, rng: np.random.Generator | None = None) -> Array:
    """The first columns of U·S of a matrix M = U·S·Vᵀ: a shorter vector for each row, float64 (V, dimensions).

    With `rng` they are found with a random sample of the column space (Halko, Martinsson and Tropp, 2011, algorithms
    4.4 and 5.1), which needs only products with M, and so may be a sparse array:

        Q ← orthonormal columns of M·Ω,  Ω (V, dimensions + 10) of N(0, 1);   five times  Q ← of M·(of Mᵀ·Q)
        QᵀM = Ũ·S·Vᵀ,   U = Q·Ũ

    It is exact for a matrix of a rank up to dimensions + 10; else a direction is found the better the more its singular
    value stands out. Without, the decomposition is NumPy's. Columns beyond the rank of M are 0, or missing where M has
    no so many. Errors: DataError for what is no matrix.
    """
    M = matrix if hasattr(matrix, "tocoo") else _numbers(matrix)
    if M is None or not is_whole(dimensions) or dimensions < 1:
        raise DataError(
            "a matrix and a whole number of dimensions from 1 on are expected; "
            f"got {short(matrix)} and {short(dimensions)}"
        )
    if not (rng is None or isinstance(rng, np.random.Generator)):
        raise TypeError(
            f"rng is a generator of random numbers, as numpy.random.default_rng(0), or None; got {short(rng)}"
        )
    if rng is None:
        U, values, _ = np.linalg.svd(M)
        whole: Array = (U[:, : len(values)] * values)[:, :dimensions]
        return whole
    count = min(dimensions + OVERSAMPLING, *M.shape)
    Q = np.linalg.qr(M @ rng.standard_normal((M.shape[1], count)))[0]
    for _ in range(PASSES):
        Q = np.linalg.qr(M @ np.linalg.qr(M.T @ Q)[0])[0]
    U, values, _ = np.linalg.svd((M.T @ Q).T, full_matrices=False)
    found: Array = (Q @ U * values)[:, :dimensions]
    return found


def _numbers(matrix: Any) -> Array | None:
    """A matrix of real numbers as float64; None for anything else."""
    try:
        found: Array = np.asarray(matrix, np.float64)
    except (TypeError, ValueError):
        return None
    return found if found.ndim == 2 and found.size else None


_VECTORS = array()


def unit(vectors: Any) -> Array:
    """Every row divided by its length; a row of zeros stays one. Errors: DataError for what has no rows of numbers."""
    if not _VECTORS.holds(vectors) or not np.ndim(vectors):
        raise DataError(f"vectors are an array of numbers (…, D); got {short(vectors)}")
    v = np.asarray(vectors, np.float64)
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    return v / np.where(length == 0, 1.0, length)


def cosine_similarity(a: Any, b: Any) -> Any:
    """⟨a, b⟩ / (‖a‖·‖b‖) of rows: −1 … 1; 0 where one has no length. Shapes: (…, D), (…, D) → (…)."""
    u, v = unit(a), unit(b)
    try:
        np.broadcast_shapes(u.shape, v.shape)
    except ValueError:
        raise DataError(f"cosine_similarity compares vectors of one length; got {u.shape} and {v.shape}") from None
    return np.clip(np.sum(u * v, axis=-1), -1.0, 1.0)


def nearest(vectors: Any, query: Any, count: int = 5, leave_out: Any = ()) -> tuple[Array, Array]:
    """(rows, cosines) of the `count` rows nearest to a vector (D,), the nearest first.

    Rows of zeros, which have no direction, come last and have −1; of equal ones the first row comes first. Rows in
    `leave_out` are not asked. Errors: DataError for vectors that do not fit together, and for rows that are not there.
    """
    v, q = _rows("nearest", vectors), unit(query)
    if q.shape != v.shape[1:]:
        raise DataError(f"nearest compares rows (V, D) with a vector (D,); got {v.shape} and {q.shape}")
    if not is_whole(count) or count < 1:
        raise DataError(f"nearest: count is a whole number of rows, at least 1; got {short(count)}")
    scores = np.clip(v @ q, -1.0, 1.0)
    scores[~v.any(axis=1)] = -1.0
    scores[_places("nearest: leave_out", leave_out, len(v))] = -np.inf
    order = np.argsort(-np.round(scores, 12), kind="stable")  # what differs by rounding only is equal
    order = order[scores[order] > -np.inf][:count]
    return order, scores[order]


def analogy(vectors: Any, a: int, b: int, c: int, count: int = 1, *, leave_out: bool = True) -> tuple[Array, Array]:
    """a is to b as c to what? (rows, cosines) nearest to unit(b) − unit(a) + unit(c).

    leave_out: the three words of the question are no answers; with them allowed, one of them often is the nearest.
    Errors: DataError for words that are not there.
    """
    v = _rows("analogy", vectors)
    a, b, c = (int(_places(f"analogy: {name}", word, len(v), 0)) for name, word in (("a", a), ("b", b), ("c", c)))
    return nearest(v, v[b] - v[a] + v[c], count, leave_out=(a, b, c) if leave_out else ())


def _rows(name: str, vectors: Any) -> Array:
    """Vectors as rows (V, D), each divided by its length."""
    v = unit(vectors)
    if v.ndim != 2:
        raise DataError(f"{name}: vectors are rows (V, D); got {v.shape}")
    return v


def _places(name: str, given: Any, size: int, axes: int | None = None) -> Array:
    """Numbers of rows, 0 to size − 1, with so many axes (None: any); DataError for anything else."""
    try:
        found = np.asarray(given)
    except (TypeError, ValueError):
        found = np.zeros(1)
    found = found.astype(np.int64) if not found.size else found
    wrong = found.dtype.kind not in "iu" or (axes is not None and found.ndim != axes)
    if wrong or np.any((found < 0) | (found >= size)):
        raise DataError(f"{name} names rows by their numbers, 0 to {size - 1}; got {short(given)}")
    return found
