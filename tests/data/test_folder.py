import io
import os
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zerokara.data import DataError, Dataset, load
from zerokara.digits import ReadError, open_picture


def save(path: Path, size: tuple[int, int] = (6, 8), mode: str = "L", value: int = 7) -> None:
    """A picture of `size` (rows, columns)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    colours: dict[str, int | tuple[int, ...]] = {
        "L": value,
        "RGB": (value, 20, 30),
        "RGBA": (0, 0, 0, 0),
        "1": 1,
        "P": value,
    }
    Image.new(mode, size[::-1], colours[mode]).save(path)


def fill(root: Path, per_class: int = 5) -> None:
    for label, name in enumerate(("cat", "dog")):
        for k in range(per_class):
            save(root / name / f"{k}.png", value=100 * label + k)


def read(root: Path, size: str = "") -> Dataset:
    return load(f"folder:{root}{size}")


def test_classes_are_the_sub_folders_and_a_fifth_is_kept_for_testing(tmp_path: Path) -> None:
    fill(tmp_path)
    found = read(tmp_path)
    assert found.classes == ("cat", "dog")
    assert found.train.images.shape == (8, 1, 6, 8)
    assert found.test.labels.tolist() == [0, 1], "each class has its share of the test part"
    np.testing.assert_array_equal(found.train.images[:, 0, 0, 0] // 100, found.train.labels)
    np.testing.assert_array_equal(found.test.images, read(tmp_path).test.images)


def test_train_and_test_folders_are_taken_as_they_are(tmp_path: Path) -> None:
    fill(tmp_path / "train", 3)
    fill(tmp_path / "test", 1)
    found = read(tmp_path)
    assert (len(found.train), len(found.test)) == (6, 2)


def test_one_coloured_picture_makes_the_set_coloured(tmp_path: Path) -> None:
    fill(tmp_path)
    save(tmp_path / "cat" / "colour.png", mode="RGB")
    assert read(tmp_path).train.shape == (3, 6, 8)


@pytest.mark.parametrize(("mode", "value"), [("L", 9), ("1", 255), ("P", None)])
def test_grey_pictures_of_any_mode_stay_grey(tmp_path: Path, mode: str, value: int | None) -> None:
    for name in ("a", "b"):
        for k in range(3):
            save(tmp_path / name / f"{k}.png", mode=mode, value=9)
    found = read(tmp_path)
    assert found.train.shape == (1, 6, 8)
    assert value is None or np.all(found.train.images == value)


def test_transparent_parts_become_white(tmp_path: Path) -> None:
    """Black ink on a transparent ground would otherwise be black on black."""
    for name in ("a", "b"):
        for k in range(3):
            save(tmp_path / name / f"{k}.png", mode="RGBA")
    assert np.all(read(tmp_path).train.images == 255)


def test_pictures_of_two_sizes_are_refused_and_unified_on_request(tmp_path: Path) -> None:
    fill(tmp_path)
    save(tmp_path / "dog" / "large.png", size=(12, 30))
    with pytest.raises(DataError, match=r"large\.png is 12x30 but .*0\.png is 6x8.*@32x32"):
        read(tmp_path)
    assert read(tmp_path, "@10x4").train.shape == (1, 10, 4)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "cat" / "notes.txt").write_text("x")
    (tmp_path / "cat" / ".hidden.png").write_text("x")
    (tmp_path / ".cache").mkdir()
    assert len(read(tmp_path).train) == 8


@pytest.mark.parametrize("content", [b"", b"just text", b"\x89PNG\r\n\x1a\n broken"])
def test_a_bad_picture_is_named_and_refused(tmp_path: Path, content: bytes) -> None:
    fill(tmp_path)
    (tmp_path / "dog" / "bad.png").write_bytes(content)
    with pytest.raises(DataError, match=r"bad\.png cannot be read as an image"):
        read(tmp_path)


def test_a_truncated_picture_is_named_and_refused(tmp_path: Path) -> None:
    fill(tmp_path)
    path = tmp_path / "dog" / "bad.jpg"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(DataError, match=r"bad\.jpg cannot be read as an image"):
        read(tmp_path, "@6x8")


def test_a_picture_too_large_to_be_meant_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    with pytest.raises(DataError, match=r"0\.png cannot be read as an image: .*pixels"):
        read(tmp_path)


def test_folders_that_cannot_be_used_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0 sub-folders"):
        read(tmp_path)
    fill(tmp_path / "few", 1)
    with pytest.raises(DataError, match="2 images; at least 3"):
        read(tmp_path / "few")
    (tmp_path / "few" / "bird").mkdir()
    with pytest.raises(DataError, match="bird holds no images"):
        read(tmp_path / "few")
    fill(tmp_path / "parts" / "train", 2)
    fill(tmp_path / "parts" / "test", 2)
    save(tmp_path / "parts" / "test" / "horse" / "0.png")
    with pytest.raises(DataError, match="training part lacks: horse"):
        read(tmp_path / "parts")
    with pytest.raises(DataError, match="size of 0x5"):
        read(tmp_path / "parts", "@0x5")


# deep pictures: the same in a folder and for the reader of digits

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


# folders within folders, and what is left out


def test_images_of_a_class_are_found_however_deep_they_lie(tmp_path: Path) -> None:
    fill(tmp_path)
    save(tmp_path / "cat" / "indoors" / "sofa" / "1.png", value=77)
    save(tmp_path / "cat" / ".thumbnails" / "1.png", value=78)
    save(tmp_path / "cat" / "__MACOSX" / "1.png", value=79)
    found = read(tmp_path)
    pixels = np.concatenate([found.train.images, found.test.images])[:, 0, 0, 0].tolist()
    assert len(pixels) == 11
    assert 77 in pixels
    assert not {78, 79} & set(pixels)


def test_a_link_in_a_circle_is_walked_once(tmp_path: Path) -> None:
    fill(tmp_path)
    try:
        (tmp_path / "cat" / "again").symlink_to(tmp_path / "cat", target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")
    found = read(tmp_path)
    assert len(found.train) + len(found.test) == 10


def test_a_link_that_leads_nowhere_and_a_pipe_are_named(tmp_path: Path) -> None:
    fill(tmp_path)
    path = tmp_path / "cat" / "9.png"
    try:
        path.symlink_to(tmp_path / "gone.png")
    except OSError:
        pytest.skip("links cannot be made here")
    with pytest.raises(DataError, match=r"9\.png cannot be read as an image: it is no ordinary file, or a link"):
        read(tmp_path)
    path.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        with pytest.raises(DataError, match=r"9\.png cannot be read as an image: it is no ordinary file"):
            read(tmp_path)


@pytest.mark.parametrize("name", ["test", "val", "valid", "validation", "Test"])
def test_a_test_part_has_one_of_its_usual_names(name: str, tmp_path: Path) -> None:
    fill(tmp_path / "train", 3)
    fill(tmp_path / name, 1)
    found = read(tmp_path)
    assert (found.classes, len(found.train), len(found.test)) == (("cat", "dog"), 6, 2)
    assert found.source.endswith(f"parts train and {name}")


def test_a_third_part_is_left_out_and_told(tmp_path: Path) -> None:
    for part in ("train", "test", "val"):
        fill(tmp_path / part, 2)
    with pytest.warns(UserWarning, match=r"has the parts train and test; left out: val"):
        assert len(read(tmp_path).test) == 4


def test_a_training_part_alone_is_no_class(tmp_path: Path) -> None:
    fill(tmp_path / "train", 3)
    fill(tmp_path / "holdout", 3)
    with pytest.raises(DataError, match="has a training part, train, and no test part"):
        read(tmp_path)


def test_what_is_left_out_is_told_in_a_line(tmp_path: Path) -> None:
    fill(tmp_path)
    save(tmp_path / "loose.png")
    with pytest.warns(UserWarning, match=r"images outside of its classes' folders, which are left out: loose\.png"):
        read(tmp_path)
    (tmp_path / "loose.png").unlink()
    for k in range(5):
        (tmp_path / "cat" / f"{k}.HEIC").write_bytes(b"x")
    with pytest.warns(
        UserWarning, match=r"kinds that are not read, .*: cat/0\.HEIC, cat/1\.HEIC, cat/2\.HEIC and 2 more"
    ):
        assert len(read(tmp_path).train) == 8


def test_classes_that_differ_by_case_only_are_told(tmp_path: Path) -> None:
    fill(tmp_path)
    save(tmp_path / "Cat" / "1.png")
    if (tmp_path / "cat" / "1.png").samefile(tmp_path / "Cat" / "1.png"):
        pytest.skip("this file system does not tell upper and lower case apart")
    with pytest.warns(UserWarning, match="Cat and cat are classes of their own"):
        assert read(tmp_path).classes == ("Cat", "cat", "dog")


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
