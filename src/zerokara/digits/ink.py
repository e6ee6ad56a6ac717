"""Tell ink from paper: uneven light, grey or coloured paper, pale pencil, light ink on a dark board.

Nothing here knows which colour ink has. The paper is what most of the picture and its border are made of; the ink is
what departs from the paper, all in one direction of colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.components import label
from zerokara.digits.lines import Line
from zerokara.digits.paper import without_lines
from zerokara.digits.quick import median
from zerokara.digits.stroke import depth, stroke_width

SCALE = np.float32(1 / np.sqrt(3))  # from black to white the colour departs by √3
GRID = 64  # the paper's colour is fitted on a reduced picture: light changes slowly
FAINTEST = 0.05  # a fainter mark than this part of the full range is no ink
NOISE_MARGIN = 4.0
SAME = 0.012  # colours that differ by less (3 of 255) are one colour
BROADEST = 6  # in a photograph what is wider than a sixth of the longer side is shadow
BROAD = 0.35  # … unless the strokes themselves come near to that: the photograph shows one thick digit from near
WIDER = 4  # what is so many times wider than the strokes is shadow, too
ROUGH = 256
MOST_BLURS = 3
FINE_ENOUGH = 64  # a smaller picture has no grain finer than its strokes
PALER = 0.6  # ink is not so much paler than the lines under it
SHADE, SHADED = 0.7, 0.2  # a shadow is so much paler than ink, and takes more than this part of the border
LOOKS = 3  # for lines of the paper: pale ones are seen when dark ones are gone
GRAIN, GRAINY = 8, 0.1  # pieces of at most so many pixels are grain; more than this part of all ink is too much of it
EDGE = 0.42  # a stroke ends where its strength falls below this part of the ink's own strength


@dataclass(frozen=True, eq=False)
class Found:
    """Ink, and what was taken for the paper's own lines; both (H, W) float32 in 0..1."""

    ink: Array
    lines: Array


def find_ink(pixels: Array) -> Array:
    """How much ink lies on every pixel: 0 on paper, 1 where the pen pressed as usual.

    Shapes: pixels (H, W, 3) in 0..1 → ink (H, W) float32 in 0..1; all zero where no ink is found.
    The value EDGE is the border between ink and paper.
    """
    return tell_apart(pixels).ink


def tell_apart(pixels: Array) -> Found:
    """Ink as `find_ink` finds it, and the lines of the paper that were taken away."""
    for _ in range(MOST_BLURS):
        departure = _departure(pixels)
        ink = _strength(departure)
        if max(ink.shape) < FINE_ENOUGH or not _is_grainy(ink):
            return _cleared(departure, ink)
        pixels = smooth(pixels)
    departure = _departure(pixels)
    return _cleared(departure, _strength(departure))


def _cleared(departure: Array, ink: Array) -> Found:
    """Without the lines of the paper; how strong ink is, is measured again without them, since they may be paler.

    Pale lines beside dark strokes are found at the second look or, dark ones away, at the third.
    """
    taken, least = np.zeros_like(ink), 0.0
    lines: list[Line] = []
    for _ in range(LOOKS):
        cleared = without_lines(_strength(departure, np.inf, least), lines)
        if len(cleared.lines) == len(lines):
            break
        lines = cleared.lines
        taken = np.maximum(taken, np.where(cleared.taken > 0, ink, 0))
        gone = cleared.taken > 0
        least = max(least, PALER * float(median(departure[gone]))) if gone.any() else least
        departure = np.where(gone, 0, departure)
        ink = _strength(departure, least=least)
    return Found(ink, taken)


