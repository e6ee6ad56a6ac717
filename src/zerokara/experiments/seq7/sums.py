"""Additions as rows of digits, for a network that writes one digit after another."""

from collections.abc import Callable

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.gpts import LEFT_OUT


def written(pairs: Array, digits: int, order: str) -> Array:
    """Each pair as the digits of both numbers and of their sum, "reversed" or "forwards": (n, 3·digits + 1)."""
    a, b = pairs.T
    down, longer = 10 ** np.arange(digits)[::-1], 10 ** np.arange(digits + 1)
    total = (a + b)[:, None] // (longer if order == "reversed" else longer[::-1]) % 10
    return np.concatenate([a[:, None] // down % 10, b[:, None] // down % 10, total], axis=1)


def carried(pairs: Array, digits: int) -> Array:
    """How often something is carried in each sum, (n,)."""
    a, b = pairs.T
    places = 10 ** np.arange(1, digits + 1)[:, None]
    return np.asarray(((a % places + b % places) >= places).sum(axis=0))


def batches(rows: Array, asked: int, size: int, rng: np.random.Generator) -> Callable[[], tuple[Array, Array]]:
    """A function that draws `size` rows: (x, y), of which only what follows the `asked` digits is learned."""

    def batch() -> tuple[Array, Array]:
        chosen = rows[rng.integers(0, len(rows), size)]
        y = chosen[:, 1:].copy()
        y[:, : asked - 1] = LEFT_OUT
        return chosen[:, :-1], y

    return batch
