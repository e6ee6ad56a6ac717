"""Numbers that say how good the answers are."""

from typing import Any

import numpy as np

from zerokara.arguments import is_whole, short
from zerokara.arrays import Array
from zerokara.training.numbers import numbers


def accuracy(scores: Any, labels: Any) -> float:
    """The share of rows of `scores` (N, K) whose largest entry stands at the label. Ties go to the first."""
    scores, labels = _rows(scores, labels)
    return count_correct(scores, labels) / _at_least_one(len(labels))


def count_correct(scores: Array, labels: Array) -> int:
    """How many rows of `scores` (N, K) have their largest entry at the label (N,)."""
    scores, labels = _rows(scores, labels)
    if not scores.size:
        return 0
    return int(np.count_nonzero(scores.argmax(axis=1) == labels))


def confusion_matrix(labels: Any, predictions: Any, classes: int) -> Array:
    """C[i, j] = how many examples of class i were taken for class j. Shape (classes, classes), int64.

    The diagonal is what was right; a row sums to the class's number of examples.
    Raises ValueError if a label or prediction is no class.
    """
    if not is_whole(classes) or classes < 1:
        raise ValueError(f"a confusion matrix has a whole number of classes, at least 1; got {short(classes)}")
    labels, predictions = numbers("labels", labels, 1, kinds="iu"), numbers("predictions", predictions, 1, kinds="iu")
    if len(labels) != len(predictions):
        raise ValueError(f"labels and predictions have one row an example; got {len(labels)} and {len(predictions)}")
    for name, values in (("labels", labels), ("predictions", predictions)):
        if values.size and not (values.min() >= 0 and values.max() < classes):
            raise ValueError(f"{name} lie between 0 and {classes - 1}; got {values.min()} to {values.max()}")
    labels = labels.astype(np.int64)
    return np.bincount(labels * classes + predictions.astype(np.int64), minlength=classes * classes).reshape(
        classes, classes
    )


def expected_calibration_error(probabilities: Any, labels: Any, bins: int = 15) -> float:
    """ECE = Σ_b n_b/N · |accuracy_b − confidence_b|     (Naeini et al. 2015; Guo et al. 2017, section 2)

    The answers are put into `bins` equally wide bins by their confidence (the largest probability of the row); in each,
    the share of right answers is compared with the mean confidence. 0: among answers given with 90 %, 90 % are right.
    """
    probabilities, labels = _rows(probabilities, labels)
    _at_least_one(len(labels))
    if not is_whole(bins) or bins < 1:
        raise ValueError(f"the calibration error needs at least one bin; got {short(bins)}")
    if not np.all((probabilities >= 0) & (probabilities <= 1 + 1e-3)):
        raise ValueError("the calibration error is one of probabilities, 0 to 1: take the softmax of scores first")
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    which = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # (low, high], as in the paper
    gaps = np.bincount(which, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def _rows(scores: Any, labels: Any) -> tuple[Array, Array]:
    """Both as arrays, or what is wrong with them in words."""
    scores, labels = numbers("scores", scores), numbers("labels", labels)
    if scores.ndim != 2 or labels.shape != (len(scores),) or (labels.size and labels.dtype.kind not in "iu"):
        raise ValueError(
            f"expected scores (N, K) and labels (N,); got {scores.shape} and {labels.shape}"
            + (f" of {labels.dtype}" if labels.dtype.kind not in "iu" else "")
        )
    if not scores.shape[1]:
        raise ValueError(f"expected scores (N, K) of K ≥ 1 classes; got {scores.shape}")
    return scores, labels


def _at_least_one(count: int) -> int:
    if count < 1:
        raise ValueError("there are no examples to measure on")
    return count
