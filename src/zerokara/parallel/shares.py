"""Who computes which part of a batch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """The examples start…stop−1 of a batch of `total`, computed by one of `size` processes.

    A batch with fewer examples than there are processes is computed whole by each of them (`whole`).
    """

    start: int
    stop: int
    total: int
    size: int

    @property
    def whole(self) -> bool:
        """Whether every process computes the entire batch."""
        return self.total < self.size

    @property
    def weight(self) -> float:
        """How much the mean over this share counts in the mean over the batch."""
        return 1 / self.size if self.whole else (self.stop - self.start) / self.total


def share_of(total: int, rank: int, size: int) -> Share:
    """The share of process `rank` of `size` in a batch of `total` examples: contiguous, and as equal as can be."""
    if total < size:
        return Share(0, total, total, size)
    return Share(total * rank // size, total * (rank + 1) // size, total, size)
