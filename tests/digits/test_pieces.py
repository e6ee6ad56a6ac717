"""Which pieces make a symbol together: a minus beside its digit is a sign of its own, the bar of a five is none."""

import numpy as np
import pytest

from zerokara.digits.marks import Mark, join
from zerokara.digits.pieces import outside, parted
from zerokara.digits.symbols import DIGITS, NONE, SYMBOLS

N = len(DIGITS)


def block(left, top, right, bottom):
    return Mark((left, top, right, bottom), np.ones((bottom - top, right - left), np.float32))


def looks(digits, minus):
    """Shares of every symbol by shape: what is flat is a minus with the share `minus`, all else a digit."""

    def shares(marks):
        rows = np.zeros((len(marks), len(SYMBOLS)))
        for row, mark in zip(rows, marks, strict=True):
            flat = mark.width > 1.4 * mark.height
            row[SYMBOLS.index("-") if flat else 4] = minus if flat else digits
            row[SYMBOLS.index(NONE)] = 1 - row.sum()
        return rows

    return shares


def test_a_minus_beside_a_digit_is_a_sign_of_its_own():
    """Also where the two together, fitted into a square, look like the digit: a minus lies at half height, apart."""
    minus, digit = block(40, 47, 55, 54), block(59, 30, 87, 65)
    cut = parted([join([minus, digit])], looks(0.99, 0.85))
    assert [piece.box for piece in cut] == [minus.box, digit.box]


@pytest.mark.parametrize("bar", [block(87, 30, 102, 36), block(87, 58, 102, 65)], ids=["above", "below"])
def test_a_bar_that_is_not_at_half_height_may_be_a_stroke_of_its_digit(bar):
    whole = join([block(59, 30, 85, 65), bar])
    assert parted([whole], looks(0.99, 0.85)) == [whole]


def test_the_bar_of_a_wide_five_is_no_minus():
    """Not even where the whole is so wide that it could be a row of two: no flat sign lies at the top."""
    whole = join([block(32, 46, 71, 81), block(64, 44, 96, 51)])
    assert parted([whole], looks(0.99, 0.97)) == [whole]


def test_in_a_row_that_was_joined_a_minus_is_not_counted_to_its_neighbour():
    """Four minus four, joined to one piece: the cut into three costs no more than the one into two."""
    pieces = [block(40, 30, 66, 65), block(73, 49, 87, 53), block(92, 30, 118, 65)]
    cut = parted([join(pieces)], looks(0.99, 0.97))
    assert [piece.box for piece in cut] == [piece.box for piece in pieces]


def test_what_stands_in_the_hole_of_a_digit_is_left_out():
    ring = np.ones((60, 40), np.float32)
    ring[8:-8, 8:-8] = 0
    zero = Mark((20, 20, 60, 80), ring)
    dot, beside, slash = block(36, 46, 44, 54), block(70, 70, 78, 80), block(80, 20, 90, 80)
    assert outside([[zero, slash]], [dot, beside]) == [beside]
