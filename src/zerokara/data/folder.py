"""An image folder: one sub-folder a class.

    PATH/train/CLASS/*.png, PATH/test/CLASS/*.png     with its own test part
    PATH/CLASS/*.png                                  a fifth becomes the test part, always the same one

"folder:PATH" wants images of one size; "folder:PATH@32x32" (rows × columns) scales each to fill that size, and cuts
off what juts out at two sides.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zerokara.arrays import Array
from zerokara.data.dataset import DataError, Dataset, Split, stratified

if TYPE_CHECKING:
    from PIL import Image

PREFIX = "folder:"
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"}
_TEST_FRACTION = 0.2


def load_folder(name: str) -> Dataset:
    """The data set "folder:PATH" or "folder:PATH@HxW". Classes are the names of the sub-folders in order.

    Shapes: images (N, 1, H, W) uint8 when every image is grey, else (N, 3, H, W); transparent parts become white.
    Errors: DataError naming the folder or the image that cannot be used.
    """
    root, size = _path_and_size(name)
    train_root = root / "train"
    if train_root.is_dir() and (root / "test").is_dir():
        classes = _classes(train_root)
        listed = _files(train_root, classes), _files(root / "test", classes)
        train, test = (Split(images, labels) for images, labels in _read_parts(listed, size))
        return Dataset(name, train, test, classes, source=f"{root}, parts train and test")
    classes = _classes(root)
    ((images, labels),) = _read_parts((_files(root, classes),), size)
    return _cut(name, Split(images, labels), classes, str(root))


def _cut(name: str, every: Split, classes: tuple[str, ...], source: str) -> Dataset:
    count = round(_TEST_FRACTION * len(every))
    if count == 0:
        raise DataError(f"{source} has {len(every)} images; at least 3 are needed for a training and a test part")
    test = stratified(every.labels, count, seed=0)
    return Dataset(name, every.select(~test), every.select(test), classes, f"{source}, a fifth of it the test part")


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


def _classes(root: Path) -> tuple[str, ...]:
    names = sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    if len(names) < 2:
        raise DataError(
            f"{root} has {len(names)} sub-folders; a sub-folder of images for each of 2 or more classes is expected"
        )
    return tuple(names)


def _files(root: Path, classes: tuple[str, ...]) -> list[tuple[Path, int]]:
    """Every image under root with the number of its class, in the order of the names."""
    unknown = set(_classes(root)) - set(classes)
    if unknown:
        raise DataError(f"{root} has classes that the training part lacks: {', '.join(sorted(unknown))}")
    listed = []
    for label, name in enumerate(classes):
        images = [path for path in sorted((root / name).glob("*")) if _is_image(path)]
        if not images and (root / name).is_dir():
            raise DataError(f"{root / name} holds no images ({', '.join(sorted(SUFFIXES))})")
        listed += [(path, label) for path in images]
    return listed


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def _read_parts(parts: tuple[list[tuple[Path, int]], ...], size: tuple[int, int] | None) -> list[tuple[Array, Array]]:
    """(images, labels) of each part; all have one size and one number of channels."""
    pictures = [[_read(path, size) for path, _ in part] for part in parts]
    paths = [path for part in parts for path, _ in part]
    grey = all(picture.ndim == 2 for part in pictures for picture in part)
    _check_sizes(paths, [picture.shape[:2] for part in pictures for picture in part])
    return [
        (np.stack([_channels(picture, grey) for picture in part]), np.array([label for _, label in listed]))
        for part, listed in zip(pictures, parts, strict=True)
    ]


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
    """One picture → (H, W) uint8 when all of it is grey, else (H, W, 3)."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(path) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _flat(ImageOps.exif_transpose(opened))
            if size is not None:
                picture = ImageOps.fit(picture, size[::-1], Image.Resampling.LANCZOS)
            pixels = np.asarray(picture)
            return pixels[:, :, 0] if np.all(pixels == pixels[:, :, :1]) else pixels
    except Exception as error:  # damaged pictures raise nearly every kind of exception
        raise DataError(f"{path} cannot be read as an image: {error}") from error


def _flat(picture: Image.Image) -> Image.Image:
    """Any mode → "RGB": 16 bits brought to 8, transparent parts laid on white."""
    from PIL import Image

    if picture.mode in ("I", "I;16", "I;16B", "F"):
        levels = np.asarray(picture, dtype=np.float64)
        levels = np.clip(levels / (257 if levels.max() > 255 else 1), 0, 255)
        picture = Image.fromarray(levels.astype(np.uint8))
    if picture.has_transparency_data:
        over = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    return picture.convert("RGB")
