import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.report.markup import Markup, coordinate, element, escape


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
