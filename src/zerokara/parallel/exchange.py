"""The sum of all processes' gradients, bucket by bucket, while the backward pass still runs.

Every gradient is written, times the weight of the share, to its place in one flat array. A part of that array, a
bucket, goes out as soon as the last gradient in it is there, as one message; what comes back lies in the same place,
and the optimizer reads it there. In a recorded step these are operations like all others, and the recording moves them
forward to where their gradient is made (`rewriting.steps_moved_forward`). Between hosts, where a message is under way
while its processes compute, something looks after the messages now and then until the last has left
(`rewriting.progress_made`). On one host it is the processes themselves that copy, sooner or later alike.

With the last bucket go some numbers more: the running statistics of batch norms, which thereby stay the same on all
processes, and what is counted in a step. So a step has as many messages as there are buckets.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.kernels import tracing
from zerokara.parallel.team import Request, Team

BUCKET = 1 << 18
"""Bytes of gradients that are worth a message of their own."""

_ONE = np.ones(1)


class Exchange:
    """The places of some arrays' gradients, of `averaged` arrays and of `counted` numbers, all of one dtype.

    `arrays` are given in the order in which their gradients are expected: those of the last layers first.
    """

    def __init__(self, team: Team, arrays: Sequence[Array], averaged: Sequence[Array], counted: int) -> None:
        dtype = _dtype([*arrays, *averaged])
        self._team, self._averaged = team, list(averaged)
        self.progress = self._progress  # the same object every time: a recording compares them
        shapes = [*(a.shape for a in arrays), *(a.shape for a in averaged), (counted,)]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        flat = np.zeros(int(ends[-1]), dtype)
        pieces = [piece.reshape(shape) for piece, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]
        self.sums = pieces[: len(arrays)]
        """Where the sums are after `collect`."""
        self._means, self.counts = pieces[len(arrays) : -1], pieces[-1]
        order = np.zeros(1)  # written by every message, so that all processes send theirs in one order
        self._buckets, first, begin = [], 0, 0
        for number, end in enumerate(ends[: len(arrays)].tolist(), 1):
            last = number == len(arrays)
            if last or (end - begin) * dtype.itemsize >= BUCKET:
                memory = flat[begin:] if last else flat[begin:end]
                self._buckets.append(_Bucket(team, memory, range(first, number), order))
                first, begin = number, end

    def _progress(self) -> None:
        self._team.progress(bucket.request for bucket in self._buckets if bucket.request is not None)

    @property
    def messages(self) -> list[int]:
        """The bytes of each message of a step."""
        return [bucket.memory.nbytes for bucket in self._buckets]

    def send(self, gradients: Sequence[Array | None], weight: Array) -> None:
        """Send weight·gradient for every array (zeros for None), weight·statistics, and `counts` as they are.

        weight: (1,) float64.
        """
        for bucket in self._buckets:
            for number in bucket.numbers:
                gradient, place = gradients[number], tracing.constant(self.sums[number])
                if gradient is None:
                    place[...] = 0.0
                else:
                    kernels.scale_into(place, gradient, weight)
            if bucket is self._buckets[-1]:
                for place, source in zip(self._means, self._averaged, strict=True):
                    kernels.scale_into(tracing.constant(place), tracing.constant(source), weight)
            tracing.outside("sent", bucket.send, *bucket.touched())
        if self._team.spread:
            tracing.outside(tracing.PROGRESS, self.progress)

    def collect(self) -> list[Array]:
        """Wait until all sums are there, and return them; the running statistics then are those of all processes."""
        for bucket in self._buckets:
            tracing.outside("received", bucket.receive, *bucket.touched())
        for source, target in zip(self._means, self._averaged, strict=True):
            kernels.scale_into(tracing.constant(target), tracing.constant(source), tracing.constant(_ONE))
        return [tracing.constant(place) for place in self.sums]


class _Bucket:
    """Places that make one message: those of the arrays with these numbers."""

    def __init__(self, team: Team, memory: Array, numbers: range, order: Array) -> None:
        self.memory, self.numbers = memory, numbers
        self._team, self._order, self._start = team, order, team.adder(memory)
        self.request: Request = None
        self.send, self.receive = self._send, self._receive  # the same objects every time: a recording compares them

    def touched(self) -> Iterator[Array]:
        """What sending and receiving read and write."""
        yield tracing.constant(self.memory)
        yield tracing.constant(self._order)

    def _send(self, memory: Array, order: Array) -> None:
        self.request = self._start()

    def _receive(self, memory: Array, order: Array) -> None:
        self._team.wait(self.request)
        self.request = None


def _dtype(arrays: Sequence[Array]) -> np.dtype[np.floating]:
    """The one dtype of these arrays."""
    found = sorted({a.dtype.name for a in arrays})
    if len(found) != 1:
        raise ValueError(f"what several processes train together has numbers of one type; got {', '.join(found)}")
    return np.dtype(found[0])
