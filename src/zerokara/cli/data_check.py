"""`zerokara data check`: a data set's files by its name, or everything that is wrong with a folder of pictures."""

import json as json_format
import re
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from zerokara.cli.console import columns, safe, say
from zerokara.cli.data import AsJson, Folder, check_set
from zerokara.cli.data_text import is_text
from zerokara.cli.errors import FAILED, UsageError
from zerokara.cli.language import current
from zerokara.cli.results import told
from zerokara.data import DATASETS
from zerokara.data.checking import Check, Problem, check, copy_clean
from zerokara.data.checking.copying import LEFT_OUT, Reasons
from zerokara.data.folder import PREFIX

Checked = Annotated[str, Parameter(help="A folder of pictures, or a name from `zerokara data list`.")]


def check_data(
    folder: Checked,
    *,
    report: Annotated[Path | None, Parameter(help="Write a report with a contact sheet to this HTML file.")] = None,
    fix: Annotated[Path | None, Parameter(help="Write a clean copy to this new folder.")] = None,
    near: Annotated[
        int | None,
        Parameter(help="Bits of 64 by which near duplicates differ at most (6); 0 does not look for them."),
    ] = None,
    least: Annotated[
        int | None,
        Parameter(
            help="Shortest side, in pixels, that is not tiny; else 8, or an eighth of the median if that is more."
        ),
    ] = None,
    data_dir: Folder = None,
    json: AsJson = False,
) -> int:
    """Find what is wrong with a folder of pictures; of a known data set, read its files completely."""
    if folder in DATASETS or is_text(folder) or not _is_folder(folder):
        if report or fix or near is not None or least is not None:
            raise UsageError("--report, --fix, --near and --least are for a folder of pictures")
        check_set(folder, data_dir=data_dir, json=json)
        return 0
    if least is not None and least < 0:
        raise UsageError(f"--least is a number of pixels, 0 or more; got {least}")
    from zerokara.data.checking.check import NEAR

    found = check(_path(folder), near=NEAR if near is None else near, least=least, told=_progress())
    if report is not None:
        from zerokara.views.data_report import data_page

        data_page(found, current()).write(report)
    reasons = None if fix is None else copy_clean(found, fix)
    if json:
        say(json_format.dumps(facts(found, reasons)))
    else:
        _show(found)
        if report is not None:
            say(told("report", path=safe(str(report))))
        if fix is not None and reasons is not None:
            _show_copy(found, fix, reasons)
    return 0 if found.is_clean else FAILED


def _is_folder(name: str) -> bool:
    """Whether a folder is meant: by its prefix, because it is there, or because no data set could be called so."""
    return name.startswith(PREFIX) or Path(name).expanduser().is_dir() or any(mark in name for mark in "/\\.~")


def _path(name: str) -> Path:
    """The folder that is meant; a size at the end, as `train --data` takes it, does not matter here."""
    if not name.startswith(PREFIX):
        return Path(name).expanduser()
    return Path(re.sub(r"@\d+x\d+$", "", name.removeprefix(PREFIX))).expanduser()


class _progress:  # noqa: N801 (a function with a memory)
    """Says on a terminal how many pictures are done."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, done: int, count: int) -> None:
        if not self._shown or (done % 20 and done != count):
            return
        from zerokara.views.data_report import said

        line = said(current(), "checked", done=f"{done:,}", count=f"{count:,}")
        print(f"\r{line}\033[K" if done < count else "\r\033[K", end="", file=sys.stderr, flush=True)


def _show(found: Check) -> None:
    from zerokara.views.data_report import amount, class_rows, example, megabytes, said
    from zerokara.views.data_texts import KINDS

    lang = current()
    pictures = said(lang, "n-pictures", count=f"{len(found.pictures):,}")
    classes = said(lang, "n-classes", count=sum(bool(name) for name in found.classes))
    folder, size = safe(str(found.root)), megabytes(found.bytes)
    say(said(lang, "summary", folder=folder, pictures=pictures, classes=classes, size=size))
    say()
    heads, rows = class_rows(found, lang)
    cells = [[f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows]
    for line in columns([heads, *cells], right=set(range(1, len(heads)))):
        say(line)
    say()
    if not found.problems:
        say(said(lang, "no-problems"))
        return
    for line in columns([[KINDS[one.kind][0](lang), amount(one, lang), example(one)] for one in found.problems]):
        say(line)


def _show_copy(found: Check, fix: Path, reasons: Reasons) -> None:
    from zerokara.views.data_report import said

    kept, table = len(found.pictures) - len(reasons), safe(str(fix / LEFT_OUT))
    say(said(current(), "copied", path=safe(str(fix)), kept=f"{kept:,}", left=f"{len(reasons):,}", table=table))


def facts(found: Check, reasons: Reasons | None) -> dict[str, object]:
    """Everything as JSON: names are paths in the folder."""
    return {
        "folder": str(found.root),
        "clean": found.is_clean,
        "bytes": found.bytes,
        "least": found.least,
        "classes": [name for name in found.classes if name],
        "counts": {part: {name: found.counts.get((part, name), 0) for name in found.classes} for part in found.parts},
        "problems": [_problem(problem) for problem in found.problems],
        "pictures": [
            {
                "file": one.name,
                "part": one.part,
                "class": one.label,
                "bytes": one.bytes,
                "format": one.format,
                "width": one.width,
                "height": one.height,
                "colours": one.colours,
                "brightness": round(one.brightness, 4),
                "pixels": one.pixels,
                "fault": one.fault,
                "reason": one.reason,
            }
            for one in found.pictures
        ],
        "left_out": None
        if reasons is None
        else [{"file": name, "reason": why, "kept": kept} for name, (why, kept) in reasons.items()],
    }


def _problem(problem: Problem) -> dict[str, object]:
    groups = [[picture.name for picture in group.pictures] for group in problem.groups]
    names = [picture.name for picture in problem.pictures] or list(problem.names)
    return {"kind": problem.kind, "note": problem.is_note, **({"groups": groups} if groups else {"names": names})}
