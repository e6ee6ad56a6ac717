"""Carrying a search out: its workers, what is told of every trial, the one look at the test part, the report."""

import json as json_format
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url

from zerokara.cli.console import columns, safe, say
from zerokara.cli.language import current
from zerokara.cli.machine import environment
from zerokara.cli.results import told
from zerokara.data import load
from zerokara.parallel.team import Team
from zerokara.recipes import Recipe, new_model
from zerokara.report import duration, percent, significant
from zerokara.search.crew import signals_noted, together, work
from zerokara.search.importance import with_importance
from zerokara.search.outcome import ENDS, Found, Outcome, command, read
from zerokara.search.page import page
from zerokara.search.plan import Plan
from zerokara.search.space import written
from zerokara.search.storage import (
    address,
    connect,
    dispose,
    load_study,
    open_study,
    patiently,
    read_note,
    write_note,
)
from zerokara.search.storage import (
    told as told_address,
)
from zerokara.search.testing import look_once
from zerokara.search.worker import Onlooker
from zerokara.training import Record
from zerokara.training.tensorboard import to_tensorboard

REPORT = "report.html"

SHOWN = 10
"""So many of the best trials are listed."""


@dataclass(frozen=True)
class Bench:
    """How the work is done, and what is told of it."""

    workers: int
    tensorboard: Path | None
    data_dir: Path | None
    quiet: bool
    json: bool
    team: Team | None = None
    """Processes that work on the study together; this is number 0."""


def serve(team: Team, bench: Bench) -> int:
    """Work on the study that number 0 of a team has opened, until there is nothing left to do."""
    told_study = team.share_json(None)
    folder, url = Path(told_study["folder"]), make_url(told_study["url"])
    work(told_study["name"], url, folder, bench.data_dir, told_study["heartbeat"], _watching(bench.tensorboard, folder))
    team.barrier()
    return 0


def search(plan: Plan, folder: Path, storage: str | None, bench: Bench) -> int:
    """Work on the study until all trials have ended; the exit code, 1 if none has a score."""
    with signals_noted() as noted:
        return _search(plan, folder, storage, bench, noted)


def _search(plan: Plan, folder: Path, storage: str | None, bench: Bench, noted: Sequence[int]) -> int:
    url = address(storage, folder)
    _expect_data(plan, bench)
    if url.get_backend_name() == "sqlite":
        _make_folder_of(url)
    kept = connect(url, plan.heartbeat)
    try:
        study, plan = open_study(kept, plan)
        write_note(folder, plan, url)
        said = _Said(plan, bench)
        if not bench.quiet and not bench.json:
            _introduce(plan, folder, url, bench)

        def look() -> int:
            return said.see(patiently(lambda: read(study, plan)))

        watching = partial(_watching, bench.tensorboard)
        look()
        if bench.team is not None:
            told_url = url.render_as_string(hide_password=False)
            said_to_all = {"name": plan.name, "url": told_url, "folder": str(folder), "heartbeat": plan.heartbeat}
            bench.team.share_json(said_to_all)
        if bench.workers == 1:
            stop = lambda: bool(noted)  # noqa: E731
            work(plan.name, url, folder, bench.data_dir, plan.heartbeat, watching(folder), stop, look)
        else:
            together(plan, url, folder, bench.data_dir, bench.workers, look, watching, noted)
        if bench.team is not None:
            bench.team.barrier()
        look()
        look_once(study, read(study, plan), folder, bench.data_dir)
        outcome = with_importance(study, read(study, plan))
    finally:
        dispose(kept)
    return _conclude(outcome, folder, bench)


def show(folder: Path, storage: str | None, report: Path | None, json: bool) -> None:
    """Tell what the study in `folder` has found so far."""
    plan, noted = read_note(folder)
    url = address(storage or noted, folder)
    kept = connect(url, plan.heartbeat)
    try:
        study, plan = load_study(kept, plan.name)
        outcome = with_importance(study, read(study, plan))
    finally:
        dispose(kept)
    if report is not None:
        page(outcome, current(), list(environment().items())).write(report)
    if json:
        say(json_format.dumps(outcome.to_dict(), ensure_ascii=False))
        return
    _tell(outcome)
    if report is not None:
        say(told("report", path=safe(str(report))))


def _expect_data(plan: Plan, bench: Bench) -> None:
    """The data are there, and the model fits them: ValueError before anything is written."""
    dataset = load(plan.recipe.data, data_dir=bench.data_dir)
    new_model(plan.recipe, dataset)


def _make_folder_of(url: URL) -> None:
    from zerokara.io.files import make_folder

    make_folder(Path(url.database or ".").parent)


def _watching(tensorboard: Path | None, folder: Path) -> Onlooker:
    """Who looks on in a worker's process: the files for TensorBoard, where they are wanted."""
    if tensorboard is None:
        return lambda number, recipe, records: records

    def look(number: int, recipe: Recipe, records: Iterator[Record]) -> Iterator[Record]:
        return to_tensorboard(records, tensorboard / f"{folder.resolve().name}-{number + 1:04}", recipe.settings)

    return look


