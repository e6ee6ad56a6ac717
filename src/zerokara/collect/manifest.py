"""images.csv: every picture that was kept, and every one that was not, with the reason.

UTF-8 with a byte order mark, by which spreadsheets know it. A text that a spreadsheet would take for a formula has an
apostrophe in front of it: what pages write into alt texts is not to be computed.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from zerokara.collect.journal import Entry
from zerokara.io.files import reason, write_atomically
from zerokara.paths import safe

NAME = "images.csv"
COLUMNS = (
    "file", "label", "url", "page", "alt_text", "width", "height", "format", "bytes", "sha256", "licence",
    "fetched_at", "reason",
)  # fmt: skip
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
LONGEST = 1_000
_FORMULA = ("=", "+", "-", "@")


class Manifest:
    """The table of a folder: rewritten when a run begins and when it ends, and a row longer with every picture."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def rewrite(self, rows: Iterable[Entry]) -> None:
        """The whole table anew, by which rows that a kill has cut off or lost are whole again."""
        text = MARK + _line(COLUMNS) + "".join(_line(cells(row)) for row in rows)
        write_atomically(self.path, text.encode("utf-8", "replace"))

    def append(self, row: Entry) -> None:
        """One row more, in one piece. ValueError where it cannot be written."""
        try:
            with self.path.open("ab", buffering=0) as file:
                file.write(_line(cells(row)).encode("utf-8", "replace"))
        except OSError as error:
            raise ValueError(f"cannot write {self.path}: {reason(error)}; is another program using it?") from error


def cells(row: Entry) -> list[str]:
    """The cells of an entry."""
    sizes = ["" if value is None else str(value) for value in (row.width, row.height, row.bytes)]
    alt, licence, why = (_harmless(text) for text in (row.alt, row.licence, row.reason))
    return [
        row.file, row.label, _harmless(row.url), row.page, alt, sizes[0], sizes[1], row.format, sizes[2], row.sha256,
        licence, row.fetched_at, why,
    ]  # fmt: skip


def _harmless(text: str) -> str:
    plain = safe(text)
    plain = plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _line(row: Iterable[str]) -> str:
    held = io.StringIO()
    csv.writer(held, lineterminator="\r\n").writerow(row)
    return held.getvalue()
