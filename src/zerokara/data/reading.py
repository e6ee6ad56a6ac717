"""One picture file as an array of pixels: what image folders, `predict` and `explain` read in the same way."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.data.pictures import PIXEL_LIMIT, is_deep, is_unsigned, levels, opaque, opened, white_of

_ORIENTATION = 0x0112  # the EXIF note that says how a picture is to be turned


def read_picture(source: Path | bytes, size: tuple[int, int] | None = None) -> Array:
    """One picture → (H, W) when all of it is grey, else (H, W, 3): uint8, or the numbers of a deep one as they are.

    source: a file, or what is in one.
    With a size (rows, columns) it is scaled to fill that size, and what juts out at two sides is cut off.
    Errors: DataError naming the file that cannot be used.
    """
    from PIL import Image, ImageOps

    try:
        if isinstance(source, Path) and not source.is_file():
            raise ValueError("it is not an ordinary file, or a link that leads nowhere")
        with warnings.catch_warnings(), opened(_file(source)) as image:
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
        raise DataError(f"{_named(source)} cannot be read as an image: {_one_line(error)}") from error


def picture_size(source: Path | bytes) -> tuple[int, int]:
    """(rows, columns) of a picture as it is shown, from the beginning of its file. Errors: as `read_picture`'s."""
    try:
        with warnings.catch_warnings(), opened(_file(source)) as image:
            warnings.simplefilter("ignore")
            turned = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
            return (image.width, image.height) if turned else (image.height, image.width)
    except Exception as error:  # as above
        raise DataError(f"{_named(source)} cannot be read as an image: {_one_line(error)}") from error


def _file(source: Path | bytes) -> Path | BinaryIO:
    return source if isinstance(source, Path) else BytesIO(source)


def _named(source: Path | bytes) -> str:
    return str(source) if isinstance(source, Path) else "the picture"


def in_channels(picture: Array, channels: int) -> Array:
    """(H, W) or (H, W, 3) → (1, H, W) or (3, H, W); colour becomes grey as the eye weighs it (ITU-R 601)."""
    if picture.ndim == 2:
        return picture[None] if channels == 1 else np.repeat(picture[None], channels, axis=0)
    if channels == 3:
        return np.moveaxis(picture, 2, 0)
    from PIL import Image

    return np.asarray(Image.fromarray(picture).convert("L"))[None]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
