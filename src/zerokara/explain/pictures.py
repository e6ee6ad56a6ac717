"""Heat maps for the eye: colours, overlays, and many small pictures on one sheet."""

from __future__ import annotations

import numpy as np

from zerokara.arguments import checked
from zerokara.arrays import Array
from zerokara.explain.kinds import KINDS

FOR = ((0.0, (70, 10, 80)), (0.35, (190, 30, 60)), (0.7, (245, 130, 20)), (1.0, (255, 240, 150)))
AGAINST = ((0.0, (20, 30, 90)), (0.5, (30, 110, 200)), (1.0, (150, 230, 255)))
BRIGHTEST = 99.5
"""The percentile of a map that gets the full colour: a few single pixels do not leave all others dark."""


def strength(map: Array) -> Array:
    """(H, W) of any size → −1..1: divided by the 99.5th percentile of |map| (by its maximum where that is 0)."""
    size = np.abs(map)
    full = float(np.percentile(size, BRIGHTEST)) or float(size.max(initial=0))
    return np.clip(map / full, -1, 1) if full > 0 else np.zeros(map.shape)


@checked(KINDS)
def heat_picture(map: Array) -> Array:
    """(H, W, 3) in 0..1: a heat map by itself; from black over red to yellow for, over blue to light blue against."""
    h = strength(map)
    return np.asarray(_colours(h) * np.sqrt(np.abs(h))[:, :, None])


@checked(KINDS)
def overlay(image: Array, map: Array, most: float = 0.8) -> Array:
    """(H, W, 3) in 0..1: the image (H, W) or (H, W, 3) in 0..1, dimmed and grey, with the heat over it.

    most: how much of the image the hottest places hide.
    """
    h = strength(map)
    grey = image.mean(axis=2) if image.ndim == 3 else image
    paper = 0.15 + 0.7 * np.repeat(grey[:, :, None], 3, axis=2)
    share = most * np.abs(h)[:, :, None]
    return np.asarray((1 - share) * paper + share * _colours(h))


def colour_bar(signed: bool, most: float = 0.8) -> Array:
    """(1, 201, 3) in 0..1: the colours of `overlay` for heat from −1 (0 unless signed) to 1, over middle grey."""
    h = np.linspace(-1.0 if signed else 0.0, 1.0, 201)[None]
    share = most * np.abs(h)[:, :, None]
    return np.asarray((1 - share) * 0.5 + share * _colours(h))


def sheet(pictures: Array, columns: int | None = None, gap: int = 1, paper: float = 1.0) -> Array:
    """Pictures (n, H, W) or (n, H, W, 3) side by side on one sheet, `gap` pixels apart; nearly square by default."""
    if pictures.ndim not in (3, 4) or not len(pictures):
        raise ValueError(f"a sheet shows pictures (n, H, W) or (n, H, W, 3), at least one; got {pictures.shape}")
    columns = int(np.ceil(np.sqrt(len(pictures)))) if columns is None else max(1, columns)
    rows = -(-len(pictures) // columns)
    H, W, *colour = pictures.shape[1:]
    shown = np.full((rows * (H + gap) - gap, columns * (W + gap) - gap, *colour), paper, np.float64)
    for k, picture in enumerate(pictures):
        top, left = (k // columns) * (H + gap), (k % columns) * (W + gap)
        shown[top : top + H, left : left + W] = picture
    return shown


def enlarged(picture: Array, times: int) -> Array:
    """Every pixel of (H, W, …) as a square of `times` × `times`."""
    return np.asarray(picture.repeat(times, axis=0).repeat(times, axis=1))


def _colours(h: Array) -> Array:
    return np.where((h >= 0)[:, :, None], _scale(h, FOR), _scale(-h, AGAINST))


def _scale(h: Array, anchors: tuple[tuple[float, tuple[int, int, int]], ...]) -> Array:
    at, colours = [a for a, _ in anchors], np.array([c for _, c in anchors]) / 255
    return np.stack([np.interp(h, at, colours[:, k]) for k in range(3)], axis=-1)
