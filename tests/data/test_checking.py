"""What is wrong with a folder of pictures: every fault made on purpose is found, and nothing else."""

import csv
import io
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from zerokara.data import DataError
from zerokara.data.checking import Check, check, copy_clean
from zerokara.data.checking.copying import LEFT_OUT
from zerokara.data.checking.look import look


def photograph(seed: int, size: tuple[int, int] = (96, 72)) -> Image.Image:
    """Smooth patches of colour, as in photographs; another one for every seed."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (6, 8, 3)).astype(np.uint8))
    return small.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))


def folder(root: Path, names: dict[str, int]) -> Path:
    """A folder with a photograph for each name."""
    for name, seed in names.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        photograph(seed).save(path)
    return root


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """Six photographs in two classes, with nothing wrong."""
    return folder(tmp_path / "set", {f"{name}/{k}.png": 10 * k + i for i, name in enumerate("ab") for k in range(3)})


def kinds(found: Check) -> dict[str, list[str]]:
    """Kind → what it is about: names, groups as "one=other"."""
    return {
        one.kind: [picture.name for picture in one.pictures]
        + ["=".join(sorted(picture.name for picture in group.pictures)) for group in one.groups]
        + list(one.names)
        for one in found.problems
    }


def test_a_clean_folder_is_clean(clean: Path) -> None:
    found = check(clean)
    assert found.is_clean
    assert kinds(found) == {}
    assert found.counts == {("", "a"): 3, ("", "b"): 3}
    assert found.classes == ("a", "b")
    assert found.bytes == sum(path.stat().st_size for path in clean.rglob("*.png"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.9])
def test_a_file_that_ends_too_early_is_met(kind: str, share: float, clean: Path) -> None:
    buffer = io.BytesIO()
    photograph(99).save(buffer, kind)
    content = buffer.getvalue()
    (clean / "a" / "cut.png").write_bytes(content[: int(share * len(content))])
    (clean / "a" / "whole.png").write_bytes(content)
    found = kinds(check(clean))
    assert found.get("unreadable", []) + found.get("truncated", []) == ["a/cut.png"]
    assert set(found) <= {"unreadable", "truncated", "others"}
    if share >= 0.5 and kind in ("PNG", "JPEG", "GIF", "BMP"):
        assert "truncated" in found


def test_what_is_no_picture_has_its_reason(clean: Path) -> None:
    (clean / "a" / "text.png").write_text("these are words")
    (clean / "a" / "link.png").symlink_to(clean / "nowhere.png")
    (clean / "a" / "raw.dng").write_bytes(b"x")
    (clean / "images.csv").write_text("file,label\n")
    (clean / ".hidden.png").write_bytes(b"x")
    found = check(clean)
    assert kinds(found) == {"unreadable": ["a/link.png", "a/text.png"], "others": ["a/raw.dng"]}
    reasons = {picture.name: picture.reason for picture in found.pictures if picture.fault}
    assert reasons["a/text.png"] == "it is no picture of a format that is read"
    assert "No such file" in reasons["a/link.png"]


def test_a_bomb_is_not_decoded(clean: Path) -> None:
    content = io.BytesIO()
    Image.new("1", (8, 8)).save(content, "PNG")
    header = b"IHDR" + struct.pack(">II", 20_000, 20_000) + content.getvalue()[24:29]
    bomb = content.getvalue()[:12] + header + struct.pack(">I", zlib.crc32(header)) + content.getvalue()[33:]
    (clean / "a" / "bomb.png").write_bytes(bomb)
    found = check(clean)
    assert kinds(found) == {"unreadable": ["a/bomb.png"]}
    assert "400000000 pixels" in next(picture.reason for picture in found.pictures if picture.fault)


def test_blank_and_tiny_pictures(clean: Path) -> None:
    noise = np.random.default_rng(0).integers(118, 122, (60, 60, 3)).astype(np.uint8)
    Image.fromarray(noise).save(clean / "a" / "grey.png")
    Image.new("RGB", (60, 60), "white").save(clean / "a" / "white.png")
    Image.new("RGB", (50, 50), "white").save(clean / "b" / "other white.png")  # no duplicate of a picture: it is none
    dot = np.zeros((60, 60), np.uint8)
    dot[30:33, 30:33] = 255
    Image.fromarray(dot).save(clean / "a" / "dot.png")
    photograph(50, (40, 7)).save(clean / "b" / "narrow.png")
    photograph(51, (40, 8)).save(clean / "b" / "less narrow.png")
    found = kinds(check(clean))
    assert found["blank"] == ["a/grey.png", "a/white.png", "b/other white.png"]
    assert found["tiny"] == ["b/narrow.png"]
    assert set(found) == {"blank", "tiny", "sizes"}
    assert kinds(check(clean, least=0)).get("tiny") is None
    assert "a/1.png" in kinds(check(clean, least=73))["tiny"]


def test_equal_pixels_are_found_in_any_wrapping(clean: Path) -> None:
    original = Image.open(clean / "a" / "0.png")
    original.save(clean / "a" / "0.bmp")
    original.rotate(90, expand=True).save(clean / "a" / "turned.png", exif=_turned(6))  # by a note: shown upright again
    Image.fromarray(np.asarray(original.convert("L"))).save(clean / "a" / "grey.png")
    Image.fromarray(np.asarray(original.convert("L").convert("RGB"))).save(clean / "a" / "grey as colours.png")
    found = kinds(check(clean, near=0))
    assert found["exact-duplicates"] == ["a/0.bmp=a/0.png=a/turned.png", "a/grey as colours.png=a/grey.png"]
    assert set(found) == {"exact-duplicates"}


def _turned(how: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = how
    return exif


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.resize((48, 36)),
        lambda image: image.resize((96, 60)),
        lambda image: Image.eval(image, lambda value: min(255, value * 6 // 5)),
        lambda image: image.crop((1, 1, 95, 71)),
        lambda image: image.convert("L"),
    ],
    ids=["half", "squeezed", "brighter", "cut", "grey"],
)
def test_a_changed_copy_is_a_near_duplicate(change: Callable[[Image.Image], Image.Image], clean: Path) -> None:
    change(photograph(0)).save(clean / "a" / "copy.jpg", quality=60)
    assert kinds(check(clean))["near-duplicates"] == ["a/0.png=a/copy.jpg"]
    assert "near-duplicates" not in kinds(check(clean, near=0))


def test_drawings_that_are_alike_are_no_duplicates(tmp_path: Path) -> None:
    from zerokara import data

    digits = data.load("digits").train
    for place in range(300):
        path = tmp_path / "set" / str(digits.labels[place]) / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(digits.images[place, 0]).save(path)
    found = check(tmp_path / "set")
    groups = found.problem("near-duplicates")
    assert groups is None or groups.count <= 2
    assert found.problem("tiny") is None


def test_the_same_picture_under_two_names(tmp_path: Path) -> None:
    """In two classes, or in both parts: exactly or nearly; a group that is part of another is told once."""
    names = {f"{part}/{label}/{k}.png": hash_ for part, label, k, hash_ in in_parts()}
    root = folder(tmp_path / "set", names)
    photograph(1).save(root / "train/b/same as a1.png")
    photograph(2).save(root / "val/a/leak.png")
    photograph(2).resize((60, 45)).save(root / "val/a/smaller leak.png")
    found = check(root)
    assert found.parts == ("train", "val")
    told = kinds(found)
    assert told["two-classes"] == ["train/a/1.png=train/b/same as a1.png"]
    assert told["both-parts"] == ["train/a/2.png=val/a/leak.png=val/a/smaller leak.png"]
    assert told["exact-duplicates"] == ["train/a/1.png=train/b/same as a1.png", "train/a/2.png=val/a/leak.png"]
    assert not found.is_clean


def in_parts() -> list[tuple[str, str, int, int]]:
    seeds = iter(range(100))
    return [(part, label, k, next(seeds)) for part in ("train", "val") for label in "ab" for k in range(4)]


def test_classes_that_nothing_can_be_learned_of(tmp_path: Path) -> None:
    loose = folder(tmp_path / "loose", {f"{k}.png": k for k in range(3)})
    assert set(kinds(check(loose))) == {"no-classes"}
    one = folder(tmp_path / "one", {f"a/{k}.png": k for k in range(3)})
    assert kinds(check(one)) == {"one-class": ["a"]}
    many = folder(tmp_path / "many", {**{f"a/{k}.png": k for k in range(11)}, "b/only.png": 50, "beside.png": 51})
    (many / "c").mkdir()
    assert kinds(check(many, near=0)) == {
        "few": ["b"],
        "missing": ["c"],
        "unbalanced": ["a", "b"],
        "loose": ["beside.png"],
    }
    parts = folder(tmp_path / "parts", {"train/a/1.png": 1, "train/a/2.png": 2, "train/b/3.png": 3, "test/a/4.png": 4})
    assert kinds(check(parts)) == {"few": ["b"], "missing": ["test/b"]}


def test_what_cannot_be_checked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="is not a folder of pictures"):
        check(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no pictures"):
        check(tmp_path / "empty")
    folder(tmp_path / "set", {"a/1.png": 1, "b/2.png": 2})
    with pytest.raises(DataError, match="1 to 32 bits"):
        check(tmp_path / "set", near=33)
    monkeypatch.setitem(sys.modules, "imagehash", None)
    with pytest.raises(DataError, match=r"pip install 'zerokara\[check\]', or leave them out with --near 0"):
        check(tmp_path / "set")
    assert check(tmp_path / "set", near=0).counts == {("", "a"): 1, ("", "b"): 1}


# ── the clean copy ───────────────────────────────────────────────────────────────────────────────────────────────────


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of change of every file."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def spoil(root: Path) -> None:
    """Everything that can be wrong, in a folder with parts."""
    photograph(1).save(root / "train/b/same as a1.png")
    photograph(2).save(root / "val/a/leak.png")
    photograph(3).resize((60, 45)).save(root / "train/a/smaller.png")
    photograph(4).save(root / "train/b/copy of 0.png")
    Image.new("RGB", (60, 60)).save(root / "train/a/black.png")
    photograph(70, (7, 7)).save(root / "train/a/tiny.png")
    (root / "train/b/text.png").write_text("x")
    (root / "train/b/=1+1.png").write_text("x")
    (root / "train/b/empty.jpg").write_bytes(b"")
    (root / "train/beside.png").write_bytes((root / "train/a/0.png").read_bytes())


def test_a_clean_copy_is_clean_and_the_folder_untouched(tmp_path: Path) -> None:
    root = folder(tmp_path / "set", {f"{part}/{label}/{k}.png": seed for part, label, k, seed in in_parts()})
    spoil(root)
    before = snapshot(root)
    reasons = copy_clean(check(root), tmp_path / "copy")
    assert snapshot(root) == before
    assert reasons == {
        "train/b/text.png": ("unreadable", ""),
        "train/b/=1+1.png": ("unreadable", ""),
        "train/b/empty.jpg": ("truncated", ""),
        "train/a/black.png": ("blank", ""),
        "train/a/tiny.png": ("tiny", ""),
        "train/a/1.png": ("two-classes", ""),
        "train/b/same as a1.png": ("two-classes", ""),
        "train/a/2.png": ("both-parts", "val/a/leak.png"),
        "train/a/smaller.png": ("near-duplicates", "train/a/3.png"),
        "train/b/copy of 0.png": ("exact-duplicates", "train/b/0.png"),
        "train/beside.png": ("loose", ""),
    }
    kept = {name: content for name, (content, _) in before.items() if name not in reasons}
    copied = {name: content for name, (content, _) in snapshot(tmp_path / "copy").items()}
    table = copied.pop(LEFT_OUT)
    assert copied == kept
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert rows[0] == ["file", "reason", "kept instead"]
    assert {row[0]: (row[1], row[2]) for row in rows[1:]} == reasons
    again = check(tmp_path / "copy")
    assert again.is_clean, kinds(again)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "copy", tmp_path / "set"]


def test_of_three_parts_the_test_part_is_kept_whole(tmp_path: Path) -> None:
    seeds = {"train": (1, 2, 3, 4), "val": (3, 5, 6), "test": (4, 5, 7)}
    root = folder(
        tmp_path / "set",
        {f"{part}/{'ab'[seed % 2]}/{seed}.png": seed for part, several in seeds.items() for seed in several},
    )
    found = check(root)
    assert found.parts == ("train", "val", "test")
    assert copy_clean(found, tmp_path / "copy") == {
        "train/b/3.png": ("both-parts", "val/b/3.png"),
        "train/a/4.png": ("both-parts", "test/a/4.png"),
        "val/b/5.png": ("both-parts", "test/b/5.png"),
    }


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.booleans()), min_size=4, max_size=12))
def test_whatever_is_in_a_folder_its_copy_has_no_duplicates(
    drawn: list[tuple[str, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("drawn")
    for place, (label, seed, small) in enumerate(drawn):
        path = root / "set" / label / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        photograph(seed, (60, 45) if small else (96, 72)).save(path)
    seeds = {seed for _, seed, _ in drawn}
    fair = {seed for seed in seeds if len({label for label, other, _ in drawn if other == seed}) == 1}
    if not fair:
        with pytest.raises(DataError, match="nothing of"):
            copy_clean(check(root / "set"), root / "copy")
        return
    copy_clean(check(root / "set"), root / "copy")
    assert len(list((root / "copy").rglob("*.png"))) == len(fair)
    again = kinds(check(root / "copy"))
    assert set(again) <= {"one-class", "few", "sizes"}


@pytest.mark.parametrize("place", ["set", "set/within", ".", "file", "full"])
def test_a_copy_goes_into_a_new_folder_of_its_own(place: str, clean: Path) -> None:
    outside = clean.parent
    (outside / "file").write_text("x")
    (outside / "full").mkdir()
    (outside / "full" / "x").write_text("x")
    before = snapshot(outside)
    with pytest.raises(DataError, match=r"a folder of its own|is there already"):
        copy_clean(check(clean), outside / place)
    assert snapshot(outside) == before


def test_a_copy_that_fails_leaves_nothing(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = check(clean)
    done: list[Path] = []

    def fail(source: Path, target: Path) -> None:
        if done:
            raise OSError(28, "No space left on device", str(target))
        done.append(target)
        target.write_bytes(source.read_bytes())

    monkeypatch.setattr("shutil.copyfile", fail)
    with pytest.raises(OSError, match="No space left"):
        copy_clean(found, clean.parent / "copy")
    assert list(clean.parent.iterdir()) == [clean]


def test_every_picture_is_told_of_once_and_in_order(clean: Path) -> None:
    told: list[tuple[int, int]] = []
    names = [picture.name for picture in check(clean, told=lambda done, of: told.append((done, of))).pictures]
    assert told == [(k, 6) for k in range(1, 7)]
    assert names == sorted(names)


def test_names_of_any_kind(tmp_path: Path) -> None:
    names = ["猫/一 枚目.png", "🐶/a\nb.png", "<b>&/'\".png"]
    root = folder(tmp_path / "set", {name: k for k, name in enumerate(names)})
    assert [picture.name for picture in check(root).pictures] == sorted(names)
    copy_clean(check(root), tmp_path / "copy")
    assert sorted(str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*.png")) == sorted(
        names
    )


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "F"])
def test_colours_are_those_of_the_file(mode: str, tmp_path: Path) -> None:
    image = photograph(1)
    if mode in ("I;16", "F"):
        grey = np.asarray(image.convert("L"))
        image = Image.fromarray(grey.astype(np.uint16) * 257 if mode == "I;16" else grey.astype(np.float32) / 255)
    else:
        image = image.convert(mode)
    path = tmp_path / "x.tif"
    image.save(path)
    seen = look(path, "x.tif", "", "", hashing=True)
    wanted = {"1": "grey", "L": "grey", "RGBA": "transparent", "LA": "transparent", "I;16": "deep", "F": "deep"}
    assert (seen.fault, seen.reason) == ("", "")
    assert seen.colours == wanted.get(mode, "colour")
    assert (seen.width, seen.height) == (96, 72)
    reference = np.asarray(photograph(1).convert("L"), np.float64) / 255
    assert abs(seen.brightness - reference.mean()) < 0.1
    assert path.stat().st_size == seen.bytes
