"""What is no number stays none: dirt, dots without digits, animals; and a dot that may be a comma is no dirt."""

import numpy as np
import pytest
from benchmarks.scenes.things import animal, hills

from tests.digits.test_symbols import certain, mark
from tests.sweeps import long
from zerokara import digits
from zerokara.arrays import generator
from zerokara.digits.interpret import SPECK, Told, _beside_digits, _is_sign
from zerokara.digits.symbols import SYMBOLS


def told(symbol, box, **shares):
    """A mark of which each symbol is so probable, nothing else."""
    row = np.zeros(len(SYMBOLS))
    for name, share in shares.items() or ((symbol, 1.0),):
        row[SYMBOLS.index(name)] = share
    return Told(mark(*box), np.zeros((28, 28)), certain("1")[0, :10], row, symbol)


def three_point_one_four(dot):
    return [told("3", (0, 0, 30, 50)), dot, told("1", (60, 0, 70, 50)), told("4", (85, 0, 115, 50))]


@pytest.mark.parametrize("comma", [0.0, 0.3, 0.45, 0.6])
def test_a_dot_that_may_be_a_comma_is_a_sign_all_the_same(comma):
    """3.14 must not become 314 because nobody knows which of two signs it is."""
    symbol = "." if comma < 0.5 else ","
    dot = told(symbol, (40, 44, 48, 54), **{".": 0.98 - comma, ",": comma, "?": 0.02})
    assert _is_sign(three_point_one_four(dot), 1)


def test_what_is_hardly_a_sign_is_dirt():
    for symbol, sign in ((".", SPECK - 0.05), ("?", 0.4)):
        dot = told(symbol, (40, 44, 48, 54), **{".": sign, "?": 1 - sign})
        assert not _is_sign(three_point_one_four(dot), 1)


def test_a_dot_in_no_row_with_a_digit_is_refused_with_the_reason():
    line = [told(":", (x, 0, x + 8, 40)) for x in range(0, 100, 20)]
    refused = _beside_digits(line)
    assert [one.symbol for one in refused] == ["?"] * 5
    assert {one.why for one in refused} == {"no digit stands in its line"}
    beside = [*line, told("7", (120, 0, 140, 40))]
    assert _beside_digits(beside) == beside


@pytest.mark.parametrize("thing", [animal, long(hills)])
def test_in_a_photograph_of_things_nothing_is_surely_a_digit(thing):
    """A furry animal, hills with grain: drawn by rule, so that no photograph is copied."""
    for seed in range(6):
        pixels = np.round(255 * thing(generator(seed, "photograph"), 160)).astype(np.uint8)
        for digit in digits.read(pixels).digits:
            assert not digit.is_digit or digit.probability <= 0.9
