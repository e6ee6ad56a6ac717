"""Signs beside digits, and what is neither: the laws of refusal."""

from importlib.resources import files

import numpy as np
import pytest
from benchmarks.reader_symbols import DROP, SMALL, _beside, _page, _written
from PIL import Image, ImageDraw, ImageFont

from tests.digits.drawing import PLAIN
from zerokara import digits
from zerokara.arrays import generator
from zerokara.data.handwriting import STYLES
from zerokara.digits.company import _closed, with_company, with_place, words
from zerokara.digits.learning.strokes import LETTERS
from zerokara.digits.learning.strokes import SIGNS as SIGNS_DRAWN
from zerokara.digits.segment import Mark
from zerokara.digits.symbols import DIGITS, NONE, PLACES, SIGNS, SYMBOLS, place_scores

EXAMPLES = sorted(path.name for path in files("zerokara.digits").joinpath("examples").iterdir())


def example(name):
    return str(files("zerokara.digits").joinpath("examples", name))


def row(text):
    """A row of plain digits and signs, 60 pixels high, black on white, with the benchmark's place for each sign."""
    rng = generator(5, text)
    styles = [(STYLES[int(c)][PLAIN[int(c)]],) if c.isdigit() else (SIGNS_DRAWN[c][0],) for c in text]
    inks = [_written(style, rng, 60 * SMALL.get(c, 1.0)) for c, style in zip(text, styles, strict=True)]
    return _page([(ink, 60 * DROP.get(c, 0.0), 16) for c, ink in zip(text, inks, strict=True)])


def mark(left, top, right, bottom):
    return Mark((left, top, right, bottom), np.ones((bottom - top, right - left), np.float32))


def certain(*symbols, share=0.9):
    """Shares of a network that is rather certain of each of the symbols."""
    shares = np.full((len(symbols), len(SYMBOLS)), (1 - share) / (len(SYMBOLS) - 1))
    for i, symbol in enumerate(symbols):
        shares[i, SYMBOLS.index(symbol)] = share
    return shares


@pytest.mark.parametrize("symbol", SIGNS)
def test_no_other_sign_fits_the_usual_place_of_a_sign_much_better(symbol):
    """The table is one of densities: at the usual size and place of a symbol, its own score lacks at most its width."""
    place = PLACES[symbol]
    scores = dict(zip(SYMBOLS, place_scores(place.size, place.centre), strict=True))
    peak = -np.log(place.size_spread * place.centre_spread)
    assert scores[symbol] == pytest.approx(peak)
    assert scores[symbol] >= scores[NONE]


def test_a_ring_is_a_zero_or_a_degree_by_its_size_and_place():
    shares = np.stack([certain("0")[0] * 0.5 + certain("°")[0] * 0.5] * 2)
    digits_ = certain("2", "5")
    line = [mark(0, 0, 30, 50), mark(40, 0, 70, 50), mark(80, 0, 110, 50), mark(120, 0, 135, 15)]
    told = with_place(np.concatenate([digits_, shares]), line)
    assert [SYMBOLS[int(i)] for i in told.argmax(axis=1)] == ["2", "5", "0", "°"]
    np.testing.assert_allclose(told.sum(axis=1), 1)


def test_a_comma_and_a_slash_that_look_alike_are_told_apart_by_size_and_place():
    alike = certain(",")[0] * 0.5 + certain("/")[0] * 0.5
    shares = np.stack([certain("2")[0], alike, certain("5")[0], alike, certain("7")[0]])
    line = [mark(0, 0, 30, 50), mark(35, 44, 40, 60), mark(45, 0, 75, 50), mark(80, -3, 105, 52), mark(110, 0, 140, 50)]
    told = with_place(shares, line)
    assert [SYMBOLS[int(i)] for i in told.argmax(axis=1)] == ["2", ",", "5", "/", "7"]


def test_letters_for_company_make_a_digit_doubtful_and_digits_do_not():
    among_letters = with_company(certain(NONE, NONE, "0", NONE, NONE), [[0, 1, 2, 3, 4]])
    among_digits = with_company(certain("3", "1", "0", "4", NONE), [[0, 1, 2, 3, 4]])
    assert among_letters[2, :10].sum() < 0.5
    assert among_digits[2, :10].sum() > 0.9
    for told in (among_letters, among_digits):
        np.testing.assert_allclose(told.sum(axis=1), 1)
        assert (told >= 0).all()


def test_a_mark_alone_on_its_page_is_left_as_the_network_sees_it():
    shares = certain("4")
    np.testing.assert_allclose(with_company(shares, [[0]]), shares)


def test_a_lone_zero_or_one_is_never_sure_and_other_digits_are():
    """A ring alone may be an O, a bar an l: nobody could tell."""
    for symbol in DIGITS:
        told = with_place(certain(symbol, share=0.9999), [mark(0, 0, 30, 50)])[0]
        assert int(told.argmax()) == DIGITS.index(symbol)
        assert (told[:10].sum() < 0.9) == (symbol in "01")


def test_a_word_of_one_mark_has_the_page_for_company():
    """A stripe among stains is no one; a digit in a cell beside other cells is a digit."""
    stains = with_company(certain("1", NONE, NONE, NONE), [[0], [1], [2], [3]])
    cells = with_company(certain("1", "5", "4", "7"), [[0], [1], [2], [3]])
    assert stains[0, :10].sum() < 0.5
    assert cells[0, :10].sum() > 0.9


