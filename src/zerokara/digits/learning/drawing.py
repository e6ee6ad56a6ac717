"""Strokes, fonts and textures as ink, and ink as the network of symbols sees it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from zerokara.arrays import Array
from zerokara.data.handwriting import Style, draw
from zerokara.digits.components import label
from zerokara.digits.ink import EDGE, smooth
from zerokara.digits.quick import with_margin
from zerokara.digits.view import prepare

HEIGHTS = (14.0, 110.0)  # of a digit in pixels of the picture
PENS = (0.04, 0.17)  # width of a stroke in heights of a digit
FINER = 3  # drawn so many times larger, then averaged


def view(ink: Array) -> Array:
    """What the network sees of some ink, cut to its box: (28, 28) bytes."""
    rows, columns = np.nonzero((ink > EDGE).any(axis=1))[0], np.nonzero((ink > EDGE).any(axis=0))[0]
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.round(255 * prepare(cut)).astype(np.uint8)


def written(styles: tuple[Style, ...], rng: np.random.Generator, pens: tuple[float, float] = PENS) -> Array:
    """One of the styles, by a hand and a pen of its own, as ink."""
    return inked(draw(styles, rng), rng, pens)


def inked(strokes: Sequence[Array], rng: np.random.Generator, pens: tuple[float, float] = PENS) -> Array:
    """Strokes in units of a digit's height as ink, at a size and with a pen that are drawn at random."""
    height = float(np.exp(rng.uniform(*np.log(HEIGHTS))))
    pen = max(1.4, height * rng.uniform(*pens))
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    wide, high = (int(side) for side in np.ptp(points, axis=0) * height + 2 * pen + 6)
    sheet = Image.new("L", (wide * FINER, high * FINER))
    on = ImageDraw.Draw(sheet)
    radius = pen * FINER / 2
    for stroke in strokes:
        placed = ((stroke - low) * height + pen + 3) * FINER
        for (x0, y0), (x1, y1) in pairwise(placed):
            on.line((x0, y0, x1, y1), fill=255, width=max(1, round(2 * radius)))
        for x, y in placed:
            on.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return softened(sheet.reduce(FINER), rng)


def printed(text: str, font: Path, rng: np.random.Generator, index: int = 0) -> Array | None:
    """A character of a font, turned and slanted a little, as ink; None where the font has no picture of it."""
    size = int(np.exp(rng.uniform(np.log(18), np.log(90))))
    drawn = ImageFont.truetype(str(font), size, index=index)
    sheet = Image.new("L", (3 * size, 3 * size))
    ImageDraw.Draw(sheet).text((size, size), text, font=drawn, fill=255)
    slant = float(rng.normal(0, 0.06))
    turned = sheet.rotate(float(rng.normal(0, 3)), Image.Resampling.BICUBIC)
    moved = (1, slant, -1.5 * size * slant, 0, 1, 0)
    turned = turned.transform(turned.size, Image.Transform.AFFINE, moved, Image.Resampling.BICUBIC)
    ink = softened(turned, rng)
    return ink if (ink > EDGE).any() else None


def texture(rng: np.random.Generator) -> Array:
    """A patch of something in a photograph: smoothed noise above a level, one of its largest pieces.

    In half of them the noise is drawn out along one direction, as fur, grass, planks and the edges of things are.
    """
    field = rng.normal(size=(int(rng.integers(24, 90)), int(rng.integers(24, 90)))).astype(np.float32)
    for _ in range(int(rng.integers(1, 14))):
        field = smooth(field)
    if rng.uniform() < 0.5:
        field = _drawn_out(field, rng)
    if rng.uniform() < 0.4:
        field = np.abs(field)
    level = np.quantile(field, rng.uniform(0.5, 0.9))
    ink = np.clip((field - level) / (field.std() * rng.uniform(0.1, 1.0)) + 0.5, 0, 1)
    labels, count = label(ink > EDGE)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    chosen = int(rng.choice(np.argsort(-sizes)[:3]))
    return np.where(labels == (chosen or int(sizes.argmax())), ink, 0).astype(np.float32)


def _drawn_out(field: Array, rng: np.random.Generator) -> Array:
    """A field stretched two to six times along a direction drawn at random."""
    stretch, angle = rng.uniform(2, 6), rng.uniform(0, np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    H, W = field.shape
    a, b, c = cos * cos / stretch + sin * sin, (1 / stretch - 1) * cos * sin, sin * sin / stretch + cos * cos
    moved = (a, b, W / 2 * (1 - a) - b * H / 2, b, c, H / 2 * (1 - c) - b * W / 2)
    stretched = Image.fromarray(field).transform((W, H), Image.Transform.AFFINE, moved, Image.Resampling.BICUBIC)
    return np.asarray(stretched, np.float32)


def doodle(rng: np.random.Generator) -> Array:
    """Strokes through random points: scribbles with too many bends for a digit."""
    strokes = []
    for _ in range(int(rng.integers(1, 4))):
        points = rng.uniform(0, 1, (int(rng.integers(6, 16)), 2)) * rng.uniform(0.4, 1.4, 2) + rng.uniform(0, 0.4, 2)
        strokes.append(tuple((float(x), float(y)) for x, y in points))
    return written((tuple(strokes),), rng)


def beside(left: Array, right: Array, overlap: int) -> Array:
    """Two digits that touch: pictures (28, 28), each cut to its ink, the second pushed into the first."""
    a, b = (picture[:, (picture > EDGE).any(axis=0)] for picture in (left, right))
    overlap = min(overlap, a.shape[1] - 1, b.shape[1] - 1)
    both = np.zeros((left.shape[0], a.shape[1] + b.shape[1] - overlap), np.float32)
    both[:, : a.shape[1]] = a
    place = both[:, a.shape[1] - overlap :]
    np.maximum(place, b, out=place)
    return both


def softened(sheet: Image.Image, rng: np.random.Generator) -> Array:
    """As scanners and lenses do to some pictures."""
    ink = np.asarray(sheet, np.float32) / np.float32(255)
    ink = with_margin(ink, 2, 2)
    if rng.uniform() < 0.3 and max(ink.shape) > 30:
        ink = smooth(ink)
        ink = ink / max(float(ink.max()), 1e-6)
    return ink
