"""What is done to pixels: heat maps are enlarged, images are blurred, patches are filled."""

from typing import Any

import numpy as np

from zerokara.arrays import Array, DTypeLike

Fill = Any
"""What stands where a part of an image is taken away: a number, an array that broadcasts to (N, C, H, W), or None."""


def enlarge(maps: Array, height: int, width: int) -> Array:
    """(…, h, w) → (…, height, width) by bilinear interpolation between the centres of the pixels: A·m·Bᵀ."""
    rows = _interpolation(maps.shape[-2], height, maps.dtype)
    columns = _interpolation(maps.shape[-1], width, maps.dtype)
    return np.asarray(rows @ maps @ columns.T)


def blur(images: Array, sigma: float) -> Array:
    """(…, H, W): each pixel becomes a mean of those around it, with the weights e^(−d²/2σ²)."""
    rows, columns = (_bell(size, sigma, images.dtype) for size in images.shape[-2:])
    return np.asarray(rows @ images @ columns.T)


def filling(x: Array, fill: Fill) -> Array:
    """What to fill taken-away pixels with, in the shape of x.

    By default the median of each channel of each image: the paper under a drawing, a middle grey in a photograph.
    """
    values = np.median(x, axis=(2, 3), keepdims=True) if fill is None else np.asarray(fill)
    try:
        return np.broadcast_to(values.astype(x.dtype), x.shape)
    except ValueError:
        raise ValueError(f"what to fill with has shape {values.shape}, which does not fit images {x.shape}") from None


def _interpolation(size: int, wanted: int, dtype: DTypeLike) -> Array:
    """A[i, r]: how much of pixel r of `size` goes into pixel i of `wanted`."""
    at = np.clip((np.arange(wanted) + 0.5) * size / wanted - 0.5, 0, size - 1)
    distance = np.abs(at[:, None] - np.arange(size))
    return np.asarray(np.maximum(1 - distance, 0), dtype)


def _bell(size: int, sigma: float, dtype: DTypeLike) -> Array:
    distance = np.subtract.outer(np.arange(size), np.arange(size))
    weights = np.exp(-(distance**2) / (2 * sigma**2))
    return np.asarray(weights / np.sum(weights, axis=1, keepdims=True), dtype)