@dataclass
class _Said:
    """Tells every trial once, when it has ended; those of other machines too."""

    plan: Plan
    bench: Bench

    def __post_init__(self) -> None:
        self._told: set[int] = set()
        self._first = True
        self._best: float | None = None

    def see(self, outcome: Outcome) -> int:
        """Tell what is new; how many trials have ended."""
        fresh = [one for one in outcome.trials if one.end in ENDS and one.index not in self._told]
        self._told |= {one.index for one in fresh}
        if self._first and fresh and not self.bench.quiet and not self.bench.json:
            say(told("search-before", count=len(fresh)))
        for one in fresh:
            if one.score is not None and (self._best is None or self.plan.better(one.score, self._best)):
                self._best = one.score
            if not self._first:
                self._tell(one)
        self._first = False
        return len(self._told)

    def _tell(self, one: Found) -> None:
        if self.bench.json:
            print(json_format.dumps({"kind": "trial", **one.to_dict()}, ensure_ascii=False), flush=True)
        elif not self.bench.quiet:
            best = "" if self._best is None else told("search-best-so-far", score=score(self.plan, self._best))
            line = told(
                "search-trial",
                index=one.index + 1,
                count=self.plan.trials,
                end=how(self.plan, one),
                values=values(one),
                time=duration(one.seconds),
            )
            print(safe(line + best), flush=True)


def _introduce(plan: Plan, folder: Path, url: URL, bench: Bench) -> None:
    tried = "   ".join(f"{name}={one}" for name, one in plan.space.items())
    say(told("search-begins", model=plan.recipe.model, data=safe(plan.recipe.data), tried=safe(tried)))
    say(
        told(
            "search-how",
            trials=plan.trials,
            sampler=plan.sampler,
            pruning=plan.pruning,
            score=told(f"score-{plan.score}"),
            share=percent(plan.recipe.validation, 0) if "validation" not in plan.space else "–",
            workers=bench.workers,
            seed=plan.seed,
        )
    )
    kept = told_address(url) if url.get_backend_name() != "sqlite" else str(folder)
    say(told("search-kept", path=safe(str(folder)), storage=safe(kept)))


def score(plan: Plan, value: float) -> str:
    """A score as people read it."""
    return percent(value, 2) if plan.score == "accuracy" else significant(value, 4)


def how(plan: Plan, one: Found) -> str:
    """How a trial ended, and its score."""
    if one.score is not None:
        return score(plan, one.score)
    if one.end == "pruned" and one.curve:
        return told("search-pruned-at", epoch=one.curve[-1][0], score=score(plan, one.curve[-1][1]))
    return told(f"search-{one.end}")


def values(one: Found) -> str:
    """The settings of a trial, short."""
    return "  ".join(f"{name} {significant(v, 3) if isinstance(v, float) else v}" for name, v in one.values.items())


def _conclude(outcome: Outcome, folder: Path, bench: Bench) -> int:
    report = folder / REPORT
    page(outcome, current(), list(environment().items())).write(report)
    if bench.json:
        say(json_format.dumps({"kind": "result", **outcome.to_dict(), "report": str(report)}, ensure_ascii=False))
    else:
        _tell(outcome)
        say(told("report", path=safe(str(report))))
    return 0 if outcome.best is not None else 1


def _tell(outcome: Outcome) -> None:
    plan = outcome.plan
    counts = [told(f"count-{end}", count=count) for end, count in outcome.counts.items() if count]
    lost = [told("count-lost", count=outcome.lost)] if outcome.lost else []
    say()
    say(told("search-counts", name=safe(plan.name), count=plan.trials, counts=told("comma").join([*counts, *lost])))
    if outcome.best is None:
        _tell_why(outcome)
        return
    ranked = sorted(outcome.completed, key=lambda one: one.score or 0.0, reverse=plan.direction == "maximize")
    heads = ["", told(f"score-{plan.score}"), *plan.space, told("time")]
    rows = [
        [str(one.index + 1), how(plan, one), *(_cell(one.values.get(n)) for n in plan.space), duration(one.seconds)]
        for one in ranked[:SHOWN]
    ]
    say()
    for line in columns([heads, *rows], right=set(range(len(heads)))):
        say(line)
    say()
    _tell_best(outcome, outcome.best)


def _cell(value: Any) -> str:
    return "" if value is None else significant(value, 4) if isinstance(value, float) else str(value)


def _tell_why(outcome: Outcome) -> None:
    """Why no trial has a score: the commonest reason."""
    reasons = [one.why for one in outcome.trials if one.why]
    if reasons:
        say(told("search-why", why=safe(max(set(reasons), key=reasons.count))))


def _tell_best(outcome: Outcome, best: Found) -> None:
    plan, test = outcome.plan, outcome.test
    settings = "  ".join(f"{name} {written(value)}" for name, value in best.values.items())
    say(told("search-best", index=best.index + 1, settings=safe(settings)))
    said = {"validation": score(plan, best.score or math.nan)}
    if test is None:
        say(told("search-untested", **said))
    else:
        value = test.accuracy if plan.score == "accuracy" else test.loss
        counted = told("counted", correct=test.correct, total=test.total)
        say(told("search-tested", test=score(plan, value), counted=counted, **said))
        looks, after = len(outcome.tests), told("comma").join(str(one.after) for one in outcome.tests)
        say(told("search-looked-once" if looks == 1 else "search-looked-often", looks=looks, after=after))
    if outcome.importance:
        shares = told("comma").join(f"{name} {percent(share, 0)}" for name, share in outcome.importance.items())
        say(told("search-importance", shares=shares))
    say(told("search-command"))
    say(f"  {safe(command(outcome, best))}")
