"""The training loop of one of several processes that train together: the same records on all, as if there were one."""

import math
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.data import Loader
from zerokara.parallel import TeamError
from zerokara.parallel.shares import Share, share_of
from zerokara.training import random_state
from zerokara.training.agreement import expect_same_state
from zerokara.training.divergence import Diverged
from zerokara.training.fitting import look_at_answers
from zerokara.training.interrupts import Interrupted, Signals
from zerokara.training.loop import Loop, count_right
from zerokara.training.options import Options
from zerokara.training.records import Record
from zerokara.training.run import Run
from zerokara.training.shared_loss import count_of, expect_mean
from zerokara.training.shared_step import COUNTS, INTERRUPTED, LOSS, RIGHT, TERMINATED, UNKNOWN, SharedStepper

_SIGINT, _SIGTERM = 2, 15


class TeamLoop(Loop):
    """What a loop does in which each batch is shared among the processes of `run.team`, whatever a batch is."""

    def __init__(self, run: Run, loader: Any, options: Options) -> None:
        super().__init__(run, loader, options)
        self._share = Share(0, 0, 0, 1)
        self._weight = 1.0
        self._now: tuple[Array, float] = np.empty(0), 0.0
        watch = self._tell, self._expect_finite_sums, self._expect_finite_norm
        self._shared = SharedStepper(run.team, run.model, run.optimizer, self._forward, options.clip_norm, *watch)

    def _forward(self, *share: Any) -> tuple[Tensor, Any, tuple[Any, ...]]:
        """The loss of a share, what the step returns beside it, and what `_tell` counts in."""
        raise NotImplementedError

    def records(self) -> Generator[Record, None, None]:
        """Train; what ends the training here alone ends it everywhere."""
        with self.run.team.together(agreed):
            yield from super().records()

    @property
    def messages(self) -> list[int]:
        """The bytes of each message of a step."""
        return self._shared.messages

    def _learn_together(self, x: Array, *share: Any) -> tuple[float, Any, bool]:
        """One step on a share, whose examples are x: the loss of the whole batch, what `_forward` returns, and whether
        the step was recorded.
        """
        before, self._now = self._shared.recordings, (x, 0.0)
        _, returned = self._shared(self._weight, *share)
        return float(self._shared.counts[LOSS]), returned, self._shared.recordings != before

    def _tell(self, loss: float, weight: float, *counted: Array) -> tuple[float, ...]:
        """What is added up over the processes in a step."""
        self._now = self._now[0], loss
        right = self._right(*counted)
        counts = [0.0] * COUNTS
        counts[LOSS] = loss * weight if weight else 0.0
        counts[RIGHT] = float(right or 0) if not self._share.whole or self.run.team.leads else 0.0
        counts[UNKNOWN] = float(right is None)
        counts[INTERRUPTED] = float(self._signals.received == _SIGINT)
        counts[TERMINATED] = float(self._signals.received == _SIGTERM)
        return tuple(counts)

    def _right(self, *counted: Array) -> int | None:
        """How many answers of the share are right; None where none could be."""
        return None

    def _expect_finite_sums(self, counts: Array) -> None:
        """A loss that is no number: all see it, and those whose share it came from say where it began."""
        if math.isfinite(counts[LOSS]):
            return
        x, loss = self._now
        team = self.run.team
        places = team.gather_texts("" if math.isfinite(loss) else self._bad_place(x))
        found = next((f"{place}, on {name}" for place, name in zip(places, team.names, strict=True) if place), "")
        self._diverged(f"the loss became {float(counts[LOSS])}", found or "the sum over the processes")

    def _end_of_epoch(self) -> Record:
        expect_same_state(self.run)
        return super()._end_of_epoch()

    def _finish(self) -> None:
        """The weights of the end; and all processes go on with the random numbers of one that was alone."""
        super()._finish()
        model = self.run.model
        random_state.restore(model, self.run.team.share_json(random_state.capture(model)))

    def _stop_if_asked(self, signals: Signals) -> None:
        """All stop after the same step: the first that one of them makes after it was asked to."""
        counts = self._shared.counts
        if not counts[INTERRUPTED] and not counts[TERMINATED]:
            return
        signals.received = _SIGINT if counts[INTERRUPTED] else _SIGTERM
        try:
            super()._stop_if_asked(signals)
        except Interrupted as error:
            error.agreed = True
            raise


class SharedLoop(TeamLoop):
    """The loop of `fit`, in which each batch is shared among the processes of `run.team`."""

    def __init__(self, run: Run, loader: Loader, options: Options) -> None:
        super().__init__(run, loader, options)
        self._count_of = count_of(options.loss)

    def _batches(self) -> Iterator[tuple[Array, Array]]:
        """The share of each that this process computes."""
        progress, team, loader = self.run.progress, self.run.team, self.loader
        order = loader.order(progress.epoch)

        def part(total: int) -> tuple[int, int]:
            share = share_of(total, team.rank, team.size)
            return share.start, share.stop

        start = progress.batch
        for index, (x, labels) in enumerate(loader.epoch(progress.epoch, start=start, part=part), start):
            whole = loader.split.labels[order[index * loader.batch_size : (index + 1) * loader.batch_size]]
            self._share = share_of(len(whole), team.rank, team.size)
            counted = self._count_of(whole)
            self._weight = self._count_of(labels) / counted if counted and not self._share.whole else 1 / team.size
            yield x, labels

    def _count(self, labels: Array) -> int:
        return self._share.total

    def _update(self, x: Array, labels: Array) -> tuple[float, int | None, bool]:
        if not self._looked:
            expect_mean(self.run.model, self.options.loss, self._count_of, x, labels)
        loss, scores, recorded = self._learn_together(x, Tensor(x), labels)
        if not self._looked:
            look_at_answers(self.options.loss, scores.data, labels)
            self._looked = True
        counts = self._shared.counts
        return loss, None if counts[UNKNOWN] else round(float(counts[RIGHT])), recorded

    def _forward(self, *share: Any) -> tuple[Tensor, Any, tuple[Any, ...]]:
        x, labels = share
        scores = self.run.model(x)
        return self.options.loss(scores, labels), scores, (scores.data, labels)

    def _right(self, *counted: Array) -> int | None:
        return count_right(*counted)


def agreed(error: BaseException) -> bool:
    """Whether all processes end in the same way at the same time."""
    return isinstance(error, Diverged) or (isinstance(error, Interrupted) and error.agreed)


def expect_shares(batch_size: int, size: int) -> None:
    """TeamError for batches that cannot be shared among so many."""
    if batch_size < size:
        raise TeamError(
            f"batches of {batch_size} cannot be shared among {size} processes: use a batch_size of at least "
            f"{size}, or fewer processes"
        )
