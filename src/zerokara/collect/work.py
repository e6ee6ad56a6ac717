"""A crawl in work: its plan, its journal, its table, and what may still be asked for within the budgets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from zerokara.collect.addresses import host, normal, site
from zerokara.collect.contents import examine
from zerokara.collect.journal import PAGE, PICTURE, Counts, Entry, Journal, New, Open
from zerokara.collect.manifest import Manifest
from zerokara.collect.pages import Link, Page
from zerokara.collect.plan import Plan

DIGITS = 24
"""Of a picture's SHA-256, in its name."""

NO_LEARNING = "noai: it asks not to be learned from"


@dataclass(frozen=True)
class Event:
    """Something happened: kind is "page", "kept", "refused", or "wait" with a note that says why it takes long."""

    kind: str
    entry: Entry
    counts: Counts
    note: str = ""


class Work:
    """What the crawl does with its answers. `tell` hears of each."""

    def __init__(self, plan: Plan, journal: Journal, manifest: Manifest, tell: Callable[[Event], None]) -> None:
        self.plan, self.journal, self.manifest, self._tell = plan, journal, manifest, tell
        journal.begin(plan, given(plan))
        self.counts = journal.counts()
        self.came = 0
        self.full = False
        self.used_up: str | None = None
        self.closed: dict[str, str] = {}
        manifest.rewrite(journal.rows())

    @property
    def bytes_left(self) -> int:
        """Of the budget of bytes."""
        return 0 if self.full else max(0, self.plan.byte_budget - self.counts.bytes - self.came)

    def next(self, busy: frozenset[str], running: set[int]) -> Entry | None:
        """The next entry within the budgets; a picture that runs counts as one that is kept."""
        images = self.plan.image_budget
        if self.bytes_left == 0 or (images is not None and self.counts.kept + len(running) >= images):
            return None
        kinds = (PICTURE, PAGE) if self.counts.pages + len(running) < self.plan.page_budget else (PICTURE,)
        closed = busy | frozenset(self.closed)
        return self.journal.next(Open(kinds, closed, frozenset(running), self.plan.sites, self.plan.depth))

    def read(self, entry: Entry, page: Page) -> None:
        """A page came: keep in mind what it leads to."""
        refused = self.journal.visited(entry, self._found(entry, page), self._taken())
        self.counts.pages += 1
        self._tell(Event("page", entry, self.counts))
        for one in refused:
            self._note(one)

    def refuse(self, entry: Entry, reason: str, *, again: bool = False) -> None:
        """An entry came to nothing."""
        if entry.kind == PAGE:
            self.counts.pages += 1
        self._note(self.journal.refused(replace(entry, fetched_at=now()), reason, self._taken(), again=again))

    def keep(self, entry: Entry, content: bytes) -> None:
        """A picture came: keep it, unless there is one with the same content. Raises NoPictureError."""
        picture = examine(content)
        digest = sha256(content).hexdigest()
        if twin := self.journal.file_of(digest):
            self.refuse(entry, f"the same picture as {twin}")
            return
        kept = replace(
            entry,
            file=f"{entry.label}/{digest[:DIGITS]}{picture.suffix}",
            width=picture.width,
            height=picture.height,
            format=picture.format,
            bytes=len(content),
            sha256=digest,
            fetched_at=now(),
        )
        row = self.journal.kept(kept, content, self._taken())
        self.counts.kept += 1
        self.manifest.append(row)
        self._tell(Event("kept", row, self.counts))

    def wait(self, entry: Entry, note: str) -> None:
        """It takes long until the next request to this host."""
        self._tell(Event("wait", entry, self.counts, note))

    def finish(self) -> None:
        """Nothing more can be asked for: say why what still waits does so, and write the whole table."""
        reasons = list(self._reasons())
        used = self._used_up()
        self.journal.left(reasons, self._taken())
        self.used_up = used if used and any(used in reason for _, reason in reasons) else None
        self.counts = self.journal.counts()
        self.manifest.rewrite(self.journal.rows())

    def elsewhere(self) -> dict[str, int]:
        """Pictures on hosts that are not allowed, by host."""
        found: dict[str, int] = {}
        for entry in self.journal.waiting(PICTURE):
            if entry.site not in self.plan.sites:
                found[entry.site] = found.get(entry.site, 0) + 1
        return dict(sorted(found.items(), key=lambda one: -one[1]))

    def _used_up(self) -> str | None:
        plan = self.plan
        if self.bytes_left == 0:
            return f"the budget of {plan.byte_budget:,} bytes is used up (--bytes)"
        if plan.image_budget is not None and self.counts.kept >= plan.image_budget:
            return f"the budget of {plan.image_budget:,} pictures is used up (--images)"
        if self.counts.pages >= plan.page_budget and not plan.listed:
            return f"the budget of {plan.page_budget:,} pages is used up (--pages)"
        return None

    def _reasons(self) -> Iterator[tuple[int, str]]:
        used = self._used_up()
        for entry in self.journal.waiting(PICTURE):
            if entry.site not in self.plan.sites:
                yield entry.id, f"on another host, {entry.site}: --allow {entry.site}"
            elif why := self.closed.get(entry.host) or used:
                yield entry.id, f"not asked for: {why}"
        near = [
            entry
            for entry in self.journal.waiting(PAGE)
            if entry.depth <= self.plan.depth and entry.site in self.plan.sites
        ]
        if near and (why := used or self.closed.get(near[0].host)):
            others = f"; nor were {len(near) - 1:,} other pages" if len(near) > 1 else ""
            yield near[0].id, f"not asked for: {why}{others}"

    def _note(self, row: Entry) -> None:
        self.counts.refused += 1
        self.manifest.append(row)
        self._tell(Event("refused", row, self.counts))

    def _taken(self) -> int:
        """The bytes that came since the last answer: from now on they are counted in the journal."""
        came, self.came = self.came, 0
        self.counts.bytes += came
        return came

    def _found(self, entry: Entry, page: Page) -> Iterator[New]:
        for picture in page.pictures:
            reason = picture.reason or (NO_LEARNING if page.forbids_learning else "")
            yield new(PICTURE, picture, entry.label, entry.url, entry.depth, reason)
        for link in page.links:
            yield new(PAGE, link, entry.label, entry.url, entry.depth + 1)


def given(plan: Plan) -> Iterator[New]:
    """What the command line names."""
    for url in plan.pages:
        yield new(PAGE, Link(url), plan.label)
    for wanted in plan.listed:
        address = normal(wanted.url)
        reason = "" if address else "no address of http or https"
        yield new(PICTURE, Link(address or wanted.url, reason=reason), wanted.label)


def new(kind: int, link: Link, label: str, page: str = "", depth: int = 0, reason: str = "") -> New:
    """An entry for an address."""
    reason = reason or link.reason
    where, at = ("", "") if link.reason else (host(link.url), site(link.url))
    return New(kind, link.url, label, where, at, depth, page, link.alt, link.licence, reason)


def now() -> str:
    """The time, to the second, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
