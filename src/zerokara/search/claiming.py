"""Taking the next trial, so that no two workers have the same one, and letting others know that its worker lives."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.trial import Trial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from zerokara.search.accounts import RETRY, Planned, planned, unfinished
from zerokara.search.plan import Plan
from zerokara.search.sampling import pruner, sampler
from zerokara.search.storage import give_up_silent, patiently

LOOK = 0.5
"""Seconds between two looks at what others are doing, when there is nothing to take."""


@dataclass(frozen=True)
class Claim:
    """A trial that is this worker's own: number `index` of the plan, and Optuna's trial."""

    index: int
    trial: Trial


@dataclass(frozen=True)
class Desk:
    """The study as a worker sees it."""

    plan: Plan
    study: optuna.Study
    storage: RDBStorage

    @property
    def rows(self) -> list[Planned]:
        """The trials of the plan that were added so far."""
        trials = patiently(lambda: self.study.get_trials(deepcopy=False))
        return planned(trials, self.plan.trials)

    def claim(self, wait: Callable[[], None] = lambda: time.sleep(LOOK)) -> Claim | None:
        """The next trial to train; None when all have come to their end.

        While others are at work and nothing is left to take, this waits: one of them may be killed.
        """
        while True:
            give_up_silent(self.study)
            rows = self.rows
            for row in rows:
                taken = self._take(row)
                if taken is not None:
                    return taken
            if len(rows) < self.plan.trials:
                patiently(lambda: self.study.enqueue_trial({}))
            elif not unfinished(rows):
                return None
            elif all(row.state == "running" for row in unfinished(rows)):
                wait()

    def _take(self, row: Planned) -> Claim | None:
        """The trial, if it waits and nobody else is quicker; a lost one is first added anew."""
        if row.state == "lost":
            again = {RETRY: row.tries[0].number}
            patiently(lambda: self.study.enqueue_trial(dict(row.current.params), user_attrs=again))
            return None
        if row.state != "waiting":
            return None
        number = row.current._trial_id
        patiently(lambda: self.storage.record_heartbeat(number))  # before it runs: who is killed then is noticed too
        try:
            mine = patiently(lambda: self.storage.set_trial_state_values(number, TrialState.RUNNING))
        except UpdateFinishedTrialError:
            return None
        if not mine:
            return None
        self.study.pruner = pruner(self.plan)
        before = row.current.system_attrs.get("fixed_params")
        self.study.sampler = sampler(self.plan, row.index, before)
        return Claim(row.index, patiently(lambda: Trial(self.study, number)))

    @contextmanager
    def alive(self, claim: Claim) -> Iterator[None]:
        """While this block runs, the storage is told again and again that the trial's worker lives."""
        over = threading.Event()

        def tell() -> None:
            while not over.wait(self.plan.heartbeat):
                try:
                    self.storage.record_heartbeat(claim.trial._trial_id)
                except SQLAlchemyError:
                    continue  # a server that restarts: the next beat will tell
                finally:
                    self.storage.scoped_session.remove()

        thread = threading.Thread(target=tell, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def finish(self, claim: Claim, state: TrialState, score: float | None = None, **notes: object) -> bool:
        """Write down how the trial ended; False if it had been given up, and so belongs to somebody else now."""
        try:
            for name, value in notes.items():
                patiently(lambda name=name, value=value: claim.trial.set_user_attr(name, value))  # type: ignore[misc]
            values = None if score is None else [score]
            patiently(lambda: self.storage.set_trial_state_values(claim.trial._trial_id, state, values))
        except UpdateFinishedTrialError:
            return False
        return True
