"""The training loop itself: steps, epochs, when to save, when to stop."""

import math
import signal
from collections.abc import Generator, Iterator
from typing import NoReturn

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Loader
from zerokara.training.divergence import Diverged, first_bad_gradient, first_bad_place, first_bad_weight
from zerokara.training.evaluation import measure
from zerokara.training.fitting import look_at_answers
from zerokara.training.interrupts import Interrupted, InterruptedWhileCompiling, Signals
from zerokara.training.options import Options
from zerokara.training.pace import Pace
from zerokara.training.records import Record, Unit
from zerokara.training.run import Run
from zerokara.training.stepping import Stepper


class Loop:
    """Carries a run through its epochs."""

    def __init__(self, run: Run, loader: Loader, options: Options) -> None:
        self.run, self.loader, self.options = run, loader, options
        watch = self._expect_finite_loss, self._expect_finite_norm
        self._stepper = Stepper(run.model, run.optimizer, options.loss, options.clip_norm, *watch)
        self._pace, self._looked = Pace(), False
        self._signals = Signals()
        self._mark = 0.0

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.run.progress.stopped or self.run.progress.epoch >= self.options.epochs

    def records(self) -> Generator[Record, None, None]:
        """Train; a record after every step and every epoch."""
        try:
            with Signals() as signals:
                self._signals = signals
                self.run.open()
                while not self.done:
                    for record in self._epoch():
                        yield record
                        self._stop_if_asked(signals)
                        self._mark = self.options.clock()
                self._finish()
        except InterruptedWhileCompiling as error:
            if self.run.folder is None:
                raise
            raise Interrupted(
                f"{error}; {self.run.folder.path} holds the run: continue with --resume (in Python: resume=True)",
                error.signal_number,
            ) from None
        finally:
            self.run.close()

    # ── an epoch ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _epoch(self) -> Iterator[Record]:
        """The steps of the epoch that are still to do, and its end."""
        progress = self.run.progress
        self._mark = self.options.clock()
        self.run.model.train()
        for x, labels in self._batches():
            record = self._step(x, labels)
            self.run.write(record)
            if self.options.checkpoint_steps and progress.step % self.options.checkpoint_steps == 0:
                self.save()
            self._tick()
            yield record
        record = self._end_of_epoch()
        self._tick()
        yield record

    def _batches(self) -> Iterator[tuple[Array, Array]]:
        """Those of the epoch that are still to do."""
        return self.loader.epoch(self.run.progress.epoch, start=self.run.progress.batch)

    def _step(self, x: Array, labels: Array) -> Record:
        progress, schedule = self.run.progress, self.options.schedule
        if schedule is not None:
            self.run.optimizer.lr = schedule(progress.step)
        loss, correct, compiled = self._update(x, labels)
        progress.step += 1
        progress.batch += 1
        count = self._count(labels)
        progress.images += count
        progress.counted += count
        progress.loss_sum += loss * count
        progress.correct = None if correct is None or progress.correct is None else progress.correct + correct
        if self.run.average is not None:
            self.run.average.update(self.run.model.state_dict(), progress.step)
        self._pace.see(count, self._tick(), compiled=compiled)
        return self._record("step", progress.epoch + 1, loss, None if correct is None else correct / count)

    def _count(self, labels: Array) -> int:
        """How many examples a batch has, over which its loss is a mean."""
        return len(labels)

    def _update(self, x: Array, labels: Array) -> tuple[float, int | None, bool]:
        """Forward, backward, one step of the optimizer; the loss, how many answers were right, whether it compiled."""
        before = self._stepper.recordings
        loss, scores = self._stepper(x, labels)
        compiled = self._stepper.recordings != before
        if not self._looked:
            look_at_answers(self.options.loss, scores, labels)
            self._looked = True
        return loss, count_right(scores, labels), compiled

    def _expect_finite_loss(self, value: float, x: Array) -> None:
        if not math.isfinite(value):
            self._diverged(f"the loss became {value}", self._bad_place(x))

    def _bad_place(self, x: Array) -> str:
        """Where numbers that are none show first on the way of a batch, in words."""
        return first_bad_place(self.run.model, x)

    def _expect_finite_norm(self, norm: float) -> None:
        if not math.isfinite(norm):
            place = first_bad_gradient(self.run.model) or "their sum of squares"
            self._diverged(f"the gradients' norm became {norm}", place)

    def _end_of_epoch(self) -> Record:
        run, progress, rule = self.run, self.run.progress, self.options.watched
        self._refuse_bad_weights()
        evaluation = self._validate()
        loss = progress.loss_sum / progress.counted
        accuracy = None if progress.correct is None else progress.correct / progress.counted
        seen = {
            "loss": loss,
            "accuracy": accuracy,
            "val_loss": None if evaluation is None else evaluation[0],
            "val_accuracy": None if evaluation is None else evaluation[1],
        }
        is_best = self._judge(seen[rule.monitor])
        self._tick()
        record = self._record(
            "epoch", progress.epoch + 1, loss, accuracy, seen["val_loss"], seen["val_accuracy"], is_best, self._note()
        )
        progress.next_epoch()
        run.write(record)
        run.save(best=is_best)
        return record

    def _judge(self, value: float | None) -> bool:
        """Take in the epoch's value: is it the best, and is it time to stop?"""
        progress, rule = self.run.progress, self.options.watched
        if value is None:
            raise ValueError(f"{rule.monitor} is not known in this training; monitor the loss")
        is_best = progress.best.see(rule, value, progress.epoch + 1)
        if is_best and self._restores:
            self.run.best_weights = self.run.weights
        progress.stopped = self.options.early_stopping is not None and progress.best.exhausted(rule)
        return is_best

    def _validate(self) -> tuple[float, float | None] | None:
        """Loss and accuracy on the validation data, with the averaged weights if there are any."""
        if self.options.validation is None:
            return None
        model, own = self.run.model, self.run.model.state_dict()
        if self.run.average is not None:
            model.load_state_dict(self.run.average.weights)
        loss, accuracy = measure(model, self.options.validation, self.options.loss, self.run.team)
        model.load_state_dict(own)
        if not math.isfinite(loss):
            self._diverged(f"the validation loss became {loss}", "the answers on the validation data")
        return loss, accuracy

    # ── stopping ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _restores(self) -> bool:
        return self.options.early_stopping is not None and self.options.early_stopping.restore_best_weights

    def _finish(self) -> None:
        """Give the model the weights it is to have in the end, and write them down."""
        run = self.run
        restored = self._restores and run.best_weights is not None
        final = run.best_weights if restored and run.best_weights is not None else run.weights
        run.model.load_state_dict(final)
        if run.folder is not None:
            epoch = run.progress.best.epoch if restored else run.progress.epoch
            run.folder.save_weights(final, {"epoch": str(epoch), "step": str(run.progress.step)})

    def _note(self) -> str:
        best, rule = self.run.progress.best, self.options.watched
        if not self.run.progress.stopped:
            return ""
        kept = f"; the model gets the weights of epoch {best.epoch}" if self._restores and best.epoch else ""
        reached = "" if best.value is None else f" than {best.value:.6g} in epoch {best.epoch}"
        return f"stopped early: {rule.monitor} was not better{reached} for {best.waited} epochs{kept}"

    def _stop_if_asked(self, signals: Signals) -> None:
        if signals.received is None or self.done:
            return
        self.save()
        progress = self.run.progress
        name = signal.Signals(signals.received).name
        how = f"stopped by {name} after step {progress.step}, in epoch {progress.epoch + 1}"
        if self.run.folder is None:
            own = "; process 0 saves" if self.run.kept else "; nothing was saved, since no run_dir was given"
            raise Interrupted(how + own, signals.received)
        raise Interrupted(
            f"{how}; everything is saved in {self.run.folder.path}: continue with --resume (in Python: resume=True)",
            signals.received,
        )

    def save(self) -> None:
        """Write the checkpoint of now; never one of weights that are no numbers."""
        self._refuse_bad_weights()
        self.run.save()

    def _refuse_bad_weights(self) -> None:
        """Weights that are no numbers must not replace good ones in a checkpoint."""
        if place := first_bad_weight(self.run.model):
            self._diverged("a weight became infinite or NaN", place)

    def _diverged(self, what: str, place: str) -> NoReturn:
        progress, folder = self.run.progress, self.run.folder
        kept = "" if folder is None else f" The checkpoints in {folder.path} are from before."
        lr = self.run.optimizer.lr
        raise Diverged(what, epoch=progress.epoch + 1, step=progress.step, lr=lr, place=place, kept=kept)

    # ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _tick(self) -> float:
        """Seconds since the last look at the clock, added to the training's time."""
        now = self.options.clock()
        passed, self._mark = now - self._mark, now
        self.run.progress.seconds += passed
        return passed

    def _record(
        self,
        kind: str,
        epoch: int,
        loss: float,
        accuracy: float | None,
        val_loss: float | None = None,
        val_accuracy: float | None = None,
        best: bool = False,
        note: str = "",
    ) -> Record:
        progress, epochs = self.run.progress, self.options.epochs
        return Record(
            kind="step" if kind == "step" else "epoch",
            step=progress.step,
            epoch=epoch,
            images=progress.images,
            loss=loss,
            accuracy=accuracy,
            lr=float(self.run.optimizer.lr),
            seconds=progress.seconds,
            images_per_second=self._pace.rate,
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            best=best,
            note=note,
            total_steps=epochs * len(self.loader),
            total_epochs=epochs,
            total_images=epochs * self._images_an_epoch(),
            unit=self._unit(),
        )

    def _unit(self) -> Unit:
        """What the examples are: images (C, H, W), rows of a table (D,), or something else."""
        return {3: "images", 1: "rows"}.get(len(self.loader.split.shape), "examples")  # type: ignore[return-value]

    def _images_an_epoch(self) -> int:
        loader = self.loader
        return min(len(loader.split), len(loader) * loader.batch_size)


def count_right(scores: Array, labels: Array) -> int | None:
    """How many answers are right; None where the answers are no scores of classes."""
    if scores.ndim != 2 or scores.shape[1] < 2 or labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        return None
    return int(np.count_nonzero(scores.argmax(axis=1) == labels))
