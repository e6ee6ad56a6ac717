"""An image folder: one sub-folder a class.

    PATH/train/CLASS/…, PATH/test/CLASS/…     with its own test part (or val, valid, validation)
    PATH/CLASS/…                              a fifth becomes the test part, always the same one

All images under a class's folder belong to it, however deep they lie. "folder:PATH" wants images of one size;
"folder:PATH@32x32" (rows × columns) scales each to fill that size, and cuts off what juts out at two sides.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from zerokara.data.dataset import DataError, Dataset, Split, stratified
from zerokara.data.inputs import Pictures
from zerokara.data.listing import Listed, few, list_classes, list_images, parts_of
from zerokara.data.pictures import as_bytes, white_of
from zerokara.data.reading import in_channels, read_pictures

PREFIX = "folder:"
TEST_SHARE = 0.2


def load_folder(name: str) -> Dataset:
    """The data set "folder:PATH", "folder:PATH@HxW" or "folder:PATH@HxWxC". Classes are the names of the sub-folders.

    Shapes: images (N, 1, H, W) uint8 when every image is grey (or C is 1), else (N, 3, H, W); transparent parts become
    white, and deep images (16 or 32 bits, fractions) bytes, as `pictures` says. What is left out is told in a warning.
    Errors: DataError naming the folder or the image that cannot be used.
    """
    root, size, wanted = path_and_size(name)
    parts = parts_of(root)
    if parts is not None:
        classes = list_classes(parts[0])
        listed = list_images(parts[0], classes), list_images(parts[1], classes)
        (train, test), white, note = _read_parts(listed, size, wanted)
        told = f"{root}, parts {parts[0].name} and {parts[1].name}{note}"
    else:
        classes = list_classes(root)
        (every,), white, note = _read_parts((list_images(root, classes),), size, wanted)
        train, test = _cut(every, root)
        told = f"{root}, a fifth of it the test part{note}"
    channels, height, width = train.shape
    return Dataset(name, train, test, classes, told, Pictures(channels, height, width, classes, white=white))


def read_judged(name: str, known: Pictures) -> Dataset:
    """Pictures in "folder:PATH" on which a network is judged that learned elsewhere: read as it learned to see.

    The folder's test part, where it has one, else all of it. A sub-folder for each class, of which some may be missing.
    Errors: DataError naming a class that the network does not know.
    """
    root, _, _ = path_and_size(name)
    parts = parts_of(root)
    folder = root if parts is None else parts[1]
    if not known.classes:
        raise DataError(f"{folder} cannot be judged: the network does not say what its classes are called")
    unknown = sorted(set(list_classes(folder, least=1)) - set(known.classes))
    if unknown:
        raise DataError(
            f"{folder} has classes that the network does not know: {few(unknown)}; it knows {few(known.classes)}"
        )
    listed = list_images(folder, known.classes)
    pixels = np.stack([known.pixels(path) for path, _ in listed])
    judged = Split(pixels, np.array([label for _, label in listed]))
    return Dataset(name, judged.take(0), judged, known.classes, str(folder), known)


def _cut(every: Split, root: Path) -> tuple[Split, Split]:
    count = round(TEST_SHARE * len(every))
    if count == 0:
        raise DataError(f"{root} has {len(every)} images; at least 3 are needed for a training and a test part")
    test = stratified(every.labels, count, seed=0)
    return every.select(~test), every.select(test)


def path_and_size(name: str) -> tuple[Path, tuple[int, int] | None, int | None]:
    """The folder; (rows, columns) and the number of channels if the name says them.

    DataError for what is no folder, and for no size.
    """
    text = name.removeprefix(PREFIX)
    sized = re.fullmatch(r"(.+)@(\d+)x(\d+)(?:x([13]))?", text)
    path = Path(sized[1] if sized else text).expanduser()
    if not text or not path.is_dir():
        raise DataError(f'{path} is not a folder; "folder:PATH" names one that has a sub-folder for each class')
    size = (int(sized[2]), int(sized[3])) if sized else None
    if size is not None and not all(0 < side <= 4096 for side in size):
        raise DataError(f"{name}: a size of {size[0]}x{size[1]} pixels is not between 1x1 and 4096x4096")
    return path, size, int(sized[4]) if sized and sized[4] else None


def _read_parts(
    parts: tuple[Listed, ...], size: tuple[int, int] | None, wanted: int | None
) -> tuple[list[Split], float | None, str]:
    """The parts, all of one size and one number of channels; what is white in deep images, and that in words."""
    paths = [path for part in parts for path, _ in part]
    pictures = read_pictures(paths, size)
    deep = [picture for picture in pictures if picture.dtype != np.uint8]
    white = white_of(max((float(picture.max(initial=0)) for picture in deep), default=0.0))
    pictures = [picture if picture.dtype == np.uint8 else as_bytes(picture, white) for picture in pictures]
    _check_sizes(paths, [picture.shape[:2] for picture in pictures])
    channels = wanted or (1 if all(picture.ndim == 2 for picture in pictures) else 3)
    images = np.stack([in_channels(picture, channels) for picture in pictures])
    labels = np.array([label for part in parts for _, label in part])
    ends = np.cumsum([len(part) for part in parts])
    splits = [
        Split(images[end - len(part) : end], labels[end - len(part) : end])
        for part, end in zip(parts, ends, strict=True)
    ]
    return splits, white if deep else None, f"; in {len(deep):,} deep images white is {white:g}" if deep else ""


def _check_sizes(paths: list[Path], sizes: list[tuple[int, ...]]) -> None:
    for path, size in zip(paths, sizes, strict=True):
        if size != sizes[0]:
            raise DataError(
                f"{path} is {size[0]}x{size[1]} but {paths[0]} is {sizes[0][0]}x{sizes[0][1]} (rows x columns); "
                'give one size for all: "folder:PATH@32x32"'
            )
