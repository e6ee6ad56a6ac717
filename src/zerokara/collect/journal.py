"""What is known, asked for and kept, in a file of SQLite: a process killed at any moment leaves it whole.

An entry is the address of a page or of a picture. It waits until its answer has been dealt with; the answer's result
and whatever it led to are written in one transaction. So what was in flight when a crawl stopped is asked for again,
and nothing else is.

A picture is written beside first, then its entry is written, then the file gets its name: `open` does the last step
for files that a kill has left without it, and removes those that no entry knows.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from zerokara.collect.plan import Plan
from zerokara.io.files import make_folder, rename, write_beside

PICTURE, PAGE = 0, 1
WAITING, KEPT, REFUSED, FAILED, VISITED = "waiting", "kept", "refused", "failed", "visited"
"""FAILED is what may go better another time: the next run asks again. REFUSED is not asked for again."""

HIDDEN, DATABASE, PARTS = ".collect", "journal.sqlite", "parts"

SYNCHRONOUS = "FULL"
"""How sure SQLite makes that what is written outlives a loss of power; a kill it outlives in any case."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, bytes INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, job INTEGER NOT NULL, kind INTEGER NOT NULL, url TEXT NOT NULL, label TEXT NOT NULL,
    host TEXT NOT NULL, site TEXT NOT NULL, depth INTEGER NOT NULL, page TEXT NOT NULL, alt TEXT NOT NULL,
    licence TEXT NOT NULL, state TEXT NOT NULL, done INTEGER, reason TEXT NOT NULL DEFAULT '',
    file TEXT NOT NULL DEFAULT '', width INTEGER, height INTEGER, format TEXT NOT NULL DEFAULT '',
    bytes INTEGER, sha256 TEXT NOT NULL DEFAULT '', fetched_at TEXT NOT NULL DEFAULT '',
    UNIQUE (job, kind, url, label));
