"""Open a picture file, whatever kind it is, as colours on opaque paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    pixels after turning it as its EXIF note says.
    """

    name: str
    pixels: Array
    width: int
    height: int

    @property
    def shrink(self) -> float:
        """How many pixels of the file one row or column of `pixels` stands for."""
        return float(max(self.width, self.height) / max(self.pixels.shape[:2]))


def open_picture(source: str | Path | Image.Image | Array) -> Picture:
    """Open a file, a Pillow image or an array (H, W), (H, W, 3) or (H, W, 4), bytes or floats in 0..1.

    Raises ReadError for a missing, empty, damaged, foreign or far too large file.
    """
    if isinstance(source, Image.Image):
        return _upright(source.copy(), "picture")
    if isinstance(source, np.ndarray):
        return _upright(_from_array(source), "array")
    return _open_file(Path(source))


def _open_file(path: Path) -> Picture:
    _check_file(path)
    try:
        with pictures.opened(path) as image:
            _check_size(image, str(path))
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE)) if image.format == "JPEG" and image.mode == "RGB" else None
            return _upright(image, str(path))
    except ReadError:
        raise
    except UnidentifiedImageError as error:
        raise ReadError(f"{path}: this is not a picture (expected PNG, JPEG, BMP, GIF, WebP, TIFF or PGM)") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ReadError(f"{path}: the picture is too large (at most {PIXEL_LIMIT:,} pixels are read)") from error
    except PermissionError as error:
        raise ReadError(f"{path}: no permission to read this file") from error
    except (
        Exception
    ) as error:  # Pillow's decoders raise OSError, SyntaxError, EOFError, struct.error … on damaged files
        reason = str(error) or type(error).__name__
        raise ReadError(f"{path}: the picture is truncated or damaged ({reason})") from error


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
