"""A run that learns while one looks on: `fit` driven between its records, so that pausing is asking for no record."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset, Split
from zerokara.data import split as cut
from zerokara.io.checkpoint import load_last
from zerokara.recipes import Recipe, new_model, train
from zerokara.studio.plane.curve import Curve
from zerokara.training import Diverged, Interrupted, Record, Training
from zerokara.training.history import HISTORY

READY, LEARNING, FINISHED, DIVERGED, STOPPED = "ready", "learning", "finished", "diverged", "stopped"
"""The states of a run: nothing done yet; on its way; all epochs done; a loss that is no number; a fault, in words."""

SAVE_EVERY, SAVE_SHARE = 5.0, 0.05
"""Seconds of training between two checkpoints at least, and the share of the time that saving may take."""


class Learning:
    """One training with its folder. `resume`: go on with the run that is there."""

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        folder: Path,
        *,
        resume: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.recipe, self.dataset, self.folder = recipe, dataset, folder
        self.curve, self.epochs = Curve(), list[tuple[float, ...]]()
        self.record: Record | None = None
        self.state, self.why = READY, ""
        self.diverged: Diverged | None = None
        self.saved = 0
        self.updates: dict[str, float] = {}
        self._before: tuple[int, dict[str, Array]] | None = None
        self._clock, self._is_new = clock, not resume
        self._last_save = clock()
        self._save_cost = 0.0
        self.model = new_model(recipe, dataset)
        self.training: Training = train(recipe, dataset, self.model, folder, resume)
        if resume:
            self._remember()

    @property
    def step(self) -> int:
        """Updates that have been made."""
        return len(self.curve)

    @property
    def steps_an_epoch(self) -> int:
        """Updates of one epoch."""
        return -(-len(self.learned) // self.recipe.batch_size)

    @property
    def is_live(self) -> bool:
        """Whether it can go on."""
        return self.state in (READY, LEARNING)

    @cached_property
    def _parts(self) -> tuple[Split, Split]:
        share = self.recipe.validation
        return cut(self.dataset.train, share, self.recipe.seed) if share else (self.dataset.train, self.dataset.test)

    @property
    def learned(self) -> Split:
        """The pictures that are learned from."""
        return self._parts[0]

    @property
    def held(self) -> Split:
        """Pictures that are not learned from: the validation part, or where there is none the test part."""
        return self._parts[1]

    def go(self, seconds: float) -> None:
        """Learn for about so long: at least one record, and never past the end."""
        until = self._clock() + seconds
        while self.is_live:
            try:
                self._take(next(self.training))
            except StopIteration:
                self._end(FINISHED)
            except Diverged as error:
                self.diverged = error
                self._end(DIVERGED, str(error))
            except Interrupted as error:
                self._end(STOPPED, str(error))
            except (ValueError, OSError, MemoryError) as error:  # a full disk, answers that do not fit the loss
                self._end(STOPPED, str(error) or "there is not enough memory")
            now = self._clock()
            if self.is_live and now - self._last_save > max(SAVE_EVERY, self._save_cost / SAVE_SHARE):
                self.save()
            if now >= until:
                return

    def save(self) -> None:
        """Write a checkpoint of now. What stands in the way is said, and ends the run: its last checkpoint stays."""
        if not self.is_live or self.record is None:
            return
        begun = self._clock()
        try:
            self.training.save()
            self.saved = self.step
        except Diverged as error:
            self.diverged = error
            self._end(DIVERGED, str(error))
        except (ValueError, OSError) as error:
            self._end(STOPPED, str(error))
        self._last_save = self._clock()
        self._save_cost = self._last_save - begun

    def close(self) -> None:
        """Save, and let others have the folder."""
        self.save()
        with suppress(ValueError, OSError):
            self.training.close()
        if self._is_new and self.record is None:  # nothing is in it but its lock
            with suppress(OSError):
                (self.folder / ".lock").unlink(missing_ok=True)
                self.folder.rmdir()

    def _take(self, record: Record) -> None:
        self.record, self.state = record, LEARNING
        if record.kind == "step":
            self.curve.add(record.step, record.loss, record.accuracy)
            self._measure_update()
        else:
            self._epoch(vars(record))
            self.saved = record.step  # after every epoch fit saves by itself
            self._last_save = self._clock()

    def watch_update(self) -> None:
        """Measure the next update: ‖Δw‖/‖w‖ of every parameter, in `updates`."""
        self._before = self.step, {name: p.data.copy() for name, p in self.model.named_parameters()}

    def _measure_update(self) -> None:
        if self._before is None:
            return
        step, before = self._before
        self._before = None
        if step + 1 != self.step:
            return
        self.updates = {}
        for name, p in self.model.named_parameters():
            old = before[name].astype(np.float64)
            if size := float(np.linalg.norm(old)):
                self.updates[name] = float(np.linalg.norm(p.data.astype(np.float64) - old)) / size

    def _epoch(self, row: dict[str, Any]) -> None:
        names = ("step", "loss", "accuracy", "val_loss", "val_accuracy")
        self.epochs.append(tuple(np.nan if row.get(name) is None else float(row[name]) for name in names))

    def _remember(self) -> None:
        """What the run was before: its history as far as the checkpoint knows it; the rest happens again."""
        progress = load_last(self.folder).progress
        history = self.folder / HISTORY
        known = history.read_bytes()[: progress["history_size"]] if history.is_file() else b""
        for row in map(json.loads, known.splitlines()):
            if row["kind"] == "step":
                self.curve.add(row["step"], row["loss"], row.get("accuracy"))
            else:
                self._epoch(row)
        self.saved = int(progress["step"])

    def _end(self, state: str, why: str = "") -> None:
        self.state, self.why = state, why
        if state == FINISHED:
            self.saved = self.step
        with suppress(ValueError, OSError):
            self.training.close()

    def rows(self) -> Array:
        """(epochs, 5) float32: last step, training loss and accuracy, validation loss and accuracy (NaN: none)."""
        return np.array(self.epochs, np.float32).reshape(-1, 5)
