"""What is known of a value in a network that runs on batches of another length than its file fixes (see `batching`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.io.onnx.operator import Call, Value


class Kind(Enum):
    """What a value depends on."""

    FIXED = "the same for every batch"
    COUNTED = "computed of lengths of axes"
    ROWS = "a row for each example"


class MixedError(Exception):
    """A value of several examples together, or one of which nothing is known."""


@dataclass(frozen=True)
class Flow:
    """A value, what it depends on, and for what is COUNTED the array that it is in a batch as the file has it."""

    value: Value
    kind: Kind
    declared: Array | None = None


@dataclass(frozen=True)
class Application:
    """An operator at work: what it knows, the flows that go in (None where one is left out), and the two lengths."""

    kind: str
    call: Call
    inputs: tuple[Flow | None, ...]
    declared: int
    given: int

    @property
    def x(self) -> Flow:
        """The first input."""
        first = self.inputs[0] if self.inputs else None
        return first or Flow(np.zeros(0), Kind.FIXED)

    @property
    def rest(self) -> tuple[Flow, ...]:
        """The other inputs that are there."""
        return tuple(flow for flow in self.inputs[1:] if flow is not None)

    @property
    def ndim(self) -> int:
        """How many axes the first input has."""
        return int(self.x.value.ndim)

    def axis(self, default: int) -> int:
        """The attribute `axis`, counted from the front."""
        return int(self.call.get("axis", default)) % max(self.ndim, 1)

    def numbers(self, position: int, name: str = "") -> tuple[list[int], list[int]] | None:
        """A setting (an input, in old opsets an attribute): now, and in a batch as the file has it."""
        flow = self.inputs[position] if position < len(self.inputs) else None
        if flow is None:
            given = self.call.get(name) if name else None
            return None if given is None else ([int(n) for n in given],) * 2
        if flow.kind is Kind.ROWS or isinstance(flow.value, Tensor):
            raise MixedError
        now = [int(n) for n in np.atleast_1d(flow.value)]
        return now, now if flow.declared is None else [int(n) for n in np.atleast_1d(flow.declared)]

    def is_batch(self, now: int, before: int) -> bool:
        """Whether a length is that of the batch: computed of it, or written in the file where the batch stands."""
        return before == self.declared and now in (self.given, self.declared)


Condition = Callable[[Application], bool]
"""Whether an application gives rows, when its first input (or another, if it says so) is ROWS."""
