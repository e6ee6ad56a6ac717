"""What belongs to the paper is taken away: rulings, squares, boxes, circles, underlines, the desk around the sheet."""

import numpy as np
import pytest
from benchmarks import scenes
from benchmarks.scenes.measure import outcomes, table
from PIL import Image, ImageDraw

from tests.digits.drawing import mask
from zerokara.digits import read
from zerokara.digits.ink import tell_apart
from zerokara.digits.lines import find_lines
from zerokara.digits.paper import erased, without_lines
from zerokara.digits.sheet import find_sheet
from zerokara.digits.taken import shown_paper

SIZE = (420, 200)


def sheet(draw=lambda pen: None, digits=(2, 7, 4)):
    """Digits in black on white, 90 high, with what `draw` draws with Pillow besides."""
    ink = np.zeros(SIZE[::-1])
    for i, digit in enumerate(digits):
        ink += mask(digit, size=SIZE, at=(60 + 110 * i, 55), height=90, pen=9)
    paper = Image.new("RGB", SIZE, (255, 255, 255))
    draw(ImageDraw.Draw(paper))
    return np.minimum(np.asarray(paper), ((1 - np.clip(ink, 0, 1)) * 255).astype(np.uint8)[..., None])


def squares(colour, pitch):
    def draw(pen):
        for x in range(17, SIZE[0], pitch):
            pen.line((x, 0, x, SIZE[1]), fill=colour, width=2)
        for y in range(11, SIZE[1], pitch):
            pen.line((0, y, SIZE[0], y), fill=colour, width=2)

    return draw


def boxes(pen):
    for i in range(3):
        pen.rectangle((40 + 115 * i, 40, 140 + 115 * i, 160), outline=(0, 0, 0), width=3)


PAPERS = {
    "plain": lambda pen: None,
    "ruled": lambda pen: [pen.line((0, y, 420, y), fill=(0, 0, 0), width=2) for y in (40, 100, 160)],
    "squared": squares((0, 0, 0), 38),
    "squared in light blue": squares((170, 210, 240), 29),
    "boxes": boxes,
    "a circle": lambda pen: pen.ellipse((15, 15, 400, 185), outline=(0, 0, 0), width=4),
    "underlined": lambda pen: pen.line((40, 165, 390, 162), fill=(0, 0, 0), width=8),
    "underlined by a thick pen through their feet": lambda pen: pen.line((40, 149, 390, 149), fill=(0, 0, 0), width=11),
    "a border": lambda pen: pen.rectangle((0, 0, 419, 199), outline=(20, 20, 20), width=12),
    "a cable": lambda pen: pen.line((0, 12, 150, 2, 160, -9), fill=(30, 30, 30), width=7),
}


@pytest.mark.parametrize("name", PAPERS)
def test_digits_are_read_on_any_paper(name):
    assert read(sheet(PAPERS[name])).text == "274"


@pytest.mark.parametrize("name", ["plain", "ruled", "squared", "squared in light blue"])
def test_paper_without_digits_says_nothing(name):
    assert read(sheet(PAPERS[name], digits=())).text == ""


def test_a_line_is_found_where_it_is():
    """y = 60 + 0.1·x, 3 thick, with a stroke across it."""
    y, x = np.mgrid[:200, :300]
    ruled = (np.abs(y - 60 - 0.1 * x) <= 1.5) | (np.abs(x - 150) <= 4)
    (line,) = (line for line in find_lines(ruled, 6, 100) if not line.steep)
    assert (line.start, line.end) == (0, 300)
    np.testing.assert_allclose([line.a, line.b], [60, 0.1], atol=(0.6))
    assert abs(line.b - 0.1) < 0.004
    assert 2 <= line.width <= 5


def test_erasing_a_line_keeps_the_stroke_that_crosses_it():
    y, x = np.mgrid[:200, :300]
    line, stroke = np.abs(y - 100) <= 1, (np.abs(x - 150) <= 4) & (y > 30) & (y < 170)
    ink = (line | stroke).astype(np.float32)
    left = erased(ink, [found for found in find_lines(line, 6, 100) if not found.steep])
    np.testing.assert_array_equal(left[stroke], 1)
    assert left[~stroke].sum() <= 6


