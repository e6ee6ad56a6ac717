"""A list of pictures in a CSV file: a column url, and a column label unless all have one."""

import csv
from pathlib import Path

from zerokara.arguments import UsageError
from zerokara.collect.plan import Wanted, checked_label

URL, LABEL = "url", "label"


def read_list(path: Path, label: str | None) -> tuple[Wanted, ...]:
    """The lines of a list, each once. UTF-8, with or without a byte order mark; other columns are left alone.

    A file without a header has the URL in its first column and the label in its second one. `label` is for lines
    without one. Raises ValueError (UsageError where a label is missing or impossible) naming file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(reader.line_num, row) for reader in [csv.reader(file)] for row in reader if any(row)]
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a CSV file in UTF-8; save it as CSV UTF-8") from error
    except csv.Error as error:
        raise ValueError(f"{path} is not a CSV file: {error}") from error
    if not rows:
        raise ValueError(f"{path} holds no lines; expected a line url,label and a line for each picture")
    names = [name.strip().lower() for name in rows[0][1]]
    headed = URL in names
    if not headed and not rows[0][1][0].strip().lower().startswith(("http:", "https:")):
        raise ValueError(f"{path} has no column {URL}; expected the first line url,label")
    first, second = (names.index(URL), names.index(LABEL) if LABEL in names else None) if headed else (0, 1)
    found: dict[Wanted, None] = {}
    for number, row in rows[headed:]:
        told = row[second].strip() if second is not None and len(row) > second else ""
        if not told and label is None:
            raise UsageError(f"{path}, line {number}: no label; add a column {LABEL}, or give --label for all")
        url = row[first].strip() if len(row) > first else ""
        try:
            found[Wanted(url, checked_label(told or label or ""))] = None
        except UsageError as error:
            raise UsageError(f"{path}, line {number}: {error}") from error
    if not found:
        raise ValueError(f"{path} holds no lines below its first one; expected a line for each picture")
    return tuple(found)
