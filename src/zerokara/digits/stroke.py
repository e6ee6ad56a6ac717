"""How wide a stroke is, and how to draw it wider or thinner: distances to the edge of the ink."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.quick import with_margin


def depth(mask: Array, reach: int) -> Array:
    """Distance from every True pixel to the nearest False one, at most `reach`; 0 where False; outside counts as False.

    d²(y, x) = min over dx of  dx² + column²(y, x + dx),   column = distance up or down to the nearest False.
    Shapes: mask (H, W) bool → (H, W) float32. Source: Felzenszwalb & Huttenlocher, "Distance Transforms of Sampled
    Functions", 2012, with the minimum over a bounded window in place of the lower envelope.
    """
    column = np.minimum(_column_depth(mask), reach).astype(np.float32) ** 2
    square = column.copy()
    padded = with_margin(column, 0, reach)
    for dx in range(1, reach + 1):
        if dx * dx >= square.max(initial=0):
            break  # no column so far away is nearer
        near = np.minimum(padded[:, reach - dx : -reach - dx], padded[:, reach + dx : padded.shape[1] - reach + dx])
        np.minimum(square, near + np.float32(dx * dx), out=square)
    distance: Array = np.minimum(np.sqrt(square), np.float32(reach))
    return distance


def _column_depth(mask: Array) -> Array:
    """Pixels to the nearest False above or below, 0 where False."""
    rows = np.arange(1, mask.shape[0] + 1)[:, None]
    above: Array = rows - np.maximum.accumulate(np.where(mask, 0, rows), axis=0)
    turned = mask[::-1]
    below: Array = (rows - np.maximum.accumulate(np.where(turned, 0, rows), axis=0))[::-1]
    nearest: Array = np.minimum(above, below)
    return nearest


def stroke_width(inside: Array) -> float:
    """Width of a ribbon from its pixels' depths: across a ribbon of width w they average w/4 + ½."""
    values = inside[inside > 0]
    return float(4 * (values.mean() - 0.5)) if values.size else 0.0


def redraw(mask: Array, grow: float) -> Array:
    """The mask with its edge moved outwards by `grow` pixels (inwards if negative), antialiased, values 0..1.

    Distances are measured from pixel centres, so the edge itself lies at ½.
    """
    reach = int(abs(grow)) + 2
    if grow < 0:
        thin: Array = np.clip(depth(mask, reach) + np.float32(grow), 0, 1)
        return thin
    paper = with_margin(~mask, reach, reach, True)
    drawn: Array = np.clip(np.float32(grow + 1) - depth(paper, reach)[reach:-reach, reach:-reach], 0, 1)
    return drawn
