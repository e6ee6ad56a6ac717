"""What was taken for paper, as a picture: for those who ask why something was not read."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.ink import EDGE, tell_apart
from zerokara.digits.look import COMFORTABLE, reduced
from zerokara.digits.segment import find_marks
from zerokara.digits.sheet import find_sheet

TAKEN, AROUND = np.array([0.85, 0.1, 0.1], np.float32), np.array([0.75, 0.8, 0.9], np.float32)


def shown_paper(pixels: Array) -> Array | None:
    """The marks in black; lines, frames, rules, shadows' rests in red; what lies around the sheet in pale blue.

    Shapes: pixels (H, W, 3) in 0..1 → (h, w, 3) in 0..1, at most COMFORTABLE long; None where nothing was taken away.
    """
    pixels = reduced(pixels, -(-max(pixels.shape[:2]) // COMFORTABLE))
    sheet = find_sheet(pixels)
    found = tell_apart(sheet.pixels)
    lines, rest = find_marks(found.ink)
    kept = np.zeros_like(found.ink)
    for mark in [*rest, *(mark for line in lines for mark in line)]:
        left, top, right, bottom = mark.box
        np.maximum(kept[top:bottom, left:right], mark.ink, out=kept[top:bottom, left:right])
    taken = np.where(kept > 0, 0, np.maximum(found.lines, np.where(found.ink > EDGE, found.ink, 0)))
    if not (taken > EDGE).any() and not sheet.around.any():
        return None
    picture = np.where(sheet.around[..., None], AROUND, np.float32(1))
    picture = picture + taken[..., None] * (TAKEN - picture)
    return np.asarray(picture * (1 - kept[..., None]))
