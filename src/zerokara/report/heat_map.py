"""A table of numbers as shaded cells: what is large is seen before it is read."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.report.axes import Axis
from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.sheet import LETTER, label, sheet, shortened, text_width
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.wording import Lang, significant

ROOM, WIDE_ROOM, TALLEST = 408.0, 890.0, 640.0
LONGEST = 150.0
ROWS, COLUMNS = 120, 40
"""A table under a heat map lists at most this many rows and columns."""

HINTS = 2500
"""Up to this many cells each have a hover title; more cells are drawn together, shade by shade."""

STEPS = 24


PALE = 0.03
"""Where more than half of the values are below this share of the largest, and none is 0 or less, shades go by their
logarithms: one great value would make all others look alike."""


@dataclass(frozen=True)
class Shades:
    """How deep the colour of a value is: 0 is the paper, 1 the full colour; −1 the other colour where 0 divides two."""

    low: float
    high: float
    log: bool = False
    diverging: bool = False

    def __call__(self, value: float) -> float:
        """The depth of `value`, within −1 and 1."""
        low, high = (0.0, self.high) if self.diverging else (self.low, self.high)
        if self.log:
            value, low, high = math.log(max(value, low)), math.log(low), math.log(high)
        depth = (value - low) / (high - low) if high > low else 0.5
        return min(1.0, max(-1.0 if self.diverging else 0.0, depth))

    def value(self, share: float) -> float:
        """What stands at this share of the colour scale."""
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)


def shades(values: Array, axis: Axis, diverging: bool | None = None) -> Shades:
    """The shades on which all finite `values` find room; two colours around 0 if some are negative, unless told."""
    finite = values[np.isfinite(values)]
    log = (axis.log or _drowned(finite, axis)) and diverging is not True and bool((finite > 0).any())
    finite = finite[finite > 0] if log else finite
    low = float(finite.min(initial=math.inf)) if axis.low is None else axis.low
    high = float(finite.max(initial=-math.inf)) if axis.high is None else axis.high
    if not (math.isfinite(low) and math.isfinite(high)):
        return Shades(0.0, 1.0)
    if diverging or (diverging is None and low < 0):
        end = max(abs(low), abs(high))
        return Shades(-end, end, diverging=True)
    if log:
        return Shades(low if 0 < low < high else high / 10, high, log=True)
    if low == high:
        low, high = min(0.0, low), max(0.0, high) or float(low == 0)
    elif axis.low is None and 0 <= low < 0.25 * high:
        low = 0.0
    return Shades(low, high)


def _drowned(finite: Array, axis: Axis) -> bool:
    """Whether on a linear scale one value would leave most of the others too pale to be told apart."""
    free = axis.low is None and axis.high is None
    return free and finite.size > 3 and bool((finite > 0).all() and np.median(finite) < PALE * finite.max())


@dataclass(frozen=True)
class _Layout:
    """Where the cells are: `left` and `top` of the first, their size, and what fits into them and beside them."""

    left: float
    top: float
    width: float
    height: float
    right: float
    rows: Sequence[str]
    columns: Sequence[str]
    every_row: int
    every_column: int
    slanted: bool
    numbers: bool

    def corner(self, r: int, c: int) -> tuple[float, float]:
        return self.left + c * self.width, self.top + r * self.height

    @property
    def across(self) -> float:
        return self.width * len(self.columns)

    @property
    def down(self) -> float:
        return self.height * len(self.rows)


def heat_map(
    title: str,
    values: Array,
    rows: Sequence[str],
    columns: Sequence[str],
    value: Axis,
    *,
    row_name: str = "",
    column_name: str = "",
    numbers: bool = True,
    diverging: bool | None = None,
    lang: Lang = "en",
    note: str = "",
    wide: bool = False,
) -> Figure:
    """`values[r, c]` as a shade in row `rows[r]` and column `columns[c]`, with its number where there is room for it.

    `value` says what the shades mean; its ends and `log` hold for the colours. One colour for values of one sign, two
    with 0 between them where `diverging` (by default: if any value is negative). Values that are no numbers are
    crossed out.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.shape != (len(rows), len(columns)):
        raise ValueError(
            f"a heat map of {len(rows)} rows and {len(columns)} columns needs ({len(rows)}, {len(columns)}) values; "
            f"got {values.shape}"
        )
    words = _words(values, rows, columns, value, (row_name, column_name), lang)
    table = _table(values, rows, columns, value, (row_name, column_name), lang)
    if not np.isfinite(values).any():
        return Figure(title, element("p", say(lang, "no-values")), words, table, note, wide)
    plan = _layout(values, rows, columns, (row_name, column_name), numbers, WIDE_ROOM if wide else ROOM)
    colours = shades(values, value, diverging)
    width = plan.left + max(plan.across + plan.right, text_width(value.label) + 8, 120.0, _key_width(plan, colours) + 8)
    picture = sheet(
        width,
        plan.top + plan.down + 56,
        f"{title}. {words}",
        *_names(plan, row_name, column_name),
        *_cells(values, plan, colours),
        _key(plan, colours, value),
    )
    return Figure(title, picture, words, table, note, wide)


