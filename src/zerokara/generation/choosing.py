"""From scores to the next token: temperature, top-k, top-p, and the draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import array, is_number, is_whole, short
from zerokara.arrays import Array
from zerokara.kernels.tracing import as_array


class GenerationError(ValueError):
    """A text cannot be made: of this prompt, with these settings, or from scores that are no numbers."""


@dataclass(frozen=True)
class Choice:
    """How the next token is chosen.

    p = softmax(scores / temperature); 0 takes the highest score, the first of equals. `top_k` keeps only so many of the
    likeliest tokens, then `top_p` only the fewest of them that have at least this share together; what is left is
    divided by its sum. Of equally likely tokens those with smaller numbers are kept.
    Errors: GenerationError for a setting that cannot be.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        if not is_number(self.temperature) or not 0 <= self.temperature < np.inf:
            raise GenerationError(f"temperature is a number, at least 0; got {short(self.temperature)}")
        if self.top_k is not None and (not is_whole(self.top_k) or self.top_k < 1):
            raise GenerationError(f"top_k is a whole number, at least 1; got {short(self.top_k)}")
        if self.top_p is not None and not (is_number(self.top_p) and 0 < self.top_p <= 1):
            raise GenerationError(f"top_p is a share above 0, at most 1; got {short(self.top_p)}")


def expect_stop(stop: Any) -> None:
    """Refuse what is no token to end at."""
    if stop is not None and not is_whole(stop):
        raise GenerationError(f"stop is the number of a token, or None; got {short(stop)}")


_SCORES = array()


def next_probabilities(scores: Any, choice: Choice = Choice()) -> Array:
    """The probabilities of the next token: scores (…, V) → float64 (…, V), rows that sum to 1.

    Scores of −∞ are tokens that cannot come. Errors: GenerationError for NaN, +∞, or a row of −∞ alone.
    """
    s = as_array(scores).astype(np.float64) if _SCORES.holds(scores) else np.zeros(())
    if s.ndim == 0 or not s.shape[-1]:
        raise GenerationError(f"scores of the next token are numbers (…, V), V at least 1; got {short(scores)}")
    top = s.max(axis=-1, keepdims=True) if s.size else s
    if not np.isfinite(top).all() or np.isnan(s).any():
        kind = "NaN" if np.isnan(s).any() else "infinite"
        raise GenerationError(f"the model's scores are {kind}: it has diverged, or was never trained; load another one")
    if choice.temperature == 0:
        p = np.zeros_like(s)
        np.put_along_axis(p, s.argmax(axis=-1)[..., None], 1.0, axis=-1)
        return p
    with np.errstate(over="ignore"):  # of a tiny temperature: −∞, whose share is 0
        p = np.exp((s - top) / choice.temperature)
    p /= p.sum(axis=-1, keepdims=True)
    if choice.top_k is None and choice.top_p is None:
        return p
    order = np.argsort(-p, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, order, axis=-1)
    kept = np.ones(p.shape, bool) if choice.top_k is None else np.arange(p.shape[-1]) < np.full(p.shape, choice.top_k)
    if choice.top_p is not None:
        ranked = np.where(kept, ranked, 0)
        ranked = ranked / ranked.sum(axis=-1, keepdims=True)
        before = np.cumsum(ranked, axis=-1) - ranked  # what the likelier ones have together
        kept &= before < choice.top_p - 1e-12
    cut = np.zeros_like(p)
    np.put_along_axis(cut, order, np.where(kept, np.take_along_axis(p, order, axis=-1), 0), axis=-1)
    result: Array = cut / cut.sum(axis=-1, keepdims=True)
    return result


def sample(
    scores: Any,
    choice: Choice = Choice(),
    *,
    rngs: Sequence[np.random.Generator],
) -> Array:
    """A token for every row of scores (N, V), int64 (N,): row n is drawn with `rngs[n]`, one number u from it.

    Token k comes where u lies in its piece of 0 … 1, so a row's draw depends on nothing but its scores and its u.
    """
    p = next_probabilities(scores, choice)
    if not isinstance(rngs, Sequence) or not all(isinstance(rng, np.random.Generator) for rng in rngs):
        raise GenerationError(f"rngs are generators, as [numpy.random.default_rng(0)]; got {short(rngs)}")
    if p.ndim != 2 or len(rngs) != len(p):
        raise GenerationError(f"sample expects scores (N, V) and N generators; got {p.shape} and {len(rngs)}")
    if choice.temperature == 0:
        return np.asarray(p.argmax(axis=-1))
    ends = np.cumsum(p, axis=-1)
    drawn = [
        int(np.searchsorted(row / row[-1], rng.random(), side="right")) for row, rng in zip(ends, rngs, strict=True)
    ]
    return np.array(drawn, np.int64)
