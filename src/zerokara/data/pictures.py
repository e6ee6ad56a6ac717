"""Pictures of any kind as opaque colours in bytes: what image folders and the reader of drawn digits have in common.

Pictures of 8 bits or fewer say what is white. Deeper ones (16 or 32 bits, fractions) mostly do not: scanners put 12
bits into 16, programs write 0…1 or 0…255 as fractions. There the smallest usual white that holds the brightest pixel is
white; of pictures that belong together, the brightest pixel of all, so that a dark one among them stays dark.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from zerokara.arrays import Array

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "PPM", "AVIF")
"""The formats that are read, in Pillow's names; none of them can start another program. HEIF needs a plugin."""

HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""What stands at the beginning of a HEIC or HEIF file, after `ftyp` (ISO/IEC 23008-12)."""

PIXEL_LIMIT = 80_000_000
WHITES = (1, 255, 4095, 65535, 2**31 - 1, 2**32 - 1)
HIDDEN = 0.1


@contextmanager
def without_remarks() -> Iterator[None]:
    """Within the block Pillow makes no remarks on notes in files, and warns of no size but by an error.

    Python's filters of warnings are those of the process: threads that read pictures stand in one such block.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


@contextmanager
def opened(source: Path | BinaryIO) -> Iterator[Image.Image]:
    """A picture file, not yet decoded. Raises what Pillow raises, OSError, and ValueError for a plugin that is missing.

    Pillow gets an open file and no name: by its name it would map a bare TIFF into memory, and where such a one is to
    be turned by a quarter it then takes rows for columns (seen in Pillow 13.0).
    """
    from PIL import Image

    opening = source.open("rb") if isinstance(source, Path) else nullcontext(source)
    with opening as file, Image.open(file, formats=_formats(file)) as image:
        yield image


def _formats(file: BinaryIO) -> tuple[str, ...]:
    """The formats that this file may have; the plugin for HEIF is loaded when such a file is met."""
    head = file.read(12)
    file.seek(0)
    if head[4:8] != b"ftyp":
        return FORMATS
    if head[8:12] in HEIF_BRANDS and not reads_heif():
        raise ValueError("HEIC and HEIF pictures need a plugin: pip install 'zerokara[heic]'")
    if head[8:12] in (b"avif", b"avis") and not _reads_avif():
        raise ValueError("this Pillow was built without AVIF: pip install --upgrade pillow")
    return (*FORMATS, "HEIF") if reads_heif() else FORMATS


@cache
def reads_heif() -> bool:
    """Whether the plugin for HEIC and HEIF is there; it is registered with Pillow."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener()
    return True


def _reads_avif() -> bool:
    from PIL import features

    return bool(features.check("avif"))


def is_deep(image: Image.Image) -> bool:
    """Whether the picture is grey with more than 8 bits, so that its white has to be found out."""
    return image.mode.startswith("I") or image.mode == "F"


def is_unsigned(opened: Image.Image) -> bool:
    """Whether an opened picture holds whole numbers of 32 bits without a sign: Pillow shows them with one."""
    tags = getattr(opened, "tag_v2", {})
    return opened.mode == "I" and tuple(tags.get(258, ())) == (32,) and tuple(tags.get(339, (1,))) == (1,)


def levels(image: Image.Image, unsigned: bool = False) -> Array:
    """The numbers of a deep picture, (H, W) float64. Raises ValueError for NaN and infinity."""
    values = np.asarray(image)
    values = (values.astype(np.int32).view(np.uint32) if unsigned else values).astype(np.float64)
    if not np.all(np.isfinite(values)):
        raise ValueError("the picture holds NaN or infinity")
    return values


def white_of(brightest: float) -> float:
    """The smallest usual white that is at least as bright, to float32's rounding. ValueError where none is."""
    found = next((float(white) for white in WHITES if brightest <= white * (1 + 1e-6)), None)
    if found is None:
        raise ValueError(f"the picture has numbers up to {brightest:g}, above every usual white: scale it to 0…1")
    return found


def as_bytes(values: Array, white: float) -> Array:
    """Numbers from 0 (black) to `white` → uint8 from 0 to 255, rounded; below and above is cut off."""
    return np.round(np.clip(values.astype(np.float64) / white, 0, 1) * 255).astype(np.uint8)


def opaque(image: Image.Image) -> Image.Image:
    """A picture that is not deep, in RGB: transparency is laid on white, or on black if only there the ink is seen."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    on_white, on_black = (_composite(layer, paper) for paper in ("white", "black"))
    return on_black if _contrast(on_white) < HIDDEN < _contrast(on_black) else on_white


def _composite(layer: Image.Image, paper: str) -> Image.Image:
    from PIL import Image

    canvas = Image.new("RGBA", layer.size, paper)
    canvas.alpha_composite(layer)
    return canvas.convert("RGB")


def _contrast(image: Image.Image) -> float:
    lowest, highest = image.convert("L").getextrema()
    spread = max(high - low for low, high in image.getextrema())  # type: ignore[misc]
    return max(float(highest) - float(lowest), float(spread)) / 255  # type: ignore[arg-type]
