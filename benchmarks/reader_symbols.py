"""Rows with signs, letters, doodles and textures that no training saw: what the reader makes of what is no digit.

Signs, letters and doodles are drawn by the same formulas as those of the training, with other seeds; digits are
MNIST's test part where its folder is given, else drawn by formulas; printed rows and letters are in the fonts of
folders that are named, which should be others than those of the training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.reader_fonts import is_display, measuring
from zerokara import digits
from zerokara.arrays import Array, generator
from zerokara.data import Split
from zerokara.data.handwriting import STYLES, draw
from zerokara.digits.ink import EDGE
from zerokara.digits.learning import drawing
from zerokara.digits.learning.examples import has
from zerokara.digits.learning.strokes import LETTERS, SIGNS
from zerokara.digits.marks import connected
from zerokara.training.metrics import expected_calibration_error

SEED = 20_261_128
DISPLAYS, EVERY = 555, 4
SURE = 0.9
_SIX = 6
TEMPLATES = (
    "#.##", "##.#", "####/##/##", "-#", "-##", "##+#=##", "#-#=#", "#×#=##", "##÷#=#", "¥#,###", "$#.##", "##:##",
    "(##)", "##%", "##°", "#/#", "+##", "##,###", "-#.#", "(#+#)×#",
)  # fmt: skip
DROP = {".": 0.90, ",": 0.86, "-": 0.47, "+": 0.16, "×": 0.25, "÷": 0.15, "=": 0.36, ":": 0.27, "/": -0.05,
        "(": -0.1, ")": -0.1, "°": -0.02, "$": -0.05}  # fmt: skip
"""How far below the top of the digits a sign's ink begins, in heights of a digit."""
SMALL = {"°": 0.28}
ROUND, LEANS = 1.5, 0.25
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Row:
    """A picture, what stands in it (nothing, if it is neither digit nor sign), and of which kind it is."""

    kind: str
    text: str
    pixels: Array


Placed = list[tuple[Array, float, int]]
"""Ink, how far its top lies below that of the digits in pixels, and columns of paper before it."""
_Make = Callable[[int, np.random.Generator, Split | None, Path | None], tuple[str, Placed] | None]
"""Of number, generator, MNIST and font: what stands in a row, and its ink; None where the font lacks a character."""


def rows(count: int, mnist: Split | None, fonts: Sequence[Path], seed: int = SEED, only: str = "") -> Iterator[Row]:
    """So many pictures of each kind whose name holds `only`; each by its own seed, with or without the others."""
    files = measuring(fonts)
    for kind, make in _MAKERS.items():
        if only not in kind or ("printed" in kind and not files):
            continue
        for i in range(count):
            rng = generator(seed, kind, i)
            font = files[int(rng.integers(len(files)))] if "printed" in kind else None
            row = make(i, rng, mnist, font)
            if row is not None:
                shown = kind if font is None else f"{kind}, {'displays' if is_display(font) else 'type'}"
                yield Row(shown, row[0], _page(row[1]))


def _text(template: str) -> _Make:
    """A row with digits for `#`; `*` stands for the templates in turn, `#` alone for two to five digits."""

    def make(i: int, rng: np.random.Generator, mnist: Split | None, font: Path | None) -> tuple[str, Placed] | None:
        filled = TEMPLATES[i % len(TEMPLATES)] if template == "*" else template * (2 + i % 4)
        text = _filled(filled, rng)
        if font is None:
            return text, _hand_row(text, rng, mnist)
        # a font that lacks a character would draw a box instead
        return (text, _printed_row(text, font, rng)) if all(has(font, 0, symbol) for symbol in text) else None

    return make


def _letters(number: int) -> _Make:
    def make(i: int, rng: np.random.Generator, mnist: Split | None, font: Path | None) -> tuple[str, Placed] | None:
        if font is None:
            names = [name for name in LETTERS if len(name) == 1 and name.isascii()]
            return "", _beside([_written(LETTERS[str(name)], rng, 64) for name in rng.choice(names, number)], rng)
        letters = "".join(rng.choice(list(CAPITALS), number))
        return ("", _printed_row(letters, font, rng)) if all(has(font, 0, letter) for letter in letters) else None

    return make


