"""How a diffusion model walks from noise to a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape


@dataclass(frozen=True, eq=False)
class Steps:
    """The chain at some of its times: times (K,) falling from T to 0, examples (K, count, …) as they were then."""

    times: Array
    examples: Array

    @property
    def last(self) -> Array:
        """The new examples, (count, …)."""
        last: Array = self.examples[-1]
        return last


def diffusion_steps(
    model: Any,
    count: int,
    shape: Shape,
    labels: Any = None,
    *,
    guidance: float = 1.0,
    times: int | Sequence[int] = 9,
    rng: np.random.Generator | None = None,
) -> Steps:
    """New examples of a `models.Diffusion`, and what they were on the way

    times: which times of the chain are kept, or how many, evenly from T to 0. Everything else as `Diffusion.sample`.
    """
    wanted = np.linspace(model.steps, 0, times).round().astype(int) if isinstance(times, int) else np.array(times, int)
    wanted = np.unique(wanted)[::-1]
    if not wanted.size or wanted[-1] < 0 or wanted[0] > model.steps:
        raise ValueError(f"times of a chain of {model.steps} steps lie between 0 and {model.steps}; got {times}")
    kept: dict[int, Array] = {}

    def watch(t: int, x: Array) -> None:
        if t in wanted:
            kept[t] = x.copy()

    model.sample(count, shape, labels, guidance=guidance, rng=rng, watch=watch)
    return Steps(wanted, np.stack([kept[int(t)] for t in wanted]))
