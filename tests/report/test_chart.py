import math
import re
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.report.checking import check_page, words
from zerokara.report import (
    Arrows,
    Axis,
    Band,
    Bars,
    Cells,
    Contours,
    Figure,
    Lang,
    Line,
    Mark,
    Page,
    Panel,
    Path,
    Points,
    Rule,
    Section,
    Table,
    chart,
    panels,
)
from zerokara.report.axes import scale, tick
from zerokara.report.plot import plot
from zerokara.report.strokes import COLOURS, HINTS

X, Y = Axis("width", "m"), Axis("loss")
SVG = "{http://www.w3.org/2000/svg}"
GRID = np.linspace(-1.0, 1.0, 5)
BOWL = GRID[None] ** 2 + GRID[:, None] ** 2

EVERY: Sequence[Mark] = [
    Cells("height", GRID, GRID, BOWL),
    Contours("bowl", GRID, GRID, BOWL),
    Line("line", [0, 1], [0, 1]),
    Points("points", [0.5], [0.5], ["half"]),
    Path("path", [0, 0.5, 1], [1, 0.5, 0]),
    Arrows("arrows", [0, 1], [0, 1], [1, 0], [0, 1]),
    Band("band", [0, 1], [0, 0], [1, 2]),
    Rule("rule", x=0.5),
    Bars("bars", [0, 0.5, 1], [1, 2]),
]


def tree(figure: Figure) -> ElementTree.Element:
    """The drawing, parsed."""
    return ElementTree.fromstring(f"<div>{figure.content}</div>")


def found(figure: Figure, tag: str, style: str) -> list[ElementTree.Element]:
    """All elements of a kind that have the class `style`, outside of the legend."""
    drawing = tree(figure).iter(f"{SVG}svg")
    elements = [e for svg in drawing if svg.get("role") == "img" for e in svg.iter(f"{SVG}{tag}")]
    return [e for e in elements if style in (e.get("class") or "").split()]


