"""Manners: robots.txt, the time between two requests to a host, and what a server asks for when it has had enough.

Scrapy reads robots.txt but does not act on Crawl-delay and Request-rate, lets its AutoThrottle go below them, and
retries without a look at Retry-After. All three stand here. The rules are those of RFC 9309: a robots.txt that is not
there (4xx) forbids nothing; one that cannot be read (5xx, no answer) forbids everything.
"""

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from zerokara.collect.addresses import REFUSED, is_local, literal, site
from zerokara.collect.plan import LONGEST_DELAY, ROBOT

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler

    from zerokara.collect.spider import Collector

LONGEST_WAIT = 600.0
"""Seconds that are waited because a server asks for it; where it asks for more, the next run may come back."""

BACK_OFF = 5.0
"""Seconds of the first wait where a server has had enough and does not say for how long; then twice and four times."""

ROBOTS_LIMIT = 500 * 1024
ROBOTS_LIFE = 24 * 3600.0
ROBOTS = "zerokara_robots"
"""Marks the requests for robots.txt."""

BUSY = frozenset({429, 503})


class RefusedError(IgnoreRequest):
    """A request that is not made, or not answered with what was wanted; `again`: another time it may be."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.again = reason, again


def local(name: str, address: str) -> RefusedError:
    """A host in the local network."""
    what = f"{name} is" if name == address else f"{name} leads to {address},"
    return RefusedError(f"{what} an address of the local network: --allow-local", again=True)


def collector(crawler: "Crawler") -> "Collector":
    """The spider of a crawl."""
    return cast("Collector", crawler.spider)


class _Middleware:
    def __init__(self, crawler: "Crawler") -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Any:
        """Made by Scrapy."""
        return cls(crawler)


class Gate(_Middleware):
    """Only hosts that are allowed are asked: also where a redirect leads to another one."""

    def process_request(self, request: Request) -> None:
        """Refuse a request to a host that is not among the allowed ones, or that is written as a local address."""
        plan = collector(self.crawler).work.plan
        name = urlsplit(request.url).hostname or ""
        address = literal(name)
        if address is not None and not plan.allow_local and is_local(address):
            raise local(name, address)
        if ROBOTS not in request.meta and site(request.url) not in plan.sites:
            where = urlsplit(request.url).netloc
            raise RefusedError(f"redirected to another host, {where}: --allow {where}", again=True)


@dataclass(frozen=True)
class Rules:
    """What robots.txt of a host says to us, and until when that holds."""

    protego: Protego
    delay: float
    until: float


class Robots(_Middleware):
    """Obeys robots.txt, its Crawl-delay and its Request-rate."""

    def __init__(self, crawler: "Crawler") -> None:
        super().__init__(crawler)
        self._rules: dict[str, Rules | RefusedError] = {}

    async def process_request(self, request: Request) -> None:
        """Refuse what robots.txt forbids; before the first request to a host, ask for it."""
        if ROBOTS in request.meta:
            return
        parts = urlsplit(request.url)
        where = f"{parts.scheme}://{parts.netloc}"
        rules = self._rules.get(where)
        if rules is None or (isinstance(rules, Rules) and rules.until < time.monotonic()):
            rules = self._rules[where] = await self._ask(where)
        if isinstance(rules, RefusedError):
            raise RefusedError(rules.reason, again=rules.again)
        if not rules.protego.can_fetch(request.url, ROBOT):
            raise RefusedError("robots.txt forbids it")
        if rules.delay > LONGEST_DELAY:
            raise RefusedError(f"robots.txt asks for {rules.delay:,.0f} s between two requests: too long to wait")
        collector(self.crawler).pace(request, rules.delay)

    async def _ask(self, where: str) -> Rules | RefusedError:
        meta = {ROBOTS: True, "download_maxsize": 2 * ROBOTS_LIMIT}
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(Request(f"{where}/robots.txt", meta=meta))
        except RefusedError as error:
            return RefusedError(f"robots.txt: {error.reason}", again=True)
        except Exception as error:
            name = urlsplit(where).hostname or ""
            if name in REFUSED:
                return local(name, REFUSED[name])
            told = collector(self.crawler).in_words(error)
            return RefusedError(f"robots.txt could not be read ({told}): nothing is asked of this host", again=True)
        if response.status in BUSY or response.status >= 500:
            told = status(response.status)
            return RefusedError(f"robots.txt could not be read ({told}): nothing is asked of this host", again=True)
        text = response.body[:ROBOTS_LIMIT].decode("utf-8-sig", "ignore") if response.status == 200 else ""
        return read_rules(text)


def read_rules(text: str) -> Rules:
    """The rules of a robots.txt, with the longest time between two requests that it asks for.

    `Crawl-delay: 10` and `Request-rate: 1/10` both ask for ten seconds. Raises nothing: what makes no sense is no rule.
    """
    try:
        protego = Protego.parse(text)
        delay, rate = protego.crawl_delay(ROBOT), protego.request_rate(ROBOT)
    except Exception:
        return Rules(Protego.parse("User-agent: *\nDisallow: /"), 0.0, time.monotonic() + ROBOTS_LIFE)
    asked = [float(delay)] if delay is not None else []
    asked += [rate.seconds / rate.requests] if rate is not None else []
    return Rules(protego, max([0.0, *(one for one in asked if one > 0)]), time.monotonic() + ROBOTS_LIFE)


class Throttle(AutoThrottle):
    """Scrapy's AutoThrottle, which slows down with the server, and a time between two requests that is one.

    AutoThrottle goes down to DOWNLOAD_DELAY again; `Robots` puts the delay right before each request. The time between
    two requests counts from the end of an answer: counted from the beginning, as Scrapy does, a connection that takes
    long to be made would bring its request closer to the next one.
    """

    def _response_downloaded(self, response: Response, request: Request, spider: Any) -> None:
        super()._response_downloaded(response, request, spider)
        _, slot = self._get_slot(request, spider)
        if slot is not None:
            slot.lastseen = time.monotonic()


class Once(HTTP11DownloadHandler):
    """Scrapy's way to ask; a request whose connection is closed without an answer is not made again at once.

    Twisted would do so by itself, behind the back of everything that waits.
    """

    def __init__(self, crawler: "Crawler") -> None:
        super().__init__(crawler)
        self._pool.retryAutomatically = False


class Patience(RetryMiddleware):
    """Asks again after what may pass, and then waits: as long as Retry-After says, or longer each time."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """Ask again after 429, 503 and the like. RefusedError where the server wants to be left alone for long."""
        wait = retry_after(response) if response.status in self.retry_http_codes else None
        if wait is not None and wait > LONGEST_WAIT:
            told = f"{status(response.status)}: the server asks to wait for {wait:,.0f} s"
            collector(self.crawler).close_host(urlsplit(request.url).hostname or "", told)
            raise RefusedError(f"{told}; the same command asks again", again=True)
        again = super().process_response(request, response)
        if response.status in self.retry_http_codes:
            usual = BACK_OFF if response.status in BUSY else 0.0
            wait = usual * 2.0 ** request.meta.get("retry_times", 0) if wait is None else wait
            self._pause(request, wait)
            if wait and again is not response:
                told = f"{status(response.status)}: asked again in {wait:,.0f} s"
                collector(self.crawler).wait(request, told)
        return again

    def process_exception(self, request: Request, exception: Exception, spider: Any = None) -> Any:
        """Ask again after a connection that broke off; not for an address that is refused."""
        self._pause(request, 0.0)
        if (urlsplit(request.url).hostname or "") in REFUSED:
            return None
        return super().process_exception(request, exception)

    def _pause(self, request: Request, wait: float) -> None:
        """The next request to this host comes no sooner than after `wait` seconds, and after the usual time."""
        slot = _slot(self.crawler, request)
        if slot is not None:
            slot.lastseen = max(slot.lastseen, time.monotonic() + max(0.0, wait - slot.delay))


def _slot(crawler: "Crawler", request: Request) -> "Slot | None":
    assert crawler.engine is not None
    return crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))


def status(number: int) -> str:
    """A status of HTTP in words: 404 Not Found."""
    try:
        return f"{number} {HTTPStatus(number).phrase}"
    except ValueError:
        return str(number)


def retry_after(response: Response) -> float | None:
    """The seconds of a Retry-After header, which is a number of seconds or a date; None where there is none."""
    told = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if told.isdecimal():
        return float(told)
    try:
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
