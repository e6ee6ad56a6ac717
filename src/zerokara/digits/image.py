"""Open a picture file, whatever kind it is, as colours on opaque paper."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from zerokara.arrays import Array
from zerokara.data import pictures
from zerokara.data.pictures import PIXEL_LIMIT

LONGEST_SIDE = 2048


class ReadError(ValueError):
    """A picture that cannot be read; the message is one sentence that names the file."""


@dataclass(frozen=True)
class Picture:
    """A picture as people see it: upright, opaque, in colour.

    `pixels` is (h, w, 3) float32 in 0..1 and may be smaller than the picture itself, whose size is `width` × `height`
    pixels after turning it as its EXIF note says. It is page number `page` (from 1) of `pages`.
    """

    name: str
    pixels: Array
    width: int
    height: int
    page: int = 1
    pages: int = 1

    @property
    def shrink(self) -> float:
        """How many pixels of the file one row or column of `pixels` stands for."""
        return float(max(self.width, self.height) / max(self.pixels.shape[:2]))


Source = str | os.PathLike[str] | bytes | Image.Image | Array
"""A picture: its file, the bytes of a file, a Pillow image, or an array."""

MOST_PAGES = 1000


def open_picture(source: Source) -> Picture:
    """Open a file, its bytes, a Pillow image or an array (H, W), (H, W, 3) or (H, W, 4), bytes or floats in 0..1.

    Of a file of several pages, the first. Raises ReadError for a missing, empty, damaged, foreign or far too large
    file.
    """
    return next(open_pages(source))


def open_pages(source: Source) -> Iterator[Picture]:
    """Every page of a TIFF, GIF or another picture of several, as `open_picture` opens the first; of others the one."""
    if isinstance(source, Image.Image):
        yield _upright(source.copy(), "picture")
    elif isinstance(source, np.ndarray):
        yield _upright(_from_array(source), "array")
    elif isinstance(source, bytes | bytearray):
        yield from _pages(BytesIO(_not_empty(source)), "bytes")
    elif isinstance(source, str | os.PathLike):
        path = Path(source)
        _check_file(path)
        yield from _pages(path, str(path))
    else:
        raise ReadError(f"a picture is a file, its bytes, a Pillow image or an array; got {type(source).__name__}")


def _not_empty(content: bytes | bytearray) -> bytes:
    if not content:
        raise ReadError("the picture is empty (0 bytes)")
    return bytes(content)


def _pages(source: Path | BinaryIO, name: str) -> Iterator[Picture]:
    try:
        with ExitStack() as stack:
            with pictures.without_remarks():
                image = stack.enter_context(pictures.opened(source))
                count = getattr(image, "n_frames", 1)
            if count > MOST_PAGES:
                raise ReadError(f"{name}: {count:,} pages are too many (at most {MOST_PAGES:,} are read)")
            for page in range(count):
                with pictures.without_remarks():
                    image.seek(page)
                    _check_size(image, name)
                    if image.format == "JPEG" and image.mode == "RGB":
                        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                    found = _upright(image, name)
                yield replace(found, page=page + 1, pages=count)
    except ReadError:
        raise
    except UnidentifiedImageError as error:
        raise ReadError(
            f"{name}: this is not a picture (expected PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF, HEIC or PGM)"
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ReadError(f"{name}: the picture is too large (at most {PIXEL_LIMIT:,} pixels are read)") from error
    except PermissionError as error:
        raise ReadError(f"{name}: no permission to read this file") from error
    except (
        Exception
    ) as error:  # Pillow's decoders raise OSError, SyntaxError, EOFError, struct.error … on damaged files
        reason = str(error) or type(error).__name__
        damaged = reason if "plugin" in reason or "built without" in reason else None
        raise ReadError(f"{name}: {damaged or f'the picture is truncated or damaged ({reason})'}") from error


def _check_file(path: Path) -> None:
    if not path.exists():
        raise ReadError(f"{path}: no such file")
    if path.is_dir():
        raise ReadError(f"{path}: this is a folder; name the picture files in it")
    if path.stat().st_size == 0:
        raise ReadError(f"{path}: the file is empty (0 bytes)")


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > PIXEL_LIMIT:
        raise ReadError(f"{name}: {width:,} × {height:,} pixels are too many (at most {PIXEL_LIMIT:,} are read)")


def _from_array(array: Array) -> Image.Image:
    if array.ndim not in (2, 3) or array.size == 0 or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ReadError(f"a picture is an array (H, W), (H, W, 3) or (H, W, 4); got {array.shape}")
    if np.ma.is_masked(array):
        raise ReadError("the picture's array has masked values: fill them first")
    array = np.asarray(array)
    if array.dtype.kind not in "buif":
        raise ReadError(f"a picture is an array of bytes, whole numbers or fractions; got {array.dtype}")
    if not np.all(np.isfinite(array)):
        raise ReadError("the picture's array holds NaN or infinity")
    if array.dtype != np.uint8:
        array = pictures.as_bytes(array, _in_words(pictures.white_of, float(array.max(initial=0))))
    return Image.fromarray(np.ascontiguousarray(array))


def _upright(image: Image.Image, name: str) -> Picture:
    _check_size(image, name)
    full = image.size
    opaque = _opaque(image)
    orientation = image.getexif().get(0x0112, 1)
    if orientation in range(2, 9):
        opaque.getexif()[0x0112] = orientation
        opaque = ImageOps.exif_transpose(opaque)
        full = full[::-1] if orientation >= 5 else full
    pixels = np.asarray(opaque, dtype=np.float32) / np.float32(255)
    return Picture(name, pixels, *full)


def _opaque(image: Image.Image) -> Image.Image:
    """The picture in RGB, at most LONGEST_SIDE long."""
    if pictures.is_deep(image):
        return _shrunk(_from_array(_in_words(pictures.levels, image, pictures.is_unsigned(image)))).convert("RGB")
    if not image.has_transparency_data:
        return _shrunk(pictures.opaque(image))
    return pictures.opaque(_shrunk(image.convert("RGBA")))


def _in_words(function: Callable[..., Any], *args: Any) -> Any:
    try:
        return function(*args)
    except ValueError as error:
        raise ReadError(str(error)) from error


def _shrunk(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // LONGEST_SIDE)
    return image.reduce(factor) if factor > 1 else image
