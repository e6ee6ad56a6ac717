"""The fonts that measure the reader: of free licences, and none that its networks learned from.

    mkdir held-out && cd held-out && apt-get download $(python -m benchmarks.reader_fonts)
    for p in *.deb; do dpkg-deb -x $p .; done

Printed are the packages of Debian 12. Which fonts taught, the card of the network of symbols says.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zerokara import digits
from zerokara.digits.learning.examples import find_fonts

HELD_OUT = (
    "fonts-lato", "fonts-open-sans", "fonts-roboto-unhinted", "fonts-roboto-slab", "fonts-liberation",
    "fonts-urw-base35", "fonts-dseg", "fonts-ebgaramond", "fonts-quicksand", "fonts-hack", "fonts-firacode",
    "fonts-cantarell", "fonts-crosextra-carlito", "fonts-crosextra-caladea", "fonts-linuxlibertine",
    "fonts-ecolier-court", "fonts-breip", "fonts-comfortaa", "fonts-junicode", "fonts-freefont-ttf",
    "fonts-mononoki", "fonts-lobster", "fonts-rufscript",
)  # fmt: skip
PICTURES = ("D050000L", "DSEGWeather", "LinBiolinum_K")
"""Fonts that have pictures where others have digits: dingbats, clouds, keys of a keyboard."""


def measuring(folders: Sequence[Path]) -> list[Path]:
    """The fonts of some folders but for PICTURES. ValueError names those that taught the network of symbols."""
    files = [path for path, _ in find_fonts(folders) if path.stem not in PICTURES]
    taught = {family.strip() for family in digits.load_symbols().card["trained_on"].split("fonts:")[-1].split(",")}
    known = sorted({path.name for path in files if path.stem.split("-")[0] in taught})
    if known:
        raise ValueError(f"fonts that taught the network cannot measure it: {', '.join(known[:8])}; leave them out")
    return files


def is_display(font: Path) -> bool:
    """Whether a font of HELD_OUT imitates a display of straight segments (those of SEGGCHAN are parts of a face)."""
    return font.stem.startswith("DSEG") and "SEGGCHAN" not in font.stem


if __name__ == "__main__":
    print(*HELD_OUT)
