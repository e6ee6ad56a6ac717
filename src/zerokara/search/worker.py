"""One worker of a study: takes trials and trains them until there are none left. Any number may work on one study."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from zerokara.data import Dataset
from zerokara.kernels import thread_count
from zerokara.recipes import Recipe, new_model, train
from zerokara.search.accounts import ERROR, STOPPED
from zerokara.search.claiming import Claim, Desk
from zerokara.search.plan import Plan
from zerokara.search.sampling import chosen
from zerokara.search.storage import patiently
from zerokara.training import Diverged, Record

TRIALS = "trials"
"""The folder of a study in which the run of every trial is kept."""

HEAVY = ("last.safetensors", "previous.safetensors", "best.safetensors")
"""Files of a run with which a training goes on: a trial that has ended does not need them."""

FAILURES = 3
"""So many trials that fail one after the other end a worker: the next ones would fail too."""

Onlooker = Callable[[int, Recipe, Iterator[Record]], Iterable[Record]]
"""Who looks on while a trial is trained: (number of the try, recipe, records) → the records."""


class TakenOver(Exception):  # noqa: N818 (it is what happened)
    """The worker was silent for so long that its trial was given to another."""


class Hopeless(Exception):  # noqa: N818
    """The pruner ends this trial."""


@dataclass
class Worker:
    """Works in `folder` (on this machine) on the study at `desk`; `stop` is asked after every epoch."""

    desk: Desk
    folder: Path
    dataset: Dataset
    onlooker: Onlooker = lambda number, recipe, records: records
    stop: Callable[[], bool] = lambda: False
    _seconds: float = field(default=0.0, init=False)

    def work(self, finished: Callable[[Claim], object] = lambda claim: None) -> None:
        """Train trials until all of the plan have ended; `finished` is told of each that this worker ended.

        KeyboardInterrupt leaves its trial to be tried again. An error that meets three trials in a row is raised.
        """
        failures = 0
        while (claim := self.desk.claim()) is not None:
            error = self.one(claim)
            failures = 0 if error is None else failures + 1
            finished(claim)
            if error is not None and failures >= FAILURES:
                raise error

    def one(self, claim: Claim) -> Exception | None:
        """Train one trial and write down how it ended; what went wrong, if the trial has failed."""
        run = self.folder / TRIALS / f"{claim.trial.number + 1:04}"  # trial 1 is the first, as people count
        about = {"host": socket.gethostname(), "run": run.name, "threads": thread_count()}
        try:
            with self.desk.alive(claim):
                score = self._train(claim, run)
            self._end(claim, TrialState.COMPLETE, about, score)
        except Hopeless:
            self._end(claim, TrialState.PRUNED, about)
        except Diverged as error:
            self._end(claim, TrialState.PRUNED, {**about, "diverged": str(error)})
        except (TakenOver, UpdateFinishedTrialError):
            return None
        except KeyboardInterrupt:
            self._end(claim, TrialState.FAIL, {**about, STOPPED: True})
            raise
        except Exception as error:
            self._end(claim, TrialState.FAIL, {**about, ERROR: f"{type(error).__name__}: {error}"})
            return error
        finally:
            for name in HEAVY:
                with contextlib.suppress(OSError):
                    (run / name).unlink(missing_ok=True)
        return None

    def _end(self, claim: Claim, state: TrialState, about: dict[str, object], score: float | None = None) -> None:
        self.desk.finish(claim, state, score, seconds=self._seconds, **about)

    def _train(self, claim: Claim, run: Path) -> float:
        """The score of the weights that the training keeps; it is reported, and may end, after every epoch."""
        plan = self.desk.plan
        recipe = plan.recipe_of(claim.index, patiently(lambda: chosen(plan, claim.trial)))
        patiently(lambda: claim.trial.set_user_attr("seed", recipe.seed))
        patiently(lambda: claim.trial.set_user_attr("process", os.getpid()))
        training = train(recipe, self.dataset, new_model(recipe, self.dataset), run)
        kept: float | None = None
        self._seconds = 0.0
        try:
            for record in self.onlooker(claim.trial.number, recipe, training):
                if record.kind != "epoch":
                    continue
                score, self._seconds = score_of(record, plan), record.seconds
                if kept is None or record.best or not recipe.patience:  # with patience the best epoch's weights stay
                    kept = score
                self._report(claim, record.epoch, score)
                over = record.epoch == recipe.epochs or bool(record.note)
                if not over and plan.pruning != "none" and patiently(claim.trial.should_prune):
                    raise Hopeless
                if self.stop():
                    raise KeyboardInterrupt
        finally:
            training.close()
        if kept is None:
            raise ValueError("the training had no epoch")
        return kept

    def _report(self, claim: Claim, epoch: int, score: float) -> None:
        try:
            patiently(lambda: claim.trial.report(score, epoch))
        except UpdateFinishedTrialError:
            raise TakenOver from None


def score_of(record: Record, plan: Plan) -> float:
    """The validation score of an epoch; ValueError if these data have none of that kind."""
    value = record.val_accuracy if plan.score == "accuracy" else record.val_loss
    if value is None:
        raise ValueError("these data have no accuracy on the validation part: search for the least loss, --score loss")
    return value
