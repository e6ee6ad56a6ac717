"""What a downloaded file is, by its bytes: the name and the type that a server gives it do not count."""

import io
import re
import warnings
from dataclasses import dataclass

from zerokara.data.pictures import PIXEL_LIMIT, opened

SUFFIXES = {
    "JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "BMP": ".bmp", "TIFF": ".tif", "PPM": ".ppm",
    "AVIF": ".avif", "HEIF": ".heic",
}  # fmt: skip
_OTHER_NAMES = {"MPO": "JPEG", "DIB": "BMP"}
_SCRIPT = re.compile(rb"<script|\son\w+\s*=|javascript:", re.IGNORECASE)


class NoPictureError(Exception):
    """A file that is not kept; the text says why."""


@dataclass(frozen=True)
class Picture:
    """A picture that can be read: its format, its usual suffix, its size in pixels."""

    format: str
    suffix: str
    width: int
    height: int


def examine(content: bytes) -> Picture:
    """The picture in these bytes, read once as a proof that it is whole; NoPictureError in words for anything else.

    The size in its header is looked at before a pixel is unpacked.
    """
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise NoPictureError("the file is empty (0 bytes)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks of Pillow on notes in the file, and its own limit of pixels
            with opened(io.BytesIO(content)) as image:
                width, height, name = image.width, image.height, str(image.format)
                if width * height > PIXEL_LIMIT:
                    raise NoPictureError(f"{width:,} x {height:,} pixels are too many (at most {PIXEL_LIMIT:,})")
                image.load()
    except UnidentifiedImageError:
        raise NoPictureError(_other(content)) from None
    except NoPictureError:
        raise
    except Image.DecompressionBombError as error:
        raise NoPictureError(f"too many pixels (at most {PIXEL_LIMIT:,}): {_one_line(error)}") from None
    except Exception as error:  # damaged pictures raise nearly every kind of exception
        raise NoPictureError(f"truncated or damaged: {_one_line(error)}") from None
    name = _OTHER_NAMES.get(name, name)
    return Picture(name, SUFFIXES.get(name, f".{name.lower()}"), width, height)


def _other(content: bytes) -> str:
    """What bytes are that are no picture of pixels."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in head:
        return f"an SVG drawing{' with scripts' if _SCRIPT.search(content) else ''}, no picture of pixels"
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "an HTML page, no picture"
    return "no picture of a known format"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