def _drawn(draw_one: Callable[[np.random.Generator], Array]) -> _Make:
    return lambda i, rng, mnist, font: ("", [(draw_one(rng), 0.0, 0)])


def report(
    count: int,
    mnist: Split | None,
    fonts: Sequence[Path],
    photos: Sequence[Path] = (),
    seed: int = SEED,
    only: str = "",
) -> None:
    """Print what was read, by kind: rows wholly right, signs and digits right; or what was taken for a digit."""
    by_kind: dict[str, list[tuple[Row, digits.Reading]]] = {}
    for row in rows(count, mnist, fonts, seed, only):
        by_kind.setdefault(row.kind, []).append((row, digits.read(row.pixels)))
    for kind in [kind for kind in _MAKERS if "printed" in kind]:
        both = [one for name, read in by_kind.items() if name.startswith(kind) for one in read]
        by_kind |= {kind: both} if both else {}
    for kind, read in sorted(by_kind.items()):
        if read[0][0].text:
            _report_texts(kind, read)
        else:
            print(f"{kind}: {_refusals([reading for _, reading in read])}")
    _report_letters(by_kind)
    _report_calibration([one for kind, read in by_kind.items() if kind in _MAKERS for one in read])
    if photos:
        readings = [digits.read(photo) for photo in photos]
        print(f"photographs: {_refusals(readings)}")
        for reading in readings:
            sure = sum(_sure(digit) for digit in reading.digits)
            print(f"    {Path(reading.file).name}: {reading.text!r}, {sure} of {len(reading.digits)} surely a digit")


def _report_letters(by_kind: dict[str, list[tuple[Row, digits.Reading]]]) -> None:
    """All kinds of letters together."""
    letters = [one for kind, read in by_kind.items() if kind in _MAKERS and "letter" in kind for one in read]
    if letters:
        print(f"all letters: {_refusals([reading for _, reading in letters])}")


def _report_calibration(read: Sequence[tuple[Row, digits.Reading]]) -> None:
    """How far the probability of being a digit at all is from the truth, where every mark was found."""
    marks = [
        (d.digit_probability, bool(row.text) and row.text[i].isdigit())
        for row, reading in read
        for i, d in enumerate(reading.digits)
        if len(reading.digits) == len(row.text) or not row.text
    ]
    if not marks:
        return
    shares = np.array([share for share, _ in marks])
    labels = np.array([is_digit for _, is_digit in marks], np.int64)
    error = expected_calibration_error(np.stack([1 - shares, shares], axis=1), labels)
    print(f"being a digit at all: ECE {error:.4f} over {len(labels):,} marks, {labels.mean():.0%} of them digits")


def each_font(fonts: Sequence[Path], seed: int = SEED) -> None:
    """Print how many of six digits are read in every font, with signs and without; the worst fonts by name."""
    files = measuring(fonts)
    found: dict[bool, dict[Path, int]] = {False: {}, True: {}}
    for i, font in enumerate(files):
        rng = generator(seed, "fonts", i)
        text = "".join(map(str, rng.permutation(10)[:_SIX]))
        page = _page(_printed_row(text, font, rng))
        for only, right in found.items():
            right[font] = _common(text, digits.read(page, digits_only=only).text)
    for only, right in found.items():
        worst = sorted(files, key=right.__getitem__)[:8]
        names = ", ".join(f"{font.name} {right[font]}" for font in worst if right[font] < _SIX)
        share = sum(right.values()) / max(1, _SIX * len(files))
        how = "digits only" if only else "with signs"
        print(f"{how}: {share:.1%} of {_SIX * len(files):,} digits in {len(files)} fonts")
        print(f"    fewest of {_SIX}: {names or 'none wrong'}")


