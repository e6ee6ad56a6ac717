"""How lines, points, trajectories, arrows, bands and rules are drawn in a chart."""

import math
from collections.abc import Sequence
from itertools import pairwise

from zerokara.report.axes import Scale
from zerokara.report.marks import Arrows, Band, Line, Path, Points, Rule, floats
from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.plot import Labels, Plot, broken
from zerokara.report.sheet import Point, path
from zerokara.wording import significant

COLOURS = 6
"""Marks have colours, dashes and shapes of their own up to this number, then begin again; points with other shapes."""

TOUCHED, SPARSE, HINTS, MOST = 80, 40, 300, 4000
"""Up to so many points: a line says each one's values; a scatter has large ones, says their values, is drawn whole."""

APART = 14.0
"""A line has dots where they are about this far apart or farther, so that its dashes are seen."""

SHAPES: tuple[tuple[Point, ...], ...] = (
    (),
    ((0.0, -1.3), (1.2, 0.85), (-1.2, 0.85)),
    ((-0.92, -0.92), (0.92, -0.92), (0.92, 0.92), (-0.92, 0.92)),
    ((0.0, -1.35), (1.35, 0.0), (0.0, 1.35), (-1.35, 0.0)),
    ((0.0, 1.3), (1.2, -0.85), (-1.2, -0.85)),
    ((-0.4, -1.3), (0.4, -1.3), (0.4, -0.4), (1.3, -0.4), (1.3, 0.4), (0.4, 0.4),
     (0.4, 1.3), (-0.4, 1.3), (-0.4, 0.4), (-1.3, 0.4), (-1.3, -0.4), (-0.4, -0.4)),
)  # fmt: skip
"""Outlines of points by their colour: circle (no corners), triangle, square, diamond, triangle upside down, cross."""


def colour(index: int) -> str:
    """The class of the mark number `index`."""
    return f"c{index % COLOURS + 1}"


def draw_line(line: Line, plot: Plot, index: int) -> Markup:
    """The line, thinned where it is long, and a dot with a hint for each of few points."""
    style = colour(index) + (" faint" if line.faint else "")
    points = thinned(list(zip(floats(line.x), floats(line.y), strict=True)))
    drawn = element("path", d=broken([plot.place(a, b) for a, b in points]), class_=f"line {style}")
    finite = [(a, b) for a, b in points if math.isfinite(a) and math.isfinite(b)]
    crowded = APART * len(finite) > abs(plot.across.stop - plot.across.start)
    if len(finite) > TOUCHED or line.faint or (crowded and plot.small):
        return drawn
    style += " quiet" if crowded else ""
    return element("g", drawn, *(_dot(line, plot, a, b, style) for a, b in finite))


def _dot(line: Line, plot: Plot, a: float, b: float, style: str) -> Markup:
    """A dot that says its values, also to who points near it; a quiet one is seen only then."""
    hint = f"{line.name or plot.y.name}: {plot.y.name} {significant(b)}, {plot.x.name} {significant(a)}"
    spot = {"cx": coordinate(plot.across.beyond(a)), "cy": coordinate(plot.up.beyond(b))}
    return element(
        "g",
        element("circle", r=2.6, class_=f"dot {style}", **spot),
        element("circle", r=9, class_="touch", **spot),
        element("title", hint),
        class_="point",
    )


def thinned(points: Sequence[Point], limit: int = 600) -> Sequence[Point]:
    """The points of a long line, fewer but with every peak: lowest and highest of each stretch, in their order."""
    if len(points) <= limit:
        return points
    size = math.ceil(2 * len(points) / limit)
    kept: list[Point] = []
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        finite = [i for i, p in enumerate(stretch) if math.isfinite(p[1])] or [0]
        ends = {min(finite, key=lambda i: stretch[i][1]), max(finite, key=lambda i: stretch[i][1])}
        kept.extend(stretch[i] for i in sorted(ends))
    return kept


