"""How much each example counts."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array


def expected(sample_weight: Any, count: int) -> Array:
    """The weights of `count` examples, float64 (N,); all 1 if none are given.

    ValueError for another shape, for negative weights, NaN and infinity, and where all are zero.
    """
    if sample_weight is None:
        return np.ones(count)
    try:
        weights = np.asarray(sample_weight, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"sample_weight holds one number an example; got {short(sample_weight)}") from None
    if not weights.ndim:
        weights = np.full(count, weights)
    if weights.shape != (count,):
        raise ValueError(f"sample_weight has the shape ({count},), one number an example; got {weights.shape}")
    if not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise ValueError("sample weights are finite and not negative")
    if not np.any(weights):
        raise ValueError("all sample weights are zero: nothing would be learned")
    return weights


def of_classes(class_weight: Any, classes: Array, labels: Array, weights: Array) -> Array:
    """The weight of each class (K,), float64.

    None: 1. "balanced": c_k = Σ w / (K·Σ_{n in k} w_n), so that every class counts alike. A mapping from class to
    weight: what it leaves out is 1. Raises ValueError for a class that y does not have, for negative weights, and for
    anything else.
    """
    if class_weight is None:
        return np.ones(len(classes))
    if isinstance(class_weight, str) and class_weight == "balanced":
        sums = np.bincount(labels, weights, minlength=len(classes))
        result: Array = weights.sum() / (len(classes) * np.where(sums > 0, sums, np.inf))
        return result
    if not isinstance(class_weight, Mapping):
        raise ValueError(f'class_weight is None, "balanced" or a weight by class; got {short(class_weight)}')
    places = {value: place for place, value in enumerate(classes.tolist())}
    result = np.ones(len(classes))
    for name, weight in class_weight.items():
        key = name.item() if isinstance(name, np.generic) else name
        if key not in places:
            raise ValueError(f"class_weight names the class {short(name)}, which is not in y")
        result[places[key]] = weight
    if not np.all(np.isfinite(result)) or np.any(result < 0):
        raise ValueError(f"class weights are finite and not negative; got {short(class_weight)}")
    return result
