"""The demo's drawings: read by the shipped reader, and shown to the network that was trained just now."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from zerokara import digits
from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.nn import Module
from zerokara.recipes import Result
from zerokara.views.shrink import shrink

PICTURES = (".png", ".jpg", ".gif", ".bmp", ".webp")
THUMBNAIL = 264


@dataclass(frozen=True, eq=False)
class Guess:
    """What the network of the demo makes of one digit: the picture as it saw it, and its probabilities."""

    view: Array
    probabilities: Array

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawing: its name, a small picture of it, what the reader says, and what the demo's network says to each digit.

    `text` is what stands in the drawing, where its file name says so.
    """

    name: str
    picture: Array
    reading: digits.Reading
    guesses: Sequence[Guess]
    text: str | None


def read_examples(result: Result) -> list[Drawing]:
    """Every example drawing that came with the installation, in the order of their names."""
    with as_file(files("zerokara.digits").joinpath("examples")) as folder:
        if not folder.is_dir():
            return []
        paths = sorted(path for path in folder.iterdir() if path.suffix in PICTURES)
        return [_drawing(path, result) for path in paths]


def _drawing(path: Path, result: Result) -> Drawing:
    reading = digits.read(path)
    shown = digits.open_picture(path).pixels
    guesses = [_guess(result, digit.view) for digit in reading.digits] if reads_digits(result) else []
    return Drawing(path.name, _thumbnail(shown), reading, guesses, _text_of(path))


def reads_digits(result: Result) -> bool:
    """Whether the network was trained on grey pictures of the ten digits, so that it can be asked about drawings."""
    return result.dataset.classes == tuple("0123456789") and result.dataset.train.shape[0] == 1


def _text_of(path: Path) -> str | None:
    """`7-crossed.png` holds a seven, `1984-pencil.png` four digits in a line, `51_76-two-lines.png` two lines."""
    found = re.match(r"(\d+(?:_\d+)*)(?=[-.])", path.name)
    return found.group(1).replace("_", "\n") if found else None


def _guess(result: Result, view: Array) -> Guess:
    seen = shrink(np.asarray(view), result.dataset.train.shape[-1])
    return Guess(seen, _probabilities(result.model, seen))


def _probabilities(model: Module, seen: Array) -> Array:
    model.eval()
    with no_grad():
        scores = model(Tensor(seen[None, None]))
    answer: Array = F.softmax(scores).data[0]
    return answer


def _thumbnail(pixels: Array) -> Array:
    """The drawing with its longer side at most THUMBNAIL pixels, every pixel the mean of those it stands for."""
    every = max(1, -(-max(pixels.shape[:2]) // THUMBNAIL))
    H, W = (size // every * every for size in pixels.shape[:2])
    blocks = pixels[:H, :W].reshape(H // every, every, W // every, every, 3)
    small: Array = np.round(255 * np.clip(blocks.mean(axis=(1, 3)), 0, 1)).astype(np.uint8)
    return small
