"""Pictures of any kind: an image folder sees what the reader of digits sees."""

import contextlib
import io
import random
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.test_folder import fill, read
from zerokara.data import DataError, reading
from zerokara.digits import ReadError, open_picture

GREY = np.linspace(0, 255, 48).round().astype(np.uint8).reshape(6, 8)
DEEP = {
    "fractions 0…1": lambda grey: (grey / 255).astype(np.float32),
    "fractions 0…255": lambda grey: grey.astype(np.float32),
    "16 bits": lambda grey: grey.astype(np.uint16) * 257,
    "12 bits in 16": lambda grey: np.round(grey / 255 * 4095).astype(np.uint16),
    "8 bits in 16": lambda grey: grey.astype(np.uint16),
    "32 bits": lambda grey: np.round(grey / 255 * (2**31 - 1)).astype(np.int32),
    "16 bits in 32": lambda grey: grey.astype(np.int32) * 257,
}  # fmt: skip


def two_classes(root: Path, image: Image.Image, ending: str = "tif") -> None:
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
        for k in range(3):
            image.save(root / name / f"{k}.{ending}")


@pytest.mark.parametrize("kind", DEEP)
def test_a_deep_picture_has_the_greys_of_the_same_one_in_bytes(kind: str, tmp_path: Path) -> None:
    two_classes(tmp_path, Image.fromarray(DEEP[kind](GREY)))
    found = read(tmp_path)
    assert np.abs(found.train.images.astype(int) - GREY).max() <= 1
    seen = open_picture(tmp_path / "a" / "0.tif").pixels[:, :, 0] * 255
    np.testing.assert_array_equal(found.train.images[0, 0], seen.round())
    assert "deep images white is" in found.source


