"""Whatever kind of file holds a drawing, it is the same drawing."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.digits.drawing import grey, mask, picture
from zerokara.data import pictures
from zerokara.digits import PIXEL_LIMIT, ReadError, open_pages, open_picture, read, read_pages

FORMATS = ("png", "jpg", "bmp", "gif", "webp", "tiff", "pgm", "avif")


def transparent(digit, colour=0):
    layer = np.full((300, 300, 4), colour, np.uint8)
    layer[..., 3] = (mask(digit) * 255).round()
    return Image.fromarray(layer)


def deep(digit):
    return Image.fromarray((np.asarray(grey(digit), dtype=np.uint16) * 257).astype(np.uint16))


MODES = {
    "black on nothing": lambda: transparent(7),
    "white on nothing": lambda: transparent(7, 255),
    "grey with alpha": lambda: transparent(7).convert("LA"),
    "palette": lambda: picture(7, ink=(200, 0, 30)).quantize(8),
    "palette with a transparent colour": lambda: transparent(7).quantize(8),
    "one bit": lambda: grey(7).convert("1", dither=Image.Dither.NONE),
    "16 bits": lambda: deep(7),
    "32 bits": lambda: Image.fromarray(np.asarray(grey(7), dtype=np.int32) * 257),
    "floating point": lambda: Image.fromarray(np.asarray(grey(7), dtype=np.float32) / 255),
    "CMYK": lambda: picture(7).convert("CMYK"),
    "YCbCr": lambda: picture(7).convert("YCbCr"),
    "LAB": lambda: Image.merge("LAB", (grey(7), Image.new("L", (300, 300), 128), Image.new("L", (300, 300), 128))),
}


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_of_any_usual_kind_is_read(tmp_path, ending):
    path = tmp_path / f"seven.{ending}"
    (grey(7) if ending == "pgm" else picture(7)).save(path)
    assert read(path).text == "7"


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_in_any_mode_shows_the_same_digit(mode):
    assert read(MODES[mode]()).text == "7"


@pytest.mark.parametrize(
    ("mode", "ending"), [("16 bits", "png"), ("16 bits", "tiff"), ("CMYK", "jpg"), ("CMYK", "tiff"), ("one bit", "bmp")]
)
def test_modes_survive_their_files(tmp_path, mode, ending):
    path = tmp_path / f"seven.{ending}"
    MODES[mode]().save(path)
    assert read(path).text == "7"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright_whichever_way_the_camera_was_held(tmp_path, orientation):
    """The EXIF note says how to turn the stored picture; boxes are in pixels of the upright one."""
    upright = picture(2, size=(300, 400), at=(60, 200))
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(back[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "two.jpg", exif=exif, quality=95)
    opened = open_picture(tmp_path / "two.jpg")
    assert (opened.width, opened.height) == (300, 400)
    reading = read(tmp_path / "two.jpg")
    assert reading.text == "2"
    assert np.abs(np.array(reading.digits[0].box) - read(upright).digits[0].box).max() <= 3


def test_of_a_moving_picture_the_first_frame_counts(tmp_path):
    picture(3).save(tmp_path / "film.gif", save_all=True, append_images=[picture(8)], duration=100)
    with pytest.warns(UserWarning, match="has 2 pages, of which the first is read"):
        assert read(tmp_path / "film.gif").text == "3"


@pytest.mark.parametrize(
    "array",
    [
        np.asarray(grey(5)),
        np.asarray(picture(5)),
        np.asarray(grey(5)) / 255,
        np.asarray(transparent(5)),
        np.asarray(grey(5), dtype=np.int64),
    ],
    ids=["grey", "colour", "floats", "alpha", "int64"],
)
def test_arrays_are_pictures_too(array):
    assert read(array).text == "5"


def broken(tmp_path, name):
    path = tmp_path / name
    if name == "empty.png":
        path.write_bytes(b"")
    elif name == "letter.png":
        path.write_text("Dear reader, this is no picture.\n")
    elif name == "folder.png":
        path.mkdir()
    elif name.startswith("cut"):
        picture(4).save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif name == "huge.png":
        Image.new("1", (20_000, 20_000)).save(path)
    elif name == "header.bmp":
        path.write_bytes(b"BM" + bytes(10))
    return path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.png", "no such file"),
        ("empty.png", "is empty"),
        ("letter.png", "not a picture"),
        ("folder.png", "is a folder"),
        ("cut.jpg", "truncated or damaged"),
        ("cut.png", "truncated or damaged"),
        ("cut.gif", "truncated or damaged"),
        ("cut.webp", "truncated or damaged"),
        ("header.bmp", "picture"),
        ("huge.png", "too many|too large"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence_that_names_it(tmp_path, name, reason):
    with pytest.raises(ReadError, match=reason) as caught:
        read(broken(tmp_path, name))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_huge_picture_is_refused_before_its_pixels_are_touched():
    """Only the header is looked at: this image would take 1.2 GB."""
    wide = Image.new("1", (PIXEL_LIMIT // 100 + 1, 100))
    with pytest.raises(ReadError, match="pixels"):
        open_picture(wide)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((0, 5)), "array"),
        (np.zeros((4, 4, 2)), "array"),
        (np.full((9, 9), np.nan), "NaN"),
        (np.zeros(7), "array"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(array, reason):
    with pytest.raises(ReadError, match=reason):
        read(array)


def test_masked_pixels_are_not_taken_for_what_is_under_the_mask():
    with pytest.raises(ReadError, match="masked values"):
        open_picture(np.ma.masked_array(np.ones((4, 4)), np.eye(4) > 0))


@pytest.mark.parametrize("array", [np.full((4, 4), None), np.full((4, 4), "a"), np.ones((4, 4), complex)])
def test_an_array_of_no_numbers_is_refused_in_one_sentence(array):
    with pytest.raises(ReadError, match="an array of bytes, whole numbers or fractions; got"):
        open_picture(array)


def saved(image, kind, **options):
    """The bytes of a file."""
    file = io.BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "WEBP", "AVIF", "PNG"])
def test_every_page_of_a_file_is_opened(kind, tmp_path):
    path = tmp_path / f"pages.{kind.lower()}"
    path.write_bytes(saved(picture(7), kind, save_all=True, append_images=[picture(1), picture(7)]))
    found = list(open_pages(path))
    assert [(one.page, one.pages) for one in found] == [(1, 3), (2, 3), (3, 3)]
    assert [one.text for one in read_pages(path)] == ["7", "1", "7"]
    assert [one.page for one in read_pages(path)] == [1, 2, 3]
    assert np.array_equal(open_picture(path).pixels, found[0].pixels)


def test_read_says_that_there_are_more_pages(tmp_path):
    path = tmp_path / "pages.tiff"
    path.write_bytes(saved(picture(7), "TIFF", save_all=True, append_images=[picture(1)]))
    with pytest.warns(UserWarning, match="has 2 pages, of which the first is read; read_pages reads all"):
        assert read(path).text == "7"
    assert [one.page for one in read_pages(saved(picture(7), "PNG"))] == [0]


def test_the_bytes_of_a_file_are_a_picture_too():
    assert read(saved(picture(7), "PNG")).text == "7"
    with pytest.raises(ReadError, match="the picture is empty"):
        read(b"")
    with pytest.raises(ReadError, match="bytes: this is not a picture"):
        read(b"neither png nor jpeg")


def test_heic_is_read_where_its_plugin_is_installed(tmp_path):
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    path = tmp_path / "seven.heic"
    picture(7).save(path, format="HEIF")
    assert read(path).text == "7"


def test_heic_without_its_plugin_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "reads_heif", lambda: False)
    path = tmp_path / "seven.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    with pytest.raises(
        ReadError, match=r"seven\.heic: HEIC and HEIF pictures need a plugin: pip install 'zerokara\[heic\]'$"
    ):
        read(path)


@pytest.mark.parametrize("wrong", [None, 3, [1, 2], {}, 1.5])
def test_what_is_no_picture_at_all_is_refused_in_words(wrong):
    with pytest.raises(ReadError, match="a picture is a file, its bytes, a Pillow image or an array"):
        read(wrong)


def test_a_reading_is_shown_with_the_views_of_its_digits():
    found = read(picture(7))
    assert repr(found) == "Reading('picture': 7)"
    assert repr(found.digits[0]).startswith("Digit(7, ")
    assert found._repr_html_().count("data:image/png;base64,") == 1
    assert "no digit found" in repr(read(Image.new("L", (60, 60), 255)))
