"""Which files of an image folder are its images, and of which class; what is left out is told."""

from __future__ import annotations

import os
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from zerokara.arguments import counted
from zerokara.data.dataset import DataError
from zerokara.data.pictures import reads_heif

Listed = list[tuple[Path, int]]
"""Images, each with the number of its class."""

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff"}
    | {".pgm", ".ppm", ".pbm", ".pnm", ".apng", ".avif"}
)
HEIF = frozenset({".heic", ".heif"})
"""Read where the plugin for them is installed."""

OTHER_PICTURES = frozenset(
    {".heic", ".heif", ".jp2", ".j2k", ".jxl", ".tga", ".ico", ".icns", ".psd", ".svg", ".eps", ".pcx", ".exr"}
    | {".hdr", ".dds", ".dcm", ".nef", ".cr2", ".cr3", ".arw", ".dng", ".orf", ".raf", ".rw2"}
)
"""Pictures by their names, of kinds that are not read (HEIC and HEIF: without their plugin)."""

TRAIN, TEST = "train", ("test", "val", "valid", "validation")
"""What the folders of a training part and a test part are called."""

_NO_CLASS = frozenset({"__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN"})
"""Folders that programs leave behind."""


def parts_of(root: Path) -> tuple[Path, Path] | None:
    """The folders of the training and the test part, if there are such: PATH/train and PATH/test (or val …)."""
    named = {path.name.casefold(): path for path in folders(root)}
    train, tests = named.get(TRAIN), [named[name] for name in TEST if name in named]
    if train is None or not tests:
        if train is not None and not any(is_picture(path) for path in train.iterdir()):
            raise DataError(
                f"{root} has a training part, {train.name}, and no test part: expected is a folder test beside it"
            )
        return None
    others = sorted(path.name for path in named.values() if path not in (train, tests[0]))
    if others:
        _tell(f"{root} has the parts {train.name} and {tests[0].name}; left out: {few(others)}")
    return train, tests[0]


def list_classes(root: Path, least: int = 2) -> tuple[str, ...]:
    """The names of the sub-folders, in order. DataError if there are fewer than `least`."""
    names = sorted(path.name for path in folders(root))
    if len(names) < least:
        raise DataError(
            f"{root} has {counted(len(names), 'sub-folder')}; a sub-folder of images for each of 2 or more classes is "
            "expected"
        )
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(unicodedata.normalize("NFC", name).casefold(), []).append(name)
    for same in alike.values():
        if len(same) > 1:
            _tell(f"{root}: {' and '.join(same)} are classes of their own, though they differ by case only")
    loose = sorted(path.name for path in root.iterdir() if is_picture(path) and path.is_file())
    if loose:
        _tell(f"{root} has images outside of its classes' folders, which are left out: {few(loose)}")
    return tuple(names)


def list_images(root: Path, classes: tuple[str, ...]) -> Listed:
    """Every image under root with the number of its class, in the order of the names."""
    unknown = {path.name for path in folders(root)} - set(classes)
    if unknown:
        raise DataError(f"{root} has classes that the training part lacks: {', '.join(sorted(unknown))}")
    listed: Listed = []
    others: list[str] = []
    for label, name in enumerate(classes):
        files = list(walk(root / name, set())) if (root / name).is_dir() else []
        images = [path for path in files if is_picture(path)]
        others += [
            str(path.relative_to(root))
            for path in files
            if path.suffix.lower() in OTHER_PICTURES and not is_picture(path)
        ]
        if not images and (root / name).is_dir():
            raise DataError(f"{root / name} holds no images ({', '.join(sorted(SUFFIXES))})")
        listed += [(path, label) for path in images]
    if others:
        plugin = any(name.lower().endswith(tuple(HEIF)) for name in others)
        hint = "; HEIC is read with pip install 'zerokara[heic]'" if plugin else ""
        _tell(f"{root} has pictures of kinds that are not read, which are left out: {few(others)}{hint}")
    if not listed:
        raise DataError(f"{root} holds no images of {few(classes)}")
    return listed


def pictures_under(folder: Path) -> list[Path]:
    """The pictures in a folder and in the folders within it, in the order of their names."""
    return [path for path in walk(folder, set()) if is_picture(path)]


def walk(folder: Path, seen: set[str]) -> Iterator[Path]:
    """All files under a folder that are not hidden, in the order of their names; a link in a circle is walked once."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}") from error
    for path in found:
        if _is_shown(path):
            if path.is_dir():
                yield from walk(path, seen)
            else:
                yield path


def folders(root: Path) -> list[Path]:
    """The sub-folders that are not hidden, nor left behind by programs."""
    return [path for path in root.iterdir() if path.is_dir() and _is_shown(path)]


def _is_shown(path: Path) -> bool:
    return not path.name.startswith(".") and path.name not in _NO_CLASS


def is_picture(path: Path) -> bool:
    """Whether a file is, by its name, a picture that can be read here."""
    suffix = path.suffix.lower()
    return (suffix in SUFFIXES or (suffix in HEIF and reads_heif())) and _is_shown(path)


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3:,} more"


def _tell(what: str) -> None:
    warnings.warn(what, stacklevel=2)
