"""How the mean loss of a batch is put together from the means of its shares."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.models.objective import Objective
from zerokara.nn import CrossEntropyLoss, Module, NLLLoss
from zerokara.training import random_state
from zerokara.training.evaluation import Loss, evaluation_mode

Count = Callable[[Array], float]
"""labels → what the mean over these examples was divided by."""


def count_of(loss: Loss) -> Count:
    """What a loss divides by: the number of examples, or of those that count, or the sum of their classes' weights."""
    weight, ignored = _settings(loss)
    if weight is None and ignored is None:
        return len

    def count(labels: Array) -> float:
        if labels.dtype.kind not in "iu":
            return len(labels)
        kept = labels[labels != ignored] if ignored is not None else labels
        return float(len(kept) if weight is None else np.asarray(weight, np.float64)[kept].sum())

    return count


def _settings(loss: Any) -> tuple[Any, Any]:
    """The weights of the classes and the label that does not count, of losses that have them."""
    if isinstance(loss, CrossEntropyLoss | NLLLoss):
        return loss.weight, loss.ignore_index
    if isinstance(loss, functools.partial) and loss.func in (F.cross_entropy, F.nll_loss):
        return loss.keywords.get("weight"), loss.keywords.get("ignore_index")
    return None, None


def expect_mean(model: Module, loss: Loss, count: Count, x: Array, labels: Array) -> None:
    """ValueError for a loss that is no mean over examples: its gradient cannot be put together from shares.

    Looked at on a few examples: their loss must be (a·Lₐ + b·L_b)/(a + b) of those of two parts of them. One that
    draws random numbers cannot be looked at in this way: that of a `Learner` is a mean by its own word.
    """
    if len(labels) < 3 or isinstance(getattr(loss, "__self__", None), Objective):
        return
    cut = len(labels) // 3
    with evaluation_mode(model), no_grad(), np.errstate(all="ignore"):
        scores = model(Tensor(x)).data
    randomness = random_state.capture(model)
    whole = _judged(loss, scores, labels)
    if random_state.capture(model) != randomness:
        raise ValueError(
            "this loss draws random numbers, so that it cannot be seen whether it is the mean over the examples of a "
            "batch, as a loss must be that several processes share: make it that of a models.Learner, and give its "
            "Objective to fit"
        )
    parts = [(count(y), _judged(loss, s, y)) for s, y in ((scores[:cut], labels[:cut]), (scores[cut:], labels[cut:]))]
    total = sum(weight for weight, _ in parts)
    together = sum(weight * value for weight, value in parts if weight) / total if total else whole
    if np.isfinite(whole) and abs(together - whole) > 1e-3 * max(abs(whole), 1e-3):
        raise ValueError(
            f"the loss of {len(labels)} examples is {whole:.6g}, and the mean over two parts of them {together:.6g}: "
            "several processes can share only a loss that is the mean over the examples of a batch"
        )


def _judged(loss: Loss, scores: Array, labels: Array) -> float:
    with no_grad():
        return float(loss(Tensor(scores), labels).item())
