"""The state of a training: what a checkpoint saves and a resumed training gets back."""

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.io import Checkpoint
from zerokara.io.checkpoint import from_bytes, to_bytes
from zerokara.nn import Module
from zerokara.optim import Optimizer
from zerokara.parallel.shares import share_of
from zerokara.parallel.team import Team
from zerokara.training import random_state
from zerokara.training.average import Average
from zerokara.training.early_stopping import Best
from zerokara.training.records import Record
from zerokara.training.run_folder import RunFolder
from zerokara.training.settings import differences, environment

_OTHERS = "other processes"  # in a checkpoint: the random states of all but process 0


@dataclass
class Progress:
    """Where a training stands.

    step: updates made; epoch: epochs finished; batch: batches done of the epoch that runs; images: seen in all.
    loss_sum, correct, counted: over the images of the epoch that runs (correct is None where answers are no classes).
    seconds: in all.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    images: int = 0
    loss_sum: float = 0.0
    correct: int | None = 0
    counted: int = 0
    seconds: float = 0.0
    stopped: bool = False
    best: Best = field(default_factory=Best)

    def next_epoch(self) -> None:
        """The epoch is over: start counting anew."""
        self.epoch += 1
        self.batch, self.loss_sum, self.correct, self.counted = 0, 0.0, 0, 0


class Run:
    """A model in training, with everything that has to be saved with it, and the folder where that goes (if any)."""

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        decay: float | None,
        plan: Mapping[str, Any],
        notes: Mapping[str, Any],
        team: Team | None = None,
    ) -> None:
        self.model, self.optimizer, self.team = model, optimizer, team or Team()
        self.average = None if decay is None else Average(decay, model.state_dict())
        self.progress = Progress()
        self.best_weights: dict[str, Array] | None = None
        self.carried: dict[str, Array] = {}
        self.state_axis: int = getattr(model, "state_axis", 1)
        """The axis of `carried` that counts the rows of a batch; recurrent states are (layers, N, H)."""
        self.folder: RunFolder | None = None
        told = environment() | ({"processes": str(self.team.size)} if self.team.size > 1 else {})
        self.settings = {"training": dict(plan), "notes": dict(notes), "environment": told}
        self._kept = self._resumed = False
        self._history_size = 0

    @property
    def weights(self) -> dict[str, Array]:
        """Copies of the weights to use: the averaged ones if the training averages."""
        if self.average is None:
            return self.model.state_dict()
        return {name: array.copy() for name, array in self.average.weights.items()}

    @property
    def kept(self) -> bool:
        """Whether it has a folder, in which of a team process 0 alone writes."""
        return self._kept

    # ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────

    def enter(self, path: str | os.PathLike[str], *, resume: bool) -> None:
        """Use a folder: for a new run, or to go on with the one in it. ValueError if that cannot be.

        Of a team, process 0 alone reads and writes there.
        """
        folder = RunFolder(path) if self.team.leads else None
        try:
            if resume:
                self._resume(folder)
            elif folder is not None:
                folder.refuse_if_used()
        except BaseException:
            if folder is not None:
                folder.close()
            raise
        self.folder, self._kept = folder, True

    def open(self) -> None:
        """Begin to write: settings and history, and for a new run a checkpoint, so that it can always be resumed."""
        if not self._resumed:
            random_state.part(self.model, self.team.rank)
        if self.folder is not None:
            self.folder.open_history(self._history_size)
            self.folder.write_settings(self.settings)
        if self.progress.step == 0:
            self.save()

    def close(self) -> None:
        """Let go of the folder."""
        if self.folder is not None:
            self.folder.close()

    def write(self, record: Record) -> None:
        """Add a record to the history."""
        if self.folder is not None:
            self.folder.append(record.to_line())

    def save(self, *, best: bool = False) -> None:
        """Write the checkpoint `last`, and before it `best` if this is the best.

        In this order: killed between the two, a resumed training repeats the epoch and writes the same `best` again;
        the other way round it would go on with an old one.
        """
        if not self._kept:
            return
        random, carried = self._random_states(), self._carried_by_all()
        if self.folder is None:
            return
        checkpoint = self._checkpoint(self.folder.history_size(), random, carried)
        if best:
            self.folder.save_best(checkpoint)
        self.folder.save_last(checkpoint)

    # ── checkpoints ──────────────────────────────────────────────────────────────────────────────────────────────

    def _random_states(self) -> dict[str, Any]:
        """The states of the random generators; of a team, those of process 0 and then the others'."""
        own = random_state.capture(self.model)
        if self.team.size == 1:
            return own
        return own | {_OTHERS: [json.loads(text) for text in self.team.gather_texts(json.dumps(own))[1:]]}

    def _carried_by_all(self) -> dict[str, Array]:
        """The carried state of the whole batch: of a team, the rows of all processes one after another."""
        if self.team.size == 1:
            return self.carried
        parts = {k: self.team.gather_rows(np.moveaxis(rows, self.state_axis, 0)) for k, rows in self.carried.items()}
        return {k: np.ascontiguousarray(np.moveaxis(np.concatenate(p), 0, self.state_axis)) for k, p in parts.items()}

    def _own_rows(self, carried: Mapping[str, Array]) -> dict[str, Array]:
        """Of the carried state of a whole batch, the rows of this process."""
        if self.team.size == 1:
            return dict(carried)
        own = {}
        for name, rows in carried.items():
            share = share_of(rows.shape[self.state_axis], self.team.rank, self.team.size)
            own[name] = rows.take(range(share.start, share.stop), self.state_axis)
        return own

    def _checkpoint(self, history_size: int, random: Mapping[str, Any], carried: Mapping[str, Array]) -> Checkpoint:
        return Checkpoint(
            model=self.model.state_dict(),
            optimizer=self.optimizer.state_dict(),
            average={} if self.average is None else self.average.weights,
            progress=asdict(self.progress) | {"history_size": history_size},
            settings=self.settings,
            random=random,
            carried=carried,
        )

    def _resume(self, folder: RunFolder | None) -> None:
        """Go on from the last checkpoint; of a team, the one that process 0 has."""
        checkpoint = self._shared(None if folder is None else folder.load_last())
        self._refuse_other_settings(checkpoint)
        self._warn_of_other_environment(checkpoint)
        self.model.load_state_dict(checkpoint.model)
        self.optimizer.load_state_dict(checkpoint.optimizer)
        self._restore_random(dict(checkpoint.random))
        if self.average is not None:
            self.average.weights = dict(checkpoint.average)
        progress = dict(checkpoint.progress)
        self._history_size = progress.pop("history_size")
        progress.pop("epoch_seconds", None)  # kept by earlier versions
        self.progress = Progress(**{**progress, "best": Best(**progress["best"])})
        self.best_weights = self._load_best(folder)
        self.carried = self._own_rows(checkpoint.carried)
        self._resumed = True

    def _shared(self, checkpoint: Checkpoint | None) -> Checkpoint:
        if self.team.size == 1:
            assert checkpoint is not None
            return checkpoint
        return from_bytes(self.team.share(b"" if checkpoint is None else to_bytes(checkpoint)))

    def _restore_random(self, states: dict[str, Any]) -> None:
        """Go on with the draws; a process that was not there before draws from a stream of its own."""
        others = states.pop(_OTHERS, [])
        rank = self.team.rank
        known = rank <= len(others)
        random_state.restore(self.model, others[rank - 1] if rank and known else states)
        if not known:
            random_state.part(self.model, rank)

    def _load_best(self, folder: RunFolder | None) -> dict[str, Array] | None:
        if self.progress.best.epoch == 0:
            return None
        best = None if folder is None else _best_of(folder)
        if not self.team.share_json(best is not None):
            return None
        return self._shared(best).weights

    def _refuse_other_settings(self, checkpoint: Checkpoint) -> None:
        found = differences(checkpoint.settings["training"], _as_json(self.settings["training"]))
        if found:
            raise ValueError(
                f"this run was started with other settings: {'; '.join(found)}. "
                "Resume it with the settings it had (only epochs may change, and only under a schedule that does not "
                "depend on them), or start a new run in another folder"
            )

    def _warn_of_other_environment(self, checkpoint: Checkpoint) -> None:
        found = differences(checkpoint.settings["environment"], self.settings["environment"])
        if found:
            warnings.warn(f"the run continues, but its last bits may differ: {'; '.join(found)}", stacklevel=2)


def _best_of(folder: RunFolder) -> Checkpoint | None:
    try:
        return folder.load_best()
    except ValueError as error:
        warnings.warn(f"{error}; the best weights so far are lost, later better ones will be kept", stacklevel=2)
        return None


def _as_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(json.dumps(settings))
    return result
