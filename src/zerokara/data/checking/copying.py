"""A clean copy of a folder of pictures. The folder itself is only read."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zerokara.data.checking.found import Check, Group
from zerokara.data.checking.look import Seen
from zerokara.data.dataset import DataError

LEFT_OUT = "left-out.csv"
"""What is not in the copy, and why: file, reason, and the picture that is there instead."""

Reasons = dict[str, tuple[str, str]]


def left_out(check: Check) -> Reasons:
    """Name → (why, the picture that is kept instead), for everything that a clean copy does not have.

    Unreadable, truncated, blank and tiny pictures, and those outside of the classes. Of pictures that show the same,
    those of two classes all (nobody knows which class is right); of those in several parts, all but those in the last,
    the test part; else all but the largest.
    """
    reasons: Reasons = {}
    for kind in ("unreadable", "truncated", "blank", "tiny", "loose"):
        problem = check.problem(kind)
        for picture in problem.pictures if problem else ():
            reasons.setdefault(picture.name, (kind, ""))
    for group in sorted(check.groups, key=lambda g: not g.exact):
        _sort_out(group, check, reasons)
    return reasons


def _sort_out(group: Group, check: Check, reasons: Reasons) -> None:
    kind = "exact-duplicates" if group.exact else "near-duplicates"
    if len(group.labels) > 1:
        for picture in group.pictures:
            reasons.setdefault(picture.name, ("two-classes", ""))
        return
    left = [picture for picture in group.pictures if picture.name not in reasons]
    if len(left) < 2:
        return
    last = max(check.parts.index(picture.part) for picture in left)
    kept = min((picture for picture in left if picture.part == check.parts[last]), key=_rank)
    for picture in left:
        if picture is not kept:
            reasons[picture.name] = ("both-parts" if picture.part != kept.part else kind, kept.name)


def _rank(picture: Seen) -> tuple[int, int, int, str]:
    """The largest first; of equals the one with the shortest name: copies are called "photo (2)"."""
    return -picture.width * picture.height, -picture.bytes, len(picture.name), picture.name


def copy_clean(check: Check, copy: Path) -> Reasons:
    """Copy what is left, byte for byte, into the new folder `copy`, with a list of what is not there and why.

    The copy appears when it is whole, or not at all. Errors: DataError for a `copy` that exists and is not empty, that
    lies in the folder or holds it, and where nothing would be left.
    """
    here, there = check.root.resolve(), copy.resolve()
    if there == here or here in there.parents or there in here.parents:
        raise DataError(f"a clean copy is a folder of its own, neither within {check.root} nor around it; got {copy}")
    if copy.exists() and not (copy.is_dir() and not any(copy.iterdir())):
        raise DataError(f"{copy} is there already; the clean copy goes into a new folder")
    reasons = left_out(check)
    kept = [picture for picture in check.pictures if picture.name not in reasons]
    if not kept:
        raise DataError(f"nothing of {check.root} would be left for a clean copy")
    with _appearing(copy) as draft:
        for picture in kept:
            place = draft / picture.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(picture.path, place)
        (draft / LEFT_OUT).write_bytes(_table(reasons))
    return reasons


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one that takes its place when everything is in it, and is removed if that fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.parent / f".{folder.name}.{os.getpid()}.part"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        if folder.exists():
            folder.rmdir()
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _table(reasons: Reasons) -> bytes:
    """CSV with the mark by which spreadsheets know UTF-8. Names that a spreadsheet would compute are quoted by '."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", "reason", "kept instead"])
    for name, (reason, instead) in sorted(reasons.items()):
        writer.writerow([_plain(name), reason, _plain(instead)])
    return text.getvalue().encode("utf-8-sig", "replace")


def _plain(name: str) -> str:
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name
