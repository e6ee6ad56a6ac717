import math
import re

import numpy as np
import pytest

from tests.report.checking import words
from zerokara.report import Axis, Line, Table, confusion_matrix, gallery, histogram, line_chart, probability_bars
from zerokara.report.axes import decades, scale, ticks
from zerokara.report.figure import Figure


def coordinates(figure: Figure) -> list[float]:
    """Every number in the drawing's paths."""
    return [float(n) for path in re.findall(r' d="([^"]+)"', figure.content) for n in re.findall(r"[\d.]+", path)]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.97, 0.99), (-3, 5), (1e-9, 3e-9), (0, 123456), (-1e6, 1e6)])
def test_ticks_are_few_round_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 3 <= len(found) <= 8
    assert all(low - 1e-9 * abs(high) <= t <= high + 1e-9 * abs(high) for t in found)
    steps = np.diff(found)
    assert np.allclose(steps, steps[0], rtol=1e-3)


@pytest.mark.parametrize(("low", "high"), [(0.01, 3), (1, 1e9), (0.5, 0.9), (1e-12, 1e-3)])
def test_ticks_of_a_logarithmic_axis_are_inside(low: float, high: float) -> None:
    found = decades(low, high)
    assert len(found) <= 16
    assert all(low * 0.999 <= t <= high * 1.001 for t in found)


def test_a_scale_covers_its_values_and_ignores_what_is_no_number() -> None:
    s = scale(Axis("x"), [1.0, math.nan, 3.0, math.inf], 0, 100)
    assert 0 <= s(1.0) < s(3.0) <= 100
    assert scale(Axis("x"), [], 0, 100)(0.5) == pytest.approx(50, abs=5)
    assert math.isfinite(scale(Axis("x"), [2.0, 2.0], 0, 100)(2.0))


def test_a_logarithmic_scale_of_values_that_have_no_logarithm_is_linear() -> None:
    assert not scale(Axis("x", log=True), [0.0, -1.0], 0, 1).log
    assert scale(Axis("x", log=True), [0.0, 1.0], 0, 1).log


@pytest.mark.parametrize("values", [[], [math.nan], [1.0], [1.0, math.nan, 3.0], [0.0, 0.0], [math.inf, 2.0]])
@pytest.mark.parametrize("log", [False, True])
def test_any_values_can_be_drawn(values: list[float], log: bool) -> None:
    figure = line_chart("t", [Line("a", range(len(values)), values)], Axis("x"), Axis("y", log=log))
    assert all(math.isfinite(c) for c in coordinates(figure))
    assert "nan" not in figure.content


def test_a_gap_interrupts_the_line() -> None:
    figure = line_chart("t", [Line("a", [1, 2, 3, 4], [1.0, math.nan, 2.0, 3.0])], Axis("x"), Axis("y"))
    path = re.search(r' d="([^"]+)"', figure.content)
    assert path is not None
    assert path.group(1).count("M") == 2


def test_a_long_line_is_thinned_but_keeps_its_peak_and_says_so() -> None:
    y = np.zeros(5000)
    y[3210] = 7.0
    figure = line_chart("t", [Line("a", list(range(5000)), y.tolist())], Axis("x"), Axis("y"))
    assert len(coordinates(figure)) < 3000
    assert "highest 7" in figure.words
    assert figure.table is not None
    assert len(figure.table.rows) <= 122
    assert "5000 rows" in figure.table.caption


def test_the_numbers_behind_a_curve_are_all_in_its_table() -> None:
    figure = line_chart("t", [Line("a", [1, 2], [0.5, 0.25]), Line("b", [2], [9.0])], Axis("epoch"), Axis("y"))
    assert figure.table is not None
    assert figure.table.columns == ["epoch", "a", "b"]
    assert figure.table.rows == [[1, 0.5, None], [2, 0.25, 9.0]]


def test_lines_of_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 x values and 1 y values"):
        Line("a", [1, 2], [1])


def test_the_confusion_matrix_says_what_is_confused_most() -> None:
    counts = np.array([[50, 0, 0], [0, 40, 9], [1, 0, 0]])
    figure = confusion_matrix("t", counts, ["cat", "dog", "owl"])
    assert "100 examples: 90 are right (90.0 %)" in figure.words
    assert "dog read as owl, 9 times" in figure.words
    assert figure.table is not None
    assert figure.table.rows[1] == ["dog", 0, 40, 9, "81.6 %"]
    assert "dog read as owl: 9" in figure.content


def test_a_confusion_matrix_without_examples_or_mistakes_can_be_drawn() -> None:
    assert "0 examples" in confusion_matrix("t", np.zeros((2, 2), int), ["a", "b"]).words
    assert "mistake" not in confusion_matrix("t", np.eye(2, dtype=int), ["a", "b"]).words


def test_a_confusion_matrix_needs_as_many_rows_as_classes() -> None:
    with pytest.raises(ValueError, match=r"is \(3, 3\); got \(2, 2\)"):
        confusion_matrix("t", np.eye(2), ["a", "b", "c"])


@pytest.mark.parametrize("values", [[], [3.0], [1.0, 1.0], [math.nan, 2.0, 3.0], [-1e9, 1e9]])
def test_a_histogram_counts_every_finite_value_once(values: list[float]) -> None:
    table = histogram("t", values, Axis("x")).table
    assert table is not None
    assert sum(int(row[2] or 0) for row in table.rows) == sum(map(math.isfinite, values))


def test_probability_bars_say_the_first_two() -> None:
    bars = probability_bars(np.array([0.1, 0.2, 0.7]), ["a", "b", "c"], lang="en")
    assert "Probabilities: c 70.0 %, then b 20.0 %." in bars
    with pytest.raises(ValueError, match="3 classes need 3 probabilities"):
        probability_bars(np.ones(2), ["a", "b", "c"])


def test_an_empty_gallery_says_that_there_is_nothing() -> None:
    assert "nothing to draw" in gallery("t", []).content


def test_columns_of_numbers_are_aligned_and_rows_must_fit() -> None:
    html = Table(["a", "b"], [["x", 1234567], ["y", None]]).html()
    assert "1,234,567" in html
    assert html.count('class="n"') == 3
    with pytest.raises(ValueError, match="2 cells; got 1"):
        Table(["a", "b"], [["x"]])


def test_the_words_of_a_figure_stand_with_its_numbers() -> None:
    from xml.etree import ElementTree

    figure = histogram("t", [1.0, 2.0], Axis("weight"))
    tree = ElementTree.fromstring(figure.html("en"))
    details = tree.find("details")
    assert details is not None
    assert figure.words in words(details)
