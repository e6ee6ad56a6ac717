"""Where the sheet ends and the desk begins: dark borders of scans, the table around a page, a board's wooden frame.

Ink is what departs from the paper, so what lies around the paper would be the strongest ink of all. It is found first
and painted over with the paper's colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.components import label
from zerokara.digits.quick import with_margin

GRID = 128  # blocks along the longer side: a sheet's edge needs no more
SMOOTH = 0.06  # neighbouring blocks of one sheet differ by less
LEAST = 0.3  # of all blocks: a smaller sheet is none
DARKER = 0.6  # what has less than this part of the paper's light is no shadow
OTHER = 0.3  # … nor what departs from the paper's colour by more
ALL_PAPER = 0.97  # of what looks like paper lies in the sheet; with more of it elsewhere, strokes cut the paper
AROUND, CERTAIN = 0.3, 0.6  # part of the picture's border that surroundings take
MOST_AROUND = 0.4  # of all blocks: with more of them it may be a stroke that lies in its surroundings
MOST_INK, CONVEX = 0.2, 0.94  # a sheet is not full of ink, and has no bays


@dataclass(frozen=True, eq=False)
class Sheet:
    """The picture with what lies around the sheet painted over (H, W, 3), and where that was (H, W).

    `certain` says that it can hardly have been a digit that fills the picture.
    """

    pixels: Array
    around: Array
    certain: bool


def find_sheet(pixels: Array) -> Sheet:
    """Paint over what lies around the sheet. Shapes: pixels (H, W, 3) in 0..1.

    The paper is the largest smooth piece; a quadratic surface S through it is the paper's colour everywhere.
    Surroundings are pieces that differ from S much more than a shadow does, hold a corner of the picture, and together
    take a good part of its border.
    """
    nothing = Sheet(pixels, np.zeros(pixels.shape[:2], bool), True)
    small, block = _reduced(pixels)
    paper = _largest(_is_smooth(small))
    if min(small.shape[:2]) < 16 or paper.mean() < LEAST:
        return nothing
    surface = _surface(small, paper)
    other = _differs(small, surface)
    labels, _ = label(other)
    corners = {int(labels[y, x]) for y in (0, -1) for x in (0, -1)} - {0}
    outside = np.isin(labels, list(corners))
    rim = np.concatenate([outside[0], outside[-1], outside[1:-1, 0], outside[1:-1, -1]]).mean()
    like_paper = ~other & (np.abs(small - surface).max(axis=2) < OTHER / 2)
    if rim < AROUND or (_filled(paper) & like_paper).sum() < ALL_PAPER * like_paper.sum():
        return nothing
    if not _is_sheet(_filled(paper), other):
        return nothing
    share = outside.mean()
    outside = _grown(_grown(outside) | _rim(outside.shape))  # the rim: corners of the sheet leave slivers there
    y, x = (
        np.minimum(np.arange(size) // block, len(part) - 1)
        for size, part in ((pixels.shape[0], outside), (pixels.shape[1], outside[0]))
    )
    around = outside[np.ix_(y, x)]
    painted = np.where(around[..., None], surface.astype(np.float32)[np.ix_(y, x)], pixels)
    return Sheet(painted, around, bool(rim >= CERTAIN and share < MOST_AROUND))


def _is_sheet(sheet: Array, other: Array) -> bool:
    """Whether what looks like a sheet is none of a digit's strokes: no large holes, and nearly convex."""
    hull = np.ones_like(sheet)
    for axis in (0, 1):
        ahead = np.maximum.accumulate(sheet, axis=axis)
        behind = np.flip(np.maximum.accumulate(np.flip(sheet, axis), axis=axis), axis)
        hull &= ahead & behind
    return bool((sheet & other).sum() <= MOST_INK * sheet.sum() and sheet.sum() >= CONVEX * hull.sum())


def _reduced(pixels: Array) -> tuple[Array, int]:
    """Blocks of the picture, each its mean, and a block's side."""
    block = -(-max(pixels.shape[:2]) // GRID)
    H, W = (-(-size // block) for size in pixels.shape[:2])
    room = [(0, H * block - pixels.shape[0]), (0, W * block - pixels.shape[1]), (0, 0)]
    whole = np.pad(pixels, room, mode="edge").reshape(H, block, W, block, 3)
    return np.asarray(whole.mean(axis=(1, 3))), block


def _is_smooth(small: Array) -> Array:
    smooth = np.ones(small.shape[:2], bool)
    for axis in (0, 1):
        near = np.abs(np.diff(small, axis=axis)).max(axis=2) < SMOOTH
        ends = [(1, 0) if i == axis else (0, 0) for i in (0, 1)], [(0, 1) if i == axis else (0, 0) for i in (0, 1)]
        for room in ends:
            smooth &= np.pad(near, room, constant_values=True)
    return smooth


def _largest(mask: Array) -> Array:
    labels, count = label(mask)
    if not count:
        return mask
    return np.asarray(labels == 1 + np.bincount(labels.ravel(), minlength=count + 1)[1:].argmax())


def _filled(mask: Array) -> Array:
    """The mask with its holes: whatever a way from the border does not reach; grown by one first."""
    grown = with_margin(_grown(_grown(mask)), 1, 1)
    labels, _ = label(~grown)
    return np.asarray((labels != labels[0, 0])[1:-1, 1:-1])


def _grown(mask: Array) -> Array:
    framed = with_margin(mask, 1, 1)
    H, W = mask.shape
    grown: Array = np.logical_or.reduce([framed[dy : dy + H, dx : dx + W] for dy in range(3) for dx in range(3)])
    return grown


def _rim(shape: tuple[int, ...]) -> Array:
    inner = np.zeros(shape, bool)
    inner[1:-1, 1:-1] = True
    return ~inner


def _surface(small: Array, paper: Array) -> Array:
    """1, x, y, x², xy, y² fitted to every channel of the paper's blocks, and evaluated everywhere."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, size) for size in small.shape[:2]), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    fit = np.linalg.lstsq(terms[paper], small[paper], rcond=None)[0]
    return np.asarray(np.clip(terms @ fit, small[paper].min(axis=0), small[paper].max(axis=0)))


def _differs(small: Array, surface: Array) -> Array:
    light, paper = small.mean(axis=2), surface.mean(axis=2)
    dark = (light < DARKER * paper) | (paper < DARKER * light)
    return np.asarray(dark | (np.abs((small - light[..., None]) - (surface - paper[..., None])).max(axis=2) > OTHER))
