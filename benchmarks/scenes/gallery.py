"""Pictures of every kind of scene, as it is and as it was read, for the documentation.

    python -m benchmarks.scenes.gallery --out docs/reader [--seed 3]

Beside each scene stands what the reader took for ink (black), for the paper's own lines (red) and for the sheet's
surroundings (pale blue), and below what it read. The digits are written by formulas, so that no data set is copied.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.scenes import EMPTY, KINDS, Hands, Scene, make
from zerokara import digits
from zerokara.arrays import Array
from zerokara.data.handwriting import handwriting
from zerokara.digits.ink import find_ink
from zerokara.digits.taken import shown_paper

WIDE, ROOM, CAPTION, COLOURS = 300, 8, 24, 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures, KIND.png")
    parser.add_argument("--seed", type=int, default=3, help="which scene of every kind")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    written, total = handwriting(400, seed=7), 0
    hands = Hands(written.images[:, 0].astype(np.float32) / 255, written.labels)
    for kind in (*KINDS, *EMPTY):
        path = options.out / f"{name_of(kind)}.png"
        both(make(kind, options.seed, hands)).quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        total += path.stat().st_size
    print(f"{len(KINDS) + len(EMPTY)} pictures, {total / 1000:.0f} kB")


def name_of(kind: str) -> str:
    """`squared, light` is in `squared-light.png`."""
    return kind.replace(",", "").replace(" ", "-")


def both(scene: Scene) -> Image.Image:
    """A scene, and beside it what was taken for ink and paper; below what was read, and what was written."""
    reading = digits.read(scene.pixels)
    before, after = (_fitted(pixels) for pixels in (scene.pixels, _as_read(scene.pixels)))
    told = f"read: {_in_a_line(reading.text) or reading.message}"
    if scene.rows and reading.text != scene.text:
        told += f"   (written: {_in_a_line(scene.text)})"
    height = max(before.height, after.height)
    sheet = Image.new("RGB", (2 * WIDE + ROOM, height + CAPTION), "white")
    sheet.paste(before, (0, 0))
    sheet.paste(after, (WIDE + ROOM, 0))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((WIDE + ROOM, 0, 2 * WIDE + ROOM - 1, after.height - 1), outline=(200, 200, 200))
    font = ImageFont.load_default(13)
    draw.text((2, height + 4), told, font=font, fill=(20, 20, 20))
    return sheet


def _in_a_line(text: str) -> str:
    rows = text.splitlines()
    return " / ".join(rows[:4]) + (" …" if len(rows) > 4 else "")


def _as_read(pixels: Array) -> Array:
    """What the reader took for ink, paper and surroundings, (h, w, 3) bytes; ink alone where nothing was taken away."""
    light = pixels.astype(np.float32) / 255
    seen = shown_paper(light)
    return np.round(255 * (seen if seen is not None else shown_ink(light))).astype(np.uint8)


def shown_ink(pixels: Array) -> Array:
    """The ink in black on white, (H, W, 3) in 0..1."""
    return np.repeat(1 - find_ink(pixels)[..., None], 3, axis=2)


def _fitted(pixels: Array) -> Image.Image:
    image = Image.fromarray(pixels)
    return image.resize((WIDE, max(1, round(WIDE * image.height / image.width))), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
