"""What commands are given: pictures, folders of pictures, tables; and what speaks for the answer to a row."""

import json as json_format
from collections.abc import Iterable, Iterator
from pathlib import Path

from zerokara.cli.console import safe, say
from zerokara.cli.errors import FAILED, say_error
from zerokara.cli.errors import explain as in_words
from zerokara.cli.results import told
from zerokara.data.listing import is_picture, pictures_under
from zerokara.data.tables import Table
from zerokara.report import significant
from zerokara.views.row_reasons import Reasons, reasons
from zerokara.views.subject import Subject


def pictures_of(inputs: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and the pictures under folders, in the order of their names."""
    for path in inputs:
        if path.is_dir():
            found = pictures_under(path)
            if not found:
                raise ValueError(f"{path} holds no pictures")
            yield from found
        else:
            yield path


def table_file(path: Path) -> Path:
    """The file itself; ValueError for a picture or a folder."""
    if is_picture(path) or path.is_dir():
        raise ValueError(f"{path} is no table; this network learned from the columns of one: name a CSV file")
    return path


def explain_rows(files: Iterable[Path], about: Subject, table: Table, json: bool) -> int:
    """What each column adds to the answer of each row; 1 if a file could not be used, else 0."""
    code = 0
    for file in files:
        try:
            for one in reasons(table_file(file), about, table):
                say(json_format.dumps(one.to_dict(), ensure_ascii=False)) if json else _tell(one)
        except (ValueError, OSError, MemoryError) as error:
            say_error(in_words(error)[0])
            code = FAILED
    return code


def _tell(one: Reasons) -> None:
    comma, colon = told("comma"), told("colon")
    order = sorted(one.adds, key=lambda name: -abs(one.adds[name]))
    parts = comma.join(
        f"{safe(name)} {'+' if one.adds[name] >= 0 else ''}{significant(one.adds[name], 3)}" for name in order
    )
    answer = significant(one.answer, 5) if isinstance(one.answer, float) else safe(one.answer)
    where = told("line-of", file=safe(one.file), line=one.line)
    without = told("without", value=significant(one.without, 3))
    say(f"{where}{colon}{safe(one.target)} {answer}  ({without}{comma}{parts})")
