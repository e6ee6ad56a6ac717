"""`read`: what people draw, and where it stands."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.digits.drawing import PLAIN, mask, picture
from zerokara.digits import load_reader, read


def sheet(*drawn, size=(900, 400)):
    """Several digits on one sheet: (digit, (left, top), height) each."""
    ink = np.zeros(size[::-1])
    for number, (digit, at, height) in enumerate(drawn):
        ink = np.maximum(ink, mask(digit, size=size, at=at, height=height, pen=9, seed=number + 3))
    return Image.fromarray(((1 - ink) * 255).astype(np.uint8))


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_is_read_and_its_probability_stands_first(digit):
    reading = read(picture(digit))
    (only,) = reading.digits
    assert reading.text == str(only.digit) == str(digit)
    assert int(np.argmax(only.probabilities)) == digit
    assert sum(only.probabilities) == pytest.approx(1)
    assert only.view.shape == (28, 28)


@pytest.mark.parametrize("digit", PLAIN)
def test_the_same_drawing_in_light_on_dark_is_the_same_digit(digit):
    """Turning all colours round changes neither the ink nor the answer."""
    dark = read(picture(digit))
    bright = read(picture(digit, ink=(255, 255, 255), paper=(0, 0, 0)))
    np.testing.assert_allclose(bright.digits[0].view, dark.digits[0].view, atol=0.02)
    np.testing.assert_allclose(bright.digits[0].probabilities, dark.digits[0].probabilities, atol=0.02)


def test_the_answer_does_not_depend_on_where_the_digit_stands():
    texts = {read(picture(4, size=(800, 600), at=at)).text for at in [(10, 5), (600, 10), (30, 420), (640, 425)]}
    assert texts == {"4"}


def test_a_small_hairline_digit_in_the_corner_of_a_huge_canvas_is_found():
    small = picture(3, size=(4000, 3000), at=(3800, 2880), height=60, pen=2)
    (digit,) = read(small).digits
    assert digit.digit == 3
    left, top, _, bottom = digit.box
    assert abs(left - 3799) < 12
    assert abs(top - 2879) < 12
    assert abs(bottom - 2942) < 12


def test_boxes_enclose_the_ink_to_a_pixel():
    ink = mask(8) > 0.5
    rows, columns = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
    box = np.array(read(picture(8)).digits[0].box)
    assert np.abs(box - (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)).max() <= 1


@pytest.mark.parametrize("gap", [(148, 154), (120, 127), (180, 186)])
@pytest.mark.parametrize("digit", [2, 3, 5, 0])
def test_strokes_that_do_not_quite_touch_are_one_digit(digit, gap):
    assert read(picture(digit, gap=gap)).text == str(digit)


def test_specks_are_not_digits():
    speckled = np.array(picture(6))
    speckled[20:24, 30:34] = speckled[270:273, 250:252] = 0
    assert read(speckled).text == "6"


def test_digits_are_read_from_left_to_right_and_line_by_line():
    upper = [(3, (60, 40), 110), (0, (250, 30), 120), (7, (430, 45), 110), (2, (640, 35), 115)]
    lower = [(5, (70, 230), 120), (8, (280, 250), 100), (4, (500, 225), 120)]
    reading = read(sheet(*lower, *upper))
    assert reading.text == "3072\n584"
    assert [digit.digit for digit in reading.digits] == [3, 0, 7, 2, 5, 8, 4]


def test_a_line_may_slope():
    row = [(digit, (60 + 200 * i, 30 + 45 * i), 100) for i, digit in enumerate([2, 5, 8, 6])]
    assert read(sheet(*row)).text == "2586"


@pytest.mark.parametrize("text", ["338", "111", "2026", "449"])
def test_neighbours_that_nearly_touch_stay_apart(text):
    """Four columns of paper between the rightmost ink of one and the leftmost of the next; the pen is eight wide."""
    digits = [mask(int(digit), height=150, pen=8) for digit in text]
    columns = [np.nonzero(ink.any(axis=0))[0] for ink in digits]
    cut = [np.pad(ink[:, c[0] : c[-1] + 1], ((0, 0), (2, 2))) for ink, c in zip(digits, columns, strict=True)]
    assert read(1 - np.pad(np.concatenate(cut, axis=1), 20)).text == text


RULED = np.full((400, 500), 250, np.uint8)
RULED[40::60] = RULED[41::60] = 170
BLANKS = {
    "white": np.full((300, 300), 255, np.uint8),
    "black": np.zeros((300, 300), np.uint8),
    "nothing at all": np.zeros((200, 200, 4), np.uint8),
    "light that falls off": np.linspace(120, 220, 300).astype(np.uint8) * np.ones((200, 1), np.uint8),
    "grainy grey": np.clip(np.random.default_rng(0).normal(150, 12, (400, 300)), 0, 255).astype(np.uint8),
    "ruled": RULED,
    "one pixel": np.zeros((1, 1), np.uint8),
    "a dot": np.pad(np.zeros((3, 3), np.uint8), 60, constant_values=255),
}


@pytest.mark.parametrize("name", BLANKS)
def test_on_blank_paper_there_is_no_digit_and_no_guess(name):
    reading = read(BLANKS[name])
    assert (reading.digits, reading.text, reading.message) == ((), "", "no digit found")
    assert json.loads(reading.to_json())["message"] == "no digit found"


def test_a_reading_as_json_has_the_promised_fields():
    told = json.loads(read(sheet((1, (60, 40), 110), (9, (260, 40), 110))).to_json())
    assert list(told) == ["file", "digits", "text"]
    assert told["text"] == "19"
    fields = ["digit", "probabilities", "box", "symbol", "digit_probability"]
    assert [list(digit) for digit in told["digits"]] == [fields] * 2
    assert all(len(digit["probabilities"]) == 10 and len(digit["box"]) == 4 for digit in told["digits"])


def test_reading_twice_gives_the_same_answer_to_the_last_bit():
    first, second = read(picture(5)), read(picture(5))
    assert first.to_json() == second.to_json()
    assert first.digits[0].view.tobytes() == second.digits[0].view.tobytes()


def test_reading_loads_neither_numba_nor_scipy_nor_onnx_nor_reports():
    """A drawing is read in a fraction of a second, start-up included; loading these alone would take as long."""
    code = (
        "import sys, numpy; from zerokara import digits\n"
        "ink = numpy.full((60, 60), 255, 'uint8'); ink[10:50, 28:33] = 0\n"
        "heavy = 'numba', 'scipy', 'sklearn', 'zerokara.io.onnx', 'zerokara.report'\n"
        "print(digits.read(ink).text, [name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "1 []"


def test_a_file_without_a_readers_weights_is_refused(tmp_path):
    from zerokara.io import save_safetensors

    save_safetensors(tmp_path / "other.safetensors", {"weight": np.zeros((2, 2), np.float32)})
    with pytest.raises(ValueError, match="holds no weights of a reader"):
        load_reader(tmp_path / "other.safetensors")


@pytest.mark.parametrize("digit", [1, 3, 6, 8])
def test_a_picture_cut_to_its_ink_is_read(digit):
    """No paper is left around the digit, and nearly half of what is left is ink."""
    ink = mask(digit, height=120, pen=16)
    rows, columns = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
    cut = 1 - ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert read(cut).text == str(digit)


def test_the_frame_of_a_window_is_not_a_digit():
    """A screen shot: the white canvas of a paint program within its grey surroundings."""
    shot = np.full((420, 420), 200, np.uint8)
    shot[70:370, 40:340] = np.asarray(picture(2).convert("L"))
    assert read(shot).text == "2"


def test_the_dot_in_some_zeros_is_no_sign():
    sheet = Image.new("L", (300, 140), 255)
    draw = ImageDraw.Draw(sheet)
    for x in (40, 180):
        draw.ellipse((x, 30, x + 60, 110), outline=0, width=10)
        draw.ellipse((x + 22, 61, x + 38, 79), fill=0)
    draw.ellipse((128, 98, 142, 112), fill=0)
    assert read(sheet).text == "0.0"


@pytest.mark.parametrize("text", ["9-4", "4-4"])
def test_a_minus_between_two_digits_is_no_line_of_the_paper(text):
    """The bars of a small nine, a minus and a four lie on one straight line."""
    sheet = Image.new("L", (150, 60), 255)
    ImageDraw.Draw(sheet).text((20, 10), text, font=ImageFont.load_default(30), fill=0)
    assert read(sheet).text == text
