"""What a contestant of a measurement is, whichever framework it is made with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Task:
    """Something done again and again.

    `step(i)` does it the i-th time, or begins to (JAX goes on in the background); `wait` returns when what a step
    returned is there; `number` makes of it the number that all contestants have to agree on: the loss, or the sum of
    the squares of all results.
    """

    step: Callable[[int], Any]
    number: Callable[[Any], float]
    wait: Callable[[Any], object] = lambda result: None
