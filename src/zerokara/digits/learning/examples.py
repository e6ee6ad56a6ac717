"""The pictures that the network of symbols learns from: digits, signs, and what is none of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import ImageFont

from zerokara.arrays import Array, generator
from zerokara.data import Split
from zerokara.data.handwriting import STYLES
from zerokara.digits.learning import displays, drawing
from zerokara.digits.learning.strokes import LETTERS, SIGNS
from zerokara.digits.symbols import DIGITS, NONE, SYMBOLS
from zerokara.digits.symbols import SIGNS as NAMES

CODES = {symbol: number for number, symbol in enumerate(SYMBOLS)}
DOTS = (0.10, 0.24)  # a dot is often made with more pressure than a stroke
LIKE_DIGITS = "OoDIlbqQU"
"""Letters whose printed form some fonts make as others make a digit: few, so that no zero is taken for a letter."""
PRINTED_LETTERS = list("ABEFGHJKLMNPRSTVWYZadefghijkmnprtuvwySZ&#@*?!") + list(
    "ΓΔΘΛΞΠΣΦΨΩαβγδεηθλμξπφψωБГДЖЗИЙЛПФЦЧШЩЫЭЮЯ"
)
PRINTED_LETTERS += list(
    "あいうえおかきさしすせたちつてとなにぬねのはひふほまみむめもやよらりるれわをんアイウエカキクケサスセタツテナヌネホマミムメヤユラルレワヲ年月日円万木水火土金人大中小"
)
OTHER_FORMS = {"×": "×✕", "-": "-−–", "¥": "¥", ".": ".", ":": ":", "°": "°"}

Parts = dict[str, int]
PARTS: Parts = {
    "mnist": 28_000, "written digits": 6_000, "printed digits": 10_000, "displays": 4_000,
    "signs": 20_000, "printed signs": 7_500,
    "letters": 10_000, "printed letters": 11_000, "printed letters like digits": 1_000, "letters of displays": 2_500,
    "doodles": 4_000, "textures": 8_000, "touching": 2_500, "boxed": 2_000,
}  # fmt: skip
"""How many pictures of each kind."""

Fonts = Sequence[tuple[Path, int]]
"""Files of fonts, and which font of the file."""


def find_fonts(folders: Sequence[Path]) -> Fonts:
    """Every font in some folders and the folders within, by name."""
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in (".ttf", ".otf", ".ttc"))
    return [(path, 0) for path in paths]


def examples(mnist: Split, fonts: Fonts = (), seed: int = 0, share: float = 1.0) -> Split:
    """Pictures (N, 1, 28, 28) in bytes with their symbols' numbers, in random order.

    `mnist` gives digits that people wrote; `share` of PARTS are made. Without fonts printed kinds are left out.
    """
    rng = generator(seed, "symbols")
    images: list[Array] = []
    labels: list[int] = []
    for part, count in PARTS.items():
        for symbol, picture in _MAKERS[part](round(share * count), rng, mnist, fonts):
            images.append(picture)
            labels.append(CODES[symbol])
    order = rng.permutation(len(labels))
    return Split(np.stack(images)[order][:, None], np.array(labels, np.int64)[order])


Made = Iterator[tuple[str, Array]]


def _mnist(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
    for i in rng.permutation(len(mnist.labels))[:count]:
        yield str(int(mnist.labels[i])), np.asarray(mnist.images[i, 0])


def _written_digits(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
    for i in range(count):
        yield str(i % 10), drawing.view(drawing.written(STYLES[i % 10], rng))


def _displays(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
    for i in range(count):
        yield str(i % 10), drawing.view(displays.digit(i % 10, rng))


def _signs(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
    for i in range(count):
        sign = NAMES[i % len(NAMES)]
        yield sign, drawing.view(drawing.written(SIGNS[sign], rng, DOTS if sign in ".,:" else drawing.PENS))


def _letters(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
    names = list(LETTERS)
    for i in range(count):
        yield NONE, drawing.view(drawing.written(LETTERS[names[i % len(names)]], rng))


def _print(texts: Sequence[str], symbols: Sequence[str]) -> Callable[[int, np.random.Generator, Split, Fonts], Made]:
    """Characters of fonts: each text in turn, as the symbol beside it."""

    def make(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
        having = [_families([font for font in fonts if has(*font, text)]) for text in texts]
        for i in range(count if fonts else 0):
            which = i % len(texts)
            if not having[which]:
                continue
            family = having[which][int(rng.integers(len(having[which])))]
            font, index = family[int(rng.integers(len(family)))]
            ink = drawing.printed(texts[which], font, rng, index)
            if ink is not None:
                yield symbols[which], drawing.view(ink)

    return make


def _families(fonts: Fonts) -> list[list[tuple[Path, int]]]:
    """Fonts by the folder that they are in: a family of seventy fonts is shown as often as one of two."""
    folders: dict[Path, list[tuple[Path, int]]] = {}
    for path, index in fonts:
        folders.setdefault(path.parent, []).append((path, index))
    return list(folders.values())


_known: dict[tuple[Path, int], tuple[bytes, ImageFont.FreeTypeFont]] = {}


def has(font: Path, index: int, text: str) -> bool:
    """Whether a font has a picture of its own for a character: one that differs from that of an unassigned one."""
    if (font, index) not in _known:
        opened = ImageFont.truetype(str(font), 24, index=index)
        _known[font, index] = (bytes(opened.getmask("\uffff")), opened)
    missing, opened = _known[font, index]
    return bytes(opened.getmask(text)) != missing


def _of(make: Callable[[np.random.Generator], Array]) -> Callable[[int, np.random.Generator, Split, Fonts], Made]:
    def made(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
        for _ in range(count):
            yield NONE, drawing.view(make(rng))

    return made


def _touching(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
    for _ in range(count):
        a, b = (mnist.images[int(i), 0].astype(np.float32) / 255 for i in rng.integers(len(mnist.labels), size=2))
        yield NONE, drawing.view(drawing.beside(a, b, int(rng.integers(0, 4))))


def _boxed(count: int, rng: np.random.Generator, mnist: Split, fonts: Fonts) -> Made:
    """A digit within a box or a circle that touches it, or struck out."""
    for i in range(count):
        digit = drawing.written(STYLES[int(rng.integers(10))], rng, (0.06, 0.12))
        around = LETTERS["box"] if i % 2 else SIGNS["°"]
        frame = drawing.written(around, rng, (0.03, 0.06))
        yield NONE, drawing.view(_laid_over(frame, digit, rng.uniform(0.55, 0.9)))


def _laid_over(frame: Array, digit: Array, share: float) -> Array:
    """The digit in the middle of the frame, so large that it takes a share of either side."""
    from PIL import Image

    H, W = frame.shape
    scale = share * min(H / digit.shape[0], W / digit.shape[1])
    high, wide = (max(3, round(side * scale)) for side in digit.shape)
    small = np.asarray(Image.fromarray(digit).resize((wide, high), Image.Resampling.BILINEAR))
    both = frame.copy()
    top, left = (H - high) // 2, (W - wide) // 2
    place = both[top : top + high, left : left + wide]
    np.maximum(place, small, out=place)
    return both


_FORMS = [(form, sign) for sign in NAMES for form in OTHER_FORMS.get(sign, sign)]
_MAKERS: dict[str, Callable[[int, np.random.Generator, Split, Fonts], Made]] = {
    "mnist": _mnist,
    "written digits": _written_digits,
    "printed digits": _print(DIGITS, DIGITS),
    "displays": _displays,
    "signs": _signs,
    "printed signs": _print([form for form, _ in _FORMS], [sign for _, sign in _FORMS]),
    "letters": _letters,
    "printed letters": _print(PRINTED_LETTERS, [NONE] * len(PRINTED_LETTERS)),
    "printed letters like digits": _print(LIKE_DIGITS, [NONE] * len(LIKE_DIGITS)),
    "letters of displays": _of(displays.letter),
    "doodles": _of(drawing.doodle),
    "textures": _of(drawing.texture),
    "touching": _touching,
    "boxed": _boxed,
}
