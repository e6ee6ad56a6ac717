"""How far numbers lie from those that were wanted."""

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.training.numbers import numbers, same_length


def r2_score(targets: Any, outputs: Any) -> float:
    """R² = 1 − Σ(t − y)² / Σ(t − mean t)²: the share of the targets' variance that the outputs explain.

    1 is perfect; 0 is what the mean of all targets would reach; worse is below 0. Of several numbers an example, the
    mean of their R². Where a target never changes, R² is 1 if it is met and 0 if not. Shapes: (N, …) both.
    """
    t, y = _both(targets, outputs)
    missed, spread = np.sum((t - y) ** 2, axis=0), np.sum((t - np.mean(t, axis=0)) ** 2, axis=0)
    flat = spread == 0
    each = np.where(flat, missed == 0, 1 - missed / np.where(flat, 1, spread))
    return float(np.mean(each))


def mean_squared_error(targets: Any, outputs: Any) -> float:
    """mean (t − y)². Shapes: (N, …) both."""
    t, y = _both(targets, outputs)
    return float(np.mean((t - y) ** 2))


def root_mean_squared_error(targets: Any, outputs: Any) -> float:
    """√(mean (t − y)²), in the unit of the targets. Shapes: (N, …) both."""
    return float(np.sqrt(mean_squared_error(targets, outputs)))


def mean_absolute_error(targets: Any, outputs: Any) -> float:
    """mean |t − y|, in the unit of the targets. Shapes: (N, …) both."""
    t, y = _both(targets, outputs)
    return float(np.mean(np.abs(t - y)))


def _both(targets: Any, outputs: Any) -> tuple[Array, Array]:
    t, y = (numbers(name, value) for name, value in (("targets", targets), ("outputs", outputs)))
    if t.shape != y.shape or not t.ndim:
        raise ValueError(f"targets and outputs have one shape (N, …), never broadcast; got {t.shape} and {y.shape}")
    same_length(targets=t, outputs=y)
    return t.astype(np.float64, copy=False), y.astype(np.float64, copy=False)