def each_display(fonts: Sequence[Path], seed: int = DISPLAYS) -> None:
    """Print signs and digits read in displays: every EVERY-th pair of a font and a template, or of six digits."""
    counted = np.zeros(6, int)
    for i, font in enumerate(font for font in measuring(fonts) if is_display(font)):
        for k in range(i % EVERY, len(TEMPLATES) + 1, EVERY):
            rng = generator(seed, "d", i, k)
            text = _filled((*TEMPLATES, "#" * _SIX)[k], rng)
            if not all(has(font, 0, symbol) for symbol in text):
                continue
            found = digits.read(_page(_printed_row(text, font, rng))).text
            signs, only = "".join(c for c in text if not c.isdigit()), "".join(c for c in text if c.isdigit())
            counted += (1, found == text, len(signs), _common(signs, found), len(only), _common(only, found))
    rows_, whole, signs_, signs_right, digits_, digits_right = (int(n) for n in counted)
    shares = f"{signs_right} of {signs_} signs, {digits_right} of {digits_} digits"
    print(f"displays: {whole} of {rows_} rows wholly right, {shares}")


def _sure(digit: digits.Digit) -> bool:
    return digit.is_digit and digit.probability > SURE


def _refusals(readings: Sequence[digits.Reading]) -> str:
    marks = [digit for reading in readings for digit in reading.digits]
    sure = sum(map(_sure, marks))
    pictures = sum(any(map(_sure, reading.digits)) for reading in readings)
    as_digit = sum(digit.is_digit for digit in marks)
    return (
        f"of {len(marks):,} marks {as_digit:,} read as a digit, {sure:,} ({sure / max(1, len(marks)):.1%}) surely; "
        f"a sure digit in {pictures} of {len(readings)} pictures"
    )


def _report_texts(kind: str, read: Sequence[tuple[Row, digits.Reading]]) -> None:
    whole = [reading.text == row.text for row, reading in read]
    signs, found = 0, 0
    ours = {"wrong": [f"{row.text}→{r.text}" for row, r in read if r.text != row.text]}
    for row, reading in read:
        signs += sum(not c.isdigit() for c in row.text)
        found += _common("".join(c for c in row.text if not c.isdigit()), reading.text)
    told = f", signs {found / signs:.1%} of {signs}" if signs else ""
    print(f"{kind}: {np.mean(whole):.1%} of {len(whole)} rows wholly right{told}")
    print(f"    wrong: {'  '.join(ours['wrong'][:30])}")


def _common(wanted: str, text: str) -> int:
    """How many of the wanted signs stand in the text in their order (longest common subsequence)."""
    best = np.zeros((len(wanted) + 1, len(text) + 1), int)
    for i, a in enumerate(wanted):
        for j, b in enumerate(text):
            best[i + 1, j + 1] = best[i, j] + 1 if a == b else max(best[i, j + 1], best[i + 1, j])
    return int(best[-1, -1])


def _filled(template: str, rng: np.random.Generator) -> str:
    return "".join(str(rng.integers(10)) if c == "#" else c for c in template)


def _hand_row(text: str, rng: np.random.Generator, mnist: Split | None) -> Placed:
    height = int(rng.integers(36, 72))
    row: Placed = []
    for symbol in text:
        gap = int(height * rng.uniform(0.14, 0.3))
        if symbol.isdigit():
            ink = _digit(int(symbol), height, rng, mnist)
            row.append((ink, height * rng.normal(0, 0.03), gap))
            continue
        ink = _sign(symbol, rng, height * SMALL.get(symbol, 1.0))
        row.append((ink, height * (DROP.get(symbol, 0.0) + rng.normal(0, 0.03)), gap))
    return row


def _sign(symbol: str, rng: np.random.Generator, height: float) -> Array:
    """A sign by formula; drawn again where nobody could tell it from another."""
    while True:
        ink = _written(SIGNS[symbol], rng, height)
        if _legible(symbol, ink):
            return ink


def _legible(symbol: str, ink: Array) -> bool:
    """The two bars of = do not touch, a dot is round, a comma stands, and a slash leans."""
    high, wide = ink.shape
    if symbol == "=":
        return len(connected(ink)) == 2
    if symbol == ".":
        return max(high, wide) <= ROUND * min(high, wide)
    if symbol == ",":
        return high > ROUND * wide
    return symbol != "/" or wide >= LEANS * high


