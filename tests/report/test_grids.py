"""Number grids: every number in its cell, marks around the right cells, symbols between the grids."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.report.checking import check_page, words
from zerokara.report import Figure, Grid, Page, Section, Table, grids
from zerokara.report.grids import CELL, MOST, ROWS


def parsed(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(figure.content.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def pictures(figure: Figure) -> list[ElementTree.Element]:
    return list(parsed(figure).iter("svg"))


def texts(figure: Figure) -> list[str]:
    return [t.text or "" for t in parsed(figure).iter("text")]


def test_every_number_is_in_its_cell() -> None:
    picture = pictures(grids("t", [Grid([[1, 2, 3], [4, 5, 6]])]))[0]
    places = {t.text: (float(t.attrib["x"]), float(t.attrib["y"])) for t in picture.iter("text")}
    for value in range(1, 7):
        r, c = divmod(value - 1, 3)
        assert places[str(value)] == pytest.approx((1.5 + (c + 0.5) * CELL, 1.5 + (r + 0.5) * CELL))


def test_numbers_have_at_most_four_digits_and_counts_are_whole() -> None:
    figure = grids("t", [Grid([3.14159265, -2.0, 1e-9]), "=", Grid(np.array([7, 1234567])), Grid([True, False])])
    assert texts(figure) == ["3.142", "−2", "1e-09", "7", "1,234,567", "1", "0"]


def test_words_may_stand_in_cells_and_nan_is_an_empty_cell() -> None:
    figure = grids("t", [Grid(np.array([["x₁w₁", "誤差"]])), Grid([np.nan, np.inf])])
    assert texts(figure) == ["x₁w₁", "誤差", "∞"]
    assert figure.content.count("cell empty") == 1


@pytest.mark.parametrize("array", [5, [5, 6], [[5], [6]]])
def test_numbers_vectors_and_matrices_are_grids(array: object) -> None:
    values = np.atleast_2d(np.asarray(array))
    figure = grids("t", [Grid(np.asarray(array))])
    assert figure.content.count('class="cell"') == values.size


def test_cells_are_as_wide_as_their_longest_number() -> None:
    picture = pictures(grids("t", [Grid([1, 123456789])]))[0]
    widths = {float(r.attrib["width"]) for r in picture.iter("rect")}
    assert len(widths) == 1
    assert widths.pop() > 60


def test_a_mask_is_outlined_once_around_and_not_between_its_cells() -> None:
    mask = np.zeros((4, 4), bool)
    mask[1:3, 0:3] = True
    figure = grids("t", [Grid(np.zeros((4, 4), int), marked=mask)])
    fill, edge = re.findall(r' d="([^"]+)"', figure.content)
    assert fill.count("M") == 6
    assert edge.count("M") == 2 * (2 + 3)


def test_two_masks_differ_without_colour_and_an_empty_mask_draws_nothing() -> None:
    figure = grids("t", [Grid([1, 2, 3], marked=[1, 0, 0], second=[0, 0, 1]), Grid([1], marked=[0])])
    assert figure.content.count('class="mask first"') == 1
    assert figure.content.count('class="mask second"') == 1


def test_symbols_stand_between_the_grids_in_their_order() -> None:
    figure = grids("t", [Grid([1], "a"), "∗", Grid([2], "b"), "=", Grid([3], "c")])
    assert re.sub(r"\s+", " ", words(parsed(figure))).split() == list("1a∗2b=3c")
    assert "a [1] ∗ b [2] = c [3]." in figure.words


def test_a_list_of_rows_has_a_row_for_each_and_single_items_share_one() -> None:
    figure = grids("t", [[Grid([1]), "=", Grid([2])], [Grid([3])], Grid([4]), "+", Grid([5])])
    rows = [[e.text or "" for e in row.iter() if e.tag in ("text", "span")] for row in parsed(figure)]
    assert rows == [["1", "=", "2"], ["3"], ["4", "+", "5"]]


def test_a_symbol_stays_with_the_grid_that_follows_it() -> None:
    row = next(iter(parsed(grids("t", [Grid([1]), "∗", Grid([2]), "=", "?"]))))
    assert ["".join(part.itertext()) for part in row] == ["1", "∗2", "=", "?"]


def test_names_of_rows_and_columns_stand_beside_their_cells() -> None:
    picture = pictures(grids("t", [Grid([[1, 2]], names=(["<r>"], ["x₁", "x₂"]))]))[0]
    places = {t.text: t.attrib for t in picture.iter("text")}
    assert places["x₁"]["x"] == places["1"]["x"]
    assert places["<r>"]["y"] == places["1"]["y"]
    assert float(places["<r>"]["x"]) < float(places["1"]["x"])


def test_large_arrays_are_shades_and_no_cell_is_lost() -> None:
    array = np.ones((MOST + 1, 5))
    figure = grids("t", [Grid(array, "image")])
    assert texts(figure) == []
    assert figure.content.count("h7v7h-7z") == array.size
    assert "image (17, 5)" in figure.words


@pytest.mark.parametrize("items", [[], ["="], [Grid(np.zeros((0, 3)))], [[]]])
def test_without_numbers_there_is_nothing_to_draw(items: list[Grid | str]) -> None:
    assert "nothing to draw" in grids("t", items).content


def test_arrays_that_are_no_numbers_at_all_can_be_drawn() -> None:
    for shape in ((2, 2), (20, 20)):
        assert "nan" not in grids("t", [Grid(np.full(shape, np.nan))]).content.lower()


def test_the_table_lists_the_arrays_unless_another_is_given() -> None:
    figure = grids("t", [Grid([[1, 2], [3, np.nan]], "x"), "+", Grid([1])])
    assert figure.table is not None
    assert figure.table.rows == [["1. x", "[1 2; 3 ·]"], ["2.", "[1]"]]
    many = grids("t", [Grid([i]) for i in range(ROWS + 5)]).table
    assert many is not None
    assert len(many.rows) == ROWS
    own = Table(["a"], [["b"]])
    assert grids("t", [Grid([1])], table=own, words="w").table is own


def test_grids_make_a_valid_page_in_both_languages() -> None:
    for lang in ("en", "ja"):
        figure = grids("<t>", [Grid([1], "<入力>"), "<", Grid(np.array(["&"]))], lang=lang)  # type: ignore[arg-type]
        said = words(check_page(Page("p", [Section("s", [figure])], lang=lang).html()))  # type: ignore[arg-type]
        assert "<入力>" in said
        assert ("配列 2 個" if lang == "ja" else "2 arrays") in said


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1 or 2 axes; got shape \(2, 2, 2\)"):
        Grid(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match=r"mask of a grid of shape \(2, 2\)"):
        Grid(np.eye(2), marked=np.ones(3))
    with pytest.raises(ValueError, match="needs 2 labels on this side; got 1"):
        Grid(np.eye(2), names=(["a"], []))
