"""Block diagrams: boxes stand apart, arrows lead from box to box around the others, texts lie on nothing."""

import itertools
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.checking import check_page, words
from zerokara.report import Box, Figure, Lang, Link, Page, Section, Table, block_diagram
from zerokara.report.blocks import _labels
from zerokara.report.places import Place, places
from zerokara.report.sheet import text_width
from zerokara.report.ways import Way, segments, ways

CHAIN = [Box(name, f"layer {name}", column, 0) for column, name in enumerate("abcde")]
NEXT = [Link(a, b) for a, b in itertools.pairwise("abcde")]

PLACES = st.tuples(st.integers(0, 8).map(lambda i: i / 2), st.integers(0, 6).map(lambda i: i / 2))
TEXTS = st.sampled_from(["x", "conv 3×3\n64 filters", "全結合層", "a long text in a box", "×", ""])
KINDS = st.sampled_from(["", "accent", "soft", "round", "plain", "round accent"])


def parsed(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(figure.content.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def boxes(where: list[tuple[float, float]], texts: list[str], kinds: list[str]) -> list[Box]:
    return [Box(str(i), t, *at, kind=k) for i, (at, t, k) in enumerate(zip(where, texts, kinds, strict=True))]


@st.composite
def diagrams(draw: st.DrawFn) -> tuple[list[Box], list[Link]]:
    where = draw(st.lists(PLACES, min_size=1, max_size=8, unique=True))
    found = boxes(where, [draw(TEXTS) for _ in where], [draw(KINDS) for _ in where])
    names = st.sampled_from([box.name for box in found])
    links = draw(st.lists(st.builds(Link, names, names, TEXTS), max_size=8))
    return found, links


def way_of(links: list[Link], found: list[Box], index: int = -1) -> tuple[Way, dict[str, Place]]:
    at = places(found, links)
    return ways(links, at)[index], at


@settings(max_examples=60, deadline=None)
@given(diagrams(), st.booleans())
def test_no_box_stands_on_another_and_each_has_room_for_its_text(
    diagram: tuple[list[Box], list[Link]], flat: bool
) -> None:
    found, links = diagram
    at = places(found, links, flat=flat)
    for a, b in itertools.combinations(at.values(), 2):
        assert not a.meets(b, 4.0)
    for box in found:
        assert at[box.name].width >= max(map(text_width, box.lines))


@settings(max_examples=60, deadline=None)
@given(diagrams(), st.booleans())
def test_every_arrow_leads_from_the_side_of_one_box_to_the_side_of_another(
    diagram: tuple[list[Box], list[Link]], flat: bool
) -> None:
    found, links = diagram
    at = places(found, links, flat=flat)
    for link, way in zip(links, ways(links, at, flat=flat), strict=True):
        for (x, y), place in ((way[0], at[link.start]), (way[-1], at[link.end])):
            assert place.meets(Place(x, y, 0, 0), 6.0)
            assert not Place(place.x, place.y, place.width * 0.6, place.height * 0.6).meets(Place(x, y, 0, 0))
        if not (at[link.start].round or at[link.end].round):
            assert all(a[0] == b[0] or a[1] == b[1] for a, b in itertools.pairwise(way))


@settings(max_examples=40, deadline=None)
@given(diagrams())
def test_everything_lies_within_the_drawing(diagram: tuple[list[Box], list[Link]]) -> None:
    tree = parsed(block_diagram("t", *diagram))
    picture, moved = tree.find(".//svg"), tree.find(".//svg/g")
    assert picture is not None
    assert moved is not None
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    dx, dy = map(float, re.findall(r"-?[\d.]+", moved.attrib["transform"]))
    for rect in tree.iter("rect"):
        assert 0 <= float(rect.attrib["x"]) + dx <= width - float(rect.attrib["width"])
        assert 0 <= float(rect.attrib["y"]) + dy <= height - float(rect.attrib["height"])
    for path in tree.iter("path"):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", path.attrib["d"])]
        assert all(-0.1 <= x + dx <= width + 0.1 for x in numbers[::2])
        assert all(-0.1 <= y + dy <= height + 0.1 for y in numbers[1::2])


def test_neighbours_are_joined_by_one_straight_line() -> None:
    way, at = way_of(NEXT, CHAIN, 0)
    assert way == [(at["a"].right, at["a"].y), (at["b"].left, at["b"].y)]


def test_a_skip_goes_around_what_is_in_between() -> None:
    way, at = way_of([*NEXT, Link("a", "e")], CHAIN)
    assert len(way) == 4
    assert not any(part.meets(at[name], 4.0) for part in segments(way) for name in "bcd")


def test_skips_from_one_box_run_at_different_heights() -> None:
    links = [*NEXT, Link("a", "c"), Link("a", "e")]
    at = places(CHAIN, links)
    first, second = ways(links, at)[-2:]
    assert first[1][1] != second[1][1]


def test_branches_turn_together() -> None:
    """Arrows that part from one box share a trunk, so that they read as a tree."""
    found = [Box("x", "x", 0, 1), *(Box(n, n, 1, row) for row, n in enumerate("abc"))]
    links = [Link("x", n) for n in "abc"]
    at = places(found, links)
    a, b, c = ways(links, at)
    assert a[1][0] == c[1][0]
    assert len(b) == 2


def test_forward_and_backward_arrows_run_side_by_side() -> None:
    links = [Link("a", "b", "2"), Link("b", "a", "0.5")]
    at = places(CHAIN[:2], links)
    forward, back = ways(links, at)
    assert forward[0][1] < back[0][1]
    assert forward[0][0] < forward[1][0]
    assert back[0][0] > back[1][0]
    found = _labels(links, [forward, back], list(at.values()))
    assert found[0].y < forward[0][1] < back[0][1] < found[1].y


def test_a_loop_leaves_and_enters_the_same_box_above() -> None:
    way, at = way_of([Link("a", "a", "h")], CHAIN[:1])
    assert way[0][1] == way[-1][1] == at["a"].top
    assert min(y for _, y in way) < at["a"].top


def test_operations_are_joined_by_slanted_lines_that_end_on_their_rim() -> None:
    found = [Box("x", "x", 0, 0), Box("+", "+", 1, 1, "round")]
    way, at = way_of([Link("x", "+")], found)
    (x, y), rim = way[-1], at["+"]
    assert len(way) == 2
    assert ((x - rim.x) ** 2 + (y - rim.y) ** 2) ** 0.5 == pytest.approx(rim.width / 2)


@pytest.mark.parametrize("text", ["(16, 24, 24)", "恒等写像", "1.1"])
@pytest.mark.parametrize("down", [False, True])
def test_texts_of_links_lie_on_no_box_and_on_no_arrow(text: str, down: bool) -> None:
    found = [Box(b.name, b.text, *((0, b.column) if down else (b.column, 0))) for b in CHAIN]
    links = [*(Link(link.start, link.end, text) for link in NEXT), Link("a", "e", text)]
    at = places(found, links, flat=not down)
    courses = ways(links, at, flat=not down)
    labels = list(_labels(links, courses, list(at.values())).values())
    assert len(labels) == len(links)
    solid = [*at.values(), *(part for way in courses for part in segments(way))]
    assert not any(label.meets(other) for label in labels for other in solid)
    assert not any(a.meets(b) for a, b in itertools.combinations(labels, 2))


def test_a_tall_box_reaches_over_its_rows() -> None:
    found = [Box("x", "x", 0, 1, tall=3), *(Box(n, n, 1, row) for row, n in enumerate("abc"))]
    at = places(found, [])
    assert at["x"].top == pytest.approx(at["a"].top)
    assert at["x"].bottom == pytest.approx(at["c"].bottom)
    assert all(len(way) == 2 for way in ways([Link("x", n) for n in "abc"], at))


def test_a_diagram_that_runs_downwards_turns_downwards() -> None:
    found = [Box("r", "root", 0.5, 0), Box("a", "a", 0, 1), Box("b", "b", 1, 1)]
    figure = block_diagram("t", found, [Link("r", "a", "yes"), Link("r", "b", "no")])
    shafts = [path.attrib["d"] for path in parsed(figure).iter("path") if path.get("class") == "shaft"]
    numbers = [re.findall(r"-?[\d.]+", d) for d in shafts]
    assert len(shafts) == 2
    assert all(n[0] == n[2] and n[-4] == n[-2] for n in numbers)


def test_words_and_table_tell_what_leads_where() -> None:
    figure = block_diagram("t", CHAIN[:3], [Link("a", "b", "64"), Link("b", "c")])
    assert "layer a → layer b (64); layer b → layer c" in figure.words
    assert figure.table is not None
    assert figure.table.rows == [["layer a", "layer b", "64"], ["layer b", "layer c", None]]
    own = Table(["a"], [["b"]])
    given = block_diagram("t", CHAIN, NEXT, table=own, words="w")
    assert (given.table, given.words) == (own, "w")


def test_without_boxes_there_is_nothing_to_draw() -> None:
    assert "nothing to draw" in block_diagram("t", [], []).content


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_diagrams_make_a_valid_page(lang: Lang) -> None:
    found = [Box("<a>", "<a>\n& 第二行", 0, 0, "accent"), Box("b", '"b"', 1, 1, "soft")]
    figure = block_diagram("<t>", found, [Link("<a>", "b", "<&>", "dashed")], lang=lang)
    said = words(check_page(Page("p", [Section("s", [figure])], lang=lang).html()))
    assert "& 第二行" in said
    assert "<&>" in said
    assert ("ブロック図" if lang == "ja" else "Diagram of 2 boxes") in said


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="no box called 'z'; the boxes are a, b"):
        block_diagram("t", CHAIN[:2], [Link("a", "z")])
    with pytest.raises(ValueError, match="a name of its own"):
        block_diagram("t", [CHAIN[0], Box("a", "again", 1, 0)], [])
    with pytest.raises(ValueError, match="the same column and row"):
        block_diagram("t", [CHAIN[0], Box("b", "b", 0, 0)], [])
    with pytest.raises(ValueError, match="got 'dotted'"):
        Link("a", "b", kind="dotted")
    with pytest.raises(ValueError, match="a box may be accent"):
        Box("a", "a", 0, 0, "dashed")
