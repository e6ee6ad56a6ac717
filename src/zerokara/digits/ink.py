"""Tell ink from paper: uneven light, grey or coloured paper, pale pencil, light ink on a dark board.

Nothing here knows which colour ink has. The paper is what most of the picture and its border are made of; the ink is
what departs from the paper, all in one direction of colour.
"""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.components import label

SCALE = np.float32(1 / np.sqrt(3))  # from black to white the colour departs by √3
GRID = 64  # the paper's colour is fitted on a reduced picture: light changes slowly
FAINTEST = 0.05  # a fainter mark than this part of the full range is no ink
NOISE_MARGIN = 5.0
MOST_BLURS = 4
FINE_ENOUGH = 64  # a smaller picture has no grain finer than its strokes
GRAIN, GRAINY = 8, 0.1  # pieces of at most so many pixels are grain; more than this part of all ink is too much of it
EDGE = 0.42  # a stroke ends where its strength falls below this part of the ink's own strength


def find_ink(pixels: Array) -> Array:
    """How much ink lies on every pixel: 0 on paper, 1 where the pen pressed as usual.

    Shapes: pixels (H, W, 3) in 0..1 → ink (H, W) float32 in 0..1; all zero where no ink is found.
    The value EDGE is the border between ink and paper.
    """
    ink = _find_ink(pixels)
    for _ in range(MOST_BLURS):
        if not _is_grainy(ink):
            break
        pixels = smooth(pixels)
        ink = _find_ink(pixels)
    return ink


def _find_ink(pixels: Array) -> Array:
    departure = flatten(_towards_ink(pixels - paper_colour(pixels)))
    level, noise = _centre_and_spread(departure)
    faintest = max(FAINTEST, NOISE_MARGIN * noise)
    departure -= np.float32(level)
    strong = departure[departure > faintest]
    if strong.size == 0:
        return np.zeros(departure.shape, np.float32)
    strength = max(float(np.quantile(strong, 0.9)), faintest / EDGE)
    return np.where(departure > faintest, np.clip(departure / np.float32(strength), 0, 1), np.float32(0))


def _is_grainy(ink: Array) -> bool:
    """Whether much of the ink is grain (a grid of printed dots, noise), so that it has to be seen from farther away."""
    mask = ink > EDGE
    if max(mask.shape) < FINE_ENOUGH or not mask.any():
        return False
    labels, count = label(mask)
    size = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    return bool(size[size <= GRAIN].sum() > GRAINY * size.sum())


def smooth(pixels: Array) -> Array:
    """Binomial smoothing with (1, 4, 6, 4, 1)/16 along both axes."""
    for axis in (0, 1):
        framed = np.pad(pixels, [(2, 2) if i == axis else (0, 0) for i in range(pixels.ndim)], mode="edge")
        a, b, c, d, e = (np.take(framed, np.arange(i, i + pixels.shape[axis]), axis) for i in range(5))
        pixels = (a + e + 4 * (b + d) + 6 * c) * np.float32(1 / 16)
    return pixels


def paper_colour(pixels: Array) -> Array:
    """The colour of the paper under every pixel: a quadratic surface per channel, fitted to the paper alone.

    Starts from the commonest colour (the border counts twice) and drops what lies far from the surface, five times.
    """
    small = _reduced(pixels)
    terms = _quadratic(*small.shape[:2])
    colours = small.reshape(-1, 3)
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    surface = np.broadcast_to(np.median(np.concatenate([colours, border]), axis=0), colours.shape)
    fit = np.zeros((terms.shape[1], 3))
    for round_ in range(5):
        distance = np.linalg.norm(colours - surface, axis=1)
        keep = distance <= max(np.quantile(distance, 0.6) * 2.5, 0.02)
        columns = terms.shape[1] if round_ and keep.mean() > 0.4 else 1
        fit[:] = 0
        fit[:columns] = np.linalg.lstsq(terms[keep, :columns], colours[keep], rcond=None)[0]
        surface = terms @ fit
    full = _quadratic(*pixels.shape[:2]).astype(np.float32) @ fit.astype(np.float32)
    return np.clip(full, 0, 1).reshape(pixels.shape)


def _towards_ink(residual: Array) -> Array:
    """Project what departs from the paper on its mean direction; what departs the other way (a glare) is no ink."""
    distance: Array = np.sqrt(np.einsum("hwc,hwc->hw", residual, residual))
    strong = distance > max(FAINTEST, 0.5 * float(np.quantile(distance, 0.999)))
    if not strong.any():
        return np.zeros(distance.shape, np.float32)
    direction = residual[strong].mean(axis=0)
    length = float(np.linalg.norm(direction))
    if length < FAINTEST / 2:
        along = distance
    else:
        along = np.maximum(residual @ (direction / length).astype(np.float32), 0)
    return along * SCALE


def flatten(departure: Array) -> Array:
    """Take away what is wider than any stroke, half the picture: shadows and desks (a top-hat: x − opening(x))."""
    window = max(departure.shape) // 2 + 1
    if min(departure.shape) < 3:
        return departure
    opened = _slide(_slide(departure, window, np.minimum), window, np.maximum)
    return departure - np.minimum(opened, departure)


def _slide(x: Array, window: int, extreme: np.ufunc) -> Array:
    """Minimum or maximum over a centred window × window square; at the picture's edge the window is cut."""
    for axis in (0, 1):
        x = np.moveaxis(_slide_rows(np.moveaxis(x, axis, 0), window, extreme), 0, axis)
    return x


def _slide_rows(x: Array, window: int, extreme: np.ufunc) -> Array:
    half = window // 2
    x = np.concatenate([np.repeat(x[:1], half, 0), x, np.repeat(x[-1:], half, 0)])
    span, width = 1, 2 * half + 1
    while span < width:  # doubling: a window of 2·span is two windows of span
        step = min(span, width - span)
        x = extreme(x[: len(x) - step], x[step:])
        span += step
    return x


def _centre_and_spread(x: Array) -> tuple[float, float]:
    """Median and robust standard deviation (1.4826 · median absolute deviation) of the paper."""
    sample = x.ravel()[:: max(1, x.size // 200_000)]
    centre = float(np.median(sample))
    return centre, 1.4826 * float(np.median(np.abs(sample - centre)))


def _reduced(pixels: Array) -> Array:
    """The picture in blocks, at most GRID along the longer side, each block its mean."""
    block = -(-max(pixels.shape[:2]) // GRID)
    H, W = (max(1, size // block) for size in pixels.shape[:2])
    by, bx = (min(block, size) for size in pixels.shape[:2])
    mean: Array = pixels[: H * by, : W * bx].reshape(H, by, W, bx, 3).mean(axis=(1, 3), dtype=np.float64)
    return mean


def _quadratic(H: int, W: int) -> Array:
    """1, x, y, x², xy, y² at the centre of every block: (H·W, 6)."""
    y, x = np.meshgrid((np.arange(H) + 0.5) / H * 2 - 1, (np.arange(W) + 0.5) / W * 2 - 1, indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(H * W, 6)