def test_erasing_a_soft_line_leaves_nothing_of_it_under_a_stroke_that_ends_above():
    """A stroke that ends where the line's soft flank begins is parted from it by paler ink, and keeps no foot."""
    line = np.zeros((200, 300), np.float32)
    line[98:103] = np.float32([0.3, 1, 1, 1, 0.3])[:, None]
    ink = line.copy()
    ink[40:98, 145:156] = 1
    left = erased(ink, [found for found in find_lines(line > 0.1, 6, 100) if not found.steep])
    assert not left[98:].any()
    assert (left[40:97, 145:156] == 1).all()


@pytest.mark.parametrize("digit", range(10))
def test_no_stroke_of_a_digit_is_taken_for_paper(digit):
    for style in (0, 1):
        ink = mask(digit, pen=5, style=style).astype(np.float32)
        assert not without_lines(ink).lines
        assert not tell_apart(np.repeat(1 - ink[..., None], 3, axis=2)).lines.any()


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_cut_to_its_ink_is_no_sheet(digit):
    ink = mask(digit, height=120, pen=20)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cut = 1 - ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for picture in (cut, 1 - cut):
        found = find_sheet(np.repeat(picture[..., None], 3, axis=2).astype(np.float32))
        assert not found.around.any() or not found.certain


def test_a_gap_is_a_space_and_even_wide_spacing_is_none():
    wide = np.concatenate([sheet(digits=(4, 2)), np.full((200, 160, 3), 255, np.uint8), sheet(digits=(7,))], axis=1)
    assert read(wide).text == "42 7"
    assert read(sheet(digits=(4, 2, 7))).text == "427"


def test_scenes_are_functions_of_kind_and_seed():
    hands = scenes.load_hands()
    for kind in (*scenes.KINDS, *scenes.EMPTY):
        first, again = scenes.make(kind, 1, hands), scenes.make(kind, 1, hands)
        np.testing.assert_array_equal(first.pixels, again.pixels)
        assert len(first.boxes) == sum(sign.isdigit() for sign in first.text)
        assert bool(first.boxes) is (kind in scenes.KINDS)
        H, W = first.pixels.shape[:2]
        assert all(left < right and top < bottom and left < W and top < H for left, top, right, bottom in first.boxes)
    with pytest.raises(ValueError, match="a kind of scene is one of"):
        scenes.make("torn", 0, hands)


def test_the_benchmark_counts_scenes_by_kind():
    found = list(outcomes(2, None, None, "boxed"))
    assert [(one.kind, one.seed) for one in found] == [("boxed", 0), ("boxed", 1)]
    assert "boxed                   2" in table(found)
    with pytest.raises(ValueError, match="no kind of scene has 'torn' in its name"):
        list(outcomes(1, None, None, "torn"))


def test_what_was_taken_for_paper_can_be_seen():
    """Red where a box was, black where a digit is; nothing to show where nothing was taken."""
    assert shown_paper(sheet() / np.float32(255)) is None
    seen = shown_paper(sheet(boxes) / np.float32(255))
    red = (seen[..., 0] > 0.7) & (seen[..., 1] < 0.4)
    assert red[41, 60:120].mean() > 0.9
    assert not red[60:140, 50:130].any()
    assert (seen[60:140, 50:130].max(axis=2) < 0.2).any()


@pytest.mark.parametrize("digit", [0, 1, 2, 3, 5, 6, 7, 8, 9])
def test_digits_drawn_twice_as_wide_are_read(digit):
    wide = Image.fromarray(sheet(digits=(digit,))).resize((2 * SIZE[0], SIZE[1]))
    assert read(wide).text == str(digit)


@pytest.mark.parametrize("digit", [2, 4, 5, 7])
def test_a_digit_struck_out_is_no_eight(digit):
    assert read(sheet(lambda pen: pen.line((40, 105, 160, 95), fill=(0, 0, 0), width=8), digits=(digit,))).text in (
        str(digit),
        "?",
    )


@pytest.mark.parametrize("angle", [0.3, 1, 2])
def test_the_edge_of_a_shadow_is_no_digit(angle):
    y, x = np.mgrid[:200, :420]
    across = (x - 210) * np.cos(angle) + (y - 100) * np.sin(angle)
    lit = 235 * (1 - 0.3 / (1 + np.exp(-across / 4)))
    assert not any(sign.isdigit() for sign in read(np.repeat(lit[..., None], 3, axis=2).astype(np.uint8)).text)
