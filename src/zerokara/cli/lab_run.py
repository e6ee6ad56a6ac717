"""Doing the experiments of a command line: progress, reports, and what is said of each."""

import json as json_format
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerokara.cli.console import safe, say
from zerokara.cli.errors import explain, interruption, say_error
from zerokara.cli.language import current
from zerokara.cli.results import told, words
from zerokara.cli.stopping import Stopped
from zerokara.cli.time_left import TimeLeft
from zerokara.experiments import Order, Result, Verdict
from zerokara.experiments.index import write_index, write_report
from zerokara.experiments.keeping import finite
from zerokara.experiments.running import Unit, measure, spread, unit
from zerokara.experiments.telling import in_language, judged_command, too_small, why_not_judged
from zerokara.report import Lang, duration

WIDE = 90
"""On a terminal of fewer characters there is no bar: the name, the share and the time left stay."""

EVERY = 20.0
"""Seconds between two lines of progress where there is no terminal."""

_SAID = {
    Verdict.AS_EXPECTED: "lab-as-expected",
    Verdict.OUTSIDE: "lab-outside",
    Verdict.NOT_JUDGED: "lab-not-judged",
}


@dataclass(frozen=True)
class Bench:
    """Where and how the work is done."""

    root: Path
    data_dir: Path | None
    jobs: int
    lang: Lang
    quiet: bool
    command: str
    executor: Executor | None = None
    """The processes of a team, which do the work."""


def carry_out(
    orders: Sequence[Order], bench: Bench, environment: Sequence[tuple[str, str]], *, force: bool, json: bool
) -> int:
    """Do what is missing, write every report and the table of contents; the exit code, 1 if something failed."""
    if force:
        for one in orders:
            one.shelf(bench.root).forget()
    units = [unit(one, seed, bench.root, bench.data_dir) for one in orders for seed in one.missing(bench.root)]
    fresh, began, failed, outside = {u.name for u in units}, time.perf_counter(), 0, 0
    try:
        for one, error in _finished(orders, units, bench):
            if error is not None:
                if len(orders) == 1:
                    raise error
                failed += 1
                say_error(f"{one.experiment.name}: {explain(error)[0]}")
                continue
            result = one.shelf(bench.root).load(list(one.seeds))
            path = write_report(bench.root, result, bench.lang, bench.command, environment)
            outside += result.verdict is Verdict.OUTSIDE
            _tell(result, path, kept=one.experiment.name not in fresh, json=json)
    except BaseException as error:
        asked = interruption(error)
        if asked is None:
            raise
        write_index(bench.root, bench.lang)
        raise Stopped(
            getattr(asked, "signal_number", signal.SIGINT), "what was finished is kept, and the same command continues"
        ) from None
    index = write_index(bench.root, bench.lang)
    if not json:
        _conclude(len(orders), failed, outside, index, time.perf_counter() - began)
    return 1 if failed else 0


def _tell(result: Result, path: Path, *, kept: bool, json: bool) -> None:
    if json:
        say(json_format.dumps(finite({**result.facts(), "report": str(path)}), ensure_ascii=False))
        return
    lang = current()
    seeds = told("seeds", count=result.found.seeds) if result.found.seeds > 1 else ""
    how = told("kept-from-earlier") if kept else duration(result.seconds)
    quick = told("quick") if result.quick else ""
    verdict = told(_SAID[result.verdict])
    say(told("lab-line", name=result.experiment.name, verdict=verdict, how=how, seeds=seeds, quick=quick))
    if result.source:
        say(told("lab-data", value=safe(words(result.source))))
    if not result.own:
        say(told("lab-why", value=safe(too_small(result, lang) or why_not_judged(result, lang))))
        say(told("lab-judged", value=in_language(judged_command(result.experiment), lang)))
    say(told("lab-report", value=safe(str(path))))


def _conclude(count: int, failed: int, outside: int, index: Path, seconds: float) -> None:
    say()
    if count > 1:
        parts = [told("experiments-done", done=count - failed, count=count, time=duration(seconds))]
        parts += [told("outside-count", count=outside)] if outside else []
        say(told("comma").join(parts))
    say(told("all-reports", path=safe(str(index.resolve())), open=told("open")))


