"""From a picture file to what a network sees of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from zerokara import data, digits
from zerokara.arguments import UsageError, counted
from zerokara.arrays import Array
from zerokara.data.inputs import Pictures
from zerokara.data.reading import picture_size
from zerokara.views.shrink import shrink
from zerokara.views.subject import Numbers, Subject

WAYS = ("auto", "digit", "photo", "exact", "learned")
CAFFE = (104.0, 117.0, 123.0)
"""What Caffe's networks subtract from blue, green and red in 0..255."""

SMALL, MARGIN = 64, 8 / 7
"""Pictures for networks of at least this side are resized a little larger (224 → 256) before their centre is cut."""


@dataclass(frozen=True)
class Preparation:
    """How pictures are made for a network.

    way: one of WAYS; "learned" is the way in which the network's own training pictures were read, `data.Pictures`.
    resize: pixels of the shorter side before the cut. Then x = (pixels·scale − mean) / std, in the
    order blue, green, red with `bgr`.
    """

    way: str
    mean: Numbers
    std: Numbers
    scale: float = 1.0
    bgr: bool = False
    resize: int | None = None

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        shown: dict[str, object] = {"way": self.way, "mean": list(self.mean), "std": list(self.std)}
        return {**shown, "scale": self.scale, "bgr": self.bgr, "resize": self.resize}


@dataclass(frozen=True, eq=False)
class View:
    """A picture (or a digit of it) as the network sees it.

    x: (C, H, W) as the network takes it. shown: (H, W) or (H, W, 3) in 0..1, the same for the eye. box: (left, top,
    right, bottom), the part of the picture that it shows, in the picture's own pixels.
    """

    file: str
    name: str
    x: Array
    shown: Array
    box: tuple[int, int, int, int]


def preparation(
    about: Subject, way: str, mean: str | None, std: str | None, bgr: bool, resize: int | None
) -> Preparation:
    """What the command line and the network say. Means above 1 are those of pixels in 0..255."""
    if way not in WAYS:
        raise UsageError(f"--prepare is one of {', '.join(WAYS)}; got {way!r}")
    if bgr and about.shape[0] != 3:
        raise UsageError(f"--bgr is for coloured pictures; {about.name} takes {counted(about.shape[0], 'channel')}")
    if resize is not None and resize < max(about.shape[1:]):
        raise UsageError(
            f"--resize is at least the side of the network's pictures, {max(about.shape[1:])}; got {resize}"
        )
    usual = (CAFFE, (1.0,)) if bgr else (about.mean, about.std)
    means = usual[0] if mean is None else numbers("--mean", mean, about.shape[0])
    spread = std is None and mean is not None and max(means) > 1
    stds = ((1.0,) if spread else usual[1]) if std is None else numbers("--std", std, about.shape[0])
    if min(stds) <= 0:
        raise UsageError(f"--std is positive; got {std}")
    found = Preparation(way, means, stds, 255.0 if bgr or max(means) > 1 else 1.0, bgr, resize)
    if way == "learned" and about.learned_from_files is None:
        raise UsageError(f"{about.name} does not say how its training pictures were read; choose another --prepare")
    return replace(found, way=_usual(about, resize)) if way == "auto" else found


def _usual(about: Subject, resize: int | None) -> str:
    if about.learned_from_files is not None and resize is None:
        return "learned"
    return "digit" if about.reads_digits else "photo"


def numbers(option: str, text: str, channels: int) -> Numbers:
    """`104,117,123`: one number, or one a channel."""
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"{option} is a number, or numbers with commas between them; got {text!r}") from None
    if len(found) not in (1, channels) or not np.all(np.isfinite(found)):
        raise UsageError(f"{option} is one number, or one for each of {counted(channels, 'channel')}; got {text!r}")
    return found


def views(source: Path | bytes | Array, about: Subject, how: Preparation) -> list[View]:
    """What the network sees of a picture (a file, its bytes, an array): one view, or one for each digit.

    Raises ValueError in a sentence.
    """
    if how.way == "digit":
        found = digit_views(source, about, how)
        if not found:
            raise ValueError(f"{_named(source)}: no digit found; --prepare photo takes the picture as it is")
        return found
    if how.way == "learned" and about.learned_from_files is not None:
        return [_learned(source, about.learned_from_files, how)]
    picture = digits.open_picture(source)
    pixels, box = (_exact if how.way == "exact" else _cut)(picture, about, how)
    shown = pixels if about.shape[0] == 3 else pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    return [View(str(_named(source)), _named(source).stem, scaled(shown, how), shown, box)]


