"""The training loop of a language model: its step has a state as argument and result."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.capture import Captured, CaptureError, capture
from zerokara.kernels import tracing
from zerokara.optim import clip_grad_norm
from zerokara.training.divergence import first_bad_weight
from zerokara.training.evaluation import evaluation_mode
from zerokara.training.loop import Loop
from zerokara.training.options import Options
from zerokara.training.perplexity import log_probabilities
from zerokara.training.records import Unit
from zerokara.training.run import Run

State = Any


class LanguageLoop(Loop):
    """The loop of `fit`, whose step has a state as argument and result.

    Its `loader` are windows or snippets of a text, and the validation data of its options windows of one token.
    """

    def __init__(self, run: Run, loader: Any, options: Options) -> None:
        super().__init__(run, loader, options)
        self._windows = loader
        self._captured: Captured[..., Any] | None = capture(self._train)

    def _count(self, labels: Array) -> int:
        return labels.size

    def _unit(self) -> Unit:
        return "tokens"

    def _images_an_epoch(self) -> int:
        predicted: int = self._windows.predicted
        return predicted

    def _update(self, x: Array, labels: Array) -> tuple[float, int | None, bool]:
        """One step; the state behind it is kept with the run."""
        fresh = not self.options.carry or self._windows.is_first(self.run.progress.batch)
        loss, state, recorded = self._learn(x, labels, None if fresh else from_arrays(self.run.carried))
        self.run.carried = to_arrays(state)
        return loss, None, recorded

    def _learn(self, x: Array, y: Array, state: State) -> tuple[float, State, bool]:
        """One step: the loss, the state behind it, whether it was recorded."""
        before = -1 if self._captured is None else self._captured.recorded
        with np.errstate(all="ignore"):  # an overflow is met in words
            loss, state = self._do(x, y, state)
        now = -1 if self._captured is None else self._captured.recorded
        return float(loss.item()), state, now != before

    def _do(self, x: Array, y: Array, state: State) -> tuple[Tensor, State]:
        if self._captured is not None:
            try:
                return self._captured(x, y, state)  # type: ignore[no-any-return]
            except CaptureError:
                self._captured = None
        return self._train(x, y, state)

    def _train(self, x: Array, y: Array, state: State) -> tuple[Tensor, State]:
        optimizer = self.run.optimizer
        loss, state = self._judged(x, y, state)
        tracing.look(lambda value: self._expect_finite(float(value), "the loss became"), loss.data)
        optimizer.zero_grad()
        loss.backward()
        if self.options.clip_norm is not None:
            norm = clip_grad_norm(optimizer.named_parameters(), self.options.clip_norm)
            tracing.look(lambda value: self._expect_finite(float(value), "the gradients' norm became"), norm)
        optimizer.step()
        return loss, cut(state) if self.options.carry else None

    def _judged(self, x: Array, y: Array, state: State) -> tuple[Tensor, State]:
        """The mean loss of a window's tokens, and the state behind them, with its history."""
        scores, state = self.run.model(x, state)
        return F.cross_entropy(scores.reshape(-1, scores.shape[-1]), y.reshape(-1)), state

    def _expect_finite(self, value: float, what: str) -> None:
        if not math.isfinite(value):
            self._diverged(f"{what} {value}", self._bad_place(np.empty(0)))

    def _bad_place(self, x: Array) -> str:
        return first_bad_weight(self.run.model) or "the scores of the tokens"

    def _validate(self) -> tuple[float, float | None] | None:
        if self.options.validation is None:
            return None
        with evaluation_mode(self.run.model), no_grad(), np.errstate(all="ignore"):
            loss = self._validation_loss(self.options.validation.ids)  # type: ignore[attr-defined]
        if not math.isfinite(loss):
            self._diverged(f"the validation loss became {loss}", "the answers on the validation text")
        return loss, None

    def _validation_loss(self, ids: Array) -> float:
        """The mean −ln p of all tokens of a text but the first, read as one text."""
        logs, _ = log_probabilities(self.run.model, ids)
        return -float(logs.mean())


def to_arrays(state: State) -> dict[str, Array]:
    """A state as arrays by name, as a checkpoint keeps it: h, of an LSTM h and c; nothing for None."""
    parts = () if state is None else state if isinstance(state, tuple) else (state,)
    return {name: np.asarray(part.data) for name, part in zip("hc", parts, strict=False)}


def from_arrays(arrays: Mapping[str, Array]) -> State:
    """The state that `to_arrays` took apart."""
    parts = tuple(Tensor(arrays[name]) for name in "hc" if name in arrays)
    return None if not parts else parts if len(parts) > 1 else parts[0]


def cut(state: State) -> State:
    """The state without its history."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