CREATE INDEX IF NOT EXISTS next ON entries (job, state, kind, depth, id);
CREATE INDEX IF NOT EXISTS done ON entries (done);
CREATE TABLE IF NOT EXISTS pictures (sha256 TEXT PRIMARY KEY, file TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Entry:
    """The address of a page or a picture, with what is known of it."""

    id: int
    kind: int
    url: str
    label: str
    host: str
    site: str
    depth: int
    page: str
    alt: str
    licence: str
    state: str
    reason: str = ""
    file: str = ""
    width: int | None = None
    height: int | None = None
    format: str = ""
    bytes: int | None = None
    sha256: str = ""
    fetched_at: str = ""


@dataclass(frozen=True)
class New:
    """An address that was found. One that cannot be asked for comes with the reason."""

    kind: int
    url: str
    label: str
    host: str
    site: str
    depth: int = 0
    page: str = ""
    alt: str = ""
    licence: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Open:
    """What may be asked for now: kinds, not at hosts that are busy, nothing that runs, sites that are allowed."""

    kinds: tuple[int, ...]
    busy: frozenset[str]
    running: frozenset[int]
    sites: tuple[str, ...]
    depth: int


@dataclass
class Counts:
    """Of one crawl, earlier runs included: pages read, rows with and without a picture, bytes that came."""

    pages: int = 0
    kept: int = 0
    refused: int = 0
    bytes: int = 0


_COLUMNS: Final = ", ".join(one.name for one in fields(Entry))


class Journal:
    """The journal of a folder. Another process that works in the folder is refused with ValueError."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.job = folder, 0
        self._parts = make_folder(folder / HIDDEN / PARTS)
        self._base = sqlite3.connect(folder / HIDDEN / DATABASE, timeout=0, isolation_level=None)
        try:
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
            self._base.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA.split(";"):
                self._base.execute(statement)
            self._base.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._base.close()
            raise _unusable(folder, error) from error
        self._finish_files()

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether the folder has a journal."""
        return (folder / HIDDEN / DATABASE).is_file()

    @staticmethod
    def peek(folder: Path, key: str) -> list[str] | None:
        """The addresses that the next run of a crawl would begin with; None where there is no such crawl yet."""
        if not Journal.is_in(folder):
            return None
        try:
            with closing(sqlite3.connect(folder / HIDDEN / DATABASE, timeout=0)) as base:
                job = base.execute("SELECT id FROM jobs WHERE key = ?", (key,)).fetchone()
                ask = "SELECT url FROM entries WHERE job = ? AND state IN (?, ?) ORDER BY kind, depth, id"
                return None if job is None else [url for (url,) in base.execute(ask, (*job, WAITING, FAILED))]
        except sqlite3.DatabaseError as error:
            raise _unusable(folder, error) from error

    def begin(self, plan: Plan, given: Iterable[New]) -> None:
        """Go on with the crawl of this plan, or begin it with the given addresses."""
        with self._change() as base:
            base.execute("INSERT OR IGNORE INTO jobs (key) VALUES (?)", (plan.key,))
            self.job = base.execute("SELECT id FROM jobs WHERE key = ?", (plan.key,)).fetchone()[0]
            again = f"UPDATE entries SET state = '{WAITING}', done = NULL, reason = '' WHERE job = ? AND state = ?"
            base.execute(again, (self.job, FAILED))
            base.execute(again, (self.job, WAITING))
            self._add(given)

    def counts(self) -> Counts:
        """How far the crawl has come."""
        ask = "SELECT kind, state, count(*) FROM entries WHERE job = ? GROUP BY kind, state"
        found = {(kind, state): count for kind, state, count in self._base.execute(ask, (self.job,))}
        came = self._base.execute("SELECT bytes FROM jobs WHERE id = ?", (self.job,)).fetchone()[0]
        ask = f"SELECT count(*) FROM entries WHERE job = ? AND done IS NOT NULL AND state != '{KEPT}'"
        lost = self._base.execute(ask, (self.job,)).fetchone()[0]
        pages = sum(found.get((PAGE, state), 0) for state in (VISITED, REFUSED, FAILED))
        kept = found.get((PICTURE, KEPT), 0) + found.get((PAGE, KEPT), 0)
        return Counts(pages, kept, lost, came)

    def next(self, open: Open) -> Entry | None:
        """The next entry that may be asked for: pictures before pages, near pages before far ones."""
        for kind in open.kinds:
            found = self._base.execute(
                f"SELECT {_COLUMNS} FROM entries WHERE job = ? AND state = '{WAITING}' AND kind = ? AND depth <= ? "
                "AND host NOT IN (SELECT value FROM json_each(?)) AND id NOT IN (SELECT value FROM json_each(?)) "
                "AND site IN (SELECT value FROM json_each(?)) ORDER BY depth, id LIMIT 1",
                (self.job, kind, open.depth, *(json.dumps(sorted(x)) for x in (open.busy, open.running, open.sites))),
            ).fetchone()
            if found:
                return Entry(*found)
        return None

    def waiting(self, kind: int) -> list[Entry]:
        """All that was found and not asked for."""
        ask = f"SELECT {_COLUMNS} FROM entries WHERE job = ? AND state = '{WAITING}' AND kind = ? ORDER BY depth, id"
        return [Entry(*found) for found in self._base.execute(ask, (self.job, kind))]

    def visited(self, entry: Entry, found: Iterable[New], came: int) -> list[Entry]:
        """A page was read; what it led to waits from now on, or was refused at once: those are returned."""
        with self._change() as base:
            base.execute("UPDATE entries SET state = ? WHERE id = ?", (VISITED, entry.id))
            return self._add(found, came)

    def refused(self, entry: Entry, reason: str, came: int = 0, *, again: bool = False) -> Entry:
        """An entry came to nothing; the next run asks `again`, or not."""
        state = FAILED if again else REFUSED
        with self._change() as base:
            base.execute(
                "UPDATE entries SET state = ?, reason = ?, done = ?, fetched_at = ? WHERE id = ?",
                (state, reason, self._number(), entry.fetched_at, entry.id),
            )
            self._count(came)
        return self._entry(entry.id)

    def file_of(self, sha256: str) -> str | None:
        """The file with this content, if there is one in the folder."""
        found = self._base.execute("SELECT file FROM pictures WHERE sha256 = ?", (sha256,)).fetchone()
        return found[0] if found else None

    def kept(self, entry: Entry, content: bytes, came: int) -> Entry:
        """A picture is kept under the name `entry.file`, with what the entry says of it."""
        target = self.folder / entry.file
        part = self._parts / target.name
        rename(write_beside(part, content), part)
        with self._change() as base:
            base.execute(
                f"UPDATE entries SET state = '{KEPT}', done = :done, file = :file, width = :width, height = :height, "
                "format = :format, bytes = :bytes, sha256 = :sha256, fetched_at = :fetched_at WHERE id = :id",
                {**asdict(entry), "done": self._number()},
            )
            base.execute("INSERT INTO pictures VALUES (?, ?)", (entry.sha256, entry.file))
            self._count(came)
        _name(part, target)
        return self._entry(entry.id)

    def left(self, reasons: Iterable[tuple[int, str]], came: int = 0) -> None:
        """At the end of a run: why these entries wait. It is forgotten when the crawl goes on."""
        with self._change() as base:
            self._count(came)
            for number, reason in reasons:
                update = "UPDATE entries SET reason = ?, done = ? WHERE id = ?"
                base.execute(update, (reason, self._number(), number))

    def rows(self) -> Iterator[Entry]:
        """Everything that belongs in the table, of every crawl of the folder, in the order in which it came."""
        ask = f"SELECT {_COLUMNS} FROM entries WHERE done IS NOT NULL ORDER BY done"
        return (Entry(*found) for found in self._base.execute(ask))

    def close(self) -> None:
        """Let others work in the folder."""
        self._base.close()

    def _add(self, found: Iterable[New], came: int = 0) -> list[Entry]:
        """New entries; those that cannot be asked for are returned."""
        refused = []
        for new in found:
            done = self._number() if new.reason else None
            made = self._base.execute(
                "INSERT OR IGNORE INTO entries (job, kind, url, label, host, site, depth, page, alt, licence, state, "
                "done, reason) VALUES (:job, :kind, :url, :label, :host, :site, :depth, :page, :alt, :licence, :state, "
                ":done, :reason)",
                {**asdict(new), "job": self.job, "state": REFUSED if new.reason else WAITING, "done": done},
            )
            if new.reason and made.rowcount and made.lastrowid:
                refused.append(self._entry(made.lastrowid))
        self._count(came)
        return refused

    def _entry(self, number: int) -> Entry:
        return Entry(*self._base.execute(f"SELECT {_COLUMNS} FROM entries WHERE id = ?", (number,)).fetchone())

    def _number(self) -> int:
        number: int = self._base.execute("SELECT coalesce(max(done), 0) + 1 FROM entries").fetchone()[0]
        return number

    def _count(self, came: int) -> None:
        self._base.execute("UPDATE jobs SET bytes = bytes + ? WHERE id = ?", (came, self.job))

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is written, or nothing."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield self._base
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def _finish_files(self) -> None:
        """What a kill has left: pictures that are written and known get their names, others are removed."""
        known = {Path(file).name: file for (file,) in self._base.execute("SELECT file FROM pictures")}
        for part in self._parts.iterdir():
            if part.name in known:
                _name(part, self.folder / known[part.name])
            else:
                part.unlink()


def _unusable(folder: Path, error: sqlite3.Error) -> ValueError:
    if "locked" in str(error):
        return ValueError(f"another collect is working in {folder}; wait for it, or choose another --out")
    return ValueError(f"{folder / HIDDEN / DATABASE} is damaged ({error}); choose another --out")


def _name(part: Path, target: Path) -> None:
    """Give a finished picture its name, within the folder of its label."""
    make_folder(target.parent)
    rename(part, target)
