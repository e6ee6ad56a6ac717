"""Which straight lines belong to the paper, and how they are taken away without harm to the digits on them.

Rulings and squares run through the picture, cross each other, or close cells; an underline is longer than any stroke of
a digit. Everything else that is straight may be a stroke, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.components import boxes, label
from zerokara.digits.lines import Line, find_lines
from zerokara.digits.quick import median

SMALLEST = 40  # a picture with fewer rows or columns holds one digit and no paper worth the name
SHORTEST = 0.06  # of the picture's longer side: what is shorter is no line
THICKEST = 0.02
FLANKS = 4  # pixels that a thick pen and a lens may add to an underline
SEEN = 0.1  # ink of this strength may be a line
EDGE = 0.42  # as in ink.py: from this strength on it surely is ink
SLENDER = 20  # a line through the picture is so many times longer than thick
NEAR = 2.5  # pixels beside its thickness that a line may miss another
ALIKE, AS_THICK = 0.08, 1.8  # slopes and widths of the lines that cells or squares are made of
CROSSINGS = 3  # a line of squared paper crosses so many others …
PITCHES = 2.6  # … and is so many times longer than they are apart: a one is not
UNDERLINE = 1.4  # heights of a digit: no flat stroke is so long
LEVEL = 0.22  # … and slopes little: longer, steeper lines are arcs of a circle
ACROSS = 0.35  # … and what stands on it reaches no farther below it: a minus between two digits is no line
BESIDE = 0.1  # … and an underline is so much longer on either side than the one digit on it
FILLS = 0.3  # of a cell's height: what stands in it is at least so tall …
SIDES = ("left", "top", "right", "bottom")
SLASH, STRAIGHT = 0.45, 0.85  # a zero's slash has this part of its width and height, and its points this correlation
CROWD, FILLS_TOGETHER = 2, 0.12  # … or there are so many, each at least so tall: the frame of a page


@dataclass(frozen=True, eq=False)
class Cleared:
    """Ink without the paper's lines, the lines, and what was taken away, both (H, W)."""

    ink: Array
    lines: list[Line]
    taken: Array


def without_lines(ink: Array, known: Sequence[Line] = ()) -> Cleared:
    """Take the lines of ruled and squared paper, tables, boxes and underlines away. Shapes: ink (H, W), 0 is paper.

    `known` are lines that were taken away before; they still cross and close what is found now.
    """
    if min(ink.shape) < SMALLEST:
        return Cleared(ink, [], np.zeros_like(ink))
    side = max(ink.shape)
    thickest, shortest = max(5.0, THICKEST * side), max(16.0, SHORTEST * side)
    new = find_lines(ink > SEEN, thickest, shortest)
    found = [*known, *new]
    chosen = [line for line in found if line in known or _through(line, ink.shape)]
    chosen = _all_of(found, chosen, _crossing(found))
    cells = _closed(found)
    if len(cells) > len([line for line in cells if line in chosen]):
        bare = erased(ink, _all_of(new, chosen, cells))
        chosen = _all_of(found, chosen, _inhabited(cells, bare))
    bare = erased(ink, _all_of(new, chosen))
    under = _underlines(bare, [line for line in new if line not in chosen]) or _underlines(
        bare, find_lines(bare > SEEN, thickest + FLANKS, shortest, steep=(False,))
    )
    chosen, bare = [*chosen, *under], erased(bare, under)
    if len(chosen) <= 2 and not (bare > 0.5).any():
        return Cleared(ink, [], np.zeros_like(ink))  # one stroke through the whole picture: a one
    return Cleared(bare, chosen, ink - bare)


def _underlines(ink: Array, lines: list[Line]) -> list[Line]:
    """The flat lines that are longer than a digit is tall, under several marks or wider than the one on them.

    (The foot of a two may be long, but begins where the two ends.)
    """
    lines = [o for o in lines if not o.steep and abs(o.b) < LEVEL and o.length > o.width * SLENDER / 2]
    if not lines:
        return []
    labels, count = label(erased(ink, lines) > SEEN)
    box = boxes(labels, count)
    if not count:
        return []
    heights = box[:, 3] - box[:, 1]
    box = box[heights >= heights.max() / 2]
    height = float(median(box[:, 3] - box[:, 1]))
    room = BESIDE * height
    under = []
    for line in lines:
        middle = (box[:, [0, 1]] + box[:, [2, 3]]) / 2
        at = line.at(middle[:, 0])
        above = (middle[:, 1] < at) & (box[:, 3] - at <= ACROSS * height)
        over = box[(box[:, 2] > line.start) & (box[:, 0] < line.end) & above]
        wider = over.size and line.start < over[:, 0].min() - room and line.end > over[:, 2].max() + room
        if line.length >= UNDERLINE * height and (len(over) > 1 or wider) and _ends_free(ink, line):
            under.append(line)
    return under


