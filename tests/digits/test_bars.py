"""Segment displays: bars become digits, and nothing else does."""

import numpy as np
import pytest

from tests.sweeps import long
from zerokara import digits
from zerokara.arrays import generator
from zerokara.digits.bars import with_whole_digits
from zerokara.digits.displays import as_display
from zerokara.digits.ink import find_ink
from zerokara.digits.learning.displays import Display, drawn, letter, some_display
from zerokara.digits.marks import connected
from zerokara.digits.segment import find_digits
from zerokara.digits.segments import DIGITS, FORMS, Cell, spelled
from zerokara.digits.symbols import NONE


def row(text, display, height=60.0, apart=18):
    """A row of a display, dark on white."""
    inks = [drawn(DIGITS[int(c)], display, generator(3, c), height) for c in text]
    inks = [ink[(ink > 0.5).any(axis=1)][:, (ink > 0.5).any(axis=0)] for ink in inks]
    sheet = np.zeros((int(height) + 60, sum(ink.shape[1] + apart for ink in inks) + 60))
    x = 30
    for ink in inks:
        sheet[30 : 30 + len(ink), x : x + ink.shape[1]] = ink
        x += ink.shape[1] + apart
    return np.repeat((255 * (1 - sheet)).round().astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("display", [
    Display(0.5, 0.12, 0.02, 0.0, True),
    Display(0.5, 0.12, 0.02, 0.15, True),
    Display(0.6, 0.07, 0.03, 0.0, True),
    Display(0.55, 0.16, 0.02, 0.1, False),
], ids=["usual", "slanted", "thin", "thick, blunt"])  # fmt: skip
def test_a_display_whose_bars_do_not_touch_has_whole_digits(display):
    for text in ("0123456789", "8888", "2026"):
        pixels = row(text, display)
        (line,) = find_digits(find_ink(pixels.astype(np.float32) / 255))
        assert len(line) == len(text)


def test_a_display_is_read():
    display = Display(0.5, 0.12, 0.02, 0.05, True)
    for text in ("259", "3804", "2749"):
        assert digits.read(row(text, display)).text == text


def test_bars_side_by_side_are_no_digit_together():
    """Elevens, equals signs and rows of ones are bars, too, but their ends do not meet."""
    ink = np.zeros((80, 300), np.float32)
    for x in range(20, 270, 16):
        ink[10:60, x : x + 6] = 1
    ink[20:26, 275:299] = ink[32:38, 275:299] = 1
    marks = connected(ink)
    assert with_whole_digits(marks) == marks


def test_a_zero_with_straight_sides_is_no_cell_because_digits_stand_beside_it():
    """Its four sides close a cell, in which nothing stands."""
    pixels = row("2809", Display(0.55, 0.08, 0.0, 0.0, False), height=70.0)
    (line,) = find_digits(find_ink(pixels.astype(np.float32) / 255))
    assert len(line) == 4


def test_letters_of_displays_are_no_digits_of_them():
    rng = generator(1, "letters")
    for _ in range(60):
        assert letter(rng).max() > 0.5
        display = some_display(rng)
        assert display.width >= 3 * display.thick
        assert display.gap < display.thick


@pytest.mark.parametrize("lit", ["afeg", "abcefg", "fegbc"], ids="FAH")
def test_a_letter_of_a_display_is_one_piece_and_no_row_of_ones(lit):
    """Its bars, each alone, would be ones and minuses."""
    display = Display(0.5, 0.1, 0.025, 0.0, True)
    ink = np.pad(drawn(lit, display, generator(3, lit), 66.0), 30)
    pixels = np.repeat((255 * (1 - ink)).round().astype(np.uint8)[..., None], 3, axis=2)
    reading = digits.read(pixels)
    assert len(reading.digits) == 1
    (whole,) = with_whole_digits(connected(find_ink(pixels.astype(np.float32) / 255)))
    assert whole.parts == ()


USUAL = Display(0.6, 0.09, 0.02, 0.0, True)


def ink_of(lit, display=USUAL, height=80.0):
    """The lit segments, cut to their ink."""
    ink = drawn(lit, display, generator(5, "".join(sorted(lit))), height)
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@pytest.mark.parametrize("slant", [long(0.0), 0.12])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: "".join(sorted(form)))
def test_every_form_of_a_display_spells_its_symbol_and_with_one_segment_less_another(form, slant):
    display = USUAL._replace(slant=slant)
    cell = Cell(0.6 * 80, 80.0, 0.09 * 80, slant)
    assert spelled(ink_of(form, display), cell) in (FORMS[form], "")
    if slant == 0:
        assert spelled(ink_of(form, display), cell) == FORMS[form]
    for segment in sorted(form):
        less = form - {segment}
        if less and FORMS.get(less) != FORMS[form]:
            told = spelled(ink_of(less, display), cell)
            assert not told or told != FORMS[form] or less == {"l"} or less == {"r"}  # half a minus is one, too


