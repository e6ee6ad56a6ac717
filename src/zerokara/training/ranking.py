"""How well scores put the examples in order."""

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.training.numbers import numbers, same_length


def roc_auc(labels: Any, scores: Any) -> float:
    """The area under the ROC curve: the probability that an example of the class has a higher score than another.

        AUC = (Σ ranks of the class's scores − n₁(n₁ + 1)/2) / (n₁·n₀),   equal scores share the mean of their ranks

    n₁ examples are of the class, n₀ are not; 0.5 is chance, 1 is perfect. (Mann and Whitney 1947; Hanley and McNeil
    1982.) Shapes: labels (N,) of 0 and 1 with scores (N,); classes (N,) with scores (N, K): the mean over "class k or
    another", each class alike; several labels (N, K) of 0 and 1 with scores (N, K): the mean over the labels.
    Raises ValueError for arrays that do not fit, and for a class that has all the examples, or none.
    """
    t, s = numbers("labels", labels, 1, 2), numbers("scores", scores, 1, 2)
    same_length(labels=t, scores=s)
    if not np.all(np.isfinite(s)):
        raise ValueError("scores hold NaN or infinity, which have no place in an order")
    if t.ndim == 1 and s.ndim == 2:
        if t.dtype.kind not in "iu" or t.min() < 0 or t.max() >= s.shape[1]:
            raise ValueError(
                f"labels of scores (N, {s.shape[1]}) are classes 0 to {s.shape[1] - 1}; got {t.dtype} {t.shape}"
            )
        t = t[:, None] == np.arange(s.shape[1])
    if t.shape != s.shape or np.any((t != 0) & (t != 1)):
        raise ValueError(
            f"expected labels (N,) or (N, K) of 0 and 1 with scores of the same shape, or classes (N,) with scores "
            f"(N, K); got {t.dtype} {t.shape} and {s.shape}"
        )
    if t.ndim == 1:
        return _area(t.astype(bool), s, "the class")
    return float(np.mean([_area(t[:, k].astype(bool), s[:, k], f"class {k}") for k in range(t.shape[1])]))


def _area(is_of_class: Array, scores: Array, name: str) -> float:
    ones = int(np.count_nonzero(is_of_class))
    zeros = len(is_of_class) - ones
    if not ones or not zeros:
        raise ValueError(f"{name} has {ones} of {len(is_of_class)} examples: an order needs examples of it, and others")
    total = float(np.sum(_ranks(scores)[is_of_class]))
    return (total - ones * (ones + 1) / 2) / (ones * zeros)


def _ranks(scores: Array) -> Array:
    """The place of each score in the order, from 1; equal ones share the mean of their places."""
    _, which, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[which], np.float64)
