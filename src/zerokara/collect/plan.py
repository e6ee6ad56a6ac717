"""What is to be collected, within which limits: checked before anything is asked for."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from zerokara.arguments import UsageError, short
from zerokara.collect.addresses import normal, site
from zerokara.paths import safe
from zerokara.release import __version__

FLOOR = 1.0
"""Seconds between two requests to a host, at least."""

LONGEST_DELAY = 3600.0
MEGABYTE = 1_000_000
BYTES, IMAGES, PAGES, DEPTH = 1000 * MEGABYTE, 1000, 200, 1
LONGEST_LABEL = 100

ROBOT = "zerokara"
"""The name to which robots.txt speaks."""

_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "kb": 1_000, "mb": MEGABYTE, "gb": 1000 * MEGABYTE}


class Wanted(NamedTuple):
    """A line of a list: the address of a picture as it was written, and its label."""

    url: str
    label: str


@dataclass(frozen=True)
class Plan:
    """A crawl: pages with one label, or a list of pictures; `images` None is without limit."""

    folder: Path
    label: str = ""
    pages: tuple[str, ...] = ()
    listed: tuple[Wanted, ...] = ()
    depth: int = DEPTH
    page_budget: int = PAGES
    image_budget: int | None = IMAGES
    byte_budget: int = BYTES
    delay: float = FLOOR
    allow: tuple[str, ...] = ()
    contact: str = ""
    allow_local: bool = False

    @property
    def key(self) -> str:
        """By what the same command is known again: what is collected. Limits may change from one run to the next."""
        if self.listed:
            return json.dumps({"listed": sorted(self.listed)})
        return json.dumps({"label": self.label, "pages": sorted(self.pages)})

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """The hosts that may be asked: those of the pages or the list, and those that were allowed."""
        given = [normal(wanted.url) for wanted in self.listed] or self.pages
        return tuple(sorted({site(url) for url in given if url} | set(self.allow)))

    @property
    def agent(self) -> str:
        """What the command says of itself in every request."""
        about = f"+{self.contact}" if self.contact else "no contact given"
        return f"{ROBOT}/{__version__} (collects pictures for machine learning; {about})"


def checked_pages(pages: Sequence[str]) -> tuple[str, ...]:
    """Addresses of pages in one spelling, each once; UsageError for what is none."""
    found: dict[str, None] = {}
    for text in pages:
        url = normal(text)
        if url is None:
            raise UsageError(
                f"a page is an address such as https://example.org/cats, without a password; got {short(safe(text))}"
            )
        found[url] = None
    return tuple(found)


def checked_label(label: str) -> str:
    """A label that can be the name of a folder, everywhere; UsageError for another."""
    plain = unicodedata.normalize("NFC", label.strip())
    wrong = (
        not plain
        or len(plain.encode("utf-8", "surrogatepass")) > LONGEST_LABEL
        or plain[0] in ".-=+@"
        or plain[-1] == "."
        or any(letter in '/\\:*?"<>|' or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in plain)
        or _WINDOWS.fullmatch(plain)
    )
    if wrong:
        raise UsageError(f"a label is the name of a folder, such as cats or 猫; got {short(safe(label))}")
    return plain


def checked_hosts(hosts: Sequence[str]) -> tuple[str, ...]:
    """Hosts as --allow names them, with or without a port; UsageError for what is none."""
    found = []
    for text in hosts:
        url = normal(f"http://{text}") if re.fullmatch(r"[^/?#@\s]+", text) else None
        if url is None:
            raise UsageError(f"--allow is the name of a host, such as images.example.org; got {short(safe(text))}")
        found.append(site(url))
    return tuple(sorted(set(found)))


def checked_contact(contact: str | None) -> str:
    """A mail address or the address of a page, for the header of each request; UsageError for another text."""
    if contact is None:
        return ""
    if not re.fullmatch(r"(https?://[!-~]+|mailto:[!-~]+@[!-~]+|[!-~]+@[!-~]+)", contact) or len(contact) > 200:
        raise UsageError(f"--contact is a mail address or the address of a page about you; got {short(safe(contact))}")
    return contact


def checked_delay(delay: float) -> float:
    """Seconds between two requests to a host; UsageError for less than `FLOOR` and more than an hour."""
    if not FLOOR <= delay <= LONGEST_DELAY:
        raise UsageError(f"--delay lies between {FLOOR:g} and {LONGEST_DELAY:g}; got {delay:g}")
    return delay


def checked_count(option: str, count: int, least: int = 1) -> int:
    """A limit; UsageError for one below `least`."""
    if count < least:
        raise UsageError(f"{option} is at least {least}; got {count}")
    return count


def checked_bytes(text: str) -> int:
    """`500MB`, `2gb` or a number of bytes; UsageError for another text."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?b?)", text.strip().lower())
    unit = found and (found[2] if not found[2] or found[2].endswith("b") else f"{found[2]}b")
    count = int(float(found[1]) * _UNITS[unit]) if found and unit is not None else 0
    if count < 1:
        raise UsageError(f"--bytes is an amount such as 500MB or 2GB; got {short(safe(text))}")
    return count
