"""`zerokara collect`."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from zerokara.cli.collected import Lines, foretell, progress, results
from zerokara.cli.console import say
from zerokara.cli.errors import FAILED, UsageError
from zerokara.cli.numbers import Whole
from zerokara.cli.stopping import Stopped

if TYPE_CHECKING:
    from zerokara.collect.plan import Plan

NEEDED = ("scrapy", "protego", "w3lib")


def collect(
    *pages: str,
    label: str | None = None,
    out: Path | None = None,
    csv: Path | None = None,
    depth: Whole = None,
    page_budget: Annotated[Whole, Parameter(name="--pages")] = None,
    images: Whole = None,
    bytes: str | None = None,
    delay: float | None = None,
    allow: list[str] | None = None,
    contact: str | None = None,
    allow_local: bool = False,
    dry_run: bool = False,
    json: bool = False,
) -> int:
    """Collect pictures from pages of the web, politely, with a table of what was kept and what was not.

    Parameters
    ----------
    pages
        Addresses of pages, or of pictures.
    label
        What the pictures show: the name of their folder in --out, and so of their class. With --csv for lines without.
    out
        The folder to collect in: LABEL/… with the pictures, and images.csv. Another label may follow into the same one.
    csv
        A list of pictures instead of pages: a CSV file with the columns url and label.
    depth
        How many links to follow from the pages given; 1 by default, 0 for none.
    page_budget
        How many pages to ask for, at most; 200 by default.
    images
        How many pictures to keep, at most; 1000 by default, with --csv all.
    bytes
        How much to download, at most, as 500MB or 2GB; 1GB by default.
    delay
        Seconds between two requests to a host: 1 or more, and never less than its robots.txt asks for.
    allow
        Another host that may be asked for pages and pictures; may be repeated.
    contact
        Your mail address or page, which each request names: then a host can tell you when something is wrong.
    allow_local
        Let hosts be asked that are in the local network or on this machine, and use a proxy of the environment.
    dry_run
        Only say what would be asked for; ask for nothing, write nothing.
    json
        A JSON object for each page and picture, and one for the result, one a line.
    """
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise ValueError(f"collect needs {missing[0]}: pip install 'zerokara[collect]'")
    from zerokara.collect import plan as p
    from zerokara.collect.listing import read_list

    if out is None:
        raise UsageError("say where to collect: --out FOLDER")
    if bool(pages) == (csv is not None):
        raise UsageError("say what to collect: addresses of pages and --label NAME, or --csv FILE")
    if pages and label is None:
        raise UsageError("pictures from pages need a label: --label NAME, the name of their class")
    checked = None if label is None else p.checked_label(label)
    plan = p.Plan(
        out.expanduser(),
        label=checked or "" if csv is None else "",
        pages=p.checked_pages(pages),
        listed=read_list(csv, checked) if csv is not None else (),
        depth=p.DEPTH if depth is None else p.checked_count("--depth", depth, 0),
        page_budget=p.PAGES if page_budget is None else p.checked_count("--pages", page_budget),
        image_budget=(None if csv else p.IMAGES) if images is None else p.checked_count("--images", images),
        byte_budget=p.BYTES if bytes is None else p.checked_bytes(bytes),
        delay=p.FLOOR if delay is None else p.checked_delay(delay),
        allow=p.checked_hosts(allow or ()),
        contact=p.checked_contact(contact),
        allow_local=allow_local,
    )
    if dry_run:
        for line in foretell(plan, json):
            say(line)
        return 0
    return _crawl(plan, json)


def _crawl(plan: "Plan", json: bool) -> int:
    from zerokara.collect.crawl import crawl

    with Lines() if json else progress() as show:
        outcome = crawl(plan, show.tell)
    for line in results(outcome, json):
        say(line)
    if outcome.stopped is not None:
        raise Stopped(outcome.stopped, "what was collected is kept, and the same command goes on")
    return 0 if outcome.counts.kept else FAILED
