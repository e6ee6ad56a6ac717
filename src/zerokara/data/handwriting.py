"""Digits written by a pen that exists only as formulas: the hands that MNIST's writers did not have.

MNIST was written by Americans in the early nineties. Elsewhere a one has a flag and sometimes a foot, a seven a bar, a
zero a slash, a four a closed roof. Each style here is a few strokes of our own drawing; every digit drawn from
it has its own slant, proportions, wobble, stroke ends and pen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from zerokara.arrays import Array, generator
from zerokara.data.dataset import Split

Point = tuple[float, float]
Stroke = tuple[Point, ...]
Style = tuple[Stroke, ...]

SIDE, FIT = 28, 20
PENS = (1.7, 4.4)  # width of a stroke in pixels of the picture; the widest fill a small loop


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float, points: int = 9) -> Stroke:
    """Points on an ellipse around (x, y); angles in turns, 0 to the right, ¼ down, so growing turns clockwise."""
    angles = np.linspace(start, end, points) * 2 * math.pi
    return tuple((x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles)


def line(notes: str) -> Stroke:
    """Points in hundredths, "12,25 30,4!": an exclamation mark makes a sharp corner (a doubled point)."""
    points: list[Point] = []
    for note in notes.split():
        x, y = note.rstrip("!").split(",")
        points += [(int(x) / 100, int(y) / 100)] * (1 + note.endswith("!"))
    return tuple(points)


_OVAL = arc(0.5, 0.5, 0.36, 0.5, -0.25, -1.27, 13)

STYLES: dict[int, tuple[Style, ...]] = {
    0: (
        (_OVAL,),
        (arc(0.5, 0.5, 0.36, 0.5, -0.15, -1.22, 13),),
        (_OVAL, line("78,12! 22,88!")),
        (_OVAL, line("100,-5! 0,105!")),
        (arc(0.5, 0.5, 0.42, 0.5, -0.3, 0.72, 13),),
    ),
    1: (
        (line("50,0! 50,100!"),),
        (line("30,18! 50,0! 50,100!"),),
        (line("12,32! 50,0! 50,100!"),),
        (line("2,42! 50,0! 52,100!"),),
        (line("10,55! 55,0! 50,100!"),),
        (line("0,45! 62,0! 45,100!"),),
        (line("-5,40 25,32 60,0! 48,100"),),
        (line("25,20! 50,0! 50,100!"), line("15,100! 85,100!")),
        (line("10,34! 50,0! 50,100!"), line("15,100! 85,100!")),
        (line("50,0! 50,100!"), line("20,100! 80,100!")),
        (line("10,40 30,26 50,0! 50,100"),),
    ),
    2: (
        (line("12,25 28,4 60,0 80,22 66,50 10,100! 90,100"),),
        (line("10,22 40,0 75,12 74,40 40,78 5,98 20,85 50,95 100,98"),),
        (line("15,20 45,0 78,20 50,65 18,96 5,90 22,82 60,100 95,92"),),
        (line("10,5! 85,3! 10,100! 90,98!"),),
        (line("10,10 50,0 85,15 70,50 5,97! 120,100"),),
    ),
    3: (
        (line("15,15 45,0 78,15 70,40 40,47! 75,55 84,78 50,100 10,87"),),
        (line("12,2! 80,0! 40,42! 80,58 78,85 45,100 10,90"),),
        (line("20,10 60,0 80,20 30,46! 85,70 50,100 0,95"),),
        (line("20,12 55,0 72,20 50,42 36,44 52,48 82,70 60,98 15,88"),),
    ),
    4: (
        (line("25,0! 10,58! 90,58!"), line("68,10! 64,100!")),
        (line("20,5! 15,50! 80,50!"), line("80,0! 72,100!")),
        (line("15,5 12,40 35,55 78,42"), line("80,2! 72,100!")),
        (line("62,0! 5,66! 95,66!"), line("62,0! 62,100!")),
        (line("70,100! 70,0! 5,62! 98,62!"),),
        (line("72,100! 70,0! 8,42! 72,42!"),),
        (line("66,100! 62,0! 10,36! 64,38!"),),
        (line("45,0! 5,55! 85,50!"), line("75,25! 45,100!")),
        (line("30,0! 10,50! 75,35! 40,100!"),),
    ),
    5: (
        (line("25,0! 20,43! 45,36 72,47 80,67 68,90 40,100 10,90"), line("24,0! 85,0!")),
        (line("85,0! 25,2! 20,43! 45,36 72,47 80,67 68,90 40,100 10,90"),),
        (line("85,5 45,2 22,20 45,45 75,65 60,95 15,95"),),
        (line("28,3! 20,43! 45,36 72,47 80,67 68,90 40,100 10,90"), line("34,-4! 92,-6!")),
        (line("110,0! 30,0! 22,42! 45,36 72,47 80,67 68,90 40,100 10,90"),),
        (line("85,0! 15,2! 15,45! 80,42! 80,95! 10,100!"),),
    ),
    6: (
        (line("70,0 35,25 15,65 30,95 65,98 80,75 60,55 25,62 15,75"),),
        (line("75,10 45,0 15,40 20,88 55,100 82,76 55,52 20,70"),),
        (line("25,0 18,40 18,80 45,100 78,82 62,58 35,60 18,80"),),
        (line("30,0! 22,70!") + arc(0.5, 0.75, 0.3, 0.25, 0.5, 1.5, 9),),
        (line("60,0 20,45 12,80 45,100 75,85 70,66 40,66"),),
    ),
    7: (
        (line("10,2! 85,0! 40,100!"),),
        (line("10,2! 85,0! 40,100!"), line("25,50! 85,48!")),
        (line("5,0! 85,0! 35,100!"), line("20,58! 95,44!")),
        (line("10,16! 12,0! 85,0! 45,100!"),),
        (line("10,16! 14,0! 85,2! 40,100!"), line("30,50! 85,50!")),
        (line("10,30! 12,2! 80,0! 76,100!"),),
        (line("10,12 30,2 60,10 90,0! 55,50 40,100"),),
        (line("5,15 25,0 55,12 90,0! 40,100"), line("25,55! 80,50!")),
        (line("10,2! 80,0! 76,100!"),),
    ),
    8: (
        (line("50,47 20,25 50,0 80,22 50,47 15,75 50,100 85,75 50,47"),),
        (arc(0.5, 0.24, 0.26, 0.24, -0.25, 0.77), arc(0.5, 0.75, 0.33, 0.26, -0.25, 0.77)),
        (line("80,12 50,0 22,20 50,45 80,75 50,100 20,78 50,47 80,10"),),
        (line("85,2 30,3 25,25 72,65 65,98 30,98 25,68 60,40 85,4"),),
    ),
    9: (
        (line("78,20 55,0 20,15 25,42 60,45 78,20! 74,100!"),),
        (line("76,15 45,0 18,25 42,48 74,28 76,15 80,60 62,97 20,92"),),
        (line("74,22 50,0 20,20 40,45 74,22 65,60 35,100"),),
        (arc(0.46, 0.25, 0.3, 0.25, 0.0, -1.0), line("77,0! 74,100!")),
        (arc(0.46, 0.2, 0.24, 0.2, 0.0, -1.0, 7), line("70,20 72,70 55,100 20,95 15,80")),
        (line("80,5 30,5 20,30 55,42 78,15 74,70 30,100"),),
        (line("75,0! 20,2! 22,36! 74,38!"), line("76,0! 74,100!")),
        (line("72,5 30,0 15,20 35,40 70,36! 72,0! 70,100"),),
    ),
}


def write(digit: int, rng: np.random.Generator, style: int | None = None, wobble: float = 0.03) -> list[Array]:
    """One digit as strokes, each (points, 2) of x and y; about one unit tall, y downwards.

    `wobble` is the largest standard deviation with which a hand (or a mouse) trembles.
    """
    return draw(STYLES[digit], rng, style, wobble)


def draw(
    styles: tuple[Style, ...], rng: np.random.Generator, style: int | None = None, wobble: float = 0.03
) -> list[Array]:
    """One of several styles of anything that is written, as `write` draws digits."""
    chosen = styles[int(rng.integers(len(styles))) if style is None else style]
    shake, bend, matrix = rng.uniform(0.005, 0.05), _proportions(rng), _hand(rng)
    tremble = wobble * rng.uniform() ** 2
    lines = [_smooth(_nudged(stroke, shake, rng)) for stroke in chosen]
    return [_bent(line + rng.normal(0, tremble, line.shape), bend) @ matrix for line in lines]


def _proportions(rng: np.random.Generator) -> Array:
    """Exponents for x and y: which part of the digit is large and which small."""
    exponents: Array = np.exp(rng.uniform((-0.25, -0.5), (0.25, 0.5)))
    return exponents


def _bent(points: Array, exponents: Array) -> Array:
    """x → x^a, y → y^b, signs kept: loops and roofs grow or shrink against the rest."""
    bent: Array = np.sign(points) * np.abs(points) ** exponents
    return bent


def _hand(rng: np.random.Generator) -> Array:
    """How somebody writes: narrow or broad, leaning, a little turned."""
    width, lean, turn = rng.uniform(0.55, 1.1), rng.normal(0.08, 0.18), rng.normal(0, 0.09)
    lean_, turn_ = float(np.clip(lean, -0.3, 0.5)), float(np.clip(turn, -0.25, 0.25))
    cos, sin = math.cos(turn_), math.sin(turn_)
    matrix: Array = np.array([[width, 0.0], [-lean_, 1.0]]) @ np.array([[cos, sin], [-sin, cos]])
    return matrix


def _nudged(stroke: Stroke, shake: float, rng: np.random.Generator) -> Array:
    """Every corner moved a little (doubled points together), both ends drawn too short or too long."""
    points = np.array(stroke)
    same = np.concatenate([[False], (np.abs(np.diff(points, axis=0)).max(axis=1) == 0)])
    moves = rng.normal(0, shake, points.shape)
    which = np.maximum.accumulate(np.where(same, 0, np.arange(len(points))))
    nudged: Array = points + moves[which]
    return nudged


def _smooth(points: Array, steps: int = 6) -> Array:
    """Catmull-Rom curve through the points."""
    p = np.concatenate([points[:1], points, points[-1:]])
    t = np.arange(steps)[:, None, None] / steps
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def picture(strokes: Iterable[Array], width: float) -> Array:
    """Strokes as MNIST would show them: (28, 28) float32, fitted into 20×20, centre of mass in the middle.

    `width` is the pen's width in pixels of the picture.
    """
    lines = list(strokes)
    points = np.concatenate(lines)
    low, size = points.min(axis=0), float(np.ptp(points, axis=0).max())
    scale = (FIT - width) / size
    starts = np.concatenate([(line[:-1] - low) * scale for line in lines])
    ends = np.concatenate([(line[1:] - low) * scale for line in lines])
    length = np.linalg.norm(ends - starts, axis=1)
    middle = ((starts + ends) / 2 * length[:, None]).sum(axis=0) / length.sum()
    shift = np.round(SIDE / 2 - middle)
    room = SIDE - width / 2
    shift = np.clip(shift, width / 2 - 0.5, room - np.ptp(points, axis=0) * scale)
    return _ink(starts + shift, ends + shift, width)


def _ink(starts: Array, ends: Array, width: float) -> Array:
    """Antialiased ink of segments: full inside width/2, none half a pixel outside.

    Distance of a pixel p to the segment from a to b:  |p − a − t·(b − a)|,  t = (p − a)·(b − a)/|b − a|² within 0..1.
    """
    (ax, ay), (bx, by) = starts.T.astype(np.float32), (ends - starts).T.astype(np.float32)
    middle = np.arange(SIDE, dtype=np.float32)[:, None] + np.float32(0.5)
    x, y = (middle - ax)[None, :, :], (middle - ay)[:, None, :]
    t = (x * bx + y * by) / np.maximum(bx * bx + by * by, np.float32(1e-9))
    np.clip(t, 0, 1, out=t)
    square = (x - t * bx) ** 2 + (y - t * by) ** 2
    ink: Array = np.clip(np.float32(width / 2 + 0.5) - np.sqrt(square.min(axis=2)), 0, 1)
    return ink


def handwriting(count: int, seed: int = 0) -> Split:
    """Many digits, every style of every digit about equally often: images (count, 1, 28, 28)."""
    rng = generator(seed, "handwriting")
    labels = rng.permutation(np.arange(count) % 10)
    images = [picture(write(int(digit), rng), rng.uniform(*PENS)) for digit in labels]
    return Split((np.stack(images)[:, None] * 255).round().astype(np.uint8), labels)
