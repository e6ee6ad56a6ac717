"""What `fit` returns: a training that goes on while its records are read."""

import sys
import warnings
import weakref
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from types import FrameType

from zerokara.training.records import Record


@dataclass
class _State:
    """How far the reading has come, also for who outlives the training."""

    place: tuple[str, int]
    begun: bool = False
    last: Record | None = None


class Training(Iterator[Record]):
    """The records of a training, made while they are read: `for record in fit(…)`, `list(fit(…))`, `next(…)`.

    Nothing is learned before the first record is read; who lets go of a training without that is warned. `close()`
    ends it early, as leaving the loop does. `save()` writes a checkpoint of the moment.
    """

    def __init__(
        self,
        records: Generator[Record, None, None],
        what: str,
        caller: FrameType | None = None,
        save: Callable[[], None] | None = None,
    ) -> None:
        if not isinstance(records, Generator):
            raise TypeError(f"a Training is what fit returns; got {type(records).__name__} in the place of its records")
        place = ("<unknown>", 0) if caller is None else (caller.f_code.co_filename, caller.f_lineno)
        self._records, self._what, self._state, self._save = records, what, _State(place), save
        self._forgotten = weakref.finalize(self, _warn_unless_begun, self._state)

    def __iter__(self) -> "Training":
        return self

    def __next__(self) -> Record:
        self._begin()
        record = self._state.last = next(self._records)
        return record

    def close(self) -> None:
        """End the training here; the last checkpoint stays."""
        self._begin()
        self._records.close()

    def save(self) -> None:
        """Write a checkpoint of the weights after the last record: who is killed from now on loses nothing up to here.

        The training itself is as without it, bit for bit. Before the first record there is nothing new to save.
        Raises ValueError for a training without a run_dir, or one that has ended; `Diverged` for weights that are no
        numbers.
        """
        if self._save is None:
            raise ValueError("this training is kept nowhere: give fit the folder of the run, run_dir=")
        if self._state.last is not None:
            self._save()

    def __repr__(self) -> str:
        if self._state.last is not None:
            return f"Training({self._what}; at {self._state.last!r})"
        return (
            f"Training({self._what}; not begun: it trains while its records are read, as in `for record in training:`)"
        )

    def _begin(self) -> None:
        self._state.begun = True
        self._forgotten.detach()


def _warn_unless_begun(state: _State) -> None:
    if state.begun:
        return
    file, line = state.place
    warnings.warn_explicit(
        "fit trains while its records are read, and nobody read them, so nothing was learned: write "
        "`for record in fit(…): …`, or `list(fit(…))`",
        UserWarning,
        file,
        line,
    )


def caller_of(depth: int) -> FrameType:
    """The frame `depth` calls above the function that asks."""
    return sys._getframe(depth + 1)
