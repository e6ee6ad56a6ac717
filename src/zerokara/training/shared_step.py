"""One step of training by several processes: each computes its share, and all make the same step of the optimizer."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.capture import Captured, CaptureError, capture
from zerokara.kernels import tracing
from zerokara.nn import Module, SyncBatchNorm
from zerokara.optim import Optimizer, clip_grad_norm
from zerokara.parallel.exchange import Exchange
from zerokara.parallel.statistics import sharing
from zerokara.parallel.team import Team

LOSS, RIGHT, UNKNOWN, INTERRUPTED, TERMINATED = range(5)
"""What is counted in a step, over all processes: the loss, right answers, whether there are none that could be right,
and how many were asked to stop by Ctrl-C and by SIGTERM."""

COUNTS = 5

Forward = Callable[..., tuple[Tensor, Any, tuple[Any, ...]]]
"""(a share of a batch …) → (its mean loss, what the step returns beside it, arrays from which something is counted)."""


class SharedStepper:
    """step(weight, *share) → (loss, what `forward` returns) of a share; the sums over all are in `counts` afterwards.

    `tell(loss, weight, *arrays)`, of the arrays that `forward` names, gives the numbers that are to be added up;
    `watch_counts` sees the sums before anything is changed, and `watch_norm` the norm of the gradients. What cannot be
    recorded is done as it is written.
    """

    def __init__(
        self,
        team: Team,
        model: Module,
        optimizer: Optimizer,
        forward: Forward,
        clip_norm: float | None,
        tell: Callable[..., tuple[float, ...]],
        watch_counts: Callable[[Array], None],
        watch_norm: Callable[[float], None],
    ) -> None:
        self._team, self._model, self._optimizer, self._forward = team, model, optimizer, forward
        self._clip_norm, self._telling = clip_norm, tell
        self._watch_counts, self._watch_norm = watch_counts, watch_norm
        self._known: list[Any] = []
        self._prepare()
        self._captured: Captured[..., Any] | None = capture(self._step)

    def __call__(self, weight: float, *share: Any) -> tuple[float, Any]:
        """One step; the loss of this share, and what else its forward pass returned, from before the step."""
        self._prepare()
        with np.errstate(all="ignore"):  # an overflow is met in words
            loss, returned = self._run(np.array([weight]), *share)
        return float(loss.item()), returned

    @property
    def counts(self) -> Array:
        """The sums of what was told in the last step."""
        return self._exchange.counts

    @property
    def messages(self) -> list[int]:
        """The bytes of each message of a step."""
        return self._exchange.messages

    @property
    def recordings(self) -> int:
        """How often the step was recorded so far, or -1 where it is done as it is written."""
        return -1 if self._captured is None else self._captured.recorded

    def _prepare(self) -> None:
        """Places for the gradients of all that learns; anew when a layer came or went."""
        learning = [p for _, p in self._optimizer.named_parameters() if p.requires_grad][::-1]
        statistics = list(_statistics(self._model))
        now = [*learning, *statistics]
        if len(now) == len(self._known) and all(a is b for a, b in zip(now, self._known, strict=True)):
            return
        self._known, self._learning = now, learning
        self._exchange = Exchange(self._team, [p.data for p in learning], statistics, COUNTS)

    def _run(self, weight: Array, *share: Any) -> tuple[Tensor, Any]:
        if self._captured is not None:
            try:
                return self._captured(weight, *share)  # type: ignore[no-any-return]
            except CaptureError:
                self._captured = None
        return self._step(weight, *share)

    def _step(self, weight: Array, *share: Any) -> tuple[Tensor, Any]:
        with sharing(self._team, weight):
            loss, returned, counted = self._forward(*share)
            self._optimizer.zero_grad()
            loss.backward()
        counts = tracing.constant(self._exchange.counts)
        tracing.outside("told", self._tell, counts, loss.data, weight, *counted)
        self._exchange.send([p.grad for p in self._learning], weight)
        for parameter, total in zip(self._learning, self._exchange.collect(), strict=True):
            parameter.grad = None if parameter.grad is None else total
        tracing.look(self._watch_counts, counts)
        if self._clip_norm is not None:
            norm = clip_grad_norm(self._optimizer.named_parameters(), self._clip_norm)
            tracing.look(lambda value: self._watch_norm(float(value)), norm)
        self._optimizer.step()
        return loss, returned

    def _tell(self, counts: Array, loss: Array, weight: Array, *counted: Array) -> None:
        counts[:] = self._telling(float(loss), float(weight[0]), *counted)


def _statistics(model: Module) -> Any:
    """The running statistics of layers that learn them from this process's share alone."""
    for layer in model.modules():
        if isinstance(layer, SyncBatchNorm) or not layer.training:
            continue
        for name in ("running_mean", "running_var"):
            if name in layer._buffer_names and (array := getattr(layer, name)) is not None:
                yield array
