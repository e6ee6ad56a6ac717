"""`zerokara read`."""

import json as json_format
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from zerokara import digits
from zerokara.cli import reading as shown
from zerokara.cli.console import STDIN, is_terminal, safe, say
from zerokara.cli.errors import FAILED, UsageError, say_error
from zerokara.cli.errors import explain as in_words
from zerokara.cli.results import told, words
from zerokara.io.files import make_folder
from zerokara.views.reading import checked_reader, keep_paper, keep_views, pictures
from zerokara.views.strokes import Refused, Strokes, likely, strokes

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
        Write the 28×28 pictures that the network sees to this folder.
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
    reader = checked_reader(model)
    taken: set[str] = set()
    code = 0
    for file, why_not in pictures(files):
        try:
            if why_not:
                raise ValueError(why_not)
            for found in _readings(file, reader, digits_only):
                why = None if drawn is None else strokes(found, reader, drawn, taken)
                show(found, why)
                if drawn is not None and str(file) != STDIN:  # standard input is gone by now
                    keep_paper(file, found, drawn, taken)
                if folder is not None:
                    keep_views(found, folder, taken)
        except (ValueError, OSError, MemoryError) as error:
            sys.stdout.flush()
            say_error(in_words(error)[0])
            code = FAILED
    return code


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


def _sentence(one: Strokes | Refused) -> str:
    """What decided a mark: the strokes of a digit, with their picture's place; or why it is no digit."""
    if isinstance(one, Strokes):
        return f"{one.digit}: {words(one.decided.sentence)}; {safe(str(one.picture))}"
    others = likely(one.digit)
    if one.digit.why:
        return f"{one.digit.symbol}: {told('refused', why=words(one.digit.why), likely=others)}"
    return f"{one.digit.symbol}: {told('sign', likely=others)}"
