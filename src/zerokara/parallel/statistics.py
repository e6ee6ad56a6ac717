"""Statistics of a batch that several processes share: what a synchronised batch norm asks of the others.

Within `sharing(team, weight)` a batch is shared; weight, (1,) float64, says how much the mean over this process's share
counts in the mean over the batch. Elsewhere there is nothing to be shared.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels import tracing
from zerokara.parallel.team import Team


@dataclass(frozen=True)
class Sharing:
    """A batch that is being shared."""

    team: Team
    weight: Any

    def statistics(self, count: int, mean: Array, variance: Array) -> tuple[Any, Any, Any, Any]:
        """Of `count` numbers a channel here: mean, biased and unbiased variance, and how many numbers, of all shares.

        M = Σ mᵣ,   μ = Σ mᵣ·μᵣ/M,   σ² = Σ mᵣ·(σ²ᵣ + (μᵣ − μ)²)/M      (Chan, Golub and LeVeque, 1979)

        Shapes: (C,) each.
        """
        merged = np.zeros((4, *mean.shape), mean.dtype)

        def merge(target: Array, mean: Array, variance: Array) -> None:
            own = np.stack([np.full(mean.shape, count, np.float64), mean, variance])
            counts, means, variances = self.team.gather(own).transpose(1, 0, 2)
            total = counts.sum(0)
            middle = (counts * means).sum(0) / total
            spread = (counts * (variances + np.square(means - middle))).sum(0) / total
            target[0], target[1], target[2], target[3] = middle, spread, spread * total / (total - 1), total

        rows = tracing.constant(merged)
        tracing.outside("told", merge, rows, mean, variance)
        return rows[0], rows[1], rows[2], rows[3]

    def means(self, sums: Any, count: Any) -> Any:
        """(k, C) sums over this share → Σᵣ wᵣ·sumsᵣ / (w·M): means over all `count` = M numbers of a channel.

        Gradients of this share's mean loss are 1/w of those of the batch's: hence the weights.
        """
        if hasattr(type(sums), "__kernel__") and not isinstance(sums, tracing.Traced):
            raise NotImplementedError("a batch norm over several processes has no gradient of its gradient")
        totals = np.zeros(sums.shape, sums.dtype)

        def add(target: Array, sums: Array, count: Array, weight: Array) -> None:
            weighted = sums.astype(np.float64) * weight[0]
            self.team.add(weighted)
            target[...] = weighted / (weight[0] * count)

        rows = tracing.constant(totals)
        tracing.outside("told", add, rows, sums, count, self.weight)
        return rows


@contextmanager
def sharing(team: Team, weight: Any) -> Iterator[None]:
    """A block in which batches are shared by the processes of a team."""
    token = _sharing.set(Sharing(team, weight) if team.size > 1 else None)
    try:
        yield
    finally:
        _sharing.reset(token)


def shared_now() -> Sharing | None:
    """The sharing that is going on, if one is."""
    return _sharing.get()


_sharing: ContextVar[Sharing | None] = ContextVar("_sharing", default=None)
