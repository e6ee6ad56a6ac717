"""Numbers that say how good the answers are."""

import numpy as np

from zerokara.arrays import Array


def accuracy(scores: Array, labels: Array) -> float:
    """The share of rows of `scores` (N, K) whose largest entry stands at the label. Ties go to the first."""
    return count_correct(scores, labels) / _at_least_one(len(labels))


def count_correct(scores: Array, labels: Array) -> int:
    """How many rows of `scores` (N, K) have their largest entry at the label (N,)."""
    _check_rows(scores, labels)
    return int(np.count_nonzero(scores.argmax(axis=1) == labels))


def confusion_matrix(labels: Array, predictions: Array, classes: int) -> Array:
    """C[i, j] = how many examples of class i were taken for class j. Shape (classes, classes), int64.

    The diagonal is what was right; a row sums to the class's number of examples.
    Raises ValueError if a label or prediction is no class.
    """
    for name, values in (("labels", labels), ("predictions", predictions)):
        if values.size and not (values.min() >= 0 and values.max() < classes):
            raise ValueError(f"{name} lie between 0 and {classes - 1}; got {values.min()} to {values.max()}")
    return np.bincount(labels * classes + predictions, minlength=classes * classes).reshape(classes, classes)


def expected_calibration_error(probabilities: Array, labels: Array, bins: int = 15) -> float:
    """ECE = Σ_b n_b/N · |accuracy_b − confidence_b|     (Naeini et al. 2015; Guo et al. 2017, section 2)

    The answers are put into `bins` equally wide bins by their confidence (the largest probability of the row); in each,
    the share of right answers is compared with the mean confidence. 0: among answers given with 90 %, 90 % are right.
    """
    _check_rows(probabilities, labels)
    _at_least_one(len(labels))
    if bins < 1:
        raise ValueError(f"the calibration error needs at least one bin; got {bins}")
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    which = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # (low, high], as in the paper
    gaps = np.bincount(which, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def _check_rows(scores: Array, labels: Array) -> None:
    if scores.ndim != 2 or labels.shape != (len(scores),):
        raise ValueError(f"expected scores (N, K) and labels (N,); got {scores.shape} and {labels.shape}")


def _at_least_one(count: int) -> int:
    if count < 1:
        raise ValueError("there are no examples to measure on")
    return count
