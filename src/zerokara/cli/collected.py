"""What `zerokara collect` shows: progress while it works, its result, and what it would do."""

import json as json_format
import os
import shutil
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from zerokara.cli.console import columns, room, safe
from zerokara.cli.numbers import amount
from zerokara.cli.results import told, words
from zerokara.report import duration

if TYPE_CHECKING:
    from zerokara.collect.crawl import Outcome
    from zerokara.collect.journal import Counts
    from zerokara.collect.plan import Plan
    from zerokara.collect.work import Event

OFTEN = 0.1
"""Seconds between two drawings of the line on a terminal."""

SHOWN = 3
"""Addresses, and hosts, that are named of many."""


class Plain:
    """A line on standard error for each page and picture."""

    def __enter__(self) -> "Plain":
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def tell(self, event: "Event") -> None:
        """Something happened."""
        entry = event.entry
        why = words(safe(event.note or entry.reason))
        said = told(f"collect-{event.kind}", url=safe(entry.url), file=safe(entry.file), host=safe(entry.host), why=why)
        print(said, file=sys.stderr, flush=True)

    def end(self) -> None:
        """The crawl is over."""


class Lines(Plain):
    """A JSON object on standard output for each page and picture."""

    def tell(self, event: "Event") -> None:
        """Something happened."""
        entry = event.entry
        told: dict[str, object] = {"event": event.kind, "url": entry.url, "label": entry.label, "page": entry.page}
        if event.kind == "kept":
            told |= {"file": entry.file, "width": entry.width, "height": entry.height, "format": entry.format}
        if event.kind in ("refused", "wait"):
            told["reason"] = event.note or entry.reason
        print(json_format.dumps({**told, **counted(event.counts)}, ensure_ascii=False), flush=True)


class Live(Plain):
    """One line on a terminal, drawn anew."""

    def __init__(self) -> None:
        self._drawn = 0.0

    def tell(self, event: "Event") -> None:
        """Something happened."""
        if event.kind == "wait":  # stays on the screen
            self._draw("")
            super().tell(event)
        elif time.monotonic() - self._drawn >= OFTEN:
            self._drawn = time.monotonic()
            counts = event.counts
            line = told(
                "collect-live",
                pages=f"{counts.pages:,}",
                kept=f"{counts.kept:,}",
                refused=f"{counts.refused:,}",
                size=amount(counts.bytes),
                host=safe(event.entry.host),
            )
            while room(line) >= shutil.get_terminal_size().columns:
                line = line[:-1]
            self._draw(line)

    def end(self) -> None:
        """The crawl is over."""
        self._draw("")

    def _draw(self, line: str) -> None:
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def progress() -> Plain:
    """A line that changes on a terminal, lines elsewhere."""
    return Live() if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else Plain()


def counted(counts: "Counts") -> dict[str, int]:
    """The counts, for JSON."""
    return {"pages": counts.pages, "kept": counts.kept, "refused": counts.refused, "bytes": counts.bytes}


def results(outcome: "Outcome", json: bool) -> Iterator[str]:
    """The lines that tell how a crawl ended, and what to do for more."""
    counts = outcome.counts
    if json:
        told_all = {"event": "end", **counted(counts), "table": str(outcome.table), "used_up": outcome.used_up}
        stopped = outcome.stopped is not None
        yield json_format.dumps({**told_all, "elsewhere": outcome.elsewhere, "stopped": stopped}, ensure_ascii=False)
        return
    yield told(
        "collect-end",
        kept=counts.kept,
        refused=f"{counts.refused:,}",
        pages=counts.pages,
        size=amount(counts.bytes),
    )
    for host, count in list(outcome.elsewhere.items())[:SHOWN]:
        yield told("collect-elsewhere", count=count, host=safe(host))
    if outcome.used_up:
        yield words(outcome.used_up)
    yield told("collect-table", path=safe(str(outcome.table)))


def foretell(plan: "Plan", json: bool) -> Iterator[str]:
    """The lines that tell what would be asked for."""
    hosts = _by_host(plan)
    longest = max((len(urls) for urls in hosts.values()), default=0)
    least = (longest + 1) * plan.delay if longest else 0.0
    if json:
        yield json_format.dumps(
            {
                "event": "dry-run",
                "agent": plan.agent,
                "asked": {host: [f"{host}/robots.txt", *urls] for host, urls in hosts.items()},
                "allowed": list(plan.sites),
                "depth": plan.depth,
                "pages": plan.page_budget,
                "images": plan.image_budget,
                "bytes": plan.byte_budget,
                "delay": plan.delay,
                "least_seconds": least,
            },
            ensure_ascii=False,
        )
        return
    if not hosts:
        yield told("collect-nothing")
        return
    yield told("collect-would")
    rows = [[host, "/robots.txt", told("collect-first")] for host in hosts]
    for number, urls in enumerate(hosts.values()):
        named = [safe(url.removeprefix(rows[number][0])) for url in urls[:SHOWN]]
        more = told("collect-more", count=f"{len(urls) - SHOWN:,}") if len(urls) > SHOWN else ""
        rows[number][2] = " ".join([*named, more]).strip()
    yield from columns(rows)
    images = told("collect-all") if plan.image_budget is None else f"{plan.image_budget:,}"
    limits = {"depth": plan.depth, "images": images, "size": amount(plan.byte_budget)}
    yield told("collect-limits", pages=f"{plan.page_budget:,}", **limits)
    yield told("collect-pace", delay=f"{plan.delay:g}", least=duration(least))
    yield told("collect-agent", agent=plan.agent)


def _by_host(plan: "Plan") -> dict[str, list[str]]:
    """The addresses that would be asked for, by scheme and host: those that wait, or those that are given."""
    from zerokara.collect.journal import Journal
    from zerokara.collect.work import given

    waiting: Any = Journal.peek(plan.folder, plan.key)
    if waiting is None:
        waiting = [one.url for one in given(plan) if not one.reason]
    hosts: dict[str, list[str]] = {}
    for url in waiting:
        parts = urlsplit(url)
        hosts.setdefault(f"{parts.scheme}://{parts.netloc}", []).append(url)
    return hosts
