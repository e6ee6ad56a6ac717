"""What every transform shares: the batch it takes and the ranges it draws from."""

from __future__ import annotations

from typing import Any

import numpy as np

from zerokara.arguments import TEXT, WHOLE, Kind, is_number, short
from zerokara.arrays import Array, Shape

Range = float | tuple[float, float]
"""One number is the greatest change in either direction; a pair is the lowest and the highest value."""


def _is_range(value: Any) -> bool:
    return is_number(value) or (isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value)))


_NUMBER = Kind("a number", is_number)
FIELDS: dict[str, Kind] = {
    **dict.fromkeys(
        ("rotate", "shift", "scale", "stretch", "shear", "brightness", "contrast"),
        Kind("a number, or a pair (low, high) of numbers", _is_range),
    ),
    **dict.fromkeys(("strength", "spacing", "std", "thinner", "thicker", "fill", "probability"), _NUMBER),
    **dict.fromkeys(("padding", "size"), WHOLE),
    "mode": TEXT,
    "transform": Kind("a function (batch, rng) → batch", callable),
    "transforms": Kind(
        "a list of transforms", lambda value: isinstance(value, list | tuple) and all(map(callable, value))
    ),
}
"""What the settings of transforms are, by their names."""


def check_fields(transform: Any) -> None:
    """Errors: TypeError for a setting that is not of its kind."""
    for name, value in vars(transform).items():
        if not FIELDS[name].holds(value):
            raise TypeError(f"{type(transform).__name__}: {name} is {FIELDS[name].words}; got {short(value)}")


def check_batch(batch: Array) -> None:
    """Errors: ValueError unless the batch is floating-point images (N, C, H, W)."""
    if not isinstance(batch, np.ndarray):
        raise TypeError(f"a transform expects floating images (N, C, H, W) in 0..1; got {short(batch)}")
    if batch.ndim != 4 or not np.issubdtype(batch.dtype, np.floating):
        raise ValueError(f"a transform expects floating images (N, C, H, W) in 0..1; got {batch.dtype} {batch.shape}")


def draw_change(value: Range, shape: int | Shape, rng: np.random.Generator) -> Array:
    """Values drawn evenly from the range."""
    return rng.uniform(*around_zero(value, "a change"), shape)


def draw_factor(value: Range, shape: int | Shape, rng: np.random.Generator) -> Array:
    """Factors drawn from the range, evenly on a logarithmic scale."""
    low, high = around_one(value, "a factor")
    factors: Array = np.exp(rng.uniform(np.log(low), np.log(high), shape))
    return factors


def around_zero(value: Range, name: str) -> tuple[float, float]:
    """5 → (−5, 5); a pair stays. Errors: ValueError unless low ≤ high."""
    return ordered(value if isinstance(value, tuple) else (-value, value), name)


def around_one(value: Range, name: str) -> tuple[float, float]:
    """1.25 → (0.8, 1.25), a factor and its inverse; a pair stays. Errors: ValueError unless 0 < low ≤ high."""
    if not isinstance(value, tuple) and not value >= 1:
        raise ValueError(f"{name} is a factor of at least 1, or a pair (low, high); got {value}")
    low, high = ordered(value if isinstance(value, tuple) else (1 / value, value), name)
    if low <= 0:
        raise ValueError(f"{name} is a positive factor; got {value}")
    return low, high


def ordered(value: tuple[float, float], name: str) -> tuple[float, float]:
    """Errors: ValueError unless (low, high) has low ≤ high."""
    low, high = value
    if not low <= high:
        raise ValueError(f"{name} is a positive number or a pair (low, high); got {value}")
    return low, high


def check_probability(value: float, name: str) -> None:
    """Errors: ValueError unless 0 ≤ value ≤ 1."""
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is between 0 and 1; got {value}")


def per_image(values: Array, batch: Array) -> Array:
    """(N,) → (N, 1, 1, 1) in the dtype of the batch, to meet it."""
    return values.astype(batch.dtype)[:, None, None, None]