def _layout(
    values: Array, rows: Sequence[str], columns: Sequence[str], names: tuple[str, str], numbers: bool, room: float
) -> _Layout:
    R, C = values.shape
    left = 10 + min(LONGEST, max(map(text_width, rows))) + (20 if names[0] else 0)
    longest = max(map(text_width, columns))
    needed = max(30.0, 8 + max(text_width(_number(v), 11.5) for v in values.flat)) if values.size <= HINTS else room
    numbers = numbers and left + C * needed <= room and R <= 40
    widest = min(72.0, max(needed, longest + 8)) if numbers else 46.0
    width = max(2.0, min((room - left - 8) / C, widest))
    height = max(2.0, (28.0 if R <= 14 else 22.0) if numbers else min(width, 30.0, TALLEST / R))
    slanted = longest > width and longest > 26
    tilted = min(LONGEST, longest) * 0.71 if slanted else 0.0
    top = (20 if names[1] else 0) + (tilted + 14 if slanted else 22)
    step = 16.0 if slanted else longest + 6
    every = (max(1, math.ceil(13 / height)), max(1, math.ceil(step / width)) if width < step else 1)
    return _Layout(left, top, width, height, max(8.0, tilted - width / 2 + 8), rows, columns, *every, slanted, numbers)


def _number(value: float) -> str:
    return significant(value, 3)


def _names(plan: _Layout, row_name: str, column_name: str) -> Iterator[Markup]:
    """The names of rows and columns, and what they are names of."""
    for r in range(0, len(plan.rows), plan.every_row):
        yield label(shortened(plan.rows[r], LONGEST), plan.left - 8, plan.corner(r, 0)[1] + plan.height / 2, "end")
    for c in range(0, len(plan.columns), plan.every_column):
        yield _column_name(plan, c)
    if column_name:
        yield label(column_name, plan.left + plan.across / 2, 8, "name middle")
    if row_name:
        turn = f"translate(11 {coordinate(plan.top + plan.down / 2)}) rotate(-90)"
        yield element("text", row_name, x=0, y=0, class_="name middle", transform=turn)


def _column_name(plan: _Layout, c: int) -> Markup:
    x, y = plan.corner(0, c)[0] + plan.width / 2, plan.top - 8
    name = shortened(plan.columns[c], LONGEST)
    if not plan.slanted:
        return element("text", name, x=coordinate(x), y=y, class_="middle")
    turn = f"translate({coordinate(x + 4)} {coordinate(y + 1)}) rotate(-45)"
    return element("text", name, x=0, y=0, transform=turn)


def _cells(values: Array, plan: _Layout, colours: Shades) -> Iterator[Markup]:
    if values.size > HINTS:
        yield from _together(values, plan, colours)
        return
    for (r, c), value in np.ndenumerate(values):
        yield _cell(float(value), plan, (r, c), colours)


def _cell(value: float, plan: _Layout, at: tuple[int, ...], colours: Shades) -> Markup:
    x, y = plan.corner(*at)
    gap = 1.0 if min(plan.width, plan.height) > 8 else 0.0
    w, h = plan.width - gap, plan.height - gap
    hint = element("title", f"{plan.rows[at[0]]} · {plan.columns[at[1]]}: {significant(value)}")
    place = {"x": coordinate(x), "y": coordinate(y), "width": coordinate(w), "height": coordinate(h)}
    if not math.isfinite(value):
        cross = f"M{coordinate(x)} {coordinate(y + h)}l{coordinate(w)} {coordinate(-h)}"
        return element("g", element("rect", class_="empty", **place), element("path", d=cross, class_="hatch"), hint)
    depth = colours(value)
    ground = element("rect", class_="below" if depth < 0 else "above", fill_opacity=_opacity(depth), **place)
    return element("g", ground, _sign(_number(value), plan, (x + w / 2, y + h / 2), depth), hint)


def _opacity(depth: float) -> str:
    return f"{0.04 + 0.91 * abs(depth):.2f}"