def marker(index: int, at: Point, size: float) -> str:
    """The outline of a point, as the `d` of a path."""
    start = f"M{coordinate(at[0])} {coordinate(at[1])}"
    shape = SHAPES[(index + 2 * (index // COLOURS)) % COLOURS]  # the second round has other pairs of colour and shape
    corners = [(size * a, size * b) for a, b in shape]
    if not corners:
        r, wide = coordinate(size), coordinate(2 * size)
        return f"{start}m-{r} 0a{r} {r} 0 1 0 {wide} 0a{r} {r} 0 1 0 -{wide} 0z"
    steps = [(x - u, y - v) for (u, v), (x, y) in pairwise([(0.0, 0.0), *corners])]
    written = [f"{coordinate(x)} {coordinate(y)}" for x, y in steps]
    return f"{start}m{written[0]}l{' '.join(written[1:])}z"


def draw_points(points: Points, plot: Plot, index: int) -> Markup:
    """Every point in the shape and colour of its group; few points say their values, of very many some are drawn."""
    spots = [(i, p) for i, p in enumerate(plot.places(points.x, points.y)) if p is not None]
    if len(spots) > HINTS:
        some = spots[:: math.ceil(len(spots) / MOST)]
        outline = "".join(marker(index, p, 2) for _, p in some)
        return element("path", d=outline, class_=f"dot many {colour(index)}")
    size = 3.2 if len(spots) <= SPARSE else 2.7
    return join(
        *(
            element(
                "path",
                element("title", _said(points, i, plot)),
                d=marker(index, p, size),
                class_=f"dot edged {colour(index)}",
            )
            for i, p in spots
        )
    )


def _said(points: Points, i: int, plot: Plot) -> str:
    names = [text for text in (points.labels[i] if points.labels else "", points.name) if text]
    x, y = plot.across.read(float(points.x[i])), plot.up.read(float(points.y[i]))
    values = f"{plot.x.name} {x}, {plot.y.name} {y}"
    return f"{', '.join(names)}: {values}" if names else values


def label_points(points: Points, plot: Plot, labels: Labels) -> Markup:
    """The labels of the points, each beside its own; of very many in a chart, those without room are left out."""
    if not points.labels:
        return Markup("")
    crowded = max(len(points.labels), labels.crowd) > SPARSE
    style, most = ("word", 0.04) if crowded else ("word halo", math.inf)
    spots = [(i, p) for i, p in enumerate(plot.places(points.x, points.y)) if p is not None and plot.shows(p)]
    return join(*(labels.write(points.labels[i], _around(p), style, most=most) for i, p in spots if points.labels[i]))


def _around(point: Point) -> list[tuple[float, float, str]]:
    """Where the label of a point may stand: right, left, above, below, and in the corners."""
    x, y = point
    return [
        (x + 7, y, ""), (x - 7, y, "end"), (x, y - 11, "middle"), (x, y + 11, "middle"),
        (x + 6, y - 9, ""), (x + 6, y + 9, ""), (x - 6, y - 9, "end"), (x - 6, y + 9, "end"),
    ]  # fmt: skip


def draw_path(way: Path, plot: Plot, index: int) -> Markup:
    """A thin line with small dots, a ring where it starts, an arrow head and a dot where it ends."""
    places = plot.places(way.x, way.y)
    spots = [p for p in places if p is not None]
    if not spots:
        return Markup("")
    style = colour(index)
    steps = spots[1:-1] if len(spots) <= 2 * SPARSE else []
    return element(
        "g",
        element("path", d=broken(places), class_=f"line way {style}"),
        element("path", d="".join(marker(0, p, 1.7) for p in steps), class_=f"dot {style}") if steps else "",
        element("path", d=marker(0, spots[0], 4.2), class_=f"ring {style}"),
        _end(spots, style),
        element("title", way.name or plot.y.name),
    )


def _end(spots: Sequence[Point], style: str) -> Markup:
    """A dot at the last place, and an arrow head on the last long step, or halfway along the path if all are short."""
    d = marker(0, spots[-1], 3.4)
    steps = [step for step in pairwise(spots) if math.dist(*step) > 0.01]
    last = next((step for step in reversed(steps) if math.dist(*step) >= 11), None)
    if last is not None:
        far = math.dist(*last)
        d += _head(*last, far - 3 if last is steps[-1] else far / 2 + 4)
    elif sum(math.dist(*step) for step in steps) >= 24:
        middle = steps[len(steps) // 2]
        d += _head(*middle, math.dist(*middle) / 2 + 4)
    return element("path", d=d, class_=f"dot edged {style}")


def _head(start: Point, stop: Point, forward: float) -> str:
    """An arrow head in the direction of a step, its tip `forward` from where the step starts."""
    (x1, y1), (x2, y2) = start, stop
    far = math.dist(start, stop)
    ux, uy = (x2 - x1) / far, (y2 - y1) / far
    x, y = x1 + forward * ux, y1 + forward * uy
    wings = [(x - 8 * ux - side * 3.8 * uy, y - 8 * uy + side * 3.8 * ux) for side in (1, -1)]
    return path([(x, y), *wings]) + "z"


def draw_arrows(field: Arrows, plot: Plot, index: int) -> Markup:
    """All arrows of the field as one path; the longest is about as long as a step of the grid."""
    tails = plot.places(field.x, field.y)
    arrows = []
    for i, tail in enumerate(tails):
        dx = float(field.dx[i]) * _slope(plot.across, float(field.x[i]))
        dy = float(field.dy[i]) * _slope(plot.up, float(field.y[i]))
        if tail is not None and math.isfinite(dx) and math.isfinite(dy):
            arrows.append((tail, dx, dy))
    longest = max((math.hypot(dx, dy) for _, dx, dy in arrows), default=0.0)
    factor = 0.95 * _step([tail for tail, _, _ in arrows]) / longest if longest else 0.0
    d = "".join(_arrow(tail, factor * dx, factor * dy) for tail, dx, dy in arrows)
    return element("path", d=d or "M0 0", class_=f"arrows {colour(index)}")


def _slope(scale: Scale, value: float) -> float:
    """How far in the drawing one unit is at `value`."""
    length = scale.stop - scale.start
    if scale.log:
        return length / (math.log(scale.high / scale.low) * value) if value > 0 else math.nan
    return length / (scale.high - scale.low)


def _step(places: Sequence[Point]) -> float:
    """The distance between neighbours, if the places are a grid; about that otherwise."""
    if len(places) < 2:
        return 40.0
    sides = [max(p[side] for p in places) - min(p[side] for p in places) for side in (0, 1)]
    if min(sides) < 1:
        return max(sides) / (len(places) - 1)
    return math.sqrt(sides[0] * sides[1]) / max(1.0, math.sqrt(len(places)) - 1)


def _arrow(tail: Point, dx: float, dy: float) -> str:
    length = math.hypot(dx, dy)
    start = f"M{coordinate(tail[0])} {coordinate(tail[1])}"
    if length < 1:
        return f"{start}h0"
    ux, uy, head = dx / length, dy / length, min(5.5, 0.4 * length)
    x, y = tail[0] + dx, tail[1] + dy
    wings = [(x - head * (ux + s * 0.55 * uy), y - head * (uy - s * 0.55 * ux)) for s in (1, -1)]
    return path([tail, (x, y)]) + path([wings[0], (x, y), wings[1]])


def draw_band(band: Band, plot: Plot, index: int) -> Markup:
    """The room between the two lines, once for every stretch in which both are known."""
    columns = list(zip(floats(band.x), floats(band.low), floats(band.high), strict=True))
    columns = columns[:: max(1, len(columns) // 600)]
    stretches: list[list[tuple[float, float, float]]] = [[]]
    for column in columns:
        if all(map(math.isfinite, column)):
            stretches[-1].append(column)
        else:
            stretches.append([])
    d = "".join(
        broken([*(plot.place(x, high) for x, _, high in s), *(plot.place(x, low) for x, low, _ in reversed(s))]) + "z"
        for s in stretches
        if s
    )
    return element("path", d=d or "M0 0", class_=f"band {colour(index)}")


def draw_rule(rule: Rule, plot: Plot, index: int) -> Markup:
    """A fine line from side to side of the frame."""
    left, top, right, bottom = plot.room.box
    if rule.x is not None:
        at = coordinate(plot.across.beyond(rule.x)) if math.isfinite(rule.x) else None
        return element("line", x1=at, x2=at, y1=top, y2=bottom, class_="rule") if at else Markup("")
    at = coordinate(plot.up.beyond(rule.y)) if rule.y is not None and math.isfinite(rule.y) else None
    return element("line", x1=left, x2=right, y1=at, y2=at, class_="rule") if at else Markup("")


def label_rule(rule: Rule, plot: Plot, labels: Labels) -> Markup:
    """The name of the rule at its end, where other words leave room."""
    left, top, right, bottom = plot.room.box
    x = left if rule.x is None else plot.across.beyond(rule.x)
    y = top if rule.y is None else plot.up.beyond(rule.y)
    if not rule.name or not plot.shows((x, y)):
        return Markup("")
    line = 1.2 * plot.room.letter
    if rule.x is not None:
        heights = [top + line / 2 + line * k for k in range(int((bottom - top) // line))]
        spots = [spot for h in heights for spot in ((x + 5, h, ""), (x - 5, h, "end"))]
    else:
        above, below = y - 0.6 * line, y + 0.62 * line
        spots = [(right - 3, above, "end"), (right - 3, below, "end"), (left + 4, above, ""), (left + 4, below, "")]
    return labels.write(rule.name, spots, "word soft halo")
