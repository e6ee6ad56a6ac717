"""A drawing becomes a picture as MNIST has them, one plain step after the other; and drawings by formula."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.data.handwriting import write
from zerokara.nn import Flatten, Module, Sequential

SIDE, FIT = 28, 20
GREY = np.array([0.299, 0.587, 0.114])
"""How bright red, green and blue look."""

EDGE = 0.5
"""Ink is what is brighter than this."""

HIGH, WIDE = 150, 220
"""Rows and columns of a drawing by formula."""

COLOURS = ((0, 0, 0), (20, 40, 160), (200, 20, 30), (0, 110, 60))
BOARD, CHALK = (30, 50, 40), (235, 235, 225)


@dataclass(frozen=True)
class Steps:
    """Which steps are taken."""

    grey: bool = True
    invert: bool = True
    crop: bool = True
    fit: bool = True
    centre: bool = True

    def walk(self, pixels: Array) -> dict[str, Array]:
        """The picture after every step that is taken, the last is 28×28. Shapes: pixels (H, W, 3) in 0..1.

        grey: brightness 0.299·red + 0.587·green + 0.114·blue; without it the red channel alone. invert: the paper
        becomes 0 and the ink 1, whichever is darker. crop: the ink's box; without it the whole picture. fit: the longer
        side becomes 20 pixels, proportions kept; without it both sides become 28. centre: the centre of mass comes to
        the middle; without it the box stands in the middle.
        """
        seen: dict[str, Array] = {}
        x = pixels @ GREY if self.grey else pixels[:, :, 0].astype(np.float64)
        if self.grey:
            seen["grey"] = x
        if self.invert:
            x = seen["invert"] = _ink(x)
        if self.crop:
            x = seen["crop"] = _cropped(x)
        x = _in_the_middle(_resized(x, FIT / max(x.shape))) if self.fit else stretched(x, SIDE)
        seen["fit" if self.fit else "resize"] = x
        if self.centre:
            x = seen["centre"] = _balanced(x)
        return seen

    def view(self, pixels: Array) -> Array:
        """What the network sees, (28, 28) in 0..1."""
        return list(self.walk(pixels).values())[-1]


RESIZE_ONLY = Steps(invert=False, crop=False, fit=False, centre=False)


def _ink(x: Array) -> Array:
    """|x − paper|, the strongest ink 1. The paper is what most of the border is."""
    border = np.concatenate([x[0], x[-1], x[:, 0], x[:, -1]])
    away = np.abs(x - np.median(border))
    return np.asarray(away / max(float(away.max()), 1e-9))


def _cropped(x: Array) -> Array:
    rows, columns = (np.flatnonzero((x > EDGE).any(axis=axis)) for axis in (1, 0))
    return x[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else x


def _resized(x: Array, factor: float) -> Array:
    rows, columns = (max(1, round(size * factor)) for size in x.shape)
    return _scaled_to(x, rows, columns)


def stretched(x: Array, side: int) -> Array:
    """Both sides brought to the same length, proportions lost."""
    return x if x.shape == (side, side) else _scaled_to(x, side, side)


def _scaled_to(x: Array, rows: int, columns: int) -> Array:
    """The mean of the pixels that a new pixel stands for; a little smoothed where the picture grows."""
    picture = Image.fromarray(x.astype(np.float32))
    return np.clip(np.asarray(picture.resize((columns, rows), Image.Resampling.BILINEAR), np.float64), 0, 1)


def _in_the_middle(x: Array) -> Array:
    canvas = np.zeros((SIDE, SIDE))
    top, left = ((SIDE - size) // 2 for size in x.shape)
    canvas[top : top + x.shape[0], left : left + x.shape[1]] = x
    return canvas


def _balanced(x: Array) -> Array:
    """Moved by whole pixels so that the centre of mass is in the middle; ink is never moved out of the picture."""
    for axis in (0, 1):
        mass = x.sum(axis=1 - axis)
        if mass.sum() > 0:
            inked = np.flatnonzero(mass > 0)
            wanted = round((SIDE - 1) / 2 - float(mass @ np.arange(SIDE)) / float(mass.sum()))
            x = np.roll(x, int(np.clip(wanted, -inked[0], SIDE - 1 - inked[-1])), axis)
    return x


def off_centre(x: Array) -> float:
    """How far the centre of mass is from the middle, in pixels, the larger of the two directions."""
    sums = (x.sum(axis=1 - axis) for axis in (0, 1))
    return max(abs(float(mass @ np.arange(len(mass))) / float(mass.sum()) - (len(mass) - 1) / 2) for mass in sums)


def drawing(digit: int, rng: np.random.Generator) -> Array:
    """A digit as somebody draws it in a paint program: anywhere, of any size, pen and colour. (150, 220, 3) in 0..1.

    One in five is chalk on a board. The strokes are those of `data.handwriting`.
    """
    chalk = rng.random() < 0.2
    paper = BOARD if chalk else (255, 255, 255)
    ink = CHALK if chalk else COLOURS[int(rng.integers(len(COLOURS)))]
    picture = Image.new("RGB", (WIDE, HIGH), paper)
    pen, tall = int(rng.integers(3, 10)), float(rng.uniform(45, 115))
    strokes = write(digit, rng)
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = min(tall / size[1], (WIDE - 2 * pen - 4) / size[0])
    room = np.array([WIDE, HIGH]) - scale * size - 2 * pen
    corner = pen + rng.random(2) * room
    brush = ImageDraw.Draw(picture)
    for stroke in strokes:
        places = [(float(x), float(y)) for x, y in (stroke - low) * scale + corner]
        brush.line(places, ink, pen, joint="curve")
        for x, y in (places[0], places[-1]):
            brush.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), ink)
    return np.asarray(picture, np.float32) / np.float32(255)


def grad_cam(model: Sequential, x: Array, label: int) -> Array:
    """ReLU(Σ_c a_c A_c), a_c the mean of ∂score/∂A_c over the places; A are the last maps. Scaled to 0..1 and to x.

    Shapes: x (1, C, H, W) → (H, W). Source: Selvaraju et al., "Grad-CAM", 2017.
    """
    before, after = _at_last_maps(model)
    maps = before(Tensor(x))
    scores = after(maps)
    (g,) = gradients(scores[0, label], at=[maps])
    heat = np.maximum((g.mean(axis=(2, 3), keepdims=True) * maps.data).sum(axis=1)[0], 0)
    heat = heat / max(float(heat.max()), 1e-9)
    return _scaled_to(heat, x.shape[2], x.shape[3])


def _at_last_maps(model: Sequential) -> tuple[Module, Module]:
    """The network in two parts: up to its last maps before the last pool, and what follows."""
    layers = list(model)
    flat = next(k for k, layer in enumerate(layers) if isinstance(layer, Flatten))
    while type(layers[flat - 1]).__name__.endswith("Pool2d"):
        flat -= 1
    return model[:flat], model[flat:]
