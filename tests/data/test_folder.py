import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zerokara.data import DataError, Dataset, listing, load


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
    with pytest.raises(DataError, match=r"9\.png cannot be read as an image: it is not an ordinary file, or a link"):
        read(tmp_path)
    path.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        with pytest.raises(DataError, match=r"9\.png cannot be read as an image: it is not an ordinary file"):
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
        (tmp_path / "cat" / f"{k}.DNG").write_bytes(b"x")
    with pytest.warns(UserWarning, match=r"kinds that are not read, .*: cat/0\.DNG, cat/1\.DNG, cat/2\.DNG and 2 more"):
        assert len(read(tmp_path).train) == 8


def test_heic_is_read_where_its_plugin_is_installed(tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    fill(tmp_path)
    small = "@8x8"
    before = read(tmp_path, small)
    for k in range(5):
        Image.new("RGB", (16, 16), "red").save(tmp_path / "cat" / f"photo {k}.HEIC", format="HEIF")
    found = read(tmp_path, small)
    assert len(found.train) + len(found.test) == len(before.train) + len(before.test) + 5
    assert found.train.shape == (3, 8, 8)


def test_heic_without_its_plugin_is_left_out_and_said_how_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "reads_heif", lambda: False)
    fill(tmp_path)
    (tmp_path / "cat" / "photo.HEIC").write_bytes(b"x")
    with pytest.warns(UserWarning, match=r"photo\.HEIC; HEIC is read with pip install 'zerokara\[heic\]'"):
        read(tmp_path)


def test_classes_that_differ_by_case_only_are_told(tmp_path: Path) -> None:
    fill(tmp_path)
    save(tmp_path / "Cat" / "1.png")
    if (tmp_path / "cat" / "1.png").samefile(tmp_path / "Cat" / "1.png"):
        pytest.skip("this file system does not tell upper and lower case apart")
    with pytest.warns(UserWarning, match="Cat and cat are classes of their own"):
        assert read(tmp_path).classes == ("Cat", "cat", "dog")
