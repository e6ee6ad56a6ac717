"""Training a language model on windows of a text, its state carried from window to window.

    scores, state = model(x, state)        loss = mean −ln softmax(scores) at the tokens that follow

The numbers of the state go on to the next window, gradients do not: back-propagation through time, truncated. With
every checkpoint the state is kept too, so that a training that was stopped goes on in the middle of the text.
"""

import math
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import counted, short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.capture import Captured, CaptureError, capture
from zerokara.data.text import Snippets, Windows
from zerokara.kernels import tracing
from zerokara.kernels.waiting import working_time
from zerokara.nn import Module
from zerokara.optim import Optimizer, Schedule, clip_grad_norm
from zerokara.training.divergence import first_bad_weight
from zerokara.training.early_stopping import EarlyStopping
from zerokara.training.evaluation import evaluation_mode, expect_model
from zerokara.training.loop import Loop
from zerokara.training.options import Options
from zerokara.training.perplexity import log_probabilities
from zerokara.training.records import Unit
from zerokara.training.run import Run
from zerokara.training.settings import describe
from zerokara.training.training import Training, caller_of

State = Any


def fit_language(
    model: Module,
    windows: Windows | Snippets,
    optimizer: Optimizer,
    *,
    epochs: int,
    validation: Any = None,
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    carry: bool = True,
    early_stopping: EarlyStopping | None = None,
    run_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
    checkpoint_steps: int | None = None,
    settings: Mapping[str, Any] | None = None,
    clock: Callable[[], float] = working_time,
) -> Training:
    """Train a language model, called as `scores, state = model(x, state)`, and yield a `Record` a step and an epoch.

    As `fit`, of which it is the counterpart for texts: run_dir, resume, Ctrl-C and all the rest mean the same; where a
    record says images, they are tokens here, and losses are nats a token, whose perplexity is e^loss.

    windows: the training text, in streams. carry: hand the state behind a window to the next one (an epoch begins with
    none); False starts every window from nothing, and so do `Snippets`, which no text joins. validation: the numbers of
    a text's tokens; after every epoch val_loss is the mean −ln p of all of them but the first, read as one text. The
    best epoch is judged by it.
    """
    expect_model(model)
    if not isinstance(windows, Windows | Snippets):
        raise TypeError(
            f"fit_language learns from data.text.Windows(ids, batch_size, time) or Snippets; got {short(windows)}"
        )
    carry = carry and isinstance(windows, Windows)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"fit_language takes an optimizer, as optim.Adam(model); got {short(optimizer)}")
    judged = None if validation is None else Windows(validation, 1, 1)
    options = Options(
        epochs=epochs,
        validation=judged,  # type: ignore[arg-type]  # it is described and counted, and the loop below reads it
        schedule=schedule,
        clip_norm=clip_norm,
        early_stopping=early_stopping,
        checkpoint_steps=checkpoint_steps,
        clock=clock,
    )
    if run_dir is None and (resume or checkpoint_steps):
        raise ValueError(f"{'resume' if resume else 'checkpoint_steps'} needs the folder of the run: give run_dir")
    told = {"train": windows, "model": model, "optimizer": optimizer, "carry": carry}
    run = Run(
        model, optimizer, None, {k: describe(v) for k, v in told.items()} | options.describe(), describe(settings or {})
    )
    if run_dir is not None:
        run.enter(run_dir, resume=resume)
    loop = _Loop(run, windows, options, carry)
    what = f"{type(model).__name__}, {counted(epochs, 'epoch')} of {counted(len(windows), 'step')}"
    return Training(loop.records(), what, caller_of(1), None if run_dir is None else loop.save)


class _Loop(Loop):
    """The loop of `fit`, whose step has a state as argument and result."""

    def __init__(self, run: Run, windows: Windows | Snippets, options: Options, carry: bool) -> None:
        super().__init__(run, windows, options)  # type: ignore[arg-type]
        self._windows, self._carry = windows, carry
        self._captured: Captured[..., Any] | None = capture(self._train)

    def _count(self, labels: Array) -> int:
        return labels.size

    def _unit(self) -> Unit:
        return "tokens"

    def _images_an_epoch(self) -> int:
        return self._windows.predicted

    def _update(self, x: Array, labels: Array) -> tuple[float, int | None, bool]:
        """One step; the state behind it is kept with the run."""
        before = -1 if self._captured is None else self._captured.recorded
        fresh = not isinstance(self._windows, Windows) or not self._carry
        fresh = fresh or self._windows.is_first(self.run.progress.batch)  # type: ignore[union-attr]
        state = None if fresh else from_arrays(self.run.carried)
        with np.errstate(all="ignore"):  # an overflow is met in words
            loss, state = self._do(x, labels, state)
        self.run.carried = to_arrays(state)
        now = -1 if self._captured is None else self._captured.recorded
        return float(loss.item()), None, now != before

    def _do(self, x: Array, y: Array, state: State) -> tuple[Tensor, State]:
        if self._captured is not None:
            try:
                return self._captured(x, y, state)  # type: ignore[no-any-return]
            except CaptureError:
                self._captured = None
        return self._train(x, y, state)

    def _train(self, x: Array, y: Array, state: State) -> tuple[Tensor, State]:
        optimizer = self.run.optimizer
        scores, state = self.run.model(x, state)
        loss = F.cross_entropy(scores.reshape(-1, scores.shape[-1]), y.reshape(-1))
        tracing.look(lambda value: self._expect_finite(float(value), "the loss became"), loss.data)
        optimizer.zero_grad()
        loss.backward()
        if self.options.clip_norm is not None:
            norm = clip_grad_norm(optimizer.named_parameters(), self.options.clip_norm)
            tracing.look(lambda value: self._expect_finite(float(value), "the gradients' norm became"), norm)
        optimizer.step()
        return loss, _cut(state) if self._carry else None

    def _expect_finite(self, value: float, what: str) -> None:
        if not math.isfinite(value):
            self._diverged(f"{what} {value}", first_bad_weight(self.run.model) or "the scores of the tokens")

    def _validate(self) -> tuple[float, float | None] | None:
        if self.options.validation is None:
            return None
        model = self.run.model
        with evaluation_mode(model), no_grad(), np.errstate(all="ignore"):
            logs, _ = log_probabilities(model, self.options.validation.ids)  # type: ignore[attr-defined]
        loss = -float(logs.mean())
        if not math.isfinite(loss):
            self._diverged(f"the validation loss became {loss}", "the answers on the validation text")
        return loss, None


def to_arrays(state: State) -> dict[str, Array]:
    """A state as arrays by name, as a checkpoint keeps it: h, of an LSTM h and c; nothing for None."""
    parts = () if state is None else state if isinstance(state, tuple) else (state,)
    return {name: np.asarray(part.data) for name, part in zip("hc", parts, strict=False)}


def from_arrays(arrays: Mapping[str, Array]) -> State:
    """The state that `to_arrays` took apart."""
    parts = tuple(Tensor(arrays[name]) for name in "hc" if name in arrays)
    return None if not parts else parts if len(parts) > 1 else parts[0]


def _cut(state: State) -> State:
    """The state without its history."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
