"""How well a network answers, as cheaply as it can be known: after every epoch, and for every picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np

from zerokara import nn
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.capture import capture
from zerokara.training.stepping import answers

Loss = Callable[[Tensor, Array], Tensor]


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


@cache
def _recorded(loss: Loss) -> Loss:
    """A loss, recorded when it is first asked: there are a few of them, and they are asked after every short epoch."""
    return capture(loss)


def measure(model: nn.Module, loss: Loss, x: Array, labels: Array) -> tuple[float, float | None]:
    """(loss, accuracy) over all examples at once; no accuracy where numbers are learned."""
    found = answered(model, x)
    with no_grad(), np.errstate(all="ignore"):
        value = float(_recorded(loss)(Tensor(found), labels).item())
    return value, float(np.mean(found.argmax(axis=1) == labels)) if labels.dtype == np.int64 else None