def digit_views(source: Path | bytes | Array, about: Subject, how: Preparation) -> list[View]:
    """Each digit of a picture as the reader prepares it, then in the network's size; none where there is no digit."""
    channels, height, width = about.shape
    if channels != 1 or height != width:
        raise UsageError(f"digits are prepared for square pictures of one channel; {about.name} takes {about.shape}")
    found = digits.read(source, digits_only=True).digits
    several, file = len(found) > 1, _named(source)
    named = [f"{file.stem}-{k}" if several else file.stem for k in range(1, len(found) + 1)]
    seen = [shrink(np.asarray(digit.view), height) for digit in found]
    shown = zip(found, seen, named, strict=True)
    return [View(str(file), name, scaled(view, how), view, digit.box) for digit, view, name in shown]


def _learned(source: Path | bytes | Array, read: Pictures, how: Preparation) -> View:
    """A picture as the training pictures were read."""
    file = source if isinstance(source, Path | bytes) else _png(source)
    pixels = read.pixels(file)
    shown = data.scaled(np.moveaxis(pixels, 0, 2) if len(pixels) == 3 else pixels[0])
    rows, columns = picture_size(file)
    part = min(rows / read.height, columns / read.width)  # of the picture's pixels, to one of the network's
    left, top = (columns - part * read.width) / 2, (rows - part * read.height) / 2
    box = (round(left), round(top), round(columns - left), round(rows - top))
    return View(str(_named(source)), _named(source).stem, scaled(shown, how), shown, box)


def _png(pixels: Array) -> bytes:
    """Pixels as a file, without loss."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _named(source: Path | bytes | Array) -> Path:
    return source if isinstance(source, Path) else Path("picture")


def _exact(picture: digits.Picture, about: Subject, how: Preparation) -> tuple[Array, tuple[int, int, int, int]]:
    _, height, width = about.shape
    if (picture.width, picture.height) != (width, height):
        raise ValueError(
            f"{picture.name}: {about.name} takes pictures of {width}×{height} pixels; this one has "
            f"{picture.width}×{picture.height} (--prepare photo resizes and cuts it)"
        )
    return picture.pixels, (0, 0, width, height)


def _cut(picture: digits.Picture, about: Subject, how: Preparation) -> tuple[Array, tuple[int, int, int, int]]:
    """The shorter side is resized, and the centre cut out."""
    _, height, width = about.shape
    h, w = picture.pixels.shape[:2]
    margin = MARGIN if min(height, width) >= SMALL else 1.0
    shorter = round(margin * max(height, width)) if how.resize is None else how.resize
    factor = max(shorter / min(h, w), height / h, width / w)
    size = max(width, round(w * factor)), max(height, round(h * factor))
    large = _resized(picture.pixels, size)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    unit_x, unit_y = picture.width / size[0], picture.height / size[1]
    box = (left * unit_x, top * unit_y, (left + width) * unit_x, (top + height) * unit_y)
    a, b, c, d = (round(side) for side in box)
    return large[top : top + height, left : left + width], (a, b, c, d)


def _resized(pixels: Array, size: tuple[int, int]) -> Array:
    image = Image.fromarray(np.round(255 * pixels).astype(np.uint8))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.float32) / np.float32(255)


def scaled(shown: Array, how: Preparation) -> Array:
    """(H, W) or (H, W, 3) in 0..1 → (C, H, W) as the network takes it."""
    channels = np.moveaxis(np.atleast_3d(shown), 2, 0)
    channels = channels[::-1] if how.bgr else channels
    mean, std = (np.reshape(np.array(n, np.float32), (-1, 1, 1)) for n in (how.mean, how.std))
    return np.ascontiguousarray((channels * np.float32(how.scale) - mean) / std, np.float32)


def in_picture(view: View, row: int, column: int) -> tuple[int, int]:
    """Which pixel (x, y) of the picture lies at the middle of a pixel of the view."""
    left, top, right, bottom = view.box
    H, W = view.shown.shape[:2]
    return int(left + (column + 0.5) / W * (right - left)), int(top + (row + 0.5) / H * (bottom - top))
