"""Digits and letters of segment displays by formula: seven or fourteen bars, with gaps between them or without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from zerokara.arrays import Array
from zerokara.digits.learning.drawing import FINER, HEIGHTS, softened
from zerokara.digits.segments import DIGITS, ENDS, OTHERWISE

_FOURTEEN = "abcdeflrhijkmn"


class Display(NamedTuple):
    """Width, thickness, gap and slant, in heights of a digit; and whether the bars end in points."""

    width: float
    thick: float
    gap: float
    slant: float
    pointed: bool


def some_display(rng: np.random.Generator) -> Display:
    """The proportions of one display."""
    thick = rng.uniform(0.06, 0.17)
    return Display(
        rng.uniform(max(0.36, 3 * thick), 0.75),
        thick,
        float(rng.choice([0.0, rng.uniform(0.003, 0.02), rng.uniform(0.01, 0.045)])),
        float(rng.choice([0.0, rng.uniform(0.0, 0.22)])),
        bool(rng.uniform() < 0.7),
    )


def digit(which: int, rng: np.random.Generator) -> Array:
    """A digit of a display as ink; three in ten have fourteen segments, where a zero may have its slash."""
    lit = DIGITS[which]
    if rng.uniform() < 0.3:
        lit = lit.replace("g", "lr") + ("jn" if which == 0 and rng.uniform() < 0.6 else "")
    return drawn(lit, some_display(rng), rng)


def letter(rng: np.random.Generator) -> Array:
    """Segments that are no digit: letters, halves of digits, anything."""
    names = "abcdefg" if rng.uniform() < 0.6 else _FOURTEEN
    digits_ = {frozenset(lit) for lit in DIGITS} | {frozenset(lit) for lit in OTHERWISE}
    while True:
        lit = [name for name in names if rng.uniform() < 0.5]
        seven = frozenset("".join(lit).replace("lr", "g"))
        if len(lit) >= 3 and seven not in digits_ and seven not in map(frozenset, ("adg", "cdeg", "abfg")):
            return drawn(lit, some_display(rng), rng)


def drawn(lit: Sequence[str], display: Display, rng: np.random.Generator, height: float = 0.0) -> Array:
    """The lit segments as ink, so many pixels high, or at a size drawn at random."""
    height = (height or float(np.exp(rng.uniform(*np.log(HEIGHTS))))) * FINER
    margin = int(0.3 * height) + 4 * FINER
    sheet = Image.new("L", (int((display.width + display.slant) * height) + 2 * margin, int(height) + 2 * margin))
    on = ImageDraw.Draw(sheet)
    for name in lit:
        corners = _bar(name, display)
        corners[:, 0] += display.slant * (1 - corners[:, 1])
        on.polygon([(float(x), float(y)) for x, y in corners * height + margin], fill=255)
    return softened(sheet.reduce(FINER), rng)


def _bar(name: str, display: Display) -> Array:
    """The corners of one segment, (6, 2), in heights of a digit: straight ends, or pointed ones (a hexagon)."""
    t = display.thick
    inner = np.array([display.width - t, 1.0 - t])
    start, end = (np.array(point) / (2, 4) * inner + t / 2 for point in ENDS[name])
    length = float(np.hypot(*(end - start)))
    along = (end - start) / length
    across = np.array([-along[1], along[0]]) * t / 2
    point = t / 2 if display.pointed else 0.0
    steep = abs(along[0] * along[1]) > 1e-6
    cut = display.gap + (t * 0.8 if steep else 0.0)  # slanting segments begin within their field
    reach = cut if display.pointed or steep else cut - t / 2
    a, b = start + reach * along, end - reach * along
    return np.array(
        [
            a,
            a + point * along + across,
            b - point * along + across,
            b,
            b - point * along - across,
            a + point * along - across,
        ]
    )
