"""Elastic distortion: the picture as if drawn on rubber."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms.base import check_fields
from zerokara.data.transforms.warp import Map, Warp


@dataclass(frozen=True)
class Elastic(Warp):
    """Shift every pixel by a smooth random displacement, another one for each image.

    Normal random vectors stand on a coarse grid, `spacing` pixels apart; cubic B-splines between them make the
    displacement smooth:  d(p) = Σ_gh  bend[g,h]·B(row/spacing − g)·B(column/spacing − h).

    strength  root mean square of the displacement along each axis, in pixels; 1 is strong for 28×28
    spacing   distance of the grid's points in pixels: small is wobbly, large bends the whole picture
    fill      the value outside the image, 0..1

    After Simard, Steinkraus and Platt, "Best practices for convolutional neural networks" (2003), with splines on a
    coarse grid in place of a Gaussian filter over every pixel.
    """

    strength: float = 0.8
    spacing: float = 6.0
    fill: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self)
        if self.strength < 0:
            raise ValueError(f"strength is at least 0 pixels; got {self.strength}")
        if self.spacing < 1:
            raise ValueError(f"spacing is at least 1 pixel; got {self.spacing}")

    def draw(self, n: int, size: tuple[int, int], rng: np.random.Generator) -> Map:
        """One map an image, drawn with `rng`."""
        rows, columns = (_spline_basis(extent, self.spacing) for extent in size)
        bend = self.strength * rng.standard_normal((n, 2, rows.shape[1], columns.shape[1]), dtype=np.float32)
        return Map(np.broadcast_to(np.eye(2), (n, 2, 2)), np.zeros((n, 2)), bend, rows, columns)


def _spline_basis(extent: int, spacing: float) -> Array:
    """The cubic B-splines of a grid over `extent` pixels, (extent, G), scaled to a mean square sum of 1."""
    points = int(np.ceil(extent / spacing)) + 3
    from_centre = (np.arange(extent) - (extent - 1) / 2) / spacing
    basis = _cubic_spline(from_centre[:, None] - (np.arange(points) - (points - 1) / 2))
    scaled: Array = basis / np.sqrt(np.square(basis).sum(axis=1).mean())
    return scaled


def _cubic_spline(x: Array) -> Array:
    """B(x) = 2/3 − x² + |x|³/2 for |x| ≤ 1, (2 − |x|)³/6 up to 2, then 0."""
    x = np.abs(x)
    return np.where(x <= 1, 2 / 3 - x**2 + x**3 / 2, np.maximum(2 - x, 0) ** 3 / 6)
