"""The choice of the next symbol from its scores, by the formulas."""

import numpy as np

from zerokara.arrays import Array


def probabilities(scores: Array, temperature: float = 1.0, top_k: float = 0, top_p: float = 1.0) -> Array:
    """softmax(s / T) from the formula; of it the `top_k` likeliest, or the fewest that have the share `top_p`."""
    p = np.exp((scores - scores.max()) / temperature)
    p = p / p.sum()
    order = np.argsort(-p, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(p[order])[:-1]])  # what the likelier ones have together
    kept = (before < top_p) & (np.arange(len(p)) < (int(top_k) or len(p)))
    p[order[~kept]] = 0
    result: Array = p / p.sum()
    return result


def entropy(p: Array) -> float:
    """−Σ p·ln p in nats, where 0·ln 0 = 0."""
    seen = p[p > 0]
    return float(-(seen * np.log(seen)).sum())


def drawn(p: Array, draws: int, rng: np.random.Generator) -> Array:
    """How often each symbol is drawn, as shares, (symbols,)."""
    ends = np.cumsum(p)  # symbol k is drawn where u lies in its piece of 0…1
    ends[np.flatnonzero(np.diff(ends, prepend=0))[-1] :] = 1.0  # a sum of shares is not exactly 1
    chosen = np.searchsorted(ends, rng.random(draws), side="right")
    return np.asarray(np.bincount(chosen, minlength=len(p)) / draws)


def standard_errors(shares: Array, p: Array, draws: int) -> float:
    """The largest distance of a share from its probability, in standard errors of so many draws."""
    spread = np.sqrt(p * (1 - p) / draws)
    return float(np.max(np.abs(shares - p) / np.maximum(spread, 1 / draws)))