def _digit(digit: int, height: int, rng: np.random.Generator, mnist: Split | None) -> Array:
    if mnist is None:
        return _written(STYLES[digit], rng, height)
    picture = mnist.images[int(rng.choice(np.flatnonzero(mnist.labels == digit))), 0].astype(np.float32) / 255
    cut = _cut(picture)
    scale = height / cut.shape[0]
    size = (max(2, round(cut.shape[1] * scale)), height)
    return np.clip(np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BICUBIC)), 0, 1)


def _written(styles: object, rng: np.random.Generator, height: float) -> Array:
    """Strokes at a given height of a digit, with a pen as wide as MNIST's."""
    strokes = draw(styles, rng, wobble=0.015)  # type: ignore[arg-type]
    pen = max(2.0, min(height, 64) * rng.uniform(0.07, 0.13))
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    wide, high = (int(side) for side in np.ptp(points, axis=0) * height + 2 * pen + 4)
    sheet = Image.new("L", (3 * wide, 3 * high))
    on = ImageDraw.Draw(sheet)
    for stroke in strokes:
        placed = ((stroke - low) * height + pen + 2) * 3
        on.line([tuple(p) for p in placed], fill=255, width=round(3 * pen), joint="curve")
        for x, y in placed:
            on.ellipse((x - 1.5 * pen, y - 1.5 * pen, x + 1.5 * pen, y + 1.5 * pen), fill=255)
    return _cut(np.asarray(sheet.reduce(3), np.float32) / 255)


def _printed_row(text: str, font: Path, rng: np.random.Generator) -> Placed:
    size = int(rng.integers(36, 80))
    sheet = Image.new("L", (size * (len(text) + 2), 2 * size))
    x = float(size // 2)
    face = ImageFont.truetype(str(font), size)
    for symbol in text:  # a little room between the characters, as between most digits in print
        ImageDraw.Draw(sheet).text((x, size // 3), symbol, font=face, fill=255)
        x += face.getlength(symbol) + 0.06 * size
    return [(_cut(np.asarray(sheet, np.float32) / 255), 0.0, 0)]


def _beside(inks: Sequence[Array], rng: np.random.Generator) -> Placed:
    tallest = max(ink.shape[0] for ink in inks)
    return [(ink, float(tallest - ink.shape[0]), int(0.2 * tallest)) for ink in inks]


def _cut(ink: Array) -> Array:
    rows_, columns = np.nonzero((ink > EDGE).any(axis=1))[0], np.nonzero((ink > EDGE).any(axis=0))[0]
    return ink[rows_[0] : rows_[-1] + 1, columns[0] : columns[-1] + 1]


def _page(row: Placed) -> Array:
    """Dark ink on white paper, with a margin."""
    top = min(drop for _, drop, _ in row)
    high = max(ink.shape[0] + int(drop - top) for ink, drop, _ in row)
    wide = sum(ink.shape[1] + gap for ink, _, gap in row)
    ink_of_all = np.zeros((high + 60, wide + 80), np.float32)
    x = 40
    for ink, drop, gap in row:
        x += gap
        y = 30 + int(drop - top)
        place = ink_of_all[y : y + ink.shape[0], x : x + ink.shape[1]]
        np.maximum(place, ink, out=place)
        x += ink.shape[1]
    return np.round(255 * (1 - ink_of_all)).astype(np.uint8)


_MAKERS: dict[str, _Make] = {
    "signs, by hand": _text("*"),
    "signs, printed": _text("*"),
    "digits, by hand": _text("#"),
    "digits, printed": _text("#"),
    "five letters, by hand": _letters(5),
    "five letters, printed": _letters(5),
    "one letter, by hand": _letters(1),
    "one letter, printed": _letters(1),
    "doodle": _drawn(drawing.doodle),
    "texture": _drawn(drawing.texture),
}
