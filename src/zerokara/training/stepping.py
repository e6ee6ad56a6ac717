"""One step of training, and one look at the answers: recorded and replayed where that is possible."""

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.capture import Captured, CaptureError, capture
from zerokara.kernels import tracing
from zerokara.nn import Module
from zerokara.optim import Optimizer, clip_grad_norm

Watch = Callable[[float], None]
"""Looks at a number in the middle of a step; it raises what stops the training."""


class _Batch:
    """The images that a step is working on, for those who look at a loss: no part of what a step depends on."""

    images: Array = np.empty(0)


class Stepper:
    """step(x, labels) → (loss, scores): forward, backward, one step of the optimizer.

    What cannot be recorded (see `capture`) is done as it is written, operation by operation, with the same result.
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        loss: Callable[[Tensor, Array], Tensor],
        clip_norm: float | None,
        watch_loss: Callable[[float, Array], None],
        watch_norm: Watch,
    ) -> None:
        self._model, self._optimizer, self._loss, self._clip_norm = model, optimizer, loss, clip_norm
        self._watch_loss, self._watch_norm = watch_loss, watch_norm
        self._batch = _Batch()
        self._captured: Captured[..., Any] | None = capture(self._step)

    def __call__(self, x: Array, labels: Array) -> tuple[float, Array]:
        """One step on a batch; returns its loss and the scores from before the step."""
        self._batch.images = x
        with np.errstate(all="ignore"):  # an overflow is met in words
            loss, scores = self._run(x, labels)
        return float(loss.item()), scores.data

    @property
    def recordings(self) -> int:
        """How often the step was recorded so far, or -1 where it is done as it is written."""
        return -1 if self._captured is None else self._captured.recorded

    def _run(self, x: Array, labels: Array) -> tuple[Tensor, Tensor]:
        if self._captured is not None:
            try:
                return self._captured(Tensor(x), labels)  # type: ignore[no-any-return]
            except CaptureError:
                self._captured = None
        return self._step(Tensor(x), labels)

    def _step(self, x: Tensor, labels: Array) -> tuple[Tensor, Tensor]:
        scores = self._model(x)
        loss = self._loss(scores, labels)
        tracing.look(lambda value: self._watch_loss(float(value), self._batch.images), loss.data)
        self._optimizer.zero_grad()
        loss.backward()
        if self._clip_norm is not None:
            norm = clip_grad_norm(self._optimizer.named_parameters(), self._clip_norm)
            tracing.look(lambda value: self._watch_norm(float(value)), norm)
        self._optimizer.step()
        return loss, scores


def answers(model: Module, x: Array) -> Tensor:
    """The model's scores for a batch, in the mode it is in and without a graph."""
    if model not in _forwards:
        _forwards[model] = capture(_forward(weakref.ref(model)))
    with no_grad():
        captured = _forwards[model]
        if captured is not None:
            try:
                return captured(Tensor(x))
            except CaptureError:
                _forwards[model] = None
        return model(Tensor(x))


_forwards: "weakref.WeakKeyDictionary[Module, Captured[[Tensor], Tensor] | None]" = weakref.WeakKeyDictionary()


def _forward(model: "weakref.ref[Module]") -> Callable[[Tensor], Tensor]:
    """The forward pass of a model that may be gone when nobody else holds it."""

    def forward(x: Tensor) -> Tensor:
        held = model()
        assert held is not None
        return held(x)

    return forward
