"""Heat maps: every value is in its place, as deep as it is great, and every input can be drawn."""

import itertools
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.report.checking import check_page, words
from zerokara.arrays import Array
from zerokara.report import Axis, Figure, Page, Section, heat_map
from zerokara.report.heat_map import COLUMNS, HINTS, ROWS, shades


def parsed(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(figure.content.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def cells(figure: Figure) -> dict[str, dict[str, str]]:
    """The rectangle of every cell by its hover title."""
    found = {}
    for group in parsed(figure).iter("g"):
        hint, ground = group.find("title"), group.find("rect")
        if hint is not None and ground is not None:
            found[hint.text or ""] = ground.attrib
    return found


def letters(count: int) -> list[str]:
    return [chr(ord("a") + i) for i in range(count)]


def drawn(values: Array, **options: object) -> Figure:
    R, C = values.shape
    rows, columns = [f"r{i}" for i in range(R)], [f"c{i}" for i in range(C)]
    return heat_map("t", values, rows, columns, Axis("weight", "kg"), **options)  # type: ignore[arg-type]


def test_every_value_is_in_its_row_and_column() -> None:
    values = np.arange(12.0).reshape(3, 4)
    found = cells(drawn(values))
    place = {(r, c): found[f"r{r} · c{c}: {int(values[r, c])}"] for r in range(3) for c in range(4)}
    assert len(found) == 12
    for (r, c), rect in place.items():
        assert rect["x"] == place[0, c]["x"]
        assert rect["y"] == place[r, 0]["y"]
    across = [float(place[0, c]["x"]) for c in range(4)]
    assert np.allclose(np.diff(across), np.diff(across)[0], atol=0.02)
    assert across[1] > across[0]
    assert float(place[1, 0]["y"]) > float(place[0, 0]["y"])


def test_the_greater_the_deeper_and_no_two_cells_touch() -> None:
    found = list(cells(drawn(np.array([[1.0, 2.0, 5.0, 9.0]]))).values())
    depths = [float(rect["fill-opacity"]) for rect in found]
    assert depths == sorted(depths)
    assert depths[-1] - depths[0] > 0.7
    ends = [(float(r["x"]), float(r["x"]) + float(r["width"])) for r in found]
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ends))


def test_opposite_values_are_equally_deep_in_two_colours() -> None:
    plus, minus = cells(drawn(np.array([[3.0, -3.0]]))).values()
    assert plus["fill-opacity"] == minus["fill-opacity"]
    assert (plus["class"], minus["class"]) == ("above", "below")


def test_one_colour_is_enough_where_it_is_wanted() -> None:
    found = cells(drawn(np.array([[3.0, -3.0]]), diverging=False))
    assert {rect["class"] for rect in found.values()} == {"above"}


def test_shades_cover_the_ends_that_the_axis_fixes() -> None:
    colours = shades(np.array([0.2, 0.4]), Axis("share", low=0, high=1))
    assert [colours(v) for v in (0.0, 0.5, 1.0, 7.0)] == [0.0, 0.5, 1.0, 1.0]
    assert shades(np.array([-1.0, 4.0]), Axis("x"))(-4.0) == -1.0


def test_equal_ratios_are_equal_steps_on_a_logarithmic_scale() -> None:
    colours = shades(np.array([1e-4, 1.0, 0.0]), Axis("loss", log=True))
    assert [colours(v) for v in (1e-4, 1e-2, 1.0, 0.0)] == pytest.approx([0, 0.5, 1, 0])
    assert colours.value(0.5) == pytest.approx(1e-2)


def test_numbers_stand_in_cells_that_have_room_for_them() -> None:
    few, many = drawn(np.array([[0.25, 0.75]])), drawn(np.full((3, 60), 0.25))
    assert few.content.count("figures") == 2
    assert "figures" not in many.content
    assert "figures" not in drawn(np.array([[0.25]]), numbers=False).content


def test_negative_cells_without_numbers_have_a_minus() -> None:
    """Two colours alone would not tell the sign in print."""
    figure = drawn(np.array([[0.25, -0.75, -0.5]]), numbers=False)
    assert figure.content.count('class="minus') == 2


@pytest.mark.parametrize("values", [np.zeros((0, 3)), np.zeros((2, 0)), np.full((2, 2), np.nan), np.array([[np.inf]])])
def test_where_there_is_no_number_there_is_nothing_to_draw(values: Array) -> None:
    figure = drawn(values)
    assert "nothing to draw" in figure.content
    assert "nothing to draw" in figure.words


