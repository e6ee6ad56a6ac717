"""Moving the pixels of a whole batch along one smooth map: how affine and elastic changes are applied.

A map says for each pixel of the result where in the input to look. With p = (row, column) measured from the centre:

    q(p) = M·p + t + Σ_gh  bend[g,h]·B_g(row)·B_h(column)

M and t are one matrix and one vector an image, the sum is a smooth displacement on a coarse grid. Maps are joined
before any pixel is touched, so a chain of them looks the pixels up once, and blurs them once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.data.transforms.base import check_batch


@dataclass(frozen=True, eq=False)
class Map:
    """One map an image. Shapes: matrix (N, 2, 2), shift (N, 2), bend (N, 2, G, K) or None.

    `rows` (H, G) and `columns` (W, K) hold the values of the basis functions at the pixels. Units: pixels.
    """

    matrix: Array
    shift: Array
    bend: Array | None = None
    rows: Array | None = None
    columns: Array | None = None

    def after(self, first: Map) -> Map:
        """The map of "first `first`, then `self`": q = first(self(p)). `first` has no bend.

        M = M₁·M₂,  t = M₁·t₂ + t₁,  bend = M₁·bend₂
        """
        bend = None if self.bend is None else np.einsum("nij,njgk->nigk", first.matrix, self.bend)
        shift = np.einsum("nij,nj->ni", first.matrix, self.shift) + first.shift
        return Map(first.matrix @ self.matrix, shift, bend, self.rows, self.columns)


class Warp(ABC):
    """A transform that moves pixels and changes no values; what comes from outside the image is `fill`."""

    fill: float

    @abstractmethod
    def draw(self, n: int, size: tuple[int, int], rng: np.random.Generator) -> Map:
        """Draw one map for each of n images of `size` (H, W)."""

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        return resample(batch, self.draw(len(batch), batch.shape[2:], rng), self.fill)


def resample(batch: Array, field: Map, fill: float) -> Array:
    """y[n,c,p] = x[n,c,q(p)], by bilinear interpolation between the four pixels around q; `fill` outside.

    Shapes: batch (N, C, H, W) → same, same dtype.
    """
    n, channels, height, width = batch.shape
    framed = np.full((n, channels, height + 3, width + 3), fill, dtype=batch.dtype)
    framed[:, :, 1:-2, 1:-2] = batch
    (row, down), (column, right) = (
        _cell(places, extent) for places, extent in zip(_places(field, batch), (height, width), strict=True)
    )
    corner = row * (width + 3) + column
    area = (height + 3) * (width + 3)
    corner += (np.arange(n) * (channels * area))[:, None, None]
    result = np.empty_like(batch)
    for c in range(channels):
        result[:, c] = _between(framed.reshape(-1)[c * area :], corner, width + 3, down, right)
    return result


def _places(field: Map, batch: Array) -> tuple[Array, Array]:
    """The rows and the columns of q at every pixel, counted from the first pixel: two arrays (N, H, W)."""
    size: Shape = batch.shape[2:]
    centre = [(extent - 1) / 2 for extent in size]
    row, column = (np.arange(extent) - middle for extent, middle in zip(size, centre, strict=True))
    places = np.empty((len(batch), 2, *size), dtype=batch.dtype)
    for axis in (0, 1):
        along_rows = field.matrix[:, axis, :1] * row + field.shift[:, axis, None] + centre[axis]
        along_columns = field.matrix[:, axis, 1:] * column
        np.add(along_rows[:, :, None], along_columns[:, None, :], out=places[:, axis], casting="same_kind")
    if field.bend is not None and field.rows is not None and field.columns is not None:
        rows, bend, columns = (part.astype(batch.dtype) for part in (field.rows, field.bend, field.columns))
        places += rows @ (bend @ columns.T)
    return places[:, 0], places[:, 1]


def _cell(place: Array, extent: int) -> tuple[Array, Array]:
    """Split places into the index of the pixel before, in the image with its frame, and the fraction beyond it."""
    place += 1
    np.clip(place, 0, extent + 1, out=place)
    before = np.floor(place)
    place -= before
    return before.astype(np.intp), place


def _between(pixels: Array, corner: Array, stride: int, down: Array, right: Array) -> Array:
    """Bilinear interpolation in a flat image; `corner` is the index of the upper left of four pixels."""
    upper = _along(pixels, corner, right)
    upper += (_along(pixels[stride:], corner, right) - upper) * down
    return upper


def _along(pixels: Array, index: Array, fraction: Array) -> Array:
    """pixels[index] + fraction·(pixels[index + 1] − pixels[index])."""
    value = np.take(pixels, index, mode="clip")
    difference = np.take(pixels[1:], index, mode="clip")
    difference -= value
    difference *= fraction
    value += difference
    return value
