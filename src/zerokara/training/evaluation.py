"""A model's answers on a whole data set, and how good they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Loader, Split
from zerokara.nn import Module
from zerokara.training.metrics import confusion_matrix, expected_calibration_error
from zerokara.training.stepping import answers

Loss = Callable[[Tensor, Array], Tensor]
"""(scores, labels) → the mean loss of the batch, a scalar."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's answers, in the order of the data.

    loss: mean over the examples. accuracy: share of right answers, 0 … 1. confusion[i, j]: how many of class i were
    taken for class j. Shapes: labels, predictions (N,) int64; scores (before softmax), probabilities (N, K).
    """

    loss: float
    accuracy: float
    confusion: Array
    labels: Array
    predictions: Array
    scores: Array
    probabilities: Array

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def correct(self) -> int:
        """How many answers are right."""
        return int(np.count_nonzero(self.predictions == self.labels))

    @property
    def errors(self) -> Array:
        """The positions of the wrong answers, the most confident mistake first."""
        wrong = np.flatnonzero(self.predictions != self.labels)
        confidence = self.probabilities[wrong, self.predictions[wrong]]
        return wrong[np.argsort(-confidence, kind="stable")]

    @property
    def calibration_error(self) -> float:
        """The expected calibration error, 15 bins."""
        return expected_calibration_error(self.probabilities, self.labels)


def evaluate(
    model: Module, data: Loader | Split, *, batch_size: int | None = None, loss: Loss = F.cross_entropy
) -> Evaluation:
    """The model's answers on every example of `data`, computed in evaluation mode and without a graph.

    A loader is read in the order of its split, without its shuffling and alteration, and to the last example; of
    a split the pixels are scaled to 0…1. The numbers do not depend on `batch_size` (500, or the loader's own), which
    only says how many examples are in memory at a time. Afterwards every layer is in the mode it was in.
    Raises ValueError for an empty data set, and whatever the model says of images or labels that do not fit it.
    """
    loader = evaluation_loader(data, batch_size)
    if not len(loader):
        raise ValueError("there are no examples to evaluate on: the data set is empty")
    total, scores = 0.0, []
    with evaluation_mode(model), no_grad(), np.errstate(all="ignore"):
        for x, labels in loader.epoch(0):
            answer = answers(model, x)
            total += float(loss(answer, labels).item()) * len(labels)
            scores.append(answer.data)
    return _judge(total / len(loader.split), np.concatenate(scores), loader.split.labels)


def evaluation_loader(data: Loader | Split, batch_size: int | None = None, like: Loader | None = None) -> Loader:
    """`data` in its own order, unaltered, to the last example; a split is scaled as `like` scales."""
    if not isinstance(data, Split | Loader):
        raise TypeError(
            f"expected a Loader or a Split of examples; got {type(data).__name__}: wrap arrays in data.Split"
        )
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