def _ends_free(ink: Array, line: Line) -> bool:
    """Whether a flat line just ends, at both ends: an arc, or the foot of a two, goes on."""
    aside = int(line.width / 2) + 3
    for t in (line.start - 6, line.end + 2):
        middle = round(float(line.at(t + 2)))
        if (ink[max(0, middle - aside) : max(0, middle + aside + 1), max(0, t) : max(0, t + 4)] > EDGE).any():
            return False
    return True


def _all_of(found: list[Line], *parts: list[Line]) -> list[Line]:
    return [line for line in found if any(line in part for part in parts)]


def _through(line: Line, shape: tuple[int, ...]) -> bool:
    """From border to border of the picture, and thin."""
    size = shape[0 if line.steep else 1]
    room = 0.03 * size + 3
    return line.start <= room and line.end >= size - room and line.length > SLENDER * line.width


def _meets(t: float, at: float, other: Line, room: float) -> bool:
    """Whether the point `t` along a line, `at` across it, lies on a line of the other direction."""
    near = abs(float(other.at(at)) - t) <= room
    return near and other.start - room <= at <= other.end + room


def _ends_on(line: Line, others: list[Line]) -> bool:
    """Whether both ends of a line lie on lines of the other direction."""
    return all(
        any(_meets(t, float(line.at(t)), o, NEAR + o.width / 2) for o in others) for t in (line.start, line.end - 1)
    )


def _alike(lines: list[Line]) -> list[Line]:
    """Those whose slope is that of most of the length of their direction, and that are no thicker."""
    kept = []
    for steep in (False, True):
        part = sorted((line for line in lines if line.steep is steep), key=lambda line: line.b)
        if part:
            halfway = np.cumsum([line.length for line in part]) >= sum(line.length for line in part) / 2
            usual = part[int(halfway.argmax())]
            kept += [o for o in part if abs(o.b - usual.b) <= ALIKE and o.width <= AS_THICK * usual.width + 1]
    return kept


def _held(lines: list[Line], holds: Callable[[Line, list[Line]], bool]) -> list[Line]:
    """The lines of one kind that hold on to those across them, once all that do not are gone."""
    kept = _alike(lines)
    while True:
        flat, steep = [o for o in kept if not o.steep], [o for o in kept if o.steep]
        still = [line for line in kept if holds(line, flat if line.steep else steep)]
        if len(still) == len(kept):
            return kept
        kept = still


def _closed(lines: list[Line]) -> list[Line]:
    """The lines that close cells: both ends of each lie on others that do so, too."""
    return _held(lines, _ends_on)


def _crossing(lines: list[Line]) -> list[Line]:
    """The lines of squared paper: each crosses several that cross several, and is longer than they are apart."""
    return _held(lines, _crosses)


def _crosses(line: Line, others: list[Line]) -> bool:
    places = sorted(
        place
        for other in others
        if line.start - NEAR - other.width <= (place := _crossing_at(line, other)) <= line.end + NEAR + other.width
        and other.start - NEAR - line.width <= float(line.at(place)) <= other.end + NEAR + line.width
    )
    if len(places) < CROSSINGS:
        return False
    return line.end - line.start >= PITCHES * float(median(np.diff(places)))


def _crossing_at(line: Line, other: Line) -> float:
    """t where y = a + b·t meets t = a' + b'·y."""
    return (other.a + other.b * line.a) / (1 - other.b * line.b)


def _inhabited(cells: list[Line], bare: Array) -> list[Line]:
    """The lines of the boxes and tables in which something stands, and of empty ones of the same size as those.

    A zero drawn with a ruler, or on a display, is no cell, though other digits stand around it.
    """
    parts = _connected(cells)
    full = [part for part in parts if _is_inhabited(part, bare)]
    sizes = [_extent(part) for part in full]
    alike = [part for part in parts if any(_are_alike(_extent(part), size) for size in sizes)]
    return [line for line in cells if any(line in part for part in alike)]


def _connected(cells: list[Line]) -> list[list[Line]]:
    """The lines in parts that meet each other: one box, or one table, each."""
    left, parts = list(cells), []
    while left:
        part = [left.pop()]
        for line in part:  # grows while it is walked through
            near = [o for o in left if o.steep is not line.steep and _cross(line, o)]
            left = [o for o in left if o not in near]
            part += near
        parts.append(part)
    return parts


