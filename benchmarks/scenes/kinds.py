"""The kinds of scenes: what is on the paper besides the digits, and how they are arranged."""

from collections.abc import Callable

import numpy as np

from benchmarks.scenes.hands import Hands
from benchmarks.scenes.sheet import DARK_LINES, FAINT_LINES, Box, Colour, Scene, Sheet
from benchmarks.scenes.things import animal, hills
from zerokara.arrays import Array, generator

Draw = np.random.Generator
Drawn = tuple[Sheet, list[str]]
DESKS: tuple[Colour, ...] = ((0.1, 0.1, 0.1), (0.35, 0.22, 0.12), (0.2, 0.22, 0.25), (0.45, 0.4, 0.36))


def make(kind: str, seed: int, hands: Hands) -> Scene:
    """The scene of a kind (one of KINDS or EMPTY) with a seed."""
    kinds = KINDS | EMPTY
    if kind not in kinds:
        raise ValueError(f"a kind of scene is one of {', '.join(kinds)}; got {kind!r}")
    draw = generator(seed, "scene", kind)
    sheet, rows = kinds[kind](draw, hands)
    return sheet.seen(kind, seed, rows, photographed=bool(draw.random() < 0.5))


def _digits(draw: Draw, least: int, most: int) -> str:
    return "".join(str(d) for d in draw.integers(0, 10, draw.integers(least, most + 1)))


def _height(draw: Draw) -> int:
    return int(draw.integers(28, 64))


def _blank(draw: Draw, height: int, across: float = 7, down: float = 3) -> Sheet:
    """Paper with room for so many digits' heights across and down."""
    return Sheet(round(across * height), round(down * height), draw)


def _row(draw: Draw, hands: Hands, rows: list[str] | None = None) -> tuple[Sheet, list[str], int, list[Box]]:
    """One row of two to five digits somewhere near the middle of a sheet."""
    height = _height(draw)
    sheet = _blank(draw, height, draw.uniform(6.5, 9), draw.uniform(2.6, 4))
    rows = [_digits(draw, 2, 5)] if rows is None else rows
    boxes = []
    for text in rows:
        bottom = sheet.height * draw.uniform(0.5, 0.65) + height / 2
        boxes = sheet.write(text, draw.uniform(0.6, 1.2) * height, bottom, height, hands)
    return sheet, rows, height, boxes


def _plain(draw: Draw, hands: Hands) -> Drawn:
    return _row(draw, hands)[:2]


def _ruled(draw: Draw, hands: Hands, write: bool = True) -> Drawn:
    """Lines across the whole sheet; the digits stand on them, or anywhere."""
    height = _height(draw)
    count = int(draw.integers(1, 4))
    pitch = height * draw.uniform(1.4, 1.9)
    sheet = _blank(draw, height, draw.uniform(6.5, 9), (count + 1.5) * pitch / height)
    colour = sheet.pick(FAINT_LINES if draw.random() < 0.6 else DARK_LINES)
    width = draw.uniform(1, max(1.2, height / 22))
    start = draw.uniform(0.5, 1) * pitch
    for y in np.arange(start, sheet.height, pitch):
        sheet.line([(-5, y), (sheet.width + 5, y)], colour, width)
    shift = draw.choice([0.0, draw.uniform(-0.5, 0.5)]) * height
    rows = [_digits(draw, 2, 5) for _ in range(count)] if write else []
    for i, text in enumerate(rows):
        sheet.write(
            text,
            draw.uniform(0.6, 1) * height,
            start + pitch * (i + (start < height * 1.1 - shift)) + shift,
            height,
            hands,
        )
    return sheet, rows


