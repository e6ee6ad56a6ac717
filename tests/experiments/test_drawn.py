"""What a figure's words say of it is true of the drawing, at every width."""

import re
from xml.etree.ElementTree import Element

import numpy as np
import pytest

from tests.experiments.quick import every_experiment_together, outspoken_page, quick_page, quick_result
from tests.report.checking import check_page, words
from zerokara.arrays import Array
from zerokara.report import Figure, Lang, Page, Section

SVG = "{http://www.w3.org/2000/svg}"
ABOVE = r"(?:[Aa]bove|[Bb]elow)(?! [-−.\d{]| the (?:floor|diagonal)| zero)"
PLACES = {
    "en": rf"\b(?:[Oo]n the (?:left|right)|left to right|[Ll]eft:|{ABOVE}|[Bb]eside|[Nn]ext to|[Ss]ide by side|"
    r"(?:[Uu]pper|[Ll]ower|[Tt]op|[Bb]ottom) (?:row|panel|picture)|(?:[Ee]very|[Ee]ach|[Aa]|per) (?:row|column))\b",
    "ja": r"左|右(?!図)|上段|下段|[上下](?:の[図段行]|は、|に並)|隣の図|各[行列]|横に並",
}
"""Words of place, which are true of panels in rows at most until they lie below each other."""


def several(figure: Element) -> bool:
    """Whether a figure has parts that lie elsewhere on a narrow page: panels, pictures, arrays."""
    parts = 0
    for row in figure.iter():
        style = set(row.get("class", "").split())
        if style & {"panels", "gallery"}:
            parts = max(parts, sum(child.tag == "li" for child in row))
        elif "grids" in style:
            parts = max(parts, sum(child.get("class") == "together" for child in row.iter()))
    return parts > 1


def misplaced(html: str, lang: Lang) -> list[str]:
    """The captions of figures of several parts that name the place of one."""
    captions = [
        words(caption)
        for figure in check_page(html, links=True).iter("figure")
        if several(figure)
        for caption in figure.iter("figcaption")
    ]
    return [caption for caption in captions if re.search(PLACES[lang], caption)]


@every_experiment_together
def test_no_caption_of_several_panels_says_where_one_of_them_lies(names: list[str]) -> None:
    """What lies in rows on a desk lies in other rows on a phone: "each row" and "on the left" become false."""
    langs: tuple[Lang, ...] = ("en", "ja")
    found = {
        (name, lang): misplaced(outspoken_page(name, lang) or quick_page(name, lang), lang)
        for name in names
        for lang in langs
    }
    assert {where: captions for where, captions in found.items() if captions} == {}


@pytest.mark.parametrize(
    ("lang", "note", "wrong"),
    [
        ("en", "Every row is one kind of initial values, from the first layer to the last.", True),
        ("en", "On the left the input, the output beside it.", True),
        ("en", "The points are the balls above; empty cells: none.", True),
        ("en", "The share of values above 0.95 and below .05.", False),
        ("ja", "各行が 1 つの初期値で、左から右へ層が深くなる。", True),
        ("ja", "下は、答えの確率と正解の確率。", True),
        ("ja", "上は入力、下は出力。", False),
        ("ja", "数字は、答えの確率と正解の確率。", False),
    ],
)
def test_words_of_place_are_found(lang: Lang, note: str, wrong: bool) -> None:
    figure = quick_result("weight-init-histogram").figures(lang)[0]
    page = Page("A page", [Section("Figures", [Figure("Panels", figure.content, "words", note=note)])], lang=lang)
    assert bool(misplaced(page.html(), lang)) is wrong


@pytest.mark.parametrize("kind", ["L1", "L2"])
def test_the_optimum_lies_where_a_contour_touches_the_line_of_equal_penalty(kind: str) -> None:
    """In the drawing itself: on both lines to half a unit, and the contour goes nowhere inside the ball."""
    result = quick_result("l1-l2-geometry")
    figure = result.figures("en")[("L1", "L2").index(kind)]
    assert kind in figure.title
    tree = check_page(Page("A page", [Section("Figures", [figure])]).html())
    paths = [(set(path.get("class", "").split()), path) for path in tree.iter(f"{SVG}path")]
    optima = {words(path).partition(",")[0]: _points(path)[:1] for style, path in paths if {"dot", "edged"} <= style}
    (ball,) = [_points(path) for style, path in paths if "line" in style and "way" not in style]
    contours = [_points(path) for style, path in paths if "contour" in style]
    point = optima["λ = 1"]
    touching = min(contours, key=lambda line: _away(point, line).min())
    assert _away(point, ball).max() < 0.5
    assert _away(point, touching).max() < 0.5
    inside = touching[_inside(touching, ball)]
    assert not len(inside) or _away(inside, ball).max() < 0.5
    other = optima["λ = 2"]  # lies on neither: the measuring can tell
    assert _away(other, ball).min() > 3
    assert _away(other, touching).min() > 3


def _points(path: Element) -> Array:
    """The corners of a path of straight lines (n, 2); of a mark its centre comes first."""
    numbers = re.findall(r"-?\d+(?:\.\d+)?", path.get("d", ""))
    return np.array(numbers[: len(numbers) // 2 * 2], np.float64).reshape(-1, 2)


def _away(points: Array, line: Array) -> Array:
    """How far each point lies from the line."""
    start, step = line[:-1], np.diff(line, axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    along = np.clip(((points[:, None] - start) * step).sum(axis=2) / length, 0, 1)
    nearest = start + along[..., None] * step
    away: Array = np.sqrt(((points[:, None] - nearest) ** 2).sum(axis=2)).min(axis=1)
    return away


def _inside(points: Array, ring: Array) -> Array:
    """Which points lie inside of a closed line: a ray to the right crosses it an odd number of times."""
    (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
    x, y = points[:, :1], points[:, 1:]
    crossing = (y1 > y) != (y2 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    odd: Array = (crossing & right).sum(axis=1) % 2 == 1
    return odd
