"""From ink to the network's 28×28, step by step, as `digits.prepare` does it: for those who want to see each step.

The functions are those of `digits.view`; the last stage is what `prepare` gives, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.ink import EDGE
from zerokara.digits.stroke import depth, redraw, stroke_width
from zerokara.digits.view import (
    FIT,
    MARGIN,
    SMALL,
    THICKEST,
    THINNEST,
    at_work_size,
    centre,
    fit_to_box,
    sharpen,
)


@dataclass(frozen=True, eq=False)
class Stages:
    """The stages of one digit.

    box: the ink cut to its box, (h, w). width: of the stroke, in pixels of the 20×20 box; wanted: what it is brought
    to (the same where it is usual). redrawn: the outline as a mask where the width was changed, else the ink.
    fitted: at most 20×20. view: (28, 28), with the centre of mass in the middle.
    """

    box: Array
    width: float
    wanted: float
    redrawn: Array
    fitted: Array
    view: Array


def stages(ink: Array) -> Stages:
    """The stages of one digit's ink (h, w), cut to its box, values 0..1."""
    ink = np.asarray(ink)
    if not ink.size or not np.any(ink > EDGE):
        raise ValueError(f"one digit's ink has pixels above {EDGE:g}; got an array {ink.shape} without any")
    sharp = sharpen(ink) if max(ink.shape) < SMALL else ink
    mask = at_work_size(sharp)
    pixel = max(mask.shape) / FIT
    width = float(stroke_width(depth(mask, max(mask.shape) // 3)) / pixel)
    wanted = float(np.clip(width, THINNEST, THICKEST))
    usual = wanted == width
    redrawn = sharp if usual else redraw(np.pad(mask, MARGIN), (wanted - width) / 2 * pixel)
    fitted = fit_to_box(redrawn, EDGE if usual else 0.5)
    return Stages(ink, width, wanted, np.asarray(redrawn), fitted, centre(fitted))