def _squared(colours: tuple[Colour, ...]) -> Callable[[Draw, Hands], Drawn]:
    def squared(draw: Draw, hands: Hands, write: bool = True) -> Drawn:
        height = _height(draw)
        sheet = _blank(draw, height, draw.uniform(6.5, 9), draw.uniform(2.6, 4))
        pitch = height * draw.uniform(0.45, 1.15)
        colour, width = sheet.pick(colours), draw.uniform(1, max(1.2, height / 25))
        x0, y0 = draw.uniform(0, pitch, 2)
        for x in np.arange(x0, sheet.width, pitch):
            sheet.line([(x, -5), (x, sheet.height + 5)], colour, width)
        for y in np.arange(y0, sheet.height, pitch):
            sheet.line([(-5, y), (sheet.width + 5, y)], colour, width)
        rows = [_digits(draw, 2, 5)] if write else []
        for text in rows:
            sheet.write(text, draw.uniform(0.6, 1.2) * height, sheet.height / 2 + height / 2, height, hands)
        return sheet, rows

    return squared


def _boxed(draw: Draw, hands: Hands) -> Drawn:
    """A form: every digit in a box of its own, the boxes apart or in a row."""
    height = _height(draw)
    text = _digits(draw, 1, 5)
    side = height * draw.uniform(1.35, 1.7)
    apart = draw.choice([0.0, draw.uniform(0.15, 0.4)]) * height
    sheet = _blank(draw, height, (len(text) * (side + apart) + 1.5 * height) / height, side / height + 1.5)
    colour, width = sheet.pick((*DARK_LINES, sheet.pen)), draw.uniform(1, height / 14)
    left, top = draw.uniform(0.4, 0.8, 2) * height
    for i, digit in enumerate(text):
        x = left + i * (side + apart)
        sheet.line([(x, top), (x + side, top), (x + side, top + side), (x, top + side), (x, top)], colour, width)
        sheet.write(digit, x, top + side * draw.uniform(0.82, 0.9), height, hands, cell=side)
    return sheet, [text]


def _circled(draw: Draw, hands: Hands) -> Drawn:
    """Digits, or one whole number, in ovals drawn with the same pen."""
    sheet, rows, height, boxes = _row(draw, hands, [_digits(draw, 1, 1)] if draw.random() < 0.5 else None)
    left, top, right, bottom = np.array(boxes).min(axis=0)[:2].tolist() + np.array(boxes).max(axis=0)[2:].tolist()
    angle = np.linspace(0, 2 * np.pi, 60) + draw.uniform(0, 6)
    rx, ry = (
        (right - left) / 2 + height * draw.uniform(0.35, 0.55),
        (bottom - top) / 2 + height * draw.uniform(0.2, 0.4),
    )
    wave = 1 + 0.03 * np.sin(2 * angle + draw.uniform(0, 6))
    points = zip(
        (left + right) / 2 + rx * wave * np.cos(angle), (top + bottom) / 2 + ry * wave * np.sin(angle), strict=True
    )
    sheet.line([(float(x), float(y)) for x, y in points], sheet.pen, height * draw.uniform(0.05, 0.1))
    return sheet, rows


def _underlined(draw: Draw, hands: Hands) -> Drawn:
    """A line below the whole number, by hand or by ruler."""
    sheet, rows, height, boxes = _row(draw, hands)
    y = max(box[3] for box in boxes) + height * draw.uniform(0.05, 0.25)
    slope = draw.uniform(-0.03, 0.03) * height
    ends = boxes[0][0] - draw.uniform(0, 0.3) * height, boxes[-1][2] + draw.uniform(0, 0.3) * height
    sheet.line([(ends[0], y - slope), (ends[1], y + slope)], sheet.pen, height * draw.uniform(0.05, 0.11))
    return sheet, rows


def _rule_below(draw: Draw, hands: Hands) -> Drawn:
    """A short rule below every digit."""
    sheet, rows, height, boxes = _row(draw, hands, [_digits(draw, 1, 3)])
    width = height * draw.uniform(0.05, 0.1)
    for left, _, right, bottom in boxes:
        middle, half = (left + right) / 2, height * draw.uniform(0.3, 0.42)
        y = bottom + height * draw.uniform(0.1, 0.25)
        sheet.line([(middle - half, y), (middle + half, y)], sheet.pen, width)
    return sheet, rows


