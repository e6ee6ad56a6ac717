"""One picture file as an array of pixels: what image folders, `predict` and `explain` read in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.data.pictures import PIXEL_LIMIT, is_deep, is_unsigned, levels, opaque, opened, white_of, without_remarks
from zerokara.processors import processor_count

LARGE = 8_192
"""Bytes of a file from which on its decoding takes longer than everything around it."""

_ORIENTATION = 0x0112  # the EXIF note that says how a picture is to be turned


def read_picture(source: Path | bytes, size: tuple[int, int] | None = None) -> Array:
    """One picture → (H, W) when all of it is grey, else (H, W, 3): uint8, or the numbers of a deep one as they are.

    source: a file, or what is in one.
    With a size (rows, columns) it is scaled to fill that size, and what juts out at two sides is cut off.
    Errors: DataError naming the file that cannot be used.
    """
    with without_remarks():
        return _decoded(source, size)


def read_pictures(paths: Sequence[Path], size: tuple[int, int] | None = None) -> list[Array]:
    """What `read_picture` gives for each file; large ones are decoded on all processors.

    Errors: DataError naming the first file that cannot be used.
    """
    threads = processor_count() if _are_large(paths) else 1
    with without_remarks():
        if threads == 1:
            return [_decoded(path, size) for path in paths]
        with ThreadPoolExecutor(threads) as pool:
            try:
                return list(pool.map(partial(_decoded, size=size), paths))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def _are_large(paths: Sequence[Path]) -> bool:
    """Whether it pays to decode on several threads: of small pictures, Python's own part takes longer."""
    some = [path.stat().st_size for path in paths[:: max(1, len(paths) // 16)] if path.is_file()]
    return sum(some) > LARGE * len(some)


def _decoded(source: Path | bytes, size: tuple[int, int] | None) -> Array:
    from PIL import Image, ImageOps

    try:
        if isinstance(source, Path) and not source.is_file():
            raise ValueError("it is not an ordinary file, or a link that leads nowhere")
        with opened(_file(source)) as image:
            if image.width * image.height > PIXEL_LIMIT:
                raise ValueError(f"{image.width:,} x {image.height:,} pixels are too many (at most {PIXEL_LIMIT:,})")
            if is_deep(image):
                values = levels(image, is_unsigned(image))
                white_of(values.max())  # refuses what has none
                picture = Image.fromarray(values.astype(np.float32))
            else:
                image.load()
                plain = image.mode == "RGB" and not image.has_transparency_data
                picture = image if plain else opaque(image)
            turned = image.getexif().get(_ORIENTATION, 1)  # after loading: TIFF turns itself
            if turned != 1:
                picture.getexif()[_ORIENTATION] = turned
                picture = ImageOps.exif_transpose(picture)
            if size is not None:
                picture = ImageOps.fit(picture, size[::-1], Image.Resampling.LANCZOS)
            pixels = np.asarray(picture)
            return pixels[:, :, 0] if pixels.ndim == 3 and _is_grey(pixels) else pixels
    except Exception as error:  # damaged pictures raise nearly every kind of exception
        raise DataError(f"{_named(source)} cannot be read as an image: {_one_line(error)}") from error


def _is_grey(pixels: Array) -> bool:
    """Whether red, green and blue are the same everywhere; of most pictures the first rows show that they are not."""
    return all(bool(np.all(part == part[:, :, :1])) for part in (pixels[:8], pixels))


def picture_size(source: Path | bytes) -> tuple[int, int]:
    """(rows, columns) of a picture as it is shown, from the beginning of its file. Errors: as `read_picture`'s."""
    try:
        with without_remarks(), opened(_file(source)) as image:
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
