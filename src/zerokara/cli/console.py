"""Writing to the terminal: text that cannot do harm, colour only where it is wanted."""

import io
import os
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from zerokara.paths import safe as safe

if TYPE_CHECKING:
    from rich.console import Console

STDIN = "<standard input>"
"""How a command is told that - was typed, which the parser would take for an option."""


def tolerate_any_text() -> None:
    """Characters that the terminal's encoding lacks are replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def silence() -> None:
    """From now on this process says nothing: another one says it for all."""
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 (until the end)


def is_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def has_blocks() -> bool:
    """Whether standard output can show block characters."""
    return "utf" in (getattr(sys.stdout, "encoding", None) or "").lower()


def terminal() -> "Console":
    """Standard output with colour, or without where NO_COLOR is set. Nothing is taken for markup."""
    from rich.console import Console

    plain = bool(os.environ.get("NO_COLOR"))
    return Console(markup=False, highlight=False, emoji=False, color_system=None if plain else "auto")


def say(line: str = "") -> None:
    """One line on standard output."""
    print(line)


def columns(rows: list[list[str]], right: set[int] | None = None, gap: int = 3) -> list[str]:
    """Rows as lines with aligned columns; those numbered in `right` are aligned to the right."""
    widths = [max(room(row[i]) for row in rows) for i in range(len(rows[0]))]
    aligned = []
    for row in rows:
        blanks = [" " * (width - room(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [b + c if i in (right or set()) else c + b for i, (c, b) in enumerate(zip(row, blanks, strict=True))]
        aligned.append((" " * gap).join(cells).rstrip())
    return aligned


def room(text: str) -> int:
    """How many columns of a terminal a text takes: a Japanese character takes two, an accent on another none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