def _framed(sheet: Sheet, draw: Draw) -> None:
    """A dark border around the picture, of another width on every side."""
    colour = sheet.pick(DESKS)
    left, top, right, bottom = (round(w) for w in draw.uniform(0.02, 0.09, 4) * min(sheet.width, sheet.height))
    for part in (
        sheet.pixels[:top],
        sheet.pixels[sheet.height - bottom :],
        sheet.pixels[:, :left],
        sheet.pixels[:, sheet.width - right :],
    ):
        part[:] = colour


def _border(draw: Draw, hands: Hands) -> Drawn:
    """A dark border around the page: the scanner's, up to the picture's edge, or a frame drawn on the paper."""
    sheet, rows, height, _ = _row(draw, hands)
    if draw.random() < 0.5:
        _framed(sheet, draw)
        return sheet, rows
    W, H = sheet.width, sheet.height
    left, top, right, bottom = draw.uniform(0.06, 0.25, 4) * height
    corners = [(left, top), (W - right, top), (W - right, H - bottom), (left, H - bottom), (left, top)]
    sheet.line(corners, sheet.pick((*DARK_LINES, sheet.pen)), draw.uniform(1, height / 8))
    return sheet, rows


def _edge(draw: Draw, hands: Hands) -> Drawn:
    """Something that comes in over the picture's edge: a table's corner, a cable."""
    sheet, rows, *_ = _row(draw, hands)
    W, H = sheet.width, sheet.height
    if draw.random() < 0.5:
        depth = draw.uniform(0.04, 0.1) * H
        sheet.line([(-9, -depth), (W + 9, draw.uniform(-0.5, 0.5) * depth - depth / 2)], sheet.pick(DESKS), 2.5 * depth)
    else:
        x = np.linspace(-9, draw.uniform(0.4, 0.9) * W, 30)
        y = H * 0.06 * (1.2 + np.cos(x / W * draw.uniform(4, 9))) * np.linspace(1, -0.4, 30)
        sheet.line(
            [(float(a), float(b)) for a, b in zip(x, y, strict=True)], sheet.pick(DESKS), draw.uniform(0.015, 0.04) * H
        )
    return sheet, rows


def _table(draw: Draw, hands: Hands) -> Drawn:
    """Numbers in the cells of a table with rules; between two cells of a row stands a space."""
    height = _height(draw) * 3 // 4
    down, across = int(draw.integers(2, 5)), int(draw.integers(2, 4))
    wide, tall = height * draw.uniform(4, 4.6), height * draw.uniform(1.5, 1.9)
    sheet = _blank(draw, height, (across * wide + height) / height, (down * tall + height) / height)
    colour, width = sheet.pick(DARK_LINES), draw.uniform(1, height / 14)
    x, y = height / 2 + wide * np.arange(across + 1), height / 2 + tall * np.arange(down + 1)
    rows = []
    for top in y[:-1]:
        row = [_digits(draw, 1, 3) for _ in range(across)]
        for left, text in zip(x, row, strict=False):
            sheet.write(text, left + 0.25 * height, top + tall / 2 + height / 2, height, hands)
        rows.append(" ".join(row))
    for at in x:
        sheet.line([(at, y[0]), (at, y[-1])], colour, width)
    for at in y:
        sheet.line([(x[0], at), (x[-1], at)], colour, width)
    return sheet, rows


def _shadow(draw: Draw, hands: Hands) -> Drawn:
    sheet, rows, *_ = _row(draw, hands)
    sheet.shadow()
    return sheet, rows


def _side_lit(draw: Draw, hands: Hands) -> Drawn:
    sheet, rows, *_ = _row(draw, hands)
    sheet.light(draw.uniform(0.3, 0.6))
    return sheet, rows