def _cross(line: Line, other: Line) -> bool:
    """Whether two lines of different directions meet."""
    t, room = _crossing_at(line, other), NEAR + max(line.width, other.width) / 2
    at = float(line.at(t))
    return line.start - room <= t <= line.end + room and other.start - room <= at <= other.end + room


def _extent(part: list[Line]) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of a box or table; all 0 where it has no side."""
    steep, flat = [o for o in part if o.steep], [o for o in part if not o.steep]
    if not steep or not flat:
        return (0, 0, 0, 0)
    return (
        min(o.start for o in flat),
        min(o.start for o in steep),
        max(o.end for o in flat),
        max(o.end for o in steep),
    )


def _are_alike(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    """Whether two boxes have one size, to a fifth."""
    return all(abs((a[i + 2] - a[i]) - (b[i + 2] - b[i])) <= 0.2 * (b[i + 2] - b[i]) for i in (0, 1))


def _is_inhabited(part: list[Line], bare: Array) -> bool:
    left, top, right, bottom = _extent(part)
    rows = np.diff(sorted(line.a for line in part if not line.steep))
    rows = rows[rows > 0.1 * (bottom - top)]
    heights = _heights(bare[top:bottom, left:right])
    tall = float(median(rows)) if rows.size else bottom - top
    if len(part) == len(SIDES) and _is_slash(bare[top:bottom, left:right] > SEEN):
        return False
    return bool((heights >= FILLS * tall).any() or (heights >= FILLS_TOGETHER * tall).sum() >= CROWD)


def _is_slash(inside: Array) -> bool:
    """Whether the only thing in a cell is a stroke from corner to corner, rising to the right: the slash of a zero."""
    y, x = np.nonzero(inside)
    if y.size < 2 or min(np.ptp(x) / inside.shape[1], np.ptp(y) / inside.shape[0]) < SLASH:
        return False
    return bool(np.corrcoef(x, y)[0, 1] <= -STRAIGHT)


def _heights(ink: Array) -> Array:
    labels, count = label(ink > SEEN)
    box = boxes(labels, count)
    return box[:, 3] - box[:, 1]


def erased(ink: Array, lines: list[Line]) -> Array:
    """The ink without lines; where a stroke crosses a line or stands on it, the stroke stays whole.

    P(o) = median over t of ink(t, y(t) + o)   is what the line itself looks like across, y(t) its middle;
    k = the first o at which P(±o) < ¼ P(0)    is where it ends.
    At t the ink belongs to a stroke, too, if ink(t, y ± 1 … k + 1) is > ½ P(0) throughout on either side,
    or if it is far darker than P(0);
    everywhere else −k … k is made paper. Flat lines go first, so that what a steep line crosses is digits alone.
    """
    if not lines:
        return ink
    bare = ink.copy()
    for line in sorted(lines, key=lambda line: line.steep):
        _erase(bare.T if line.steep else bare, line)
    return bare


def _erase(ink: Array, line: Line) -> None:
    H, W = ink.shape
    t = np.arange(max(0, line.start - 2), min(W, line.end + 2))
    reach = int(line.width) + 6
    rows = np.rint(line.at(t)).astype(np.int64)[:, None] + np.arange(-reach, reach + 1)
    inside = (rows >= 0) & (rows < H)
    across = np.where(inside, ink[np.clip(rows, 0, H - 1), t[:, None]], 0)
    profile = median(across)
    middle = float(profile[reach - 1 : reach + 2].max())
    if middle <= 0:
        return
    k = next((o for o in range(1, reach) if max(profile[reach - o], profile[reach + o]) < middle / 4), reach)
    k = min(k, int(line.width / 2) + 3)
    dark = across > middle / 2  # two pixels, since the middle of a line is known to half a pixel only
    stroke = dark[:, reach - k - 1 : reach].all(axis=1) | dark[:, reach + 1 : reach + k + 2].all(axis=1)
    stroke |= across[:, reach - k : reach + k + 1].max(axis=1) > 1.7 * middle
    o = np.arange(reach - k, reach + k + 1)
    clear = inside[:, o] & ~stroke[:, None]
    y, x = rows[:, o][clear], np.broadcast_to(t[:, None], clear.shape)[clear]
    ink[y, x] = 0
    for beside in (reach - k - 1, reach + k + 1):  # the soft flank of a blurred line
        faint = inside[:, beside] & ~stroke & (across[:, beside] < middle / 2)
        ink[rows[faint, beside], t[faint]] = 0