@pytest.mark.parametrize(
    "values", [[[1.0, np.nan, np.inf]], [[0.0, 0.0, 0.0]], [[5.0, 5.0, 5.0]], [[-1e300, 1e300, 0]]]
)
@pytest.mark.parametrize("log", [False, True])
def test_any_values_can_be_drawn(values: list[list[float]], log: bool) -> None:
    figure = heat_map("t", np.array(values), ["r"], letters(3), Axis("x", log=log))
    numbers = re.findall(r' (?:x|y|width|height|fill-opacity)="([^"]+)"', figure.content)
    assert all(math.isfinite(float(n)) for n in numbers)
    assert figure.content.count("hatch") == int((~np.isfinite(values)).sum())


def test_many_cells_are_drawn_together_and_none_is_lost() -> None:
    values = np.random.default_rng(0).normal(size=(60, 60))
    assert values.size > HINTS
    figure = drawn(values, wide=True)
    assert sum(d.count("M") for d in re.findall(r' d="([^"]+)"', figure.content)) == values.size
    assert len(figure.content) < 40 * values.size
    assert "title" not in figure.content


def test_the_table_holds_all_numbers_or_says_what_it_leaves_out() -> None:
    small, large = drawn(np.array([[1.0, 2.0]])), drawn(np.zeros((3 * ROWS, 2 * COLUMNS)))
    assert small.table is not None
    assert large.table is not None
    assert small.table.rows == [["r0", 1.0, 2.0]]
    assert len(large.table.rows) == ROWS
    assert len(large.table.columns) == COLUMNS + 1
    assert "one row in" not in small.table.caption
    assert f"{3 * ROWS} rows" in large.table.caption


def test_the_words_say_where_the_greatest_and_the_smallest_value_are() -> None:
    figure = drawn(np.array([[1.0, 9.0], [-2.0, np.nan]]), row_name="layer", column_name="unit")
    assert "Greatest: 9 at r0, c1." in figure.words
    assert "Smallest: −2 at r1, c0." in figure.words
    assert "Rows: layer; columns: unit." in figure.words


def test_names_are_text_in_a_valid_page_and_long_ones_are_shortened() -> None:
    rows, columns = ["<b>&", "very " * 20], ["誤差逆伝播法の説明", '"x"', "a" * 60]
    figure = heat_map(
        "<t>", np.ones((2, 3)), rows, columns, Axis("重み", "kg"), row_name="<r>", column_name="列", lang="ja"
    )
    tree = check_page(Page("p", [Section("s", [figure])], lang="ja").html())
    said = words(tree)
    assert "<b>&" in said
    assert "重み (kg)" in said
    assert "ヒートマップ" in said
    assert "…" in said


def test_the_labels_and_cells_lie_within_the_drawing() -> None:
    figure = drawn(np.ones((4, 30)), row_name="row", column_name="column")
    tree = parsed(figure)
    picture = tree.find(".//svg")
    assert picture is not None
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for rect in tree.iter("rect"):
        assert 0 <= float(rect.attrib["x"]) <= width - float(rect.attrib["width"])
        assert 0 <= float(rect.attrib["y"]) <= height - float(rect.attrib["height"])


def test_values_need_as_many_rows_and_columns_as_there_are_names() -> None:
    with pytest.raises(ValueError, match=r"needs \(1, 2\) values; got \(2, 2\)"):
        heat_map("t", np.eye(2), ["a"], ["b", "c"], Axis("x"))


def test_one_great_value_does_not_drown_the_others() -> None:
    """Where most values are below 3 % of the largest, shades go by logarithms."""
    values = np.array([[1e-4, 2e-4, 3e-4, 4e-4], [1e-3, 2e-3, 3e-3, 1.0]])
    found = shades(values, Axis("v"))
    assert found.log
    depths = [found(v) for v in values.flat]
    assert depths == sorted(depths)
    assert depths[3] - depths[0] > 0.1
    assert not shades(values, Axis("v", low=0, high=1)).log
    assert not shades(np.array([[0.0, 1e-4, 1e-4, 1.0]]), Axis("v")).log
    assert not shades(np.array([[0.2, 0.3, 0.4, 1.0]]), Axis("v")).log
