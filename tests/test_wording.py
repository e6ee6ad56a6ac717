"""Sentences in both languages, and numbers with the digits that matter."""

import math

import pytest

from zerokara.arguments import counted
from zerokara.wording import LANGUAGES, Text, check_language, duration, filled, percent, scientific, significant, whole


def test_a_text_is_called_with_its_language_and_values() -> None:
    hello = Text("Hello {name}.", "{name}さん、こんにちは。")
    assert [hello(lang, name="Yui") for lang in LANGUAGES] == ["Hello Yui.", "Yuiさん、こんにちは。"]


def test_unknown_languages_are_named() -> None:
    assert check_language("ja") == "ja"
    with pytest.raises(ValueError, match="got 'de'"):
        check_language("de")


def test_one_thing_is_singular_and_several_are_plural() -> None:
    text = Text("after {n:epoch|epochs} of {m:step|steps}", "{n} エポック、{m} ステップの後")
    assert text("en", n=1, m="1,000") == "after 1 epoch of 1,000 steps"
    assert text("en", n="1", m=0) == "after 1 epoch of 0 steps"
    assert text("ja", n=1, m=2) == "1 エポック、2 ステップの後"
    assert Text("{x:.2f} and {y}", "")("en", x=0.5, y="b") == "0.50 and b"
    assert (counted(1, "channel"), counted(3, "channel")) == ("1 channel", "3 channels")


def test_shares_that_are_not_all_do_not_read_as_all() -> None:
    assert percent(0.99999) == "99.9 %"
    assert percent(1.0) == "100.0 %"
    assert percent(0.98765, 2) == "98.77 %"
    assert percent(math.nan) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.012345, "0.01235"), (1234567.0, "1,234,567"), (0.5, "0.5"), (-2.0, "−2"), (math.nan, "NaN"), (math.inf, "∞"),
     (12345.6, "12,346"), (-0.25, "−0.25"), (1e-7, "1e-07")],
)  # fmt: skip
def test_numbers_have_the_digits_that_matter(value: float, text: str) -> None:
    assert significant(value) == text


def test_times_are_said_as_people_do() -> None:
    assert [duration(s) for s in (8.44, 125.0, 3725.0)] == ["8.4 s", "2 min 05 s", "1 h 02 min"]
    assert whole(-1234) == "−1,234"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1.44e-9, 1, "1.4·10⁻⁹"), (1e-9, 0, "10⁻⁹"), (9.96e-10, 1, "1.0·10⁻⁹"), (-2e-18, 0, "−2·10⁻¹⁸"),
        (-1e5, 0, "−10⁵"), (3.5, 1, "3.5·10⁰"), (0.0, 1, "0"), (float("nan"), 1, "NaN"), (float("inf"), 0, "∞"),
    ],
)  # fmt: skip
def test_powers_of_ten_are_written_as_by_hand(value: float, decimals: int, text: str) -> None:
    assert scientific(value, decimals) == text
    assert filled(f"off by {{e:.{decimals}e}}", e=value) == f"off by {text}"
