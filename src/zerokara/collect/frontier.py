"""Which request comes next: Scrapy's scheduler, with the journal behind it, and one request at a time for a host."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler

from zerokara.collect.manners import collector

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

HELD = "zerokara_held"
"""The host that a request keeps to itself."""


class Frontier(BaseScheduler):
    """Takes entries from the journal; only redirects and repeated requests are kept in memory.

    They are no loss when the process is killed: their entries still wait in the journal.
    """

    def __init__(self, crawler: "Crawler") -> None:
        self._spider = collector(crawler)
        self._spider.release = self._release
        self._again: list[Request] = []
        self._busy: set[str] = set()
        self._running: set[int] = set()

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> "Frontier":
        """Made by Scrapy."""
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        """Whether anything is left to ask for, now or when a host is free again."""
        return bool(self._again) or self._spider.work.next(frozenset(), self._running) is not None

    def enqueue_request(self, request: Request) -> bool:
        """A redirect, or a request that is made again: it gives its host up, and waits for the one it needs."""
        self._busy.discard(request.meta.pop(HELD, ""))
        self._again.append(request)
        return True

    def next_request(self) -> Request | None:
        """The next request to a host that is free."""
        for number, request in enumerate(self._again):
            if _host(request) not in self._busy:
                return self._held(self._again.pop(number))
        entry = self._spider.work.next(frozenset(self._busy), self._running)
        if entry is None:
            return None
        self._running.add(entry.id)
        return self._held(self._spider.request(entry))

    def _held(self, request: Request) -> Request:
        request.meta[HELD] = _host(request)
        self._busy.add(_host(request))
        return request

    def _release(self, request: Request, number: int) -> None:
        self._busy.discard(request.meta.get(HELD, ""))
        self._running.discard(number)


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or ""
