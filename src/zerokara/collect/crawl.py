"""The settings of Scrapy, and the run. Scrapy's reactor can run once in a process, so this is for commands."""

import logging
import os
import signal
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from scrapy.crawler import CrawlerProcess
from twisted.internet.defer import succeed

from zerokara.collect.journal import Counts, Journal
from zerokara.collect.manifest import Manifest
from zerokara.collect.plan import Plan
from zerokara.collect.spider import PAGE_LIMIT, Collector
from zerokara.collect.work import Event, Work
from zerokara.io.files import make_folder

SECONDS = 120
"""For one download, at most."""

AT_ONCE = 16
"""Hosts that are asked side by side."""

_OURS, _SCRAPYS = "zerokara.collect.manners", "scrapy.downloadermiddlewares"
_LOGGERS = ("scrapy", "twisted", "asyncio", "protego")


@dataclass(frozen=True)
class Outcome:
    """How a crawl ended: what it has, and by which signal it was stopped, if it was."""

    counts: Counts
    table: Path
    stopped: int | None = None
    used_up: str | None = None
    elsewhere: dict[str, int] = field(default_factory=dict)


def crawl(plan: Plan, tell: Callable[[Event], None]) -> Outcome:
    """Collect what the plan names. Ctrl-C and SIGTERM end it within a moment; the same plan goes on later.

    Raises ValueError where the folder is none of ours or cannot be written.
    """
    folder = make_folder(plan.folder)
    _check(plan, folder)
    manifest = Manifest(folder)
    journal = Journal(folder)
    try:
        work = Work(plan, journal, manifest, tell)
        stopped, error = _run(work)
        if error is not None:
            raise error
        if stopped is not None:
            return Outcome(work.counts, manifest.path, stopped)
        work.finish()
        return Outcome(work.counts, manifest.path, None, work.used_up, work.elsewhere())
    finally:
        journal.close()


def _check(plan: Plan, folder: Path) -> None:
    """Nothing of others is overwritten, and nothing is written anywhere else."""
    table = Manifest(folder).path
    if table.exists() and not Journal.is_in(folder):
        raise ValueError(f"{table} is there already and not made by collect; choose another --out")
    home = folder.resolve()
    for label in {wanted.label for wanted in plan.listed} or {plan.label}:
        if not (folder / label).resolve().is_relative_to(home):
            raise ValueError(f"{folder / label} leads out of {folder}; choose another --out or label")


def _run(work: Work) -> tuple[int | None, BaseException | None]:
    """Let Scrapy work; the signal that stopped it, and what went wrong."""
    if ssl.get_default_verify_paths().cafile is None:  # systems whose certificates OpenSSL does not find by itself
        import certifi

        os.environ.setdefault("SSL_CERT_FILE", certifi.where())
    process = Process(settings(work.plan))
    _be_silent()
    crawler = process.create_crawler(Collector)

    def stop() -> None:
        from twisted.internet import reactor

        process.at_once = True
        reactor.callFromThread(process._stop_reactor)

    process.crawl(crawler, work=work, stop=stop)
    with _signals(stop) as seen:
        process.start(install_signal_handlers=False)
    spider = crawler.spider
    error = spider.error if isinstance(spider, Collector) else RuntimeError("the crawl could not be begun")
    return (seen[0] if seen else None), error


class Process(CrawlerProcess):
    """Scrapy's process. When it is to stop `at_once`, it does not wait for what is in flight.

    That may take as long as robots.txt asks for; and nothing is lost, since the journal knows what has no answer yet.
    """

    at_once = False

    def _stop_dfd(self) -> Any:
        return succeed(None) if self.at_once else super()._stop_dfd()


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Within the block Ctrl-C and SIGTERM stop the crawl, and are noted."""
    seen: list[int] = []

    def handler(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        stop()

    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield seen
    finally:
        for number, one in before.items():
            signal.signal(number, one)


def _be_silent() -> None:
    """What the libraries log is for programmers; what the user has to know is told by `tell`.

    Twisted prints faults with their traceback for as long as nobody has said where its log goes.
    """
    from twisted.logger import globalLogBeginner

    nobody: Any = lambda event: None  # noqa: E731
    globalLogBeginner.beginLoggingTo([nobody], discardBuffer=True, redirectStandardIO=False)
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.setLevel(logging.CRITICAL)


def settings(plan: Plan) -> dict[str, Any]:
    """Scrapy's settings for a plan."""
    from scrapy.settings.default_settings import EXTENSIONS_BASE

    return {
        "USER_AGENT": plan.agent,
        "CONCURRENT_REQUESTS": AT_ONCE,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_ITEMS": 1,  # workers that are made for each answer; ours has no items
        "DOWNLOAD_DELAY": plan.delay,
        "DOWNLOAD_DELAY_JITTER": 0.0,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": plan.delay,
        "DOWNLOAD_TIMEOUT": SECONDS,
        "DOWNLOAD_MAXSIZE": PAGE_LIMIT,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("data", "file", "ftp", "s3")),
            **dict.fromkeys(("http", "https"), f"{_OURS}.Once"),
        },
        "REDIRECT_MAX_TIMES": 10,
        "SCHEDULER": "zerokara.collect.frontier.Frontier",
        "TWISTED_DNS_RESOLVER": "zerokara.collect.addresses.GuardedResolver",
        "ZEROKARA_ALLOW_LOCAL": plan.allow_local,
        "HTTPPROXY_ENABLED": plan.allow_local,  # a proxy looks names up by itself, where no address can be checked
        "DOWNLOADER_MIDDLEWARES": {
            f"{_OURS}.Gate": 50,
            f"{_OURS}.Robots": 100,
            f"{_OURS}.Patience": 550,
            f"{_SCRAPYS}.offsite.OffsiteMiddleware": None,
            f"{_SCRAPYS}.robotstxt.RobotsTxtMiddleware": None,
            f"{_SCRAPYS}.retry.RetryMiddleware": None,
            f"{_SCRAPYS}.redirect.MetaRefreshMiddleware": None,
        },
        "EXTENSIONS": {**dict.fromkeys(EXTENSIONS_BASE), f"{_OURS}.Throttle": 0},
        "COOKIES_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
    }
