"""Segment displays: bars become digits, and nothing else does."""

import numpy as np
import pytest

from zerokara import digits
from zerokara.arrays import generator
from zerokara.digits.bars import with_whole_digits
from zerokara.digits.ink import find_ink
from zerokara.digits.learning.displays import Display, drawn, letter, some_display
from zerokara.digits.marks import connected
from zerokara.digits.segment import find_digits
from zerokara.digits.segments import DIGITS


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
