"""A model's answers on a whole data set, and how good they are."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Literal, overload

import numpy as np

from zerokara import functional as F
from zerokara.arguments import is_whole, short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Dataset, Loader, Split
from zerokara.nn import Module
from zerokara.parallel.team import Team, expect_team
from zerokara.training.evaluated import Evaluation, MultiLabelEvaluation, RegressionEvaluation
from zerokara.training.metrics import confusion_matrix, count_correct
from zerokara.training.stepping import answers

Loss = Callable[[Tensor, Array], Tensor]
"""(scores, labels) → the mean loss of the batch, a scalar."""

Task = Literal["classes", "regression", "multi-label"]


@overload
def evaluate(
    model: Module,
    data: Loader | Split,
    *,
    task: Literal["regression"],
    batch_size: int | None = None,
    loss: Loss | None = None,
    team: Team | None = None,
) -> RegressionEvaluation: ...


@overload
def evaluate(
    model: Module,
    data: Loader | Split,
    *,
    task: Literal["multi-label"],
    batch_size: int | None = None,
    loss: Loss | None = None,
    team: Team | None = None,
) -> MultiLabelEvaluation: ...


@overload
def evaluate(
    model: Module,
    data: Loader | Split,
    *,
    task: Literal["classes"] = "classes",
    batch_size: int | None = None,
    loss: Loss | None = None,
    team: Team | None = None,
) -> Evaluation: ...


def evaluate(
    model: Module,
    data: Loader | Split,
    *,
    task: Task = "classes",
    batch_size: int | None = None,
    loss: Loss | None = None,
    team: Team | None = None,
) -> Evaluation | RegressionEvaluation | MultiLabelEvaluation:
    """The model's answers on every example of `data`, computed in evaluation mode and without a graph.

    A loader is read in the order of its split, without its shuffling and alteration, and to the last example; of
    a split the pixels are scaled to 0…1. The numbers do not depend on `batch_size` (500, or the loader's own), which
    only says how many examples are in memory at a time. Afterwards every layer is in the mode it was in.

    task: "classes" (labels (N,), scores (N, K)) gives an `Evaluation`, "regression" (targets and outputs (N, …), also
    pictures) a `RegressionEvaluation`, "multi-label" (targets (N, K) of 0 and 1) a `MultiLabelEvaluation`.
    loss: that of the task unless given: cross_entropy, mse_loss, binary_cross_entropy_with_logits.
    team: processes that compute the batches in turns, and all get the answers on all of them; they call this together.
    Raises ValueError for an empty data set, for labels of another task, and whatever the model says of images or labels
    that do not fit it.
    """
    if not isinstance(task, str) or task not in _LOSSES:
        raise ValueError(f'task is "classes", "regression" or "multi-label"; got {short(task)}')
    expect_model(model)
    if loss is not None and not callable(loss):
        raise TypeError(f"loss is a function (scores, labels) → a scalar tensor, as F.mse_loss; got {short(loss)}")
    loader = evaluation_loader(data, batch_size)
    if not len(loader):
        raise ValueError("there are no examples to evaluate on: the data set is empty")
    if task == "classes" and not loader.split.has_classes:
        raise ValueError(
            f"the targets are {loader.split.labels.dtype} {loader.split.labels.shape}, not the numbers of classes: say "
            'task="regression", or task="multi-label" where 0 and 1 stand for several labels'
        )
    found = _all_batches(model, loader, loss or _LOSSES[task], expect_team(team))
    mean = sum(total for total, _, _ in found) / len(loader.split)
    scores, labels = (np.concatenate([batch[i] for batch in found]) for i in (1, 2))
    if task == "classes":
        return _judge(mean, scores, labels)
    if scores.shape != labels.shape:
        raise ValueError(f"the model's answers have the shape of the targets {labels.shape}; got {scores.shape}")
    if task == "regression":
        return RegressionEvaluation(mean, scores, labels)
    if labels.ndim != 2 or np.any((labels != 0) & (labels != 1)):
        raise ValueError(f"several labels an example are 0 or 1, (N, K); got {labels.dtype} {labels.shape}")
    return MultiLabelEvaluation(mean, scores, labels)


_LOSSES: dict[Task, Loss] = {
    "classes": F.cross_entropy,
    "regression": F.mse_loss,
    "multi-label": F.binary_cross_entropy_with_logits,
}


def measure(model: Module, loader: Loader, loss: Loss, team: Team | None = None) -> tuple[float, float | None]:
    """The mean loss, and the share of right answers where the answers are scores of classes (else None).

    The processes of a team take the batches in turns, and all get the numbers of the whole.
    """
    team = team or Team()
    total, right, unknown = 0.0, 0, not loader.split.has_classes
    for value, scores, labels in _batches(model, loader, loss, team):
        total += value
        unknown = unknown or scores.ndim != 2 or scores.shape[1] < 2
        right += 0 if unknown else count_correct(scores, labels)
    sums = np.array([total, right, unknown], np.float64)
    team.add(sums)
    count = len(loader.split)
    return float(sums[0]) / count, None if sums[2] else float(sums[1]) / count


def _all_batches(model: Module, loader: Loader, loss: Loss, team: Team) -> list[tuple[float, Array, Array]]:
    """(loss · B, scores, labels) of every batch in order, whichever process has computed it."""
    if not 1 < team.size <= len(loader):
        return list(_batches(model, loader, loss))
    totals, scores, labels = zip(*_batches(model, loader, loss, team), strict=True)
    own = np.array(totals), np.concatenate(scores), np.concatenate(labels)
    steps = 1, loader.batch_size, loader.batch_size
    columns = [_in_order(team.gather_rows(rows), step) for rows, step in zip(own, steps, strict=True)]
    return [(float(total[0]), *batch) for total, *batch in zip(*columns, strict=True)]


def _in_order(rows: Sequence[Array], step: int) -> list[Array]:
    """The pieces of `step` rows that processes have taken in turns: the first's first, the second's first, …"""
    pieces = [np.split(each, range(step, len(each), step)) for each in rows]
    return [piece for turn in zip_longest(*pieces) for piece in turn if piece is not None]


def _batches(
    model: Module, loader: Loader, loss: Loss, team: Team | None = None
) -> Iterator[tuple[float, Array, Array]]:
    """(loss · B, scores, labels) of every batch, or of this process's batches."""
    rank, size = (team.rank, team.size) if team else (0, 1)
    with evaluation_mode(model), no_grad(), np.errstate(all="ignore"):
        for x, labels in loader.epoch(0, start=min(rank, len(loader)), every=size):
            answer = answers(model, x)
            yield float(loss(answer, labels).item()) * len(labels), answer.data, labels


def expect_model(model: Any) -> None:
    """TypeError for what is no module."""
    if not isinstance(model, Module):
        hint = ": make one of it, as Net()" if isinstance(model, type) and issubclass(model, Module) else ""
        raise TypeError(f"the model is a Module, as nn.Sequential(…); got {_kind(model)}{hint}")


def _kind(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__


def evaluation_loader(data: Loader | Split, batch_size: int | None = None, like: Loader | None = None) -> Loader:
    """`data` in its own order, unaltered, to the last example; a split is scaled as `like` scales."""
    if batch_size is not None and (not is_whole(batch_size) or batch_size < 1):
        raise ValueError(f"batch_size is a whole number, at least 1, or None; got {short(batch_size)}")
    if isinstance(data, tuple) and len(data) == 2:
        data = Split(*data)
    if not isinstance(data, Split | Loader):
        hint = "take a part, data.test" if isinstance(data, Dataset) else "wrap arrays in data.Split"
        raise TypeError(f"expected a Loader or a Split of examples; got {type(data).__name__}: {hint}")
    if isinstance(data, Split):
        data = replace(like, split=data) if like is not None else Loader(data, 500)
        batch_size = batch_size or 500
    plain = replace(data, shuffle=False, sampling="shuffle", transform=None, drop_last=False)
    return plain if batch_size is None else replace(plain, batch_size=batch_size)


@contextmanager
def evaluation_mode(model: Module) -> Iterator[None]:
    """Within the block every layer is in evaluation mode; afterwards in the mode that it had, each its own."""
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in before:
            module.training = training


def _judge(loss: float, scores: Array, labels: Array) -> Evaluation:
    if scores.ndim != 2 or scores.shape[1] < 2:
        raise ValueError(f"a classifier answers with scores (N, K) of K ≥ 2 classes; this model gave {scores.shape}")
    predictions = scores.argmax(axis=1)
    return Evaluation(
        loss=loss,
        accuracy=float(np.mean(predictions == labels)),
        confusion=confusion_matrix(labels, predictions, scores.shape[1]),
        labels=labels,
        predictions=predictions,
        scores=scores,
        probabilities=F.softmax(scores).data,
    )
