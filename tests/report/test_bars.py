import math
import re
from itertools import pairwise

import numpy as np
import pytest

from tests.report.checking import words
from tests.report.test_chart import check, found, tree
from zerokara.report import Axis, bar_chart
from zerokara.report.bars import texture

Y = Axis("time", "ms")


def test_bars_are_as_high_as_their_values() -> None:
    figure = bar_chart("t", ["a", "b"], {"s": [2.0, 4.0]}, Y)
    check(figure)
    first, second = (float(e.get("height") or 0) for e in found(figure, "rect", "fill"))
    assert second == pytest.approx(2 * first, abs=0.1)
    assert first > 50


def test_bars_with_long_names_lie_on_their_side_and_all_names_are_written() -> None:
    names = [f"a rather long name of number {k}" for k in range(20)]
    figure = bar_chart("t", names, {"s": np.arange(1.0, 21)}, Y, category="name")
    text = check(figure)
    assert all(name in text for name in names)
    bars = found(figure, "rect", "fill")
    widths = [float(e.get("width") or 0) for e in bars]
    assert widths == sorted(widths)
    assert len({e.get("height") for e in bars}) == 1
    heights = [float(e.get("y") or 0) for e in found(figure, "text", "end") if (e.text or "").startswith("a rather")]
    assert min(b - a for a, b in pairwise(heights)) > 14


@pytest.mark.parametrize("category", ["", "kernel"])
@pytest.mark.parametrize("name", ["a", "a rather long name of a category"])
@pytest.mark.parametrize("wide", [False, True])
def test_names_of_axes_stand_below_the_marks(category: str, name: str, wide: bool) -> None:
    figure = bar_chart("t", [f"{name} {k}" for k in range(5)], {"s": [1.0] * 5}, Y, category=category, wide=wide)
    marks = [float(e.get("y") or 0) for e in found(figure, "text", "tick") if "middle" in (e.get("class") or "")]
    below = [float(e.get("y") or 0) for e in found(figure, "text", "name") if not e.get("transform")]
    assert all(y >= max(marks) + (27 if wide else 20) for y in below)
    assert len(below) == (1 if category or len(name) > 1 else 0)


def test_of_many_short_names_only_some_are_written() -> None:
    figure = bar_chart("t", [str(k) for k in range(100)], {"s": [1.0] * 100}, Y)
    bars = found(figure, "rect", "fill")
    assert len(bars) == 100
    assert len({e.get("x") for e in bars}) == 100
    assert len([e for e in found(figure, "text", "tick") if float(e.get("y") or 0) > 230]) < 30


def test_bars_hang_from_the_ground_where_values_are_negative() -> None:
    figure = bar_chart("t", ["a", "b"], {"s": [1.0, -1.0]}, Y)
    up, down = found(figure, "rect", "fill")
    assert float(up.get("y") or 0) + float(up.get("height") or 0) == pytest.approx(float(down.get("y") or 0), abs=0.02)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("log", [False, True])
def test_what_is_no_number_has_no_bar(bad: float, log: bool) -> None:
    figure = bar_chart("t", ["a", "b"], {"s": [bad, 3.0], "r": [bad, bad]}, Axis("y", log=log), low={"s": [bad, bad]})
    check(figure)
    assert len(found(figure, "rect", "fill")) == 1


def test_a_bar_chart_of_nothing_says_so() -> None:
    for figure in (bar_chart("t", [], {}, Y), bar_chart("t", ["a"], {"s": [math.nan]}, Y)):
        assert "There is nothing to draw." in check(figure)
    assert "描くものがありません。" in check(bar_chart("t", [], {"s": []}, Y, lang="ja"))


@pytest.mark.parametrize("values", [[0.0, 0.0], [0.0, 1.0], [-1.0, 2.0]])
def test_a_logarithmic_axis_takes_what_has_no_logarithm(values: list[float]) -> None:
    check(bar_chart("t", ["a", "b"], {"s": values}, Axis("y", log=True)))


def test_ratios_are_lengths_on_a_logarithmic_axis() -> None:
    figure = bar_chart("t", ["a", "b", "c"], {"s": [1.0, 10.0, 100.0]}, Axis("y", log=True))
    a, b, c = (float(e.get("height") or 0) for e in found(figure, "rect", "fill"))
    assert c - b == pytest.approx(b - a, abs=0.05)


def test_the_spread_is_drawn_listed_and_said_in_the_hint() -> None:
    figure = bar_chart(
        "t", ["a", "b"], {"s": [2.0, 4.0]}, Y, low={"s": [1.0, 3.5]}, high={"s": [3.0, 4.0]}, category="k"
    )
    assert len(found(figure, "path", "whisker")) == 2
    assert figure.table is not None
    assert figure.table.columns == ["k", "s (ms)", "s, low", "s, high"]
    assert figure.table.rows[0] == ["a", 2.0, 1.0, 3.0]
    assert "a: 2 ms (1 – 3)" in check(figure)


def test_values_are_written_where_there_is_room() -> None:
    few = bar_chart("t", ["a", "b"], {"s": [0.1234, 0.5]}, Y)
    assert {"0.1234", "0.5"} <= {e.text for e in found(few, "text", "tick")}
    many = bar_chart("t", [str(k) for k in range(40)], {"s": [0.1234] * 40}, Y)
    assert "0.1234" not in {e.text for e in found(many, "text", "tick")}


def test_words_name_the_ends_of_every_series() -> None:
    figure = bar_chart("t", ["a", "b"], {"s": [2.0, 4.0], "r": [1.0, math.nan]}, Y)
    assert "Bar chart of time (ms)." in figure.words
    assert "s: lowest 2 (a), highest 4 (b)." in figure.words
    assert "r: lowest 1 (a), highest 1 (a)." in figure.words
    assert [words(li) for li in tree(figure).iter("li")] == ["s", "r"]


def test_series_are_known_without_colour() -> None:
    assert len({texture(k, 0, 0, 20, 10) for k in range(5)}) == 5
    numbers = [float(n) for k in range(6) for n in re.findall(r"-?[\d.]+", texture(k, 0, 0, 20, 10))]
    assert min(numbers) >= 0
    assert max(numbers) <= 20


def test_names_are_escaped() -> None:
    evil = "<b>&\"'"
    figure = bar_chart(evil, [evil, "b"], {evil: [1, 2], "r": [2, 1]}, Axis(evil, evil), category=evil, note=evil)
    assert evil in check(figure)
    assert "<b>" not in figure.content


def test_series_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="'s' needs 2 values, one a category; got 1"):
        bar_chart("t", ["a", "b"], {"s": [1.0]}, Y)
    with pytest.raises(ValueError, match="'low' names the series 'x'; there are 's'"):
        bar_chart("t", ["a"], {"s": [1.0]}, Y, low={"x": [1.0]})