def _contrast(depth: float) -> str:
    """The class of letters on a shade: on a deep one they have the colour of the paper; on a dark page, sooner."""
    if abs(depth) > (0.8 if depth > 0 else 0.94):
        return " deep"
    return " half" if abs(depth) > 0.6 else ""


def _sign(number: str, plan: _Layout, middle: tuple[float, float], depth: float) -> Markup:
    """The number of a cell; where there is no room for it, a minus in the cells of the second colour."""
    deep = _contrast(depth)
    if plan.numbers:
        return label(number, *middle, f"figures middle{deep}")
    if depth < 0 and min(plan.width, plan.height) >= 8:
        return element("path", d=f"M{coordinate(middle[0] - 2.5)} {coordinate(middle[1])}h5", class_=f"minus{deep}")
    return Markup("")


def _together(values: Array, plan: _Layout, colours: Shades) -> Iterator[Markup]:
    """Many cells: all of one shade are one path."""
    shaded: dict[float, list[str]] = {}
    size = f"h{coordinate(plan.width)}v{coordinate(plan.height)}h{coordinate(-plan.width)}z"
    for (r, c), value in np.ndenumerate(values):
        depth = round(STEPS * colours(float(value))) / STEPS if math.isfinite(value) else math.nan
        x, y = plan.corner(r, c)
        shaded.setdefault(depth if depth == depth else 2.0, []).append(f"M{coordinate(x)} {coordinate(y)}{size}")
    for depth, cells in shaded.items():
        style, opacity = ("empty", None) if depth > 1 else ("below" if depth < 0 else "above", _opacity(depth))
        yield element("path", d="".join(cells), class_=f"{style} crisp", fill_opacity=opacity)


def _key_width(plan: _Layout, colours: Shades) -> float:
    """As wide as the map within limits, and wide enough for the numbers at both ends."""
    ends = sum(text_width(_number(colours.value(share)), LETTER) for share in (0.0, 1.0))
    return max(min(160.0, max(96.0, plan.across)), ends + 14)


def _key(plan: _Layout, colours: Shades, value: Axis) -> Markup:
    """The colour scale: what the shades mean."""
    x, y, width = plan.left, plan.top + plan.down + 28, _key_width(plan, colours)
    step = width / STEPS
    parts = [element("text", value.label, x=coordinate(x), y=coordinate(y - 7), class_="name")]
    for i in range(STEPS):
        depth = colours(colours.value((i + 0.5) / STEPS))
        style = {"class_": f"{'below' if depth < 0 else 'above'} crisp", "fill_opacity": _opacity(depth)}
        parts.append(
            element("rect", x=coordinate(x + i * step), y=coordinate(y), width=coordinate(step), height=9, **style)
        )
    marks = ((0.0, ""), (0.5, " middle"), (1.0, " end"))
    room = sum(text_width(_number(colours.value(share)), LETTER) + 6 for share, _ in marks)
    for share, anchor in marks if room <= width else marks[::2]:
        written = _number(colours.value(share))
        parts.append(
            element("text", written, x=coordinate(x + share * width), y=coordinate(y + 22), class_="tick" + anchor)
        )
    return join(*parts)


def _words(
    values: Array, rows: Sequence[str], columns: Sequence[str], value: Axis, names: tuple[str, str], lang: Lang
) -> str:
    said = say(lang, "heat-map", value=value.label, rows=len(rows), columns=len(columns))
    if names[0] and names[1]:
        said += " " + say(lang, "heat-map-names", row_name=names[0], column_name=names[1])
    finite = np.isfinite(values)
    if not finite.any():
        return f"{said} {say(lang, 'no-values')}"
    for key, at in (
        ("greatest", np.where(finite, values, -math.inf).argmax()),
        ("smallest", np.where(finite, values, math.inf).argmin()),
    ):
        r, c = divmod(int(at), len(columns))
        said += " " + say(lang, key, value=significant(float(values[r, c])), row=rows[r], column=columns[c])
    return said


def _table(
    values: Array, rows: Sequence[str], columns: Sequence[str], value: Axis, names: tuple[str, str], lang: Lang
) -> Table:
    """All values, or rows and columns at equal distances where there are too many."""
    R, C = len(rows), len(columns)
    down, across = max(1, math.ceil(R / ROWS)), max(1, math.ceil(C / COLUMNS))
    shown: list[list[Cell]] = [[rows[r], *(float(v) for v in values[r, ::across])] for r in range(0, R, down)]
    caption = value.label
    if down > 1 or across > 1:
        caption += ". " + say(lang, "thinned-cells", rows=R, columns=C, down=down, across=across)
    head = " \\ ".join(name for name in names if name)
    return Table([head, *columns[::across]], shown, caption)