def _page(draw: Draw, hands: Hands, height: int, rows: list[str], apart: float) -> Sheet:
    widest = max(map(len, rows)) + 1.6 * max(row.count(" ") for row in rows)
    sheet = _blank(draw, height, widest * 1.05 + 2, len(rows) * apart + 1)
    for i, text in enumerate(rows):
        sheet.write(text, height, (i + 1.25) * apart * height, height, hands)
    return sheet


def _tilted(draw: Draw, hands: Hands) -> Drawn:
    """Three to five rows on a sheet that is turned by 8 to 20 degrees."""
    rows = [_digits(draw, 3, 6) for _ in range(draw.integers(3, 6))]
    sheet = _page(draw, hands, int(draw.integers(28, 44)), rows, draw.uniform(1.5, 2))
    sheet.turn(draw.choice([-1, 1]) * draw.uniform(8, 20), sheet.paper)
    return sheet, rows


def _desk(draw: Draw, hands: Hands) -> Drawn:
    """A sheet that lies on a desk, a little turned, all of its edges in the picture."""
    sheet, rows, *_ = _row(draw, hands)
    ground = sheet.pick(DESKS)
    sheet.turn(draw.uniform(-7, 7), ground)
    return sheet, rows


def _columns(draw: Draw, hands: Hands) -> Drawn:
    """Two columns of numbers of one length; a row of the page has a space between its two numbers."""
    size = int(draw.integers(2, 4))
    rows = [f"{_digits(draw, size, size)} {_digits(draw, size, size)}" for _ in range(draw.integers(3, 7))]
    return _page(draw, hands, int(draw.integers(28, 44)), rows, draw.uniform(1.5, 2)), rows


def _twenty(draw: Draw, hands: Hands) -> Drawn:
    """A page of twenty rows."""
    rows = [_digits(draw, 4, 8) for _ in range(20)]
    return _page(draw, hands, int(draw.integers(24, 34)), rows, draw.uniform(1.5, 2)), rows


def _empty(kind: Callable[..., Drawn]) -> Callable[[Draw, Hands], Drawn]:
    return lambda draw, hands: kind(draw, hands, write=False)


def _nothing(draw: Draw, hands: Hands) -> Drawn:
    return _blank(draw, _height(draw)), []


def _empty_desk(draw: Draw, hands: Hands) -> Drawn:
    sheet, _ = _nothing(draw, hands)
    sheet.turn(draw.uniform(-12, 12), sheet.pick(DESKS))
    return sheet, []


def _empty_shadow(draw: Draw, hands: Hands) -> Drawn:
    sheet, _ = _nothing(draw, hands)
    sheet.shadow()
    return sheet, []


def _photographed(thing: Callable[[Draw], Array]) -> Callable[[Draw, Hands], Drawn]:
    def photographed(draw: Draw, hands: Hands) -> Drawn:
        pixels = thing(draw)
        sheet = Sheet(pixels.shape[1], pixels.shape[0], draw)
        sheet.pixels = pixels
        return sheet, []

    return photographed


KINDS: dict[str, Callable[[Draw, Hands], Drawn]] = {
    "plain": _plain, "ruled": _ruled, "squared, light": _squared(FAINT_LINES), "squared, dark": _squared(DARK_LINES),
    "boxed": _boxed, "circled": _circled, "underlined": _underlined, "rule below": _rule_below, "border": _border,
    "edge": _edge, "table": _table, "shadow": _shadow, "lit from a side": _side_lit, "tilted": _tilted, "desk": _desk,
    "columns": _columns, "twenty rows": _twenty,
}  # fmt: skip

EMPTY: dict[str, Callable[[Draw, Hands], Drawn]] = {
    "empty, plain": _nothing, "empty, ruled": _empty(_ruled), "empty, squared": _empty(_squared(DARK_LINES)),
    "empty, desk": _empty_desk, "empty, shadow": _empty_shadow,
    "animal": _photographed(animal), "hills": _photographed(hills),
}  # fmt: skip
