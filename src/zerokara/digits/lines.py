"""Long, thin, straight lines in a mask, found by Hough's vote; flat ones, and by turning the mask also steep ones.

A line of ruled paper may be crossed by digits, tilted with the sheet, and a little broken. What is asked of it is that
many thin pieces of ink lie on one straight line y = a + b·x, and that ink covers it almost without a gap.

Source: Duda & Hart, "Use of the Hough Transformation to Detect Lines and Curves in Pictures", 1972, with the slope and
the height in the middle of the picture as parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.components import runs
from zerokara.digits.quick import median

STEEPEST = 22  # degrees between a line and the picture's side
BIN = 1.5  # pixels: how near a point must lie to a line to vote for it
VOTERS = 6000  # of more points only those in every few columns vote
MOST = 160  # lines of one direction
THIN = 0.45  # so much of a line's columns must hold thin ink, the rest is crossings
STRAIGHT = 0.75  # pixels: the mean departure of a line's middle from straight


@dataclass(frozen=True, eq=False)
class Line:
    """A straight line from `start` to `end` (exclusive) along an axis: its middle there, a + b·t, and its width.

    `steep` says that t counts rows and the middle is a column; else t counts columns and the middle is a row.
    """

    steep: bool
    start: int
    end: int
    a: float
    b: float
    width: float

    @property
    def length(self) -> float:
        """In pixels, along the line."""
        return float((self.end - self.start) * np.hypot(1, self.b))

    def at(self, t: Array | float) -> Array:
        """The middle of the line at t."""
        return np.asarray(self.a + self.b * np.asarray(t))


def find_lines(mask: Array, thickest: float, shortest: float, steep: Sequence[bool] = (False, True)) -> list[Line]:
    """All straight lines of a mask (H, W) that are at least `shortest` long and at most `thickest` pixels thick.

    `steep` says which directions are looked for, flat and steep.
    """
    return [line for turned in steep for line in _flat(mask.T if turned else mask, thickest, shortest, turned)]


def _flat(mask: Array, thickest: float, shortest: float, steep: bool) -> list[Line]:
    x, top, bottom = runs(mask.T)
    thin = bottom - top <= thickest
    x, y, thick = x[thin], (top[thin] + bottom[thin] - 1) / 2, (bottom - top)[thin]
    found: list[Line] = []
    ballot = _Ballot(x, y, mask.shape)
    free = np.ones(x.size, bool)
    for _ in range(MOST):
        votes, slope, height = ballot.winner()
        if votes * ballot.step < THIN * shortest:
            break
        a, b, near = _fitted(x, y, free, height - slope * mask.shape[1] / 2, slope, thickest)
        stretches = _covered(mask, a, b, shortest) if abs(b) <= 1.1 * ballot.slopes[-1] else []
        for start, end in stretches:
            own = near & (x >= start) & (x < end)
            columns = np.unique(x[own]).size
            off = np.abs(y[own] - a - b * x[own]).mean() if columns else np.inf
            if columns >= THIN * (end - start) and off <= max(STRAIGHT, 0.2 * float(median(thick[own]))):
                found.append(Line(steep, start, end, a, b, float(median(thick[own]))))
        near |= free & (np.abs(y - height - slope * (x - mask.shape[1] / 2)) <= BIN)
        free &= ~near
        ballot.withdraw(near)
    return found


class _Ballot:
    """Every point votes for the lines through it: votes[slope, height in the middle], a box BIN pixels high."""

    def __init__(self, x: Array, y: Array, shape: tuple[int, ...]) -> None:
        H, W = shape
        self.step = max(1, round(x.size / VOTERS))
        self.x, self.y = x, y
        self.votes_of = x % self.step == 0
        steepest = np.tan(np.radians(STEEPEST))
        self.slopes = np.linspace(-steepest, steepest, 2 * int(min(160, max(12, W * steepest / (2 * BIN)))) + 1)
        self.middle = W / 2
        self.room = int(steepest * W / 2 / BIN) + 2
        self.bins = int(H / BIN) + 2 * self.room + 2
        self.votes = self._count(self.votes_of)

    def _count(self, which: Array) -> Array:
        x, y = self.x[which] - self.middle, self.y[which]
        place = ((y[None] - self.slopes[:, None] * x[None]) / BIN).astype(np.int64) + self.room
        place += self.bins * np.arange(self.slopes.size)[:, None]
        return np.bincount(place.ravel(), minlength=self.bins * self.slopes.size).reshape(-1, self.bins)

    def winner(self) -> tuple[int, float, float]:
        """The votes, slope and height in the middle of the line with most votes."""
        best = int(self.votes.argmax())
        slope, place = divmod(best, self.bins)
        return int(self.votes.flat[best]), float(self.slopes[slope]), (place - self.room + 0.5) * BIN

    def withdraw(self, which: Array) -> None:
        """Take back the votes of points that a line has explained."""
        self.votes -= self._count(which & self.votes_of)


def _fitted(x: Array, y: Array, free: Array, a: float, b: float, thickest: float) -> tuple[float, float, Array]:
    """Least squares through the points near a line, twice; the line, and which points are near it."""
    near = free & (np.abs(y - a - b * x) <= BIN + 1)
    for reach in (BIN + 1, BIN):
        if near.any() and x[near].min() < x[near].max():
            b, a = (float(v) for v in np.polyfit(x[near], y[near], 1))
        near = free & (np.abs(y - a - b * x) <= max(reach, thickest / 2))
    return a, b, near


def _covered(mask: Array, a: float, b: float, shortest: float) -> list[tuple[int, int]]:
    """The stretches of a line that ink covers, short gaps closed, as long as `shortest` or longer."""
    H, W = mask.shape
    x = np.arange(W)
    y = np.rint(a + b * x).astype(np.int64)
    ink = np.zeros(W, bool)
    for off in (-1, 0, 1):
        inside = (y + off >= 0) & (y + off < H)
        ink[inside] |= mask[y[inside] + off, x[inside]]
    gap = max(2, int(0.06 * shortest))
    _, start, end = runs(ink[None])
    if not start.size:
        return []
    breaks = np.flatnonzero(start[1:] - end[:-1] > gap)
    starts, ends = start[np.r_[0, breaks + 1]], end[np.r_[breaks, start.size - 1]]
    along = np.hypot(1, b)
    return [(int(s), int(e)) for s, e in zip(starts, ends, strict=True) if (e - s) * along >= shortest]