def test_one_doubtful_mark_in_a_number_is_a_digit_and_a_plain_letter_in_it_is_not():
    """In a number 3 marks of 100 are none, and not a third as in the training: Bayes' rule with another prior."""
    doubtful = certain("4", "2", "7", "7")
    doubtful[2] = 0.4 * certain("7")[0] + 0.6 * certain(NONE)[0]
    assert with_company(doubtful, [[0, 1, 2, 3]])[2, 7] > 0.7
    assert with_company(certain("4", "2", NONE, "7", share=0.99), [[0, 1, 2, 3]])[2, -1] > 0.5


def test_words_are_parted_where_there_is_paper():
    line = [mark(0, 0, 30, 50), mark(40, 0, 70, 50), mark(200, 0, 230, 50)]
    assert words(line) == [[0, 1], [2]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_on_digits_both_ways_of_reading_agree_to_the_last_bit(name):
    """Signs and refusal come from the network of symbols alone: the ten probabilities are those of the reader."""
    signs, only = digits.read(example(name)), digits.read(example(name), digits_only=True)
    assert signs.text == only.text
    assert [d.probabilities for d in signs.digits] == [d.probabilities for d in only.digits]
    assert [d.box for d in signs.digits] == [d.box for d in only.digits]
    assert min(d.digit_probability for d in signs.digits) > digits.THRESHOLD


@pytest.mark.parametrize(
    "text", ["3.14", "2026/11/28", "-7", "12+3=15", "10:45", "(42)", "¥1,980", "5×8", "6÷2=3", "50%", "25°", "$20"]
)
def test_signs_are_read(text):
    assert digits.read(row(text)).text == text


def ruled(pen, size):
    for y in range(10, size[1], 35):
        pen.line((0, y, size[0], y), fill=(120, 170, 230), width=2)


def underlined(pen, size):
    pen.line((20, size[1] - 18, size[0] - 20, size[1] - 20), fill=(0, 0, 0), width=5)


@pytest.mark.parametrize("lines", [ruled, underlined])
@pytest.mark.parametrize("text", ["12+3=15", "-7", "3.14"])
def test_taking_lines_of_the_paper_away_takes_no_sign_with_them(text, lines):
    paper = Image.fromarray(row(text)).convert("RGB")
    lines(ImageDraw.Draw(paper), paper.size)
    assert digits.read(paper).text == text


def test_two_columns_of_prices_keep_the_gap_between_them():
    gap = np.full((200, 160), 255, np.uint8)
    parts = [np.pad(row(text), [(0, 200), (0, 0)], constant_values=255)[:200] for text in ("3.14", "-7")]
    assert digits.read(np.concatenate([parts[0], gap, parts[1]], axis=1)).text == "3.14 -7"


def test_letters_of_print_are_refused():
    paper = Image.new("L", (400, 160), 255)
    ImageDraw.Draw(paper).text((40, 20), "ABE", font=ImageFont.load_default(90), fill=0)
    reading = digits.read(paper)
    assert reading.text == "???"
    assert all(digit.why for digit in reading.digits)


def test_with_digits_only_there_is_no_sign():
    reading = digits.read(row("3.14"), digits_only=True)
    assert reading.text == "314"
    assert set(reading.text) <= set(DIGITS)


def test_letters_are_refused_with_a_reason():
    rng = generator(3, "letters")
    picture = _page(_beside([_written(LETTERS[letter], rng, 64) for letter in "AHKRW"], rng))
    reading = digits.read(picture)
    assert reading.text == "?" * 5
    assert reading.message.startswith("no digit found: 5 marks")
    assert all(d.why and not d.is_digit and d.digit_probability < digits.THRESHOLD for d in reading.digits)


def test_what_is_not_sure_says_between_what():
    shares = ((("5"), 0.6), (("3"), 0.3), (NONE, 0.05), ("8", 0.05))
    ten = tuple(0.62 if d == 5 else 0.3 if d == 3 else 0.01 for d in range(10))
    digit = digits.Digit(5, ten, (0, 0, 1, 1), np.zeros((28, 28)), "5", 0.97, shares)
    assert digit.doubt == "5 or 3"
    assert digit.probability == pytest.approx(0.97 * 0.62)
    sure = digits.Digit(5, ten, (0, 0, 1, 1), np.zeros((28, 28)))
    assert (sure.symbol, sure.is_digit) == ("5", True)


def test_what_is_opened_is_closed():
    """A mark that is a seven rather than ")" by its looks closes what is surely open; nothing else changes."""
    shares = np.full((4, len(SYMBOLS)), 1e-6)
    shares[0, SYMBOLS.index("(")] = 1
    shares[1, SYMBOLS.index("6")] = 1
    shares[2, [SYMBOLS.index("7"), SYMBOLS.index(")")]] = 0.8, 0.2
    shares[3, SYMBOLS.index("0")] = 1
    shares /= shares.sum(axis=1, keepdims=True)
    told = _closed(shares)
    np.testing.assert_allclose(told.sum(axis=1), 1)
    assert told[2].argmax() == SYMBOLS.index(")")
    np.testing.assert_allclose(told[[0, 1, 3]], shares[[0, 1, 3]], atol=1e-4)
    np.testing.assert_array_equal(_closed(shares[1:]), shares[1:])
    mirrored = shares[::-1].copy()
    mirrored[:, [SYMBOLS.index("("), SYMBOLS.index(")")]] = mirrored[:, [SYMBOLS.index(")"), SYMBOLS.index("(")]]
    assert _closed(mirrored)[1].argmax() == SYMBOLS.index("(")