@pytest.mark.parametrize("kind", ["fractions 0…1", "16 bits", "32 bits"])
def test_a_dark_deep_picture_stays_dark_beside_its_neighbours(kind: str, tmp_path: Path) -> None:
    """One white for all: each picture with its own would make the dark ones bright."""
    two_classes(tmp_path, Image.fromarray(DEEP[kind](GREY)))
    Image.fromarray(DEEP[kind](GREY // 80)).save(tmp_path / "b" / "dark.tif")
    found = read(tmp_path)
    brightest = sorted(np.concatenate([found.train.images, found.test.images]).max(axis=(1, 2, 3)).tolist())
    assert brightest == [3, *[255] * 6]


def test_parts_of_a_set_have_one_white(tmp_path: Path) -> None:
    two_classes(tmp_path / "train", Image.fromarray(GREY.astype(np.uint16)))
    two_classes(tmp_path / "test", Image.fromarray(GREY.astype(np.uint16) * 257))
    found = read(tmp_path)
    assert (found.train.images.max(), found.test.images.max()) == (1, 255)


def test_deep_pictures_that_are_brought_to_a_size_keep_their_greys(tmp_path: Path) -> None:
    two_classes(tmp_path, Image.fromarray(np.full((12, 16), 0.5, np.float32)))
    Image.fromarray(np.ones((9, 5), np.float32)).save(tmp_path / "a" / "white.tif")
    found = read(tmp_path, "@6x8")
    assert sorted(set(np.concatenate([found.train.images, found.test.images]).ravel().tolist())) == [128, 255]


def tiff(numbers: np.ndarray) -> bytes:
    """A TIFF file of one strip, grey, of whole numbers without a sign, which Pillow does not write."""
    content, (height, width) = numbers.tobytes(), numbers.shape
    tags = {256: width, 257: height, 258: 32, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: len(content), 339: 1}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    header = struct.pack("<2sHI", b"II", 42, 8 + len(content))
    return header + content + struct.pack("<H", len(tags)) + entries + bytes(4)


def test_whole_numbers_without_a_sign_are_no_negative_ones(tmp_path: Path) -> None:
    """Pillow shows 32 bits with a sign: white would be −1, and black."""
    numbers = np.round(GREY.astype(np.float64) / 255 * (2**32 - 1)).astype("<u4")
    two_classes(tmp_path, Image.fromarray(GREY))
    for path in tmp_path.glob("*/*.tif"):
        path.write_bytes(tiff(numbers))
    assert np.abs(read(tmp_path).train.images.astype(int) - GREY).max() <= 1
    assert np.abs(open_picture(tmp_path / "a" / "0.tif").pixels[:, :, 0] * 255 - GREY).max() <= 1


def test_numbers_above_every_white_are_refused_and_not_black(tmp_path: Path) -> None:
    two_classes(tmp_path, Image.fromarray(np.full((6, 8), 1e12, np.float32)))
    with pytest.raises(DataError, match=r"0\.tif cannot be read as an image: .* up to 1e\+12, above every usual white"):
        read(tmp_path)
    with pytest.raises(ReadError, match="above every usual white"):
        open_picture(np.full((6, 8), 1e12))


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_pictures_are_turned_as_their_note_says(orientation: int, tmp_path: Path) -> None:
    for name, grey in (("deep", GREY.astype(np.float32)), ("flat", GREY)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        for k, label in enumerate("aab"):
            (tmp_path / name / label).mkdir(parents=True, exist_ok=True)
            Image.fromarray(grey).save(tmp_path / name / label / f"{k}.tif", exif=exif)
    deep, flat = (read(tmp_path / name).train.images for name in ("deep", "flat"))
    np.testing.assert_array_equal(deep, flat)
    turned = np.rot90(GREY, {1: 0, 3: 2, 6: -1, 8: 1}[orientation])
    np.testing.assert_array_equal(flat[0, 0], turned)


def test_a_picture_of_no_numbers_is_named(tmp_path: Path) -> None:
    two_classes(tmp_path, Image.fromarray(np.full((6, 8), np.nan, np.float32)))
    with pytest.raises(DataError, match=r"0\.tif cannot be read as an image: the picture holds NaN or infinity"):
        read(tmp_path)


MODES = {
    "palette": (lambda: Image.fromarray(GREY).convert("P"), "png"),
    "palette with a transparent colour": (lambda: transparent().quantize(8), "png"),
    "alpha": (lambda: transparent(), "png"),
    "grey with alpha": (lambda: transparent().convert("LA"), "png"),
    "white ink on nothing": (lambda: transparent(255), "png"),
    "one bit": (lambda: Image.fromarray(GREY).convert("1", dither=Image.Dither.NONE), "png"),
    "CMYK": (lambda: Image.fromarray(GREY).convert("RGB").convert("CMYK"), "tif"),
    "YCbCr": (lambda: Image.fromarray(GREY).convert("YCbCr"), "jpg"),
    "16 bits": (lambda: Image.fromarray(GREY.astype(np.uint16) * 257), "png"),
    "fractions": (lambda: Image.fromarray((GREY / 255).astype(np.float32)), "tif"),
    "32 bits": (lambda: Image.fromarray(GREY.astype(np.int32)), "tif"),
}  # fmt: skip


def transparent(ink: int = 0) -> Image.Image:
    return Image.fromarray(np.dstack([np.full((6, 8, 3), ink, np.uint8), 255 - GREY]))


@pytest.mark.parametrize("mode", MODES)
def test_a_folder_and_the_reader_of_digits_see_the_same(mode: str, tmp_path: Path) -> None:
    make, ending = MODES[mode]
    two_classes(tmp_path, make(), ending)
    folder, reader = read(tmp_path).train.images[0], open_picture(tmp_path / "a" / f"0.{ending}").pixels * 255
    np.testing.assert_array_equal(np.broadcast_to(folder, (3, 6, 8)), np.moveaxis(reader, 2, 0).round())
    assert folder.max() - folder.min() > 200


def test_a_file_that_could_start_a_program_is_refused(tmp_path: Path) -> None:
    """PostScript, whatever its name says, is not handed to Ghostscript."""
    fill(tmp_path)
    (tmp_path / "cat" / "page.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 6\n%%EndComments\n")
    with pytest.raises(DataError, match=r"page\.png cannot be read as an image"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "P"), ("BMP", "RGB"), ("GIF", "P"), ("TIFF", "F"), ("PPM", "L")]
)
def test_altered_files_raise_nothing_but_a_sentence_at_both_doors(form: str, mode: str, tmp_path: Path) -> None:
    rng = random.Random(0)
    fill(tmp_path)
    buffer = io.BytesIO()
    Image.fromarray(GREY).convert(mode).save(buffer, form)
    path = tmp_path / "cat" / "altered.png"
    for _ in range(25):
        content = bytearray(buffer.getvalue())
        for _ in range(rng.randint(1, 4)):
            content[rng.randrange(len(content))] = rng.choice([0, 1, 127, 128, 255])
        path.write_bytes(content[: rng.randint(1, 2 * len(content))])
        seen = []
        for door, error in ((lambda: read(tmp_path, "@6x8"), DataError), (lambda: open_picture(path), ReadError)):
            try:
                door()
                seen.append("")
            except error as said:
                seen.append(str(said))
        assert not any("\n" in sentence for sentence in seen)
        assert all(seen) or not any(seen), "what one door opens the other opens too"


def test_pillow_remarks_on_nothing_at_either_door(tmp_path: Path) -> None:
    """What Pillow has to say of the notes in a file is for programmers; the pictures themselves may be whole."""
    rng = random.Random(1)
    fill(tmp_path)
    buffer = io.BytesIO()
    Image.fromarray(GREY).convert("F").save(buffer, "TIFF")
    path, remarks = tmp_path / "cat" / "altered.png", 0
    for _ in range(60):
        content = bytearray(buffer.getvalue())
        content[rng.randrange(len(content))] = rng.choice([0, 1, 127, 128, 255])
        path.write_bytes(content)
        with warnings.catch_warnings(record=True) as alone, contextlib.suppress(Exception):
            warnings.simplefilter("always")
            with Image.open(path) as image:
                image.load()
        remarks += len(alone)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            with contextlib.suppress(DataError):
                read(tmp_path, "@6x8")
            with contextlib.suppress(ReadError):
                open_picture(path)
        assert not heard, str(heard[0].message)
    assert remarks, "there was something to remark on"


def test_large_pictures_are_decoded_by_threads_in_their_order_and_the_first_damaged_one_is_named(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{i}.png" for i in range(12)]
    pictures = [rng.integers(0, 256, (70, 60, 3), dtype=np.uint8) for _ in paths]
    for path, pixels in zip(paths, pictures, strict=True):
        Image.fromarray(pixels).save(path)
    assert paths[0].stat().st_size > reading.LARGE
    for found, pixels in zip(reading.read_pictures(paths), pictures, strict=True):
        np.testing.assert_array_equal(found, pixels)
    for damaged in (paths[7], paths[4]):
        damaged.write_bytes(damaged.read_bytes()[:5000])
    with pytest.raises(DataError, match=f"{paths[4].name} cannot be read"):
        reading.read_pictures(paths)
