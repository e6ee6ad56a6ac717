"""What is read, and what is kept of it: the pictures of a folder; views and paper as PNGs."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from zerokara import digits
from zerokara.data.listing import is_picture
from zerokara.io import write_atomically
from zerokara.io.png import as_pixels, png
from zerokara.views.strokes import stem_of
from zerokara.views.weights import all_finite


def checked_reader(path: Path | None = None) -> digits.Reader:
    """The shipped reader, or one of your own, whose weights are all finite. Raises ValueError in a sentence."""
    reader = digits.load_reader(path)
    for network in reader.networks:
        all_finite(path or "the shipped reader", network.state_dict())
    return reader


def pictures(files: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """The files, and in the place of a folder the pictures directly in it, by name; or why there is nothing to read."""
    for file in files:
        if not file.is_dir():
            yield file, ""
            continue
        inside = sorted(path for path in file.iterdir() if path.is_file() and is_picture(path))
        yield from ((path, "") for path in inside)
        if not inside:
            yield file, f"{file} holds no pictures; those in folders within it are read by naming the folders"


def keep_views(found: digits.Reading, folder: Path, taken: set[str]) -> list[Path]:
    """Write `NAME.view.png`, `NAME.view-2.png` … for the digits of a picture; `taken` are the names used already."""
    written = []
    for digit in found.digits:
        written.append(folder / _free_name(stem_of(found), "view", taken))
        write_atomically(written[-1], png(as_pixels(digit.view)))
    return written


def keep_paper(file: Path, found: digits.Reading, folder: Path, taken: set[str]) -> Path | None:
    """Write `NAME.paper.png`, what was taken for the paper's own, in red; None if nothing was."""
    from zerokara.digits.taken import shown_paper  # here: plain reading does without

    pages = islice(digits.open_pages(file), max(0, found.page - 1), None)
    picture = shown_paper(next(pages).pixels)
    if picture is None:
        return None
    path = folder / _free_name(stem_of(found), "paper", taken)
    write_atomically(path, png((255 * picture).round().astype("uint8")))
    return path


def _free_name(stem: str, kind: str, taken: set[str]) -> str:
    number = 1
    while (name := f"{stem}.{kind}.png" if number == 1 else f"{stem}.{kind}-{number}.png") in taken:
        number += 1
    taken.add(name)
    return name
