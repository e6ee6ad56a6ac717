"""How well a network answers, as cheaply as it can be known: after every epoch, and for every picture."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from zerokara import nn
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.capture import capture
from zerokara.training.stepping import answers

Loss = Callable[[Tensor, Array], Tensor]
Judge = Callable[[Tensor, Array], tuple[Tensor, Tensor]]


@contextmanager
def evaluated(model: nn.Module) -> Iterator[None]:
    """Within the block the layers that answer otherwise while learning (dropout, batch norm) do not learn."""
    learning = [m for m in model.modules() if isinstance(m, nn.Dropout | nn.BatchNorm1d) and m.training]
    try:
        for layer in learning:
            layer.training = False
        yield
    finally:
        for layer in learning:
            layer.training = True


def answered(model: nn.Module, x: Array) -> Array:
    """(N, K): what the network gives, without learning from it."""
    with evaluated(model), np.errstate(all="ignore"):
        return answers(model, x).data


def measure(model: nn.Module, loss: Loss, x: Array, labels: Array) -> tuple[float, float | None]:
    """(loss, accuracy) over all examples at once; no accuracy where numbers are learned."""
    known = _judged.setdefault(model, {})
    if loss not in known:
        known[loss] = capture(_judge(weakref.ref(model), loss))
    with evaluated(model), no_grad(), np.errstate(all="ignore"):
        found, value = known[loss](Tensor(x), labels)
    right = np.mean(found.data.argmax(axis=1) == labels) if labels.dtype == np.int64 else None
    return float(value.item()), None if right is None else float(right)


_judged: weakref.WeakKeyDictionary[nn.Module, dict[Loss, Judge]] = weakref.WeakKeyDictionary()


def _judge(model: weakref.ref[nn.Module], loss: Loss) -> Judge:
    """Scores and loss of a model that may be gone when nobody else holds it, for one recording."""

    def judge(x: Tensor, labels: Array) -> tuple[Tensor, Tensor]:
        held = model()
        assert held is not None
        scores = held(x)
        return scores, loss(scores, labels)

    return judge
