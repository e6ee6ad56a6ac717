"""Drawings made of lines, as the page makes them: bytes of ink, 255 where the pen pressed."""

import numpy as np
from PIL import Image, ImageDraw

from zerokara.arrays import Array

LINES: dict[int, list[list[tuple[float, float]]]] = {
    0: [[(0.5, 0.1), (0.25, 0.25), (0.2, 0.5), (0.28, 0.78), (0.5, 0.9), (0.72, 0.76), (0.8, 0.5), (0.74, 0.24), (0.5, 0.1)]],
    1: [[(0.5, 0.1), (0.5, 0.9)]],
    2: [[(0.25, 0.3), (0.35, 0.13), (0.6, 0.1), (0.74, 0.28), (0.62, 0.5), (0.25, 0.88), (0.8, 0.88)]],
    3: [[(0.25, 0.15), (0.6, 0.1), (0.72, 0.28), (0.45, 0.46), (0.74, 0.62), (0.68, 0.84), (0.4, 0.92), (0.22, 0.82)]],
    4: [[(0.62, 0.1), (0.2, 0.62), (0.82, 0.62)], [(0.62, 0.3), (0.62, 0.92)]],
    5: [[(0.75, 0.1), (0.35, 0.1), (0.3, 0.45), (0.58, 0.42), (0.74, 0.62), (0.62, 0.86), (0.28, 0.86)]],
    6: [[(0.66, 0.1), (0.36, 0.36), (0.26, 0.66), (0.42, 0.9), (0.66, 0.82), (0.68, 0.6), (0.5, 0.52), (0.3, 0.66)]],
    7: [[(0.2, 0.12), (0.8, 0.12), (0.45, 0.9)]],
    8: [[(0.5, 0.5), (0.3, 0.32), (0.44, 0.12), (0.66, 0.2), (0.64, 0.38), (0.36, 0.62), (0.34, 0.84), (0.56, 0.92), (0.72, 0.76), (0.5, 0.5)]],
    9: [[(0.72, 0.3), (0.52, 0.12), (0.3, 0.26), (0.36, 0.48), (0.58, 0.46), (0.72, 0.3), (0.66, 0.6), (0.5, 0.9)]],
}  # fmt: skip


def canvas(digit: int, rng: np.random.Generator | None = None, side: int = 280) -> Array:
    """The digit as a hand draws it: turned, leaning, larger or smaller, elsewhere, with another pen."""
    rng = rng or np.random.default_rng(0)
    turn, size = rng.uniform(-0.15, 0.15), rng.uniform(0.55, 0.85) * side
    cos, sin, lean, shift = np.cos(turn), np.sin(turn), rng.uniform(-0.15, 0.15), rng.uniform(-0.05, 0.05, 2) * side
    fine, width = 4, rng.uniform(12, 22)
    image = Image.new("L", (side * fine, side * fine))
    pen = ImageDraw.Draw(image)
    for line in LINES[digit]:
        points = []
        for x, y in line:
            u, v = x - 0.5 + rng.normal(0, 0.008) - lean * (y - 0.5), y - 0.5 + rng.normal(0, 0.008)
            points.append(
                ((cos * u - sin * v) * size + side / 2 + shift[0], (sin * u + cos * v) * size + side / 2 + shift[1])
            )
        scaled = [(fine * x, fine * y) for x, y in points]
        r = fine * width / 2
        pen.line(scaled, fill=255, width=round(2 * r), joint="curve")
        for x, y in scaled:
            pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))


def beside(*digits: int, side: int = 280) -> Array:
    """Several digits side by side on one drawing area."""
    each = side // len(digits)
    out = np.zeros((side, side), np.uint8)
    for k, digit in enumerate(digits):
        small = canvas(digit, side=each)
        out[(side - each) // 2 : (side - each) // 2 + each, k * each : (k + 1) * each] = small
    return out