def _departure(pixels: Array) -> Array:
    """How far every pixel departs from the paper towards the ink's colour, shadows taken away."""
    residual = pixels - paper_colour(pixels)
    if not _is_even(pixels):
        window = max(pixels.shape[:2]) // BROADEST + 1
        towards = residual @ _direction(residual - _mean_around(residual, window))
        departure = flatten(towards, window)
        width = _usual_width(_strength(departure) > EDGE)
        if width <= BROAD * window:
            return flatten(towards, min(window, int(WIDER * width) + 3))
    towards = residual @ _direction(residual)
    if _is_shaded(towards):
        thin = flatten(np.maximum(towards, 0), max(pixels.shape[:2]) // BROADEST + 1)
        if (_strength(thin) > EDGE).any():
            return thin
    return flatten(np.maximum(towards, 0), max(pixels.shape[:2]) // 2 + 1)  # a glint must not lift what is around it


def _is_shaded(departure: Array) -> bool:
    """Whether a shadow without texture lies on the sheet: one step of departure at a corner and along a good part of
    the border. (A zero that fills its picture leaves the corners alone.)
    """
    rim = np.concatenate([departure[0], departure[-1], departure[:, 0], departure[:, -1]])
    corners = departure[[0, 0, -1, -1], [0, -1, 0, -1]]
    deepest = float(departure.max(initial=0))
    return bool(corners.max() > FAINTEST and corners.max() < SHADE * deepest and (rim > FAINTEST).mean() > SHADED)


def _usual_width(mask: Array) -> float:
    """The width of the strokes in pixels, roughly: measured on every few rows and columns of a large picture."""
    block = max(1, max(mask.shape) // ROUGH)
    few = mask[::block, ::block]
    return float(block * stroke_width(depth(few, max(few.shape) // BROADEST + 1)))


def _strength(departure: Array, most: float = 1, least: float = 0) -> Array:
    """Departures from the paper as ink, 1 where it is as strong as usual, at most `most`; what noise could be is 0.

    What departs by less than `least` is no ink either.
    """
    level, noise = _centre_and_spread(departure)
    faintest = max(FAINTEST, NOISE_MARGIN * noise, least)
    departure = departure - np.float32(level)
    strong = departure[departure > faintest]
    if strong.size == 0:
        return np.zeros(departure.shape, np.float32)
    strength = max(float(np.quantile(strong, 0.9)), max(FAINTEST, NOISE_MARGIN * noise) / EDGE)
    return np.where(departure > faintest, np.clip(departure / np.float32(strength), 0, np.float32(most)), np.float32(0))


def _is_grainy(ink: Array) -> bool:
    """Whether much of the ink is grain, a grid of printed dots, say."""
    mask = ink > EDGE
    labels, count = label(mask)
    size = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    return bool(size[size <= GRAIN].sum() > GRAINY * size.sum())


def smooth(pixels: Array) -> Array:
    """Binomial smoothing with (1, 4, 6, 4, 1)/16 along both axes."""
    for axis in (0, 1):
        size = pixels.shape[axis]
        framed = np.take(pixels, np.minimum(np.maximum(np.arange(-2, size + 2), 0), size - 1), axis)
        a, b, c, d, e = (framed[i : i + size] if axis == 0 else framed[:, i : i + size] for i in range(5))
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
    surface = np.broadcast_to(_commonest(np.concatenate([colours, border])), colours.shape)
    fit = np.zeros((terms.shape[1], 3))
    for round_ in range(5):
        distance = np.linalg.norm(colours - surface, axis=1)
        keep = distance <= max(np.quantile(distance, 0.35) * 2.5, 0.02)
        columns = terms.shape[1] if round_ and keep.mean() > 0.3 else 1
        fit[:] = 0
        fit[:columns] = np.linalg.lstsq(terms[keep, :columns], colours[keep], rcond=None)[0]
        surface = terms @ fit
    full = _quadratic(*pixels.shape[:2]).astype(np.float32) @ fit.astype(np.float32)
    return np.clip(full, 0, 1).reshape(pixels.shape)


def _is_even(pixels: Array) -> bool:
    """Whether much of the picture has one colour exactly, as in paint programs and scans: then there are no shadows."""
    sample = pixels.reshape(-1, 3)[:: max(1, pixels.size // 300_000)]
    return bool((np.abs(sample - _commonest(sample)).max(axis=1) < SAME).mean() > 0.4)


def _commonest(colours: Array) -> Array:
    """The commonest colour of many (n, 3): the median of the fullest of 8×8×8 boxes of similar colours."""
    boxes = np.minimum((colours * 8).astype(np.int64), 7) @ np.array([64, 8, 1])
    fullest = np.bincount(boxes, minlength=512).argmax()
    return np.asarray(median(colours[boxes == fullest]))


def _direction(residual: Array) -> Array:
    """Which way the colour goes where it departs most: (3,), scaled so that black on white departs by 1.

    What departs the other way (a glare on dark ink's paper) is then no ink.
    """
    distance: Array = np.sqrt(np.einsum("hwc,hwc->hw", residual, residual))
    strong = distance >= max(FAINTEST, 0.5 * float(np.quantile(distance, 0.999)))
    mean = residual[strong].mean(axis=0) if strong.any() else np.ones(3)
    length = max(float(np.linalg.norm(mean)), 1e-6)
    return (mean / length).astype(np.float32) * SCALE


def flatten(departure: Array, window: int) -> Array:
    """Take away what is wider than `window` pixels both ways, shadows and desks (a top-hat: x − opening(x))."""
    if min(departure.shape) < 3:
        return np.maximum(departure, 0)
    opened = _slide(_slide(departure, window, np.minimum), window, np.maximum)
    return departure - np.minimum(opened, departure)


def _mean_around(x: Array, window: int) -> Array:
    """The mean over a centred window × window square, smaller at the picture's edge, of every channel."""
    for axis in (0, 1):
        size = x.shape[axis]
        total = np.cumsum(x, axis=axis, dtype=np.float64)
        total = np.concatenate([np.zeros_like(np.take(total, [0], axis)), total], axis)
        low = np.maximum(np.arange(size) - window // 2, 0)
        high = np.minimum(np.arange(size) + window // 2 + 1, size)
        count = (high - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        x = ((np.take(total, high, axis) - np.take(total, low, axis)) / count).astype(np.float32)
    return x


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
    """Mean and standard deviation of the paper, from the lowest third of the values: there is no ink among them.

    Of normal values 8 % lie 1.405 deviations below the mean and 35 % lie 0.385 below.
    """
    sample = x.ravel()[:: max(1, x.size // 200_000)]
    low, high = (float(q) for q in np.quantile(sample, (0.08, 0.35)))
    spread = (high - low) / (1.405 - 0.385)
    return high + 0.385 * spread, spread


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
