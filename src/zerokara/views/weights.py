"""Weights from files: numbers, all of them."""

from pathlib import Path

import numpy as np

from zerokara.arrays import Array


def all_finite(source: Path | str, weights: dict[str, Array]) -> dict[str, Array]:
    """The weights themselves; ValueError names the first that holds NaN or infinity."""
    for name, array in weights.items():
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            raise ValueError(f"{source}: {name} holds NaN or infinity; such weights cannot answer anything")
    return weights
