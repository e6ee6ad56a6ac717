"""Language models by counting: what followed the last n − 1 tokens so far. What any network has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np

from zerokara.arguments import is_number, is_whole, short
from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.data.text.windows import expect_tokens


class NGram:
    """p(w | c) = (count(c·w) + k) / (count(c) + k·V),   c = the n − 1 tokens before w

    n = 1 are the frequencies; with k (add-k smoothing) above 0 no token is impossible. Before the first token of a text
    stands a mark that is no token, so that every token has a context and counts.
    Errors: DataError for sizes that cannot be, and for numbers of tokens from V on.
    """

    def __init__(self, ids: Any, size: int, n: int, k: float = 0.01) -> None:
        if not is_whole(n) or n < 1 or not is_whole(size) or size < 1:
            raise DataError(f"n and the number of words are whole numbers, at least 1; got {short(n)}, {short(size)}")
        if not (is_number(k) and k >= 0 and np.isfinite(k)):
            raise DataError(f"k is a number that is added to every count, at least 0; got {short(k)}")
        self.size, self.n, self.k = size, n, float(k)
        rows = self._rows(ids)
        if not len(rows):
            raise DataError("there is no text to count: it is empty")
        self._grams, self._gram_counts = np.unique(self._codes(rows), return_counts=True)
        self._contexts, self._context_counts = np.unique(self._codes(rows[:, :-1]), return_counts=True)

    def log_probabilities(self, ids: Any) -> Array:
        """ln p of every token of a text after those before it, float64 (n,)."""
        rows = self._rows(ids)
        seen = _looked_up(self._codes(rows), self._grams, self._gram_counts)
        before = _looked_up(self._codes(rows[:, :-1]), self._contexts, self._context_counts)
        with np.errstate(divide="ignore", invalid="ignore"):
            p = (seen + self.k) / (before + self.k * self.size)
            return np.log(np.where(before + self.k * self.size == 0, 0.0, p))

    def unseen(self, ids: Any) -> float:
        """The share of a text's n-grams that were never seen."""
        return float(np.mean(_looked_up(self._codes(self._rows(ids)), self._grams, self._gram_counts) == 0))

    def _rows(self, ids: Any) -> Array:
        """Every token with the n − 1 before it, (len, n); V stands where there is none."""
        ids = expect_tokens(ids)
        if ids.size and ids.max() >= self.size:
            raise DataError(f"a vocabulary of {self.size} has the numbers 0 to {self.size - 1}; got {ids.max()}")
        whole = np.concatenate([np.full(self.n - 1, self.size), ids])
        return np.lib.stride_tricks.sliding_window_view(whole, self.n) if len(ids) else np.zeros((0, self.n), np.int64)

    def _codes(self, rows: Array) -> Array:
        """One number, or one short text of bytes, for each row: equal where the rows are."""
        n, base = rows.shape[1], self.size + 1
        if n == 0:
            return np.zeros(len(rows), np.int64)
        if n * np.log2(base) < 62:
            return rows @ base ** np.arange(n, dtype=np.int64)
        whole = np.ascontiguousarray(rows)
        return whole.view(np.dtype((np.void, whole.itemsize * n)))[:, 0]


def _looked_up(codes: Array, known: Array, counts: Array) -> Array:
    """The count of every code; 0 where it is not known."""
    if codes.dtype.kind == "V":  # NumPy sorts raw bytes, but compares them as texts only
        codes, known = (np.array(x.tolist(), object) for x in (codes, known))
        table = dict(zip(known.tolist(), counts.tolist(), strict=True))
        return np.array([table.get(code, 0) for code in codes.tolist()], np.int64)
    places = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    return np.where(known[places] == codes, counts[places], 0)
