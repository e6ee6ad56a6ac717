"""The state of a training: what a checkpoint saves and a resumed training gets back."""

import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from zerokara.arrays import Array
from zerokara.io import Checkpoint
from zerokara.nn import Module
from zerokara.optim import Optimizer
from zerokara.training import random_state
from zerokara.training.average import Average
from zerokara.training.early_stopping import Best
from zerokara.training.records import Record
from zerokara.training.run_folder import RunFolder
from zerokara.training.settings import differences, environment


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
    ) -> None:
        self.model, self.optimizer = model, optimizer
        self.average = None if decay is None else Average(decay, model.state_dict())
        self.progress = Progress()
        self.best_weights: dict[str, Array] | None = None
        self.carried: dict[str, Array] = {}
        self.folder: RunFolder | None = None
        self._settings = {"training": dict(plan), "notes": dict(notes), "environment": environment()}
        self._history_size = 0

    @property
    def weights(self) -> dict[str, Array]:
        """Copies of the weights to use: the averaged ones if the training averages."""
        if self.average is None:
            return self.model.state_dict()
        return {name: array.copy() for name, array in self.average.weights.items()}

    # ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────

    def enter(self, folder: RunFolder, *, resume: bool) -> None:
        """Use `folder`: for a new run, or to go on with the one in it. ValueError if that cannot be."""
        try:
            if resume:
                self._resume(folder)
            else:
                folder.refuse_if_used()
        except BaseException:
            folder.close()
            raise
        self.folder = folder

    def open(self) -> None:
        """Begin to write: settings and history, and for a new run a checkpoint, so that it can always be resumed."""
        if self.folder is None:
            return
        self.folder.open_history(self._history_size)
        self.folder.write_settings(self._settings)
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
        if self.folder is None:
            return
        checkpoint = self._checkpoint(self.folder.history_size())
        if best:
            self.folder.save_best(checkpoint)
        self.folder.save_last(checkpoint)

    # ── checkpoints ──────────────────────────────────────────────────────────────────────────────────────────────

    def _checkpoint(self, history_size: int) -> Checkpoint:
        return Checkpoint(
            model=self.model.state_dict(),
            optimizer=self.optimizer.state_dict(),
            average={} if self.average is None else self.average.weights,
            progress=asdict(self.progress) | {"history_size": history_size},
            settings=self._settings,
            random=random_state.capture(self.model),
            carried=self.carried,
        )

    def _resume(self, folder: RunFolder) -> None:
        checkpoint = folder.load_last()
        self._refuse_other_settings(checkpoint)
        self._warn_of_other_environment(checkpoint)
        self.model.load_state_dict(checkpoint.model)
        self.optimizer.load_state_dict(checkpoint.optimizer)
        random_state.restore(self.model, dict(checkpoint.random))
        if self.average is not None:
            self.average.weights = dict(checkpoint.average)
        progress = dict(checkpoint.progress)
        self._history_size = progress.pop("history_size")
        progress.pop("epoch_seconds", None)  # kept by earlier versions
        self.progress = Progress(**{**progress, "best": Best(**progress["best"])})
        self.best_weights = self._load_best(folder)
        self.carried = dict(checkpoint.carried)

    def _load_best(self, folder: RunFolder) -> dict[str, Array] | None:
        if self.progress.best.epoch == 0:
            return None
        try:
            best = folder.load_best()
        except ValueError as error:
            warnings.warn(f"{error}; the best weights so far are lost, later better ones will be kept", stacklevel=2)
            return None
        return None if best is None else best.weights

    def _refuse_other_settings(self, checkpoint: Checkpoint) -> None:
        found = differences(checkpoint.settings["training"], _as_json(self._settings["training"]))
        if found:
            raise ValueError(
                f"this run was started with other settings: {'; '.join(found)}. "
                "Resume it with the settings it had (only epochs may change, and only under a schedule that does not "
                "depend on them), or start a new run in another folder"
            )

    def _warn_of_other_environment(self, checkpoint: Checkpoint) -> None:
        found = differences(checkpoint.settings["environment"], self._settings["environment"])
        if found:
            warnings.warn(f"the run continues, but its last bits may differ: {'; '.join(found)}", stacklevel=2)


def _as_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    import json

    result: dict[str, Any] = json.loads(json.dumps(settings))
    return result