def _finished(
    orders: Sequence[Order], units: Sequence[Unit], bench: Bench
) -> Iterator[tuple[Order, BaseException | None]]:
    """Every order when all of its seeds are measured, or with what went wrong; those that are kept come first."""
    waiting = {one.experiment.name: len(one.missing(bench.root)) for one in orders}
    by_name = {one.experiment.name: one for one in orders}
    yield from ((one, None) for one in orders if not waiting[one.experiment.name])
    wrong: dict[str, BaseException] = {}
    for done, outcome in _work(units, bench):
        waiting[done.name] -= 1
        if isinstance(outcome, BaseException):
            wrong[done.name] = outcome
        if not waiting[done.name]:
            yield by_name[done.name], wrong.get(done.name)


def _work(units: Sequence[Unit], bench: Bench) -> Iterator[tuple[Unit, Any]]:
    with _progress(len(units), bench.quiet) as (begin, finish):
        if bench.jobs > 1 or bench.executor is not None:
            begin(told("in-processes", count=len(units), jobs=bench.jobs))
            for pair in spread(units, bench.jobs, bench.executor):
                finish()
                yield pair
            return
        broken: set[str] = set()
        for one in units:
            if one.name in broken:  # another seed would fail in the same way
                yield one, None
                continue
            tell = begin(told("with-seed", name=one.name, seed=one.seed))
            outcome: Any = None
            try:
                outcome = measure(one, tell)
            except Exception as error:
                if interruption(error) is not None:
                    raise
                broken.add(one.name)
                outcome = error
            finish()
            yield one, outcome


Begin = Callable[[str], Callable[[int, int], None]]


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[tuple[Begin, Callable[[], None]]]:
    """(what begins, which gives what is told of its steps; one more is finished): a bar, lines, or nothing."""
    if quiet or not total:
        yield lambda name: lambda done, planned: None, lambda: None
    elif sys.stderr.isatty():
        with _bars(total) as both:
            yield both
    else:
        yield _lines(total)


def _lines(total: int) -> tuple[Begin, Callable[[], None]]:
    finished, said = [0], [time.monotonic()]

    def begin(name: str) -> Callable[[int, int], None]:
        rest = TimeLeft()

        def tell(done: int, planned: int) -> None:
            now = time.monotonic()
            rest.see(done, now)
            if now - said[0] >= EVERY:
                said[0] = now
                left = rest.seconds(done, planned)
                rest_of = "" if left is None else told("left-of-this", time=duration(left))
                where = told("of-steps", done=f"{done:,}", planned=f"{planned:,}")
                print(f"{finished[0] + 1}/{total} {name}{told('colon')}{where}{rest_of}", file=sys.stderr, flush=True)

        return tell

    def finish() -> None:
        finished[0] += 1

    return begin, finish


@contextmanager
def _bars(total: int) -> Iterator[tuple[Begin, Callable[[], None]]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True)
    bar = (BarColumn(), TaskProgressColumn()) if console.width >= WIDE else (TaskProgressColumn(),)
    shown = (TextColumn("{task.description}"), *bar, TextColumn("{task.fields[left]}"))
    with Progress(*shown, console=console, transient=True) as progress:
        everything = progress.add_task(told("everything"), total=total, visible=total > 1, left="")
        current = progress.add_task("", total=None, left="")

        def begin(name: str) -> Callable[[int, int], None]:
            progress.reset(current, total=None, description=name, left="")
            drawn, rest = [0.0], TimeLeft()

            def tell(done: int, planned: int) -> None:
                now = time.monotonic()
                rest.see(done, now)
                if now - drawn[0] > 0.1:
                    drawn[0] = now
                    seconds = rest.seconds(done, planned)
                    left = "" if seconds is None else told("left", time=duration(seconds))
                    progress.update(current, completed=done, total=planned, left=left)

            return tell

        yield begin, lambda: progress.advance(everything)