def places(d: str) -> list[tuple[float, float]]:
    """The absolute places that a path goes to."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", d)]


def check(figure: Figure) -> str:
    """The figure stands on a valid page, in which no number is missing; returns all text."""
    html = Page("t", [Section("s", [figure])]).html()
    assert "nan" not in figure.content.lower()
    assert "inf" not in figure.content.lower()
    return words(check_page(html))


@pytest.mark.parametrize("mark", EVERY, ids=lambda mark: type(mark).__name__)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_mark_is_drawn_said_and_listed(mark: Mark, lang: str) -> None:
    figure = chart("t", [mark], X, Y, lang=lang)  # type: ignore[arg-type]
    check(figure)
    assert figure.table is not None
    assert figure.table.rows
    assert "width (m)" in figure.words
    assert "nothing" not in figure.words
    if not (isinstance(mark, Cells) and mark.classes):
        assert mark.name in figure.words


def test_all_marks_together_have_one_legend_without_rules() -> None:
    figure = chart("t", EVERY, X, Y)
    check(figure)
    entries = [words(li) for li in tree(figure).iter("li")]
    assert entries == ["height: 0 – 2", "bowl", "line", "points", "path", "arrows", "band", "bars"]


def test_a_point_lies_where_the_scales_say() -> None:
    points = Points("p", [0.0, 3.0, 10.0], [5.0, -2.0, 1.0])
    figure, place = chart("t", [points], X, Y), plot([points], X, Y)
    drawn = [places(e.get("d") or "")[0] for e in found(figure, "path", "dot")]
    expected = [(place.across(x), place.up(y)) for x, y in zip(points.x, points.y, strict=True)]
    assert np.allclose(drawn, expected, atol=0.01)
    assert drawn[0][0] < drawn[1][0] < drawn[2][0]
    assert drawn[1][1] > drawn[2][1] > drawn[0][1]


def test_a_gap_interrupts_line_path_and_band() -> None:
    y = [1.0, math.nan, 2.0, 3.0, math.inf, 1.0]
    x = range(6)
    for mark, style in (
        (Line("a", x, y), "line"),
        (Path("a", x, y), "way"),
        (Band("a", x, np.array(y) - 1, y), "band"),
    ):
        figure = chart("t", [mark], X, Y)
        check(figure)
        assert (found(figure, "path", style)[0].get("d") or "").count("M") == 3


@pytest.mark.parametrize("equal", [False, True])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 0.0, -1.0, 1e200])
def test_any_values_can_be_drawn(bad: float, log: bool, equal: bool, wide: bool) -> None:
    b = [bad, bad]
    marks: list[Mark] = [
        Cells("height", [0, 1], [0, 1], [b, b]),
        Cells("class", [0, 1], [0, 1], [[0, bad], b], ["a"]),
        Contours("bowl", [0, 1], [0, 1], [b, b]),
        Line("line", b, [0, 1]),
        Points("points", [0, 1], b, ["l", ""]),
        Path("path", b, b),
        Arrows("arrows", [0, 1], b, b, [1, 2]),
        Band("band", [0, 1], [0, 0], b),
        Rule("rule", x=bad),
        Rule("rule", y=bad),
        Bars("bars", [0, bad, 1], [1, bad]),
    ]
    axes = Axis("x", log=log), Axis("y", log=log)
    check(chart("t", marks, *axes, equal=equal, wide=wide))
    for mark in marks:
        check(chart("t", [mark], *axes, equal=equal, wide=wide))


NOTHING: Sequence[Mark] = [
    Cells("a", [], [], []),
    Cells("a", [1], [1, 2], [[math.nan], [math.nan]]),
    Contours("a", [], [], []),
    Line("a", [], []),
    Line("a", [1, 2], [math.nan, math.inf]),
    Points("a", [], []),
    Path("a", [], []),
    Arrows("a", [], [], [], []),
    Band("a", [], [], []),
    Bars("a", [0], []),
    Rule("a", x=math.nan),
]


@pytest.mark.parametrize("mark", NOTHING, ids=lambda mark: type(mark).__name__)
def test_an_empty_chart_says_so(mark: Mark) -> None:
    figure = chart("t", [mark], X, Y)
    assert "There is nothing to draw." in check(figure)
    assert "There is nothing to draw." in figure.words
    assert "描くものがありません。" in check(chart("t", [], X, Y, lang="ja"))


def test_marks_of_one_name_have_one_colour_and_one_entry() -> None:
    x = [0, 1]
    marks = [Band("b", x, [0, 0], [1, 1]), Line("a", x, x), Line("b", x, x), Band("a", x, x, x)]
    figure = chart("t", marks, X, Y)
    assert [e.get("class") for e in found(figure, "path", "line")] == ["line c2", "line c1"]
    assert [e.get("class") for e in found(figure, "path", "band")] == ["band c1", "band c2"]
    assert [words(li) for li in tree(figure).iter("li")] == ["b", "a"]


def test_points_have_the_colour_of_the_class_they_are_named_after() -> None:
    cells = Cells("", [0, 1], [0, 1], [[0, 1], [1, 0]], ["cat", "dog"])
    figure = chart("t", [Points("dog", [0], [0]), cells, Points("cat", [1], [1])], X, Y)
    assert [e.get("class") for e in found(figure, "path", "dot")] == ["dot edged c2", "dot edged c1"]
    assert {e.get("class") for e in found(figure, "path", "shade")} == {"shade c1", "shade c2"}


def test_colours_differ_also_in_dash_or_shape() -> None:
    shapes = set()
    for k in range(COLOURS):
        marks = [Points(str(i), [0.0], [0.0]) for i in range(k + 1)]
        shapes.add(re.sub(r"^M\S+ \S+", "", found(chart("t", marks, X, Y), "path", "dot")[k].get("d") or ""))
    assert len(shapes) == COLOURS


def test_more_groups_than_colours_differ_in_shape() -> None:
    marks = [Points(str(k), [1], [k]) for k in range(2 * COLOURS)]
    dots = found(chart("t", marks, X, Y), "path", "dot")[: 2 * COLOURS]
    looks = {(dot.get("class"), re.sub(r"^M\S+ \S+", "", dot.get("d") or "")) for dot in dots}
    assert len(looks) == 2 * COLOURS


def test_names_are_escaped_wherever_they_stand() -> None:
    evil = "<b>&\"'\x00"
    marks: list[Mark] = [
        Points(evil, [0, 1], [0, 1], [evil, evil]),
        Line(evil + "2", [0, 1], [1, 0]),
        Rule(evil, x=0.5),
    ]
    marks.append(Cells(evil, [0, 1], [0, 1], [[0, 1], [1, 0]], [evil, "b"]))
    figure = chart(evil, marks, Axis(evil, evil), Axis(evil), note=evil)
    assert evil[:-1] in check(figure)
    assert "<b>" not in figure.content
    assert "<b>" in check(panels(evil, [Panel(evil, marks)], Axis(evil), Axis(evil)))


def test_equal_units_are_equally_long() -> None:
    for x, y in (([0, 1], [0, 1]), ([0, 3], [0, 100]), ([0, 50], [0, 1])):
        place = plot([Line("a", x, y)], X, Y, equal=True)
        units = [abs(s.stop - s.start) / (s.high - s.low) for s in (place.across, place.up)]
        assert units[0] == pytest.approx(units[1])
        assert place.across.low <= min(x)
        assert place.up.high >= max(y)


def test_cells_fill_the_frame_and_every_value_finds_its_cell() -> None:
    cells = Cells("", [0.0, 1.0, 2.0], [10.0, 20.0], [[0, 0, 1], [1, 1, 1]], ["a", "b"])
    place = plot([cells], X, Y)
    assert (place.across.low, place.across.high, place.up.low, place.up.high) == (-0.5, 2.5, 5.0, 25.0)
    a, b = (e.get("d") or "" for e in found(chart("t", [cells], X, Y), "path", "shade"))
    left, top, right, bottom = place.room.box
    assert np.allclose(places(a), [(left, bottom)], atol=0.01)
    assert f"H{left + 2 / 3 * (right - left):.2f}" in a
    assert np.allclose(places(b), [(left + 2 / 3 * (right - left), bottom), (left, (top + bottom) / 2)], atol=0.01)


def test_contour_lines_lie_on_their_level() -> None:
    x, y = np.linspace(-3, 3, 61), np.linspace(-2, 2, 41)
    bowl = Contours("bowl", x, y, x[None] ** 2 + y[:, None] ** 2, [1.0, 3.0])
    place = plot([bowl], X, Y)
    lines = found(chart("t", [bowl], X, Y), "path", "contour")
    assert len(lines) == 2
    for line, level in zip(lines, (1.0, 3.0), strict=True):
        for across, up in places(line.get("d") or ""):
            a = place.across.low + (across - place.across.start) / (place.across.stop - place.across.start) * 6
            b = place.up.low + (up - place.up.start) / (place.up.stop - place.up.start) * 4
            assert a**2 + b**2 == pytest.approx(level, abs=0.05)


def test_levels_of_contours_are_few_and_between_the_ends() -> None:
    steep = BOWL**8
    for z in (BOWL, steep, -BOWL, BOWL * 1e-9):
        figure = chart("t", [Contours("z", GRID, GRID, z)], X, Y)
        assert 2 <= len(found(figure, "path", "contour")) <= 16
    assert not found(chart("t", [Contours("z", GRID, GRID, 0 * BOWL)], X, Y), "path", "contour")


def test_the_longest_arrow_is_about_one_step_of_the_grid() -> None:
    x, y = (a.ravel() for a in np.meshgrid(np.arange(5.0), np.arange(5.0)))
    field = Arrows("f", x, y, np.where(x == 2, 8.0, 1.0), 0 * y)
    figure, place = chart("t", [field], X, Y), plot([field], X, Y)
    d = found(figure, "path", "arrows")[0].get("d") or ""
    shafts = [(a, b) for a, b in pairwise(places(d)) if a[1] == b[1] and a[0] < b[0]]
    longest = max(b[0] - a[0] for a, b in shafts)
    step = place.across(1) - place.across(0)
    assert 0.6 * step < longest < 1.4 * step
    assert figure.table is not None
    assert figure.table.columns == ["name", "width (m)", "loss", "dx", "dy"]


def test_a_path_has_a_ring_at_its_start_and_a_dot_at_its_end() -> None:
    way = Path("p", [0.0, 1.0, 2.0], [0.0, 4.0, 1.0])
    figure, place = chart("t", [way], X, Y), plot([way], X, Y)
    assert places(found(figure, "path", "ring")[0].get("d") or "")[0] == pytest.approx(place.place(0, 0), abs=0.01)
    end = found(figure, "path", "edged")[0].get("d") or ""
    assert places(end)[0] == pytest.approx(place.place(2, 1), abs=0.01)
    assert len(places(end)) == 4


def test_bars_stand_on_the_ground_between_their_edges() -> None:
    bars = Bars("b", [0.0, 1.0, 4.0], [2.0, -1.0])
    figure, place = chart("t", [bars], X, Y), plot([bars], X, Y)
    first, second = found(figure, "rect", "fill")
    assert float(first.get("y") or 0) == pytest.approx(place.up(2), abs=0.01)
    assert float(second.get("y") or 0) == pytest.approx(place.up(0), abs=0.01)
    assert float(second.get("width") or 0) == pytest.approx(3 * place.across(1) - 3 * place.across(0), abs=1)
    assert figure.table is not None
    assert [list(row) for row in figure.table.rows] == [[0.0, 1.0, 2], [1.0, 4.0, -1]]


def test_a_rule_is_named_at_its_place() -> None:
    figure = chart("t", [Rule("chance", y=0.1), Rule("stop", x=3.0), Line("a", [0, 5], [0, 1])], X, Y)
    place = plot([Rule("", y=0.1), Line("a", [0, 5], [0, 1])], X, Y)
    level, upright = found(figure, "line", "rule")
    assert float(level.get("y1") or 0) == pytest.approx(place.up(0.1), abs=0.01)
    assert float(upright.get("x1") or 0) == pytest.approx(place.across(3), abs=0.01)
    assert {e.text for e in found(figure, "text", "word")} == {"chance", "stop"}


def test_of_many_named_points_those_without_room_go_unnamed_whatever_kind_they_are_of() -> None:
    """Sixty words in one place, of three kinds: each kind alone is few, together they would lie on each other."""
    kinds = [
        Points(kind, [k / 1000] * 20, [0.0] * 20, [f"{kind}{i}" for i in range(20)]) for k, kind in enumerate("abc")
    ]
    far = Points("d", [1.0], [1.0], ["alone"])
    written = [e.text for e in found(chart("t", [*kinds, far], X, Y), "text", "word")]
    assert "alone" in written
    assert 1 < len(written) < 20


def test_labels_do_not_lie_on_each_other() -> None:
    figure = chart("t", [Points("", [0, 0.01, 0.02, 1], [0, 0.01, 0, 1], ["one", "two", "three", "four"])], X, Y)
    texts = found(figure, "text", "word")
    assert len(texts) == 4
    spots = [(float(e.get("x") or 0), float(e.get("y") or 0), "end" in (e.get("class") or "").split()) for e in texts]
    assert len({(end, round(y)) for _, y, end in spots}) == 4


def test_of_many_points_all_are_counted_and_no_hint_is_written() -> None:
    many = np.random.default_rng(0).normal(size=(2, HINTS + 1))
    figure = chart("t", [Points("p", *many)], X, Y)
    assert f"{HINTS + 1} points" in figure.words
    assert len(found(figure, "path", "dot")) == 1
    assert figure.table is not None
    assert len(figure.table.rows) <= 121
    assert f"{HINTS + 1} rows" in figure.table.caption


def test_curves_and_bands_stand_side_by_side_in_the_table() -> None:
    marks = [Band("a", [1, 2], [0, 1], [2, 3]), Line("a", [1, 2], [1, 2]), Rule("chance", y=0.1), Line("b", [2], [9])]
    table = chart("t", marks, X, Y).table
    assert table is not None
    assert table.columns == ["width (m)", "a, low", "a, high", "a", "b"]
    assert table.rows == [[1, 0, 2, 1, None], [2, 1, 3, 2, 9]]


def test_words_and_table_can_be_given() -> None:
    table = Table(["a"], [[1]])
    figure = chart("t", [Line("a", [1], [1])], X, Y, words="Seen.", table=table)
    assert figure.words == "Seen."
    assert figure.table is table


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Line("a", [1, 2], [1]), "2 x values and 1 y values"),
        (lambda: Points("a", [1, 2], [1, 2], ["x"]), "2 and have 1 labels"),
        (lambda: Arrows("a", [1], [1], [1, 2], [1]), "1 x values and 2 dx values"),
        (lambda: Contours("a", [1, 2], [1], [[1], [2]]), r"shape \(1, 2\); got \(2, 1\)"),
        (lambda: Cells("a", [1, 2], [1], [1, 2]), r"shape \(1, 2\); got \(2,\)"),
        (lambda: Band("a", [1], [1], [1, 2]), "1 x values and 2 high values"),
        (lambda: Rule("a"), "give one of them"),
        (lambda: Rule("a", 1, 2), "give one of them"),
        (lambda: Bars("a", [1, 2], [1, 2]), "are 2 and need one edge more; got 2"),
    ],
)
def test_marks_that_do_not_fit_are_refused(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()  # type: ignore[operator]


def test_panels_share_scales_colours_and_legend() -> None:
    items = [Panel(f"p{k}", [Line("b" if k else "a", [0, 1], [0, k]), Line("c", [0, 1], [k, k])]) for k in range(5)]
    figure = panels("t", items, X, Y, columns=3)
    text = check(figure)
    assert all(f"p{k}" in text for k in range(5))
    assert figure.wide
    drawn = found(figure, "path", "line")
    assert [e.get("class") for e in drawn[:4]] == ["line c1", "line c2", "line c3", "line c2"]
    tops = [min(y for _, y in places(e.get("d") or "")) for e in drawn[1::2]]
    assert tops == sorted(tops, reverse=True)
    assert len(set(tops)) == 5
    legend = next(ul for ul in tree(figure).iter("ul") if ul.get("class") == "legend")
    assert [words(li) for li in legend] == ["a", "c", "b"]
    assert figure.table is not None
    assert figure.table.columns == ["chart", "name", "width (m)", "loss"]
    assert len(figure.table.rows) == 20


def test_panels_without_items_say_so() -> None:
    assert "There is nothing to draw." in check(panels("t", [], X, Y))
    assert "There is nothing to draw." in check(panels("t", [Panel("a", [])], X, Y))


def test_there_are_never_more_columns_than_panels_or_six() -> None:
    one = Panel("a", [Line("a", [0, 1], [0, 1])])
    assert "--columns:2" in panels("t", [one, one], X, Y).content
    assert "--columns:6" in panels("t", [one] * 9, X, Y, columns=9).content


def test_a_heavy_chart_stays_a_light_drawing() -> None:
    rng = np.random.default_rng(0)
    side = np.linspace(-1, 1, 100)
    field = np.sin(3 * side)[None] * np.cos(2 * side)[:, None]
    marks: list[Mark] = [
        Cells("z", side, side, field),
        Points("p", *rng.uniform(-1, 1, (2, 60_000))),
        Line("l", np.linspace(-1, 1, 50_000), rng.uniform(-1, 1, 50_000)),
    ]
    assert len(chart("t", marks, X, Y).content) < 400_000


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (0.05, "0.05"), (60000, "60,000"), (1e-6, "10⁻⁶"), (2e9, "2·10⁹"), (-1e7, "−10⁷"), (1e200, "10²⁰⁰")],
)
def test_marks_of_axes_are_short(value: float, written: str) -> None:
    assert tick(value) == written


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_line_that_lies_under_another_is_told_of(lang: Lang) -> None:
    """Of three lines in the same places the topmost is named; lines a pixel apart, and faint ones, are not told of."""
    x = [0.0, 1.0, 2.0]
    same = [Line(name, x, [1.0, 2.0, 3.0]) for name in ("one", "two", "three")]
    other = Line("other", x, [1.0, 2.0, 3.2])
    figure = chart("t", [*same, other], Axis("x"), Axis("y"), lang=lang, note="N.")
    assert figure.note.startswith("N. ")
    assert all(name in figure.note for name in ("one", "two", "three"))
    assert "other" not in figure.note
    assert chart("t", [same[0], other], Axis("x"), Axis("y"), lang=lang).note == ""
    shown = panels("t", [Panel("first", same[:2]), Panel("second", [other])], Axis("x"), Axis("y"), lang=lang)
    assert "first" in shown.note
    assert "second" not in shown.note


def test_a_panel_is_named() -> None:
    with pytest.raises(ValueError, match="a panel has a caption"):
        Panel(" ", [])


def test_zeros_that_rounding_left_over_have_no_mark() -> None:
    """Numbers near the smallest of single precision are no decades of a loss; an end that is asked for is kept."""
    up = scale(Axis("loss", log=True), [1e-14, 1e-44], 0, 300)
    assert min(up.ticks) >= 1e-30
    assert min(scale(Axis("h", log=True, low=1e-50), [0.1, 1e-50], 0, 300).ticks) < 1e-40
