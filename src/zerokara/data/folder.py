"""An image folder: one sub-folder a class.

    PATH/train/CLASS/…, PATH/test/CLASS/…     with its own test part (or val, valid, validation)
    PATH/CLASS/…                              a fifth becomes the test part, always the same one

All images under a class's folder belong to it, however deep they lie. "folder:PATH" wants images of one size;
"folder:PATH@32x32" (rows × columns) scales each to fill that size, and cuts off what juts out at two sides.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.data.dataset import DataError, Dataset, Split, stratified
from zerokara.data.listing import Listed, list_classes, list_images, parts_of
from zerokara.data.pictures import PIXEL_LIMIT, as_bytes, is_deep, is_unsigned, levels, opaque, opened, white_of

PREFIX = "folder:"
_TEST_FRACTION = 0.2
_ORIENTATION = 0x0112  # the EXIF note that says how a picture is to be turned


def load_folder(name: str) -> Dataset:
    """The data set "folder:PATH" or "folder:PATH@HxW". Classes are the names of the sub-folders in order.

    Shapes: images (N, 1, H, W) uint8 when every image is grey, else (N, 3, H, W); transparent parts become white, and
    deep images (16 or 32 bits, fractions) bytes, as `pictures` says. What is left out is told in a warning.
    Errors: DataError naming the folder or the image that cannot be used.
    """
    root, size = _path_and_size(name)
    parts = parts_of(root)
    if parts is not None:
        classes = list_classes(parts[0])
        listed = list_images(parts[0], classes), list_images(parts[1], classes)
        (train, test), note = _read_parts(listed, size)
        return Dataset(name, train, test, classes, f"{root}, parts {parts[0].name} and {parts[1].name}{note}")
    classes = list_classes(root)
    (every,), note = _read_parts((list_images(root, classes),), size)
    return _cut(name, every, classes, str(root), note)


def _cut(name: str, every: Split, classes: tuple[str, ...], source: str, note: str) -> Dataset:
    count = round(_TEST_FRACTION * len(every))
    if count == 0:
        raise DataError(f"{source} has {len(every)} images; at least 3 are needed for a training and a test part")
    test = stratified(every.labels, count, seed=0)
    told = f"{source}, a fifth of it the test part{note}"
    return Dataset(name, every.select(~test), every.select(test), classes, told)


def _path_and_size(name: str) -> tuple[Path, tuple[int, int] | None]:
    text = name.removeprefix(PREFIX)
    sized = re.fullmatch(r"(.+)@(\d+)x(\d+)", text)
    path = Path(sized[1] if sized else text).expanduser()
    if not text or not path.is_dir():
        raise DataError(f'{path} is not a folder; "folder:PATH" names one that has a sub-folder for each class')
    size = (int(sized[2]), int(sized[3])) if sized else None
    if size is not None and not all(0 < side <= 4096 for side in size):
        raise DataError(f"{name}: a size of {size[0]}x{size[1]} pixels is not between 1x1 and 4096x4096")
    return path, size


def _read_parts(parts: tuple[Listed, ...], size: tuple[int, int] | None) -> tuple[list[Split], str]:
    """The parts, all of one size and one number of channels, and what was found out about deep images."""
    paths = [path for part in parts for path, _ in part]
    pictures = [_read(path, size) for path in paths]
    deep = [picture for picture in pictures if picture.dtype != np.uint8]
    white = white_of(max((float(picture.max(initial=0)) for picture in deep), default=0.0))
    pictures = [picture if picture.dtype == np.uint8 else as_bytes(picture, white) for picture in pictures]
    _check_sizes(paths, [picture.shape[:2] for picture in pictures])
    grey = all(picture.ndim == 2 for picture in pictures)
    images = np.stack([_channels(picture, grey) for picture in pictures])
    labels = np.array([label for part in parts for _, label in part])
    ends = np.cumsum([len(part) for part in parts])
    splits = [
        Split(images[end - len(part) : end], labels[end - len(part) : end])
        for part, end in zip(parts, ends, strict=True)
    ]
    return splits, f"; in {len(deep):,} deep images white is {white:g}" if deep else ""


def _check_sizes(paths: list[Path], sizes: list[tuple[int, ...]]) -> None:
    for path, size in zip(paths, sizes, strict=True):
        if size != sizes[0]:
            raise DataError(
                f"{path} is {size[0]}x{size[1]} but {paths[0]} is {sizes[0][0]}x{sizes[0][1]} (rows x columns); "
                'give one size for all: "folder:PATH@32x32"'
            )


def _channels(picture: Array, grey: bool) -> Array:
    """(H, W) or (H, W, 3) → (1, H, W) or (3, H, W)."""
    if picture.ndim == 3:
        return np.moveaxis(picture, 2, 0)
    return picture[None] if grey else np.repeat(picture[None], 3, axis=0)


def _read(path: Path, size: tuple[int, int] | None) -> Array:
    """One picture → (H, W) when all of it is grey, else (H, W, 3): uint8, or the numbers of a deep one as they are."""
    from PIL import Image, ImageOps

    try:
        if not path.is_file():
            raise ValueError("it is not an ordinary file, or a link that leads nowhere")
        with warnings.catch_warnings(), opened(path) as image:
            warnings.simplefilter("ignore")  # remarks of Pillow on notes in the file
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if image.width * image.height > PIXEL_LIMIT:
                raise ValueError(f"{image.width:,} x {image.height:,} pixels are too many (at most {PIXEL_LIMIT:,})")
            if is_deep(image):
                values = levels(image, is_unsigned(image))
                white_of(values.max())  # refuses what has none
                picture = Image.fromarray(values.astype(np.float32))
            else:
                picture = opaque(image)
            picture.getexif()[_ORIENTATION] = image.getexif().get(_ORIENTATION, 1)  # after loading: TIFF turns itself
            picture = ImageOps.exif_transpose(picture)
            if size is not None:
                picture = ImageOps.fit(picture, size[::-1], Image.Resampling.LANCZOS)
            pixels = np.asarray(picture)
            return pixels[:, :, 0] if pixels.ndim == 3 and np.all(pixels == pixels[:, :, :1]) else pixels
    except Exception as error:  # damaged pictures raise nearly every kind of exception
        raise DataError(f"{path} cannot be read as an image: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
