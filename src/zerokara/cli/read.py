"""`zerokara read`."""

import json as json_format
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from zerokara import digits
from zerokara.cli import reading as shown
from zerokara.cli.console import STDIN, is_terminal, safe, say
from zerokara.cli.errors import FAILED, UsageError, say_error
from zerokara.cli.errors import explain as in_words
from zerokara.cli.results import told, words
from zerokara.data.listing import is_picture
from zerokara.io import write_atomically
from zerokara.io.files import make_folder
from zerokara.report.png import as_pixels, png
from zerokara.views.strokes import Refused, Strokes, likely, stem_of, strokes
from zerokara.views.weights import all_finite

STROKES = Path("zerokara-explain")


def read(
    *files: Path,
    json: bool = False,
    save_view: Path | None = None,
    model: Path | None = None,
    explain: bool = False,
    digits_only: bool = False,
) -> int:
    """Read digits in pictures, and the signs that stand beside them: 3.14, 2026/11/28, -7, 12+3=15, ¥1,980.

    Parameters
    ----------
    files
        Pictures: PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF, HEIC; every page of each. A folder stands for the pictures in
        it, - for one on standard input.
    json
        Print one JSON object a line, one for each picture that could be read.
    save_view
        Write the 28×28 pictures that the network sees into this folder.
    model
        Weights of a reader of your own, instead of the one that came with the installation.
    explain
        Say which strokes decided each digit, and draw them (NAME.strokes.png) beside the views, or in zerokara-explain;
        and what was taken for paper (NAME.paper.png, in red: lines, boxes, rules), if anything was; and why a mark was
        refused.
    digits_only
        Read every mark as the digit that it resembles most, and leave out signs that are too small for one.
    """
    if not files:
        raise UsageError("read needs at least one picture: zerokara read seven.png")
    folder = None if save_view is None else make_folder(save_view)
    drawn = make_folder(save_view or STROKES) if explain else None
    show = _show(json)
    reader = _reader(model)
    taken: set[str] = set()
    code = 0
    for file, why_not in _spread(files):
        try:
            if why_not:
                raise ValueError(why_not)
            for found in _readings(file, reader, digits_only):
                why = None if drawn is None else strokes(found, reader, drawn, taken)
                show(found, why)
                if drawn is not None:
                    _save_paper(file, found, drawn, taken)
                if folder is not None:
                    _save_views(found, folder, taken)
        except (ValueError, OSError, MemoryError) as error:
            sys.stdout.flush()
            say_error(in_words(error)[0])
            code = FAILED
    return code


def _spread(files: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """The files, and in the place of a folder the pictures directly in it, by name; or why there is nothing to read."""
    for file in files:
        if not file.is_dir():
            yield file, ""
            continue
        inside = sorted(path for path in file.iterdir() if path.is_file() and is_picture(path))
        yield from ((path, "") for path in inside)
        if not inside:
            yield file, f"{file} holds no pictures; those in folders within it are read by naming the folders"


def _readings(file: Path, reader: digits.Reader, only: bool) -> Iterator[digits.Reading]:
    """What stands on every page of a file."""
    if str(file) != STDIN:
        yield from digits.read_pages(file, reader, digits_only=only)
        return
    try:
        for found in digits.read_pages(sys.stdin.buffer.read(), reader, digits_only=only):
            yield replace(found, file="-")
    except digits.ReadError as error:
        raise digits.ReadError(f"standard input: {str(error).removeprefix('bytes: ')}") from error


def _reader(model: Path | None) -> digits.Reader:
    reader = digits.load_reader(model)
    for network in reader.networks:
        all_finite(model or "the shipped reader", network.state_dict())
    return reader


def _show(json: bool) -> Callable[[digits.Reading, Sequence[Strokes | Refused] | None], None]:
    if json:
        return _print_json
    show = shown.picture if is_terminal() else shown.plain

    def both(found: digits.Reading, why: Sequence[Strokes | Refused] | None) -> None:
        show(found)
        for one in why or ():
            say(f"  {_sentence(one)}")

    return both


def _print_json(found: digits.Reading, why: Sequence[Strokes | Refused] | None) -> None:
    told = found.to_dict()
    for digit, one in zip(told["digits"], why or (), strict=False):
        digit["explanation"] = one.to_dict()
    print(json_format.dumps(told, ensure_ascii=False), flush=True)


def _save_views(found: digits.Reading, folder: Path, taken: set[str]) -> None:
    """`NAME.view.png`, `NAME.view-2.png` … for the digits of a picture; a name is used once in a run of the command."""
    stem = stem_of(found)
    for digit in found.digits:
        name = _free_name(stem, "view", taken)
        taken.add(name)
        write_atomically(folder / name, png(as_pixels(digit.view)))


def _save_paper(file: Path, found: digits.Reading, folder: Path, taken: set[str]) -> None:
    """`NAME.paper.png`: what was taken for the paper's own, if anything was. (Standard input is gone by now.)"""
    if str(file) == STDIN:
        return
    from zerokara.digits.taken import shown_paper  # here: plain reading does without

    pages = islice(digits.open_pages(file), max(0, found.page - 1), None)
    picture = shown_paper(next(pages).pixels)
    if picture is not None:
        name = _free_name(stem_of(found), "paper", taken)
        taken.add(name)
        write_atomically(folder / name, png((255 * picture).round().astype("uint8")))


def _free_name(stem: str, kind: str, taken: set[str]) -> str:
    number = 1
    while (name := f"{stem}.{kind}.png" if number == 1 else f"{stem}.{kind}-{number}.png") in taken:
        number += 1
    return name


def _sentence(one: Strokes | Refused) -> str:
    """What decided a mark: the strokes of a digit, with their picture's place; or why it is no digit."""
    if isinstance(one, Strokes):
        return f"{one.digit}: {words(one.decided.sentence)}; {safe(str(one.picture))}"
    others = likely(one.digit)
    if one.digit.why:
        return f"{one.digit.symbol}: {told('refused', why=words(one.digit.why), likely=others)}"
    return f"{one.digit.symbol}: {told('sign', likely=others)}"
