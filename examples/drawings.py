"""Draw the example drawings that come with the installation: one pen, many papers.

    python examples/drawings.py src/zerokara/digits/examples

Every digit is a few strokes of `zerokara.data.handwriting`, drawn with a trembling hand and a pen that presses now
more, now less.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from zerokara.arrays import Array, generator
from zerokara.data.handwriting import write

FINE = 3  # drawn three times as large, then reduced: smooth edges


def ink(
    size: tuple[int, int], digits: Sequence[tuple[int, int, tuple[float, float], float]], pen: float, seed: int
) -> Array:
    """How much ink lies where: (height, width) in 0..1.

    Each digit is (which, style, (left, top) in pixels, height in pixels); `pen` is the width of the stroke in pixels.
    """
    sheet = Image.new("L", (size[0] * FINE, size[1] * FINE))
    draw = ImageDraw.Draw(sheet)
    for number, (digit, style, corner, height) in enumerate(digits):
        rng = generator(seed, "drawing", number)
        strokes = write(digit, rng, style, wobble=0)
        points = np.concatenate(strokes)
        for stroke in strokes:
            placed = (stroke - points.min(axis=0)) / np.ptp(points[:, 1]) * height + corner
            _stroke(draw, placed * FINE, pen * FINE, rng)
    return np.asarray(sheet.resize(size, Image.Resampling.LANCZOS), dtype=np.float64) / 255


def _stroke(draw: ImageDraw.ImageDraw, points: Array, pen: float, rng: np.random.Generator) -> None:
    """One stroke: a line of round spots, close together, that trembles and swells a little."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    many = max(2, int(along[-1] / max(1.0, pen / 8)))
    at = np.linspace(0, along[-1], many)
    x, y = (np.interp(at, along, points[:, axis]) + _drift(many, rng) * pen * 0.25 for axis in (0, 1))
    for left, top, radius in zip(x, y, pen / 2 * (1 + 0.18 * _drift(many, rng)), strict=True):
        draw.ellipse((left - radius, top - radius, left + radius, top + radius), fill=255)


def _drift(many: int, rng: np.random.Generator) -> Array:
    """A slow random curve, about −1..1."""
    knots = rng.normal(0, 0.6, max(3, many // 25))
    return np.interp(np.linspace(0, len(knots) - 1, many), np.arange(len(knots)), knots)


def coloured(strength: Array, pen: tuple[int, int, int], paper: Array | tuple[int, int, int]) -> Image.Image:
    """Ink of one colour on paper of another; the paper may differ from place to place."""
    mixed = np.asarray(paper) * (1 - strength[..., None]) + np.asarray(pen) * strength[..., None]
    return Image.fromarray(np.clip(mixed, 0, 255).round().astype(np.uint8))


def brush() -> Image.Image:
    """A paint program's brush, no smooth edges."""
    strength = ink((480, 360), [(3, 0, (165, 60), 230)], 22, 1)
    return coloured((strength > 0.5).astype(float), (0, 0, 0), (255, 255, 255))


def crossed() -> Image.Image:
    """A felt-tip pen, blue."""
    return coloured(ink((300, 340), [(7, 2, (80, 60), 210)], 12, 2), (28, 52, 160), (252, 251, 247))


def transparent() -> Image.Image:
    """Black ink on nothing at all."""
    strength = ink((320, 320), [(0, 2, (100, 55), 205)], 14, 3)
    layer = np.zeros((320, 320, 4), np.uint8)
    layer[..., 3] = (strength * 255).round()
    return Image.fromarray(layer)


def blackboard() -> Image.Image:
    """Chalk on a board: light on dark, and crumbly."""
    strength = ink((420, 320), [(4, 0, (135, 55), 205)], 13, 4)
    rng = generator(4, "chalk")
    crumbs = np.clip(rng.normal(0.82, 0.3, strength.shape), 0, 1)
    dust = rng.normal(0, 3, (*strength.shape, 1)) + _light(strength.shape, 0.15)[..., None] * 18
    return coloured(strength * crumbs, (236, 238, 228), np.array([38, 62, 52]) + dust)


def apart() -> Image.Image:
    """A five whose bar does not quite touch, in green."""
    return coloured(ink((260, 320), [(5, 3, (60, 65), 195)], 10, 12), (20, 120, 60), (255, 255, 255))


def corner() -> Image.Image:
    """A small one with a foot, in the corner of a large empty canvas, black or white and nothing between."""
    strength = ink((900, 640), [(1, 8, (792, 548), 52)], 4, 6)
    return Image.fromarray(np.where(strength > 0.5, 0, 255).astype(np.uint8)).convert("1")


def photo(digits: Sequence[tuple[int, int, tuple[float, float], float]], seed: int) -> Image.Image:
    """Pencil on grey paper, photographed in bad light."""
    size = (560, 420)
    strength = ink(size, digits, 4.5, seed)
    rng = generator(seed, "photo")
    grain = np.clip(rng.normal(0.75, 0.25, strength.shape), 0, 1)
    light = 196 * (1 + _light(strength.shape, 0.32))
    paper = light[..., None] * np.array([1.0, 0.985, 0.94]) + rng.normal(0, 5, (*strength.shape, 1))
    picture = coloured(strength * grain * 0.6, (72, 70, 76), paper)
    return picture.filter(ImageFilter.GaussianBlur(0.8))


def _light(shape: tuple[int, ...], fall: float) -> Array:
    """Brighter at the upper left, darker at the lower right."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return -fall * (0.6 * x + 0.5 * y + 0.3 * x * y)


def year() -> Image.Image:
    """Four digits with a broad red marker."""
    row = [(2, 0, (60, 70), 160), (0, 0, (225, 78), 150), (2, 4, (385, 66), 160), (6, 0, (570, 72), 158)]
    return coloured(ink((700, 300), row, 17, 8), (196, 32, 38), (255, 255, 255))


def two_lines() -> Image.Image:
    """Two lines, the second one sloping."""
    first = [(3, 1, (70, 50), 120), (1, 3, (205, 52), 118), (4, 4, (300, 46), 122)]
    second = [(7, 1, (60, 235), 112), (5, 0, (200, 242), 110), (9, 1, (315, 250), 112), (2, 1, (425, 262), 108)]
    return coloured(ink((560, 430), first + second, 9, 9), (40, 40, 48), (250, 249, 244))


DRAWINGS: dict[str, Callable[[], Image.Image]] = {
    "3-brush.png": brush,
    "7-crossed.png": crossed,
    "0-transparent.png": transparent,
    "4-blackboard.jpg": blackboard,
    "5-apart.webp": apart,
    "1-corner.bmp": corner,
    "8-pencil.jpg": lambda: photo([(8, 0, (225, 105), 190)], 7),
    "690-pencil.jpg": lambda: photo([(6, 2, (90, 120), 150), (9, 1, (225, 128), 150), (0, 1, (360, 135), 145)], 11),
    "2026-marker.gif": year,
    "two-lines.png": two_lines,
}


def main(folder: Path) -> None:
    """Write every drawing into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in DRAWINGS.items():
        drawing = draw()
        drawing.save(folder / name, quality=82) if drawing.mode == "RGB" else drawing.save(folder / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
