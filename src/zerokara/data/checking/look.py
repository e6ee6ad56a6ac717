"""One picture file, looked at: can it be read, how large is it, what colours has it, and what tells it from others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from zerokara.arrays import Array
from zerokara.data.pictures import (
    PIXEL_LIMIT,
    as_bytes,
    is_deep,
    is_unsigned,
    levels,
    opaque,
    opened,
    white_of,
    without_remarks,
)

if TYPE_CHECKING:
    from PIL import Image

Fault = Literal["", "unreadable", "truncated"]

SMALL = 32
"""Pixels along a side of the small grey picture that is kept of each."""

_CUT_OFF = ("truncated", "unexpected end", "end of file", "premature")
"""How Pillow's decoders say that a file ends too early."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture and what was seen of it.

    name: its path in the folder, with slashes. part: "train", "test" (in the folder's own words), or "" where the
    folder has no parts; label: its class, or "" where there are none. width, height: in pixels, as it is shown (turned
    as EXIF says). colours: "grey", "colour", "transparent" or "deep" (more than 8 bits). brightness: the mean of all
    pixels and channels, 0 … 1. spread: the largest standard deviation of a channel, 0 … 1. pixels: SHA-256 of the
    decoded pixels and their size: equal for files that show exactly the same. hash: 64 bits (`imagehash.phash`) that
    differ little where pictures look alike; small: (32, 32) uint8, grey.
    fault and reason: why it cannot be read; then everything after `bytes` is empty.
    """

    path: Path
    name: str
    part: str
    label: str
    bytes: int
    fault: Fault = ""
    reason: str = ""
    format: str = ""
    width: int = 0
    height: int = 0
    colours: str = ""
    brightness: float = 0.0
    spread: float = 0.0
    pixels: str = ""
    hash: int = 0
    small: Array = field(default_factory=lambda: np.zeros((SMALL, SMALL), np.uint8), repr=False)


def look(path: Path, name: str, part: str, label: str, *, hashing: bool) -> Seen:
    """Decode a picture completely, and keep what `Seen` says. Without `hashing`, no perceptual hash."""
    from PIL import UnidentifiedImageError

    size = 0
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ValueError("it is not an ordinary file")
        if not size:
            return Seen(path, name, part, label, 0, "truncated", "the file is empty")
        with without_remarks(), opened(path) as image:
            kind, colours = str(image.format), colours_of(image)
            picture = upright(image)
            return _seen(Seen(path, name, part, label, size, format=kind, colours=colours), picture, hashing)
    except MemoryError:
        raise
    except Exception as error:  # damaged pictures raise nearly every kind of exception
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, UnidentifiedImageError):
            reason = "it is no picture of a format that is read"
        cut = isinstance(error, EOFError) or any(words in reason.lower() for words in _CUT_OFF)
        return Seen(path, name, part, label, size, "truncated" if cut else "unreadable", reason)


def upright(image: Image.Image) -> Image.Image:
    """An opened picture decoded, opaque, in bytes (RGB, or L if deep), and turned as its EXIF note says."""
    from PIL import Image, ImageOps

    if image.width * image.height > PIXEL_LIMIT:
        raise ValueError(f"{image.width:,} x {image.height:,} pixels are too many (at most {PIXEL_LIMIT:,})")
    turned = image.getexif().get(0x0112, 1)
    if is_deep(image):
        values = levels(image, is_unsigned(image))
        picture = Image.fromarray(as_bytes(values, white_of(float(values.max(initial=0)))))
    else:
        picture = opaque(image)
    picture.getexif()[0x0112] = turned
    return ImageOps.exif_transpose(picture)


def colours_of(image: Image.Image) -> str:
    """By the mode of the file: "grey", "colour", "transparent" or "deep"."""
    if is_deep(image):
        return "deep"
    if image.has_transparency_data:
        return "transparent"
    return "grey" if image.mode in ("1", "L") else "colour"


def _seen(seen: Seen, picture: Image.Image, hashing: bool) -> Seen:
    values = np.asarray(picture)
    flat = values.reshape(-1, values.shape[2] if values.ndim == 3 else 1)
    grey = flat.shape[1] == 1 or bool(np.all(flat == flat[:, :1]))
    colours = "grey" if grey and seen.colours == "colour" else seen.colours
    shown = np.ascontiguousarray(flat[:, :1] if grey else flat)
    digest = hashlib.sha256(f"{values.shape[:2]} {shown.shape[1]} ".encode() + shown.tobytes()).hexdigest()
    from PIL import Image

    small = np.asarray(picture.convert("L").resize((SMALL, SMALL), Image.Resampling.BOX))
    return Seen(
        seen.path,
        seen.name,
        seen.part,
        seen.label,
        seen.bytes,
        format=seen.format,
        width=picture.width,
        height=picture.height,
        colours=colours,
        brightness=float(shown.mean()) / 255,
        spread=float(shown.std(axis=0).max()) / 255,
        pixels=digest,
        hash=perceptual_hash(picture) if hashing else 0,
        small=small,
    )


def perceptual_hash(picture: Image.Image) -> int:
    """The 64 signs of the lowest frequencies of the picture's cosine transform, about their median (`phash`)."""
    import imagehash

    return int.from_bytes(np.packbits(imagehash.phash(picture).hash).tobytes(), "big")
