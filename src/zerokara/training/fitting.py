"""Whether model, data, loss and optimizer fit each other: asked before the first step, and after it of the answers."""

import functools
import warnings
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.data import Dataset, Loader, Split
from zerokara.optim import Optimizer
from zerokara.training.evaluation import expect_model

FLAT = 1e-3
"""How far the sum of a row of probabilities may lie from 1."""

_OTHER_LOSSES = "loss=F.mse_loss for numbers, loss=F.binary_cross_entropy_with_logits for several labels of 0 and 1"


def check(model: Any, loader: Any, optimizer: Any, loss: Any) -> None:
    """TypeError or ValueError, in words, for what cannot be trained together."""
    expect_model(model)
    _expect_loader(loader)
    if not callable(loss):
        raise TypeError(f"loss is a function (scores, labels) → a scalar tensor, as F.mse_loss; got {short(loss)}")
    learned = {id(parameter) for parameter in model.parameters() if parameter.requires_grad}
    if not learned:
        raise ValueError("this model has nothing to learn: none of its parameters requires a gradient")
    if not isinstance(optimizer, Optimizer):
        hint = ": make it for the model, optim.Adam(model)" if isinstance(optimizer, str | type | None) else ""
        raise TypeError(f"fit takes an optimizer, as optim.Adam(model); got {_name(optimizer)}{hint}")
    if not any(id(parameter) in learned for _, parameter in optimizer.named_parameters()):
        raise ValueError(
            "the optimizer was made for another model: none of the parameters that it changes is one of this model's "
            f"that learn; make it anew, optim.{type(optimizer).__name__}(model)"
        )
    if is_cross_entropy(loss):
        _expect_classes(loader.split)


def _expect_loader(loader: Any) -> None:
    if isinstance(loader, Loader):
        return
    hints = ((Split, "data.Loader(split, 100)"), (Dataset, "data.Loader(dataset.train, 100)"))
    pair = isinstance(loader, tuple | list) and len(loader) == 2
    hint = next((told for kind, told in hints if isinstance(loader, kind)), "data.Loader((x, y), 100)" if pair else "")
    told = hint or "data.Loader(split, 100)"
    raise TypeError(f"fit learns from a Loader, as {told}; got {_name(loader)}")


def _expect_classes(split: Split) -> None:
    """Cross-entropy wants classes, or rows of probabilities: of anything else it makes numbers that mean nothing."""
    labels = split.labels
    if split.has_classes:
        return
    if labels.ndim == 1:
        whole = bool(np.all(labels == np.round(labels)))
        raise ValueError(
            f"cross-entropy tells classes apart, and these labels are fractions, {labels.dtype} {labels.shape}: give "
            + ("labels.astype(int), or for numbers loss=F.mse_loss" if whole else _OTHER_LOSSES)
        )
    rows = labels.ndim == 2 and labels.shape[1] > 1 and labels.dtype.kind == "f"
    if not (rows and _are_probabilities(labels)):
        raise ValueError(
            "cross-entropy takes classes (N,), or one-hot rows and probabilities (N, K) that sum to 1; these targets "
            f"are {labels.dtype} {labels.shape}: give {_OTHER_LOSSES}"
        )


def look_at_answers(loss: Any, scores: Array, labels: Array) -> None:
    """After the first step: are these scores that the loss is meant for?

    Raises ValueError for one score an example under cross-entropy, whose loss would always be 0, and warns of answers
    that went through a softmax already: the loss then takes the softmax of a softmax, and learns slowly and badly.
    """
    if not is_cross_entropy(loss) or scores.ndim != 2:
        return
    if scores.shape[1] == 1:
        raise ValueError(
            f"the model answers with one score an example, {scores.shape}, and cross-entropy tells two or more classes "
            "apart: end the model with one score a class, or give floating-point targets (N, 1) of 0 and 1 and "
            "loss=F.binary_cross_entropy_with_logits"
        )
    if _are_probabilities(scores):
        warnings.warn(
            "the model's answers are probabilities already (each row sums to 1), and cross-entropy takes the softmax "
            "itself, so of scores: leave the softmax at the model's end out, or learning is slow and the loss wrong",
            stacklevel=2,
        )


def is_cross_entropy(loss: Any) -> bool:
    """Whether the loss is cross-entropy, perhaps with options filled in, or as a layer."""
    while isinstance(loss, functools.partial):
        loss = loss.func
    return loss is F.cross_entropy or type(loss).__name__ == "CrossEntropyLoss"


def _are_probabilities(rows: Array) -> bool:
    return bool(np.all(rows >= 0) and np.all(np.abs(rows.sum(axis=1, dtype=np.float64) - 1) < FLAT))


def _name(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
