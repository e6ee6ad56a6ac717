"""Finished pages, kept in memory for as long as the studio runs; each may do nothing but be looked at.

A report holds pictures and words that came from files. So it is served with a policy that makes it a stranger to the
studio's own page (an opaque origin, no script, nothing loaded), and is framed with `sandbox=""` besides.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict

POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
MOST, MOST_BYTES = 16, 64 * 2**20
"""Reports and bytes that are kept; of more the oldest go."""


class Reports:
    """The pages by their ids. An id is random: nothing is found by counting."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def add(self, html: bytes) -> str:
        """Keep a page; its id. Raises ValueError for one that is larger than all that may be kept."""
        if len(html) > MOST_BYTES:
            raise ValueError(f"the page has {len(html):,} bytes, more than {MOST_BYTES:,}")
        name = secrets.token_urlsafe(16)
        self._kept[name] = html
        while len(self._kept) > MOST or sum(map(len, self._kept.values())) > MOST_BYTES:
            self._kept.popitem(last=False)
        return name

    def get(self, name: str) -> bytes | None:
        """The page, if it is still kept."""
        return self._kept.get(name)
