"""Shift, rotation, scale, stretch and shear in one step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms.base import Range, around_one, around_zero, check_fields, draw_change, draw_factor
from zerokara.data.transforms.warp import Map, Warp


@dataclass(frozen=True)
class Affine(Warp):
    """Scale, stretch, slant and turn each image about its centre, then shift it; all drawn anew for each image.

    A number is the greatest change in either direction, a pair (low, high) the range itself:

    rotate   degrees, counter-clockwise; 10 draws from −10..10
    shift    pixels, down and to the right, two draws, fractions too; 2 draws from −2..2
    scale    factor of both sides; 1.25 draws from 1/1.25..1.25, evenly on a logarithmic scale
    stretch  factor of width against height, at constant area, drawn as `scale` is
    shear    degrees by which an upright line leans to the right, as italics do
    fill     the value outside the image, 0..1

    p' = R(rotate)·K(shear)·S(scale, stretch)·p + shift; the pixels are looked up at the inverse of that map.
    """

    rotate: Range = 0.0
    shift: Range = 0.0
    scale: Range = 1.0
    stretch: Range = 1.0
    shear: Range = 0.0
    fill: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self)
        around_zero(self.rotate, "rotate")
        around_zero(self.shift, "shift")
        around_one(self.scale, "scale")
        around_one(self.stretch, "stretch")
        low, high = around_zero(self.shear, "shear")
        if not -90 < low <= high < 90:
            raise ValueError(f"shear lies between −90 and 90 degrees; got {self.shear}")

    def draw(self, n: int, size: tuple[int, int], rng: np.random.Generator) -> Map:
        """One map an image, drawn with `rng`."""
        angle = np.radians(draw_change(self.rotate, n, rng))
        slant = np.tan(np.radians(draw_change(self.shear, n, rng)))
        scale = draw_factor(self.scale, n, rng)
        stretch = np.sqrt(draw_factor(self.stretch, n, rng))
        shift = draw_change(self.shift, (n, 2), rng)
        forward = _turn(angle) @ _matrix(scale / stretch, 0, -slant * scale / stretch, scale * stretch)
        inverse = np.linalg.inv(forward)
        return Map(inverse, -np.einsum("nij,nj->ni", inverse, shift))


def _turn(angle: Array) -> Array:
    """Counter-clockwise on a picture whose rows run downwards."""
    return _matrix(np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle))


def _matrix(a: Array, b: Array | int, c: Array, d: Array) -> Array:
    """[[a, b], [c, d]] on (row, column), one for each of the N values. Shape (N, 2, 2)."""
    rows = np.stack(np.broadcast_arrays(a, b, c, d), axis=-1)
    return rows.reshape(-1, 2, 2)
