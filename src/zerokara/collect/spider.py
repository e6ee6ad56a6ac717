"""What is done with each answer. The spider knows HTTP; what is kept and noted is decided in `work`."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, StopDownload
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from zerokara.collect import pages
from zerokara.collect.addresses import REFUSED
from zerokara.collect.contents import SUFFIXES, NoPictureError
from zerokara.collect.journal import PICTURE, Entry
from zerokara.collect.manners import RefusedError, local, status
from zerokara.collect.plan import MEGABYTE
from zerokara.collect.work import NO_LEARNING, Work

PICTURE_LIMIT, PAGE_LIMIT = 50 * MEGABYTE, 10 * MEGABYTE
"""Bytes of one file, at most."""

SHORT = 100_000
"""Bytes that may come although they are not wanted."""

ENTRY, UNWANTED = "zerokara_entry", "zerokara_unwanted"
TEMPORARY = frozenset({408, 425, 429})

SILENT = 3
"""So many addresses in a row without an answer, each tried several times: then a host is left alone in this run."""

_UNTYPED = ("application/octet-stream", "binary/octet-stream", "text/plain", "")
"""What servers call files of which they know nothing."""

_WORDS = {
    "CannotResolveHostError": "there is no host of this name",
    "DownloadConnectionRefusedError": "the host refuses connections",
    "DownloadTimeoutError": "no answer in time",
    "DownloadFailedError": "the connection failed",
    "ResponseDataLossError": "the connection broke off in the middle",
}


class Collector(Spider):
    """Scrapy's spider: asks for entries, and hands their answers to `work`."""

    name = "zerokara"

    def __init__(self, work: Work, stop: Callable[[], None], **options: Any) -> None:
        super().__init__(**options)
        self.work, self._stop = work, stop
        self.error: BaseException | None = None
        self.release: Callable[[Request, int], None] = lambda request, number: None
        self._floors: dict[str, float] = {}
        self._silent: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> "Collector":
        """Made by Scrapy."""
        made = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(made.headers_came, signal=signals.headers_received)
        crawler.signals.connect(made.bytes_came, signal=signals.bytes_received)
        return made

    async def start(self) -> AsyncIterator[Any]:
        """Nothing to begin with: all requests come out of the journal."""
        nothing: tuple[Any, ...] = ()
        for one in nothing:
            yield one

    def request(self, entry: Entry) -> Request:
        """The request for an entry."""
        meta = {ENTRY: entry, "download_maxsize": min(_limit(entry), self.work.bytes_left)}
        return Request(entry.url, callback=self.came, errback=self.failed, meta=meta, dont_filter=True)

    def headers_came(self, headers: Any, body_length: int, request: Request) -> None:
        """What a server calls something else than was asked for is not downloaded, unless it is short."""
        entry = request.meta.get(ENTRY)
        request.meta.pop(UNWANTED, None)  # of an earlier answer to the same request
        if entry is None or headers.get("Location"):
            return
        kind = (headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
        known = kind.startswith("image/") or kind in _UNTYPED
        if entry.kind != PICTURE:
            known = known or kind in ("text/html", "application/xhtml+xml")
        if not known:
            request.meta[UNWANTED] = kind
            if not isinstance(body_length, int) or body_length > SHORT:  # else the connection can be used again
                raise StopDownload(fail=False)

    def bytes_came(self, data: bytes) -> None:
        """Everything that comes counts, also what is given up later."""
        self.work.came += len(data)

    def came(self, response: Response) -> None:
        """An answer came."""
        assert response.request is not None
        self._deal(response.request, lambda entry: self._answer(entry, response))

    def failed(self, failure: Failure) -> None:
        """No answer came, or it was refused on the way."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self._deal(request, lambda entry: self._no_answer(entry, request, failure.value or IgnoreRequest()))

    def in_words(self, error: BaseException) -> str:
        """A failure of a connection, in words."""
        said = " ".join(str(error).split())
        if "certificate verify failed" in said:
            return "the certificate of the host cannot be trusted"
        if "service_identity" in said:
            return "the certificate of the host is one for another host"
        if isinstance(error, IgnoreRequest) and "max redirections" in said:
            return "redirects without end"
        return _WORDS.get(type(error).__name__, f"{type(error).__name__}: {said[:200]}")

    def pace(self, request: Request, delay: float) -> None:
        """The host is asked no more often than every `delay` seconds, as its robots.txt wants it.

        To be called before each request: AutoThrottle forgets it, and Scrapy forgets hosts that were not asked lately.
        """
        host = urlsplit(request.url).hostname or ""
        known = self._floors.get(host, self.work.plan.delay)
        if delay > known:
            self.wait(request, f"robots.txt asks for {delay:,.0f} s between two requests")
        self._floors[host] = max(delay, known)
        downloader = self.crawler.engine.downloader
        downloader.per_slot_settings[host] = {"delay": self._floors[host]}
        if host in downloader.slots:
            downloader.slots[host].delay = max(downloader.slots[host].delay, self._floors[host])

    def wait(self, request: Request, note: str) -> None:
        """Tell why the next request takes long."""
        entry = request.meta.get(ENTRY)
        if entry is not None:
            self.work.wait(entry, note)

    def close_host(self, host: str, reason: str) -> None:
        """The host is left alone for the rest of the run."""
        self.work.closed[host] = reason

    def _deal(self, request: Request, with_it: Callable[[Entry], None]) -> None:
        """Deal with an entry; a fault of ours, or of the disk, ends the crawl."""
        entry: Entry = request.meta[ENTRY]
        try:
            with_it(entry)
        except BaseException as error:
            self.error = self.error or error
            self._stop()
        finally:
            self.release(request, entry.id)

    def _answer(self, entry: Entry, response: Response) -> None:
        self._silent[urlsplit(response.url).hostname or ""] = 0
        if response.status != 200:
            again = response.status in TEMPORARY or response.status >= 500
            self.work.refuse(entry, status(response.status), again=again)
        elif UNWANTED in response.meta:
            wanted = "picture" if entry.kind == PICTURE else "page"
            self.work.refuse(entry, f"the server calls it {response.meta[UNWANTED]}, no {wanted}")
        elif entry.kind != PICTURE and isinstance(response, HtmlResponse):
            try:
                self.work.read(entry, pages.look(response))
            except pages.NoPageError as error:
                self.work.refuse(entry, str(error))
        elif pages.forbids_learning(response.headers.getlist("X-Robots-Tag")):
            self.work.refuse(entry, NO_LEARNING)
        else:
            try:
                self.work.keep(entry, response.body)
            except NoPictureError as error:
                kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
                called = f" (the server calls it {kind})" if kind else ""
                self.work.refuse(entry, f"{error}{called}")

    def _no_answer(self, entry: Entry, request: Request, error: BaseException) -> None:
        host = urlsplit(request.url).hostname or ""
        said = str(error)
        if host in REFUSED and not isinstance(error, RefusedError):
            error = local(host, REFUSED[host])
        if isinstance(error, RefusedError):
            self.work.refuse(entry, error.reason, again=error.again)
        elif isinstance(error, DownloadCancelledError) or "during decompression" in said:
            self._too_large(entry, request, "unpacked " if "during decompression" in said else "")
        elif isinstance(error, IgnoreRequest):
            self.work.refuse(entry, self.in_words(error))
        else:
            self.work.refuse(entry, self.in_words(error), again=True)
            self._silent[host] = self._silent.get(host, 0) + 1
            if self._silent[host] >= SILENT:
                self.close_host(host, f"no answer from this host {SILENT} times in a row; the same command asks again")

    def _too_large(self, entry: Entry, request: Request, how: str) -> None:
        """More bytes than a file may have; or more than are left, and then the entry waits for a larger budget."""
        limit = _limit(entry)
        if request.meta["download_maxsize"] < limit:
            self.work.full = True
        else:
            self.work.refuse(entry, f"too large: {how}more than {limit:,} bytes")


def _limit(entry: Entry) -> int:
    """The bytes that an entry may have; a link to what is called like a picture may be as large as one."""
    named = entry.url.partition("?")[0].lower().endswith((*SUFFIXES.values(), ".jpeg", ".tiff"))
    return PICTURE_LIMIT if entry.kind == PICTURE or named else PAGE_LIMIT
