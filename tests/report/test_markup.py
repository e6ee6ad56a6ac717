import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.io.png import as_pixels, png
from zerokara.report.markup import Markup, coordinate, element, escape
from zerokara.wording import duration, percent, significant, whole


@given(st.text())
def test_text_never_becomes_markup(text: str) -> None:
    from xml.etree import ElementTree

    tree = ElementTree.fromstring(element("p", text, title=text))
    assert tree.find("*") is None
    cleaned = tree.text or ""
    assert len(cleaned) == len(text.replace("\r\n", "\n"))


def test_markup_is_not_escaped_twice() -> None:
    assert element("p", element("b", "<")) == "<p><b>&lt;</b></p>"
    assert escape(Markup("<i />")) == "<i />"
    assert element("img", alt="a", src=None) == '<img alt="a" />'


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (1.5, "1.5"), (0.001, "0"), (12.3456, "12.35"), (-0.5, "-0.5")]
)
def test_coordinates_are_short(value: float, text: str) -> None:
    assert coordinate(value) == text


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


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1)])
def test_a_png_is_what_every_viewer_reads(shape: tuple[int, ...]) -> None:
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    with Image.open(io.BytesIO(png(pixels))) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.asarray(image), pixels)


def test_every_layout_of_an_image_becomes_pixels() -> None:
    assert as_pixels(np.zeros((1, 4, 5))).shape == (4, 5)
    assert as_pixels(np.zeros((3, 4, 5))).shape == (4, 5, 3)
    assert as_pixels(np.zeros((4, 5, 3), np.uint8)).shape == (4, 5, 3)
    assert as_pixels(np.array([[0.5, 2.0], [-1.0, np.nan]])).tolist() == [[128, 255], [0, 0]]


def test_other_pixels_are_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        png(np.zeros((2, 2)))
