"""Rows that repeat themselves: where a network looks that goes on with them, in which way it copies, and its places."""

import math
from collections.abc import Callable

import numpy as np

from zerokara import functional as F
from zerokara import no_grad
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.models import GPT
from zerokara.nn import LearnedPositions, Module

LENGTH, SHORTEST, LONGEST, TESTED, PROBE = 32, 6, 14, 200, 12
SPREAD = 0.02
"""The standard deviation of a GPT's embedding at the beginning: sines of that size neither drown nor shout."""


class Sines(Module):
    """y[…, t] = x[…, t] + √2·0.02·p[t], p the sines and cosines of `F.sinusoidal_positions`."""

    def __init__(self, width: int) -> None:
        self.width = width

    def forward(self, x: Tensor, past: int = 0) -> Tensor:
        """x with its positions."""
        p = F.sinusoidal_positions(x.shape[-2], self.width, past=past, dtype=x.dtype)
        return x + p * (math.sqrt(2) * SPREAD)


class Nowhere(Module):
    """y = x: nothing says where a symbol stands but the causal mask."""

    def __init__(self, width: int) -> None:
        self.width = width

    def forward(self, x: Tensor, past: int = 0) -> Tensor:
        """x itself."""
        return x


PLACES: dict[str, Callable[[int], Module]] = {
    "learned": lambda width: LearnedPositions(LENGTH, width),
    "sinusoidal": Sines,
    "none": Nowhere,
}
"""Kinds of positions, made for a width."""


def periods(rows: Array) -> Array:
    """After how many symbols each row begins again, (N,)."""
    return np.array([np.argmax(row[1:] == row[0]) + 1 for row in rows])


def looked_behind(looks: Array, period: Array) -> Array:
    """How much each head looks at the place behind the last occurrence of the symbol, where there is one.

    Shapes: looks (blocks, N, heads, T, T), period (N,)  →  (blocks, heads).
    """
    shares = []
    for row, p in enumerate(period):
        places = np.arange(p, LENGTH - 1)
        shares.append(looks[:, row, :, places, places - p + 1])  # (places, blocks, heads)
    return np.asarray(np.concatenate(shares).mean(axis=0))


def ways_of_copying(model: GPT, alphabet: int, rng: np.random.Generator) -> Array:
    """On rows whose second round has another order: the shares of (what followed last time, the longest unseen).

    Both agree where a row repeats itself, so that only such rows tell in which way a network copies.
    """
    p = PROBE
    first = np.argsort(rng.random((TESTED, alphabet)), axis=1)[:, :p]
    rows = np.concatenate([first, rng.permuted(first, axis=1)], axis=1)
    with no_grad():
        said = model(rows)[0].data.argmax(axis=-1)
    votes = []
    for row, answer in zip(rows, said, strict=True):
        for t in range(p, 2 * p - 1):
            last = {symbol: place for place, symbol in enumerate(row[: t + 1].tolist())}
            before = np.flatnonzero(row[:t] == row[t])[-1]
            followed, oldest = row[before + 1], min(last, key=last.__getitem__)
            if followed != oldest:
                votes.append((answer[t] == followed, answer[t] == oldest))
    return np.asarray(np.array(votes, float).mean(axis=0))
