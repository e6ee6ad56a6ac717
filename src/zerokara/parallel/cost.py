"""How long a step of several processes takes: a model of cost, to say beforehand whether more hosts are worth it.

    step(P) = c + max(last message, all messages − hidden·c)
    message(P, n) = 2·⌈log₂ P⌉·α + 2·(P − 1)/P·n/β            0 for P = 1

c: seconds of computing of one process, in its share; n: bytes of a message; α: seconds until a message arrives, however
small; β: bytes a second. The sum over P processes by halving and doubling (Rabenseifner, 2004; Thakur, Rabenseifner and
Gropp, 2005). `hidden`: the part of the computing, the backward pass, during which messages are under way already; the
last message leaves at its end.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HIDDEN = 2 / 3
"""The backward pass computes two products for each of the forward pass."""


@dataclass(frozen=True)
class Link:
    """What joins the processes: latency in seconds, bandwidth in bytes a second."""

    latency: float
    bandwidth: float

    def __post_init__(self) -> None:
        if not self.latency >= 0 or not self.bandwidth > 0:
            raise ValueError(f"a link has a latency of at least 0 and a bandwidth above 0; got {self}")

    def seconds(self, processes: int, size: float) -> float:
        """How long the sum of `size` bytes over so many processes takes."""
        if processes < 1:
            raise ValueError(f"there is at least one process; got {processes}")
        rounds = 2 * math.ceil(math.log2(processes))
        return rounds * self.latency + 2 * (processes - 1) / processes * size / self.bandwidth


def fitted(measured: Sequence[tuple[int, float, float]]) -> Link:
    """The link that explains (processes, bytes, seconds) best: least squares of the relative errors.

    Raises ValueError where that leaves a bandwidth or latency below 0, or too little was measured.
    """
    if len({size for _, size, _ in measured}) < 2:
        raise ValueError("a link is fitted to sums of at least two sizes")
    rows = [(2 * math.ceil(math.log2(p)) / seconds, 2 * (p - 1) / p * size / seconds) for p, size, seconds in measured]
    latency, per_byte = np.linalg.lstsq(np.array(rows), np.ones(len(rows)), rcond=None)[0]
    if per_byte <= 0:
        raise ValueError(f"these times do not grow with the bytes: {list(measured)}")
    return Link(max(float(latency), 0.0), 1 / float(per_byte))


def step_seconds(
    compute: float, processes: int, messages: Sequence[float], link: Link, hidden: float = HIDDEN
) -> float:
    """Seconds of a step in which each process computes for `compute` seconds, with messages of so many bytes."""
    if processes == 1 or not messages:
        return compute
    each = [link.seconds(processes, size) for size in messages]
    return compute + max(each[-1], sum(each) - hidden * compute)


def speed_up(
    compute: float, processes: int, messages: Sequence[float], link: Link, hidden: float = HIDDEN, *, shared: int = 0
) -> float:
    """How many times more examples pass than in one process, whose step takes `compute` seconds.

    Each process has a batch of its own; or, with `shared`, they share one of B = `shared` examples. An example is
    computed whole by one of them, so that somebody has ⌈B/P⌉, and it is at most B/⌈B/P⌉ times as fast: 50 times with
    100 examples and 64 processes. Raises ValueError for fewer examples than processes, which a training refuses too.
    """
    if not shared:
        return compute * processes / step_seconds(compute, processes, messages, link, hidden)
    if shared < processes:
        raise ValueError(f"a batch of {shared} cannot be shared among {processes} processes")
    share = compute * math.ceil(shared / processes) / shared
    return compute / step_seconds(share, processes, messages, link, hidden)