def test_a_letter_of_a_display_spells_none_and_a_blot_nothing():
    cell = Cell(48.0, 80.0, 7.2, 0.0)
    assert spelled(ink_of("abcefg"), cell) == NONE
    half_lit = np.where(np.arange(80)[:, None] % 3 < 1, np.ones((80, 48)), 0)
    assert spelled(np.asarray(half_lit, np.float32), cell) in ("", NONE)


def pieces(forms, display=USUAL, height=70.0):
    """The connected pieces of a row of a display."""
    inks = [ink_of(form, display, height) for form in forms]
    sheet = np.zeros((int(height) + 40, sum(ink.shape[1] + 24 for ink in inks) + 40), np.float32)
    x = 20
    for form, ink in zip(forms, inks, strict=True):
        top = 20 if set("afbhij") & set(form) else 20 + int((height - ink.shape[0]) / 2)
        sheet[top : top + len(ink), x : x + ink.shape[1]] = ink
        x += ink.shape[1] + 24
    return connected(sheet)


def test_a_row_of_fourteen_segments_is_a_display_with_its_signs():
    """The minus is of two bars, and every digit of several, which alone would be minuses, ones and slashes."""
    found = as_display(pieces(["lr", "abged", "abcdefjn", "abc"]))
    assert found is not None
    assert "".join(mark.spelled for mark in sorted(found, key=lambda mark: mark.box[0])) == "-207"


def test_what_is_no_display_is_none():
    """Handwriting is mostly of one piece a digit; bars that spell nothing are no display, though they stand in rows."""
    grid = np.zeros((100, 300), np.float32)
    for x in range(20, 280, 20):
        grid[20 : 30 + x % 37, x : x + 5] = 1
    assert as_display(connected(grid)) is None
    assert as_display(pieces([DIGITS[8]], USUAL._replace(gap=0.0, pointed=False))) is None
    assert as_display([]) is None


def test_a_slashed_zero_is_no_box_with_something_in_it():
    """Its straight sides close a cell, and the slash stands in it."""
    blunt = Display(0.6, 0.09, 0.0, 0.0, False)
    zero = ink_of("abcdef", blunt, 90.0)
    slash = np.zeros_like(zero)
    for t in np.linspace(0.2, 0.8, 200):
        y, x = int((1 - t) * zero.shape[0]), int(t * zero.shape[1])
        slash[y - 2 : y + 3, x - 2 : x + 3] = 1
    sheet = np.zeros((150, 240), np.float32)
    for x in (40, 140):
        sheet[30 : 30 + len(zero), x : x + zero.shape[1]] = np.maximum(zero, slash)
    pixels = np.repeat((255 * (1 - sheet)).round().astype(np.uint8)[..., None], 3, axis=2)
    left = find_ink(pixels.astype(np.float32) / 255)
    assert left.sum() > 0.9 * sheet.sum()
