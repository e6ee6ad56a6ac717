"""Doing experiments: one from Python, or many, one after the other or spread over processes."""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from zerokara.experiments.base import Cost, Experiment, with_settings
from zerokara.experiments.catalogue import EXPERIMENTS, by_name
from zerokara.experiments.keeping import Shelf
from zerokara.experiments.lab import Lab, Tell
from zerokara.experiments.result import Result
from zerokara.kernels import processor_count
from zerokara.language import of_environment
from zerokara.parallel.workers import workers
from zerokara.report import Lang, check_language

THREADS = "ZEROKARA_THREADS"
_LONGEST_FIRST: dict[Cost, int] = {"XL": 0, "L": 1, "M": 2, "S": 3}


@dataclass(frozen=True)
class Order:
    """What is to be done: an experiment with its settings, and for which seeds."""

    experiment: Experiment
    seeds: tuple[int, ...]
    quick: bool = False

    def shelf(self, root: Path) -> Shelf:
        """Where its results are kept."""
        return Shelf(root, self.experiment, self.quick)

    def missing(self, root: Path) -> list[int]:
        """The seeds that have not been measured yet."""
        return [seed for seed in self.seeds if not self.shelf(root).has(seed)]


@dataclass(frozen=True)
class Unit:
    """One experiment with one seed: what is done in one go, and in one process."""

    name: str
    settings: dict[str, Any]
    quick: bool
    seed: int
    root: Path
    data_dir: Path | None


def order(name: str, *, seed: int = 0, seeds: int | None = None, quick: bool = False, **settings: Any) -> Order:
    """An order for the experiment of that name; `settings` override `quick`, which overrides the recipe's own.

    Without `seeds` as many as the recipe says (one if quick). Where nothing is random, one is enough. A recipe without
    `quick` settings is quick as it is: it is done in full.
    Raises ValueError for a name, a setting or a number that cannot be.
    """
    if seed < 0 or (seeds is not None and seeds < 1):
        raise ValueError(f"seed is at least 0 and seeds at least 1; got seed {seed}, seeds {seeds}")
    plain = by_name(name)
    quick = quick and bool(plain.quick)
    experiment = with_settings(plain, {**(plain.quick if quick else {}), **settings})
    count = 1 if not experiment.random else seeds or (1 if quick else experiment.seeds)
    return Order(experiment, tuple(range(seed, seed + count)), quick)


def run(
    name: str,
    *,
    seed: int = 0,
    seeds: int | None = None,
    quick: bool = False,
    data_dir: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    lang: Lang | None = None,
    **settings: Any,
) -> Result:
    """Do one experiment and return what it found.

        result = zk.experiments.run("weight-init-histogram", std=0.01)
        result.figure()          # a notebook shows it
        result["activations"]    # the numbers

    `settings` are those of the experiment (`zerokara lab show NAME`). quick: in small, for a first look. seeds: how
    many, beginning with `seed`. out: a folder in which results are kept and found again; None keeps nothing.
    lang: the language in which the result shows itself and answers, "en" or "ja"; else that of the environment
    (LC_ALL, LC_MESSAGES, LANG), as on the command line.
    Raises ValueError for a name or setting that does not exist, `data.DataError` if the data cannot be had.
    """
    spoken = check_language(of_environment() if lang is None else lang)
    wanted = order(name, seed=seed, seeds=seeds, quick=quick, **settings)
    data = None if data_dir is None else Path(data_dir)
    with _somewhere(out) as root:
        for one in wanted.missing(root):
            measure(unit(wanted, one, root, data))
        return replace(wanted.shelf(root).load(list(wanted.seeds)), lang=spoken)


def unit(wanted: Order, seed: int, root: Path, data_dir: Path | None) -> Unit:
    """One seed of an order."""
    return Unit(wanted.experiment.name, wanted.experiment.settings, wanted.quick, seed, root, data_dir)


def measure(unit: Unit, tell: Tell | None = None) -> float:
    """Do a unit, keep what it found, and return how many seconds it took."""
    experiment = with_settings(EXPERIMENTS[unit.name], unit.settings)
    shelf = Shelf(unit.root, experiment, unit.quick)
    lab = Lab(unit.seed, unit.data_dir, shelf.open(), *(() if tell is None else (tell,)))
    began = time.perf_counter()
    with np.errstate(all="ignore"):  # experiments go where numbers end, and show it
        found = {name: np.asarray(value) for name, value in experiment.measure(lab).items()}
    seconds = time.perf_counter() - began
    shelf.keep(unit.seed, found, lab.source, seconds)
    return seconds


def spread(
    units: Sequence[Unit], jobs: int, executor: Executor | None = None
) -> Iterator[tuple[Unit, float | BaseException]]:
    """Do the units in `jobs` processes, the longest first; yields each with its seconds, or what went wrong, when done.

    Every process has its share of the processor's cores, so that threads do not get in each other's way. `executor`:
    processes that are there already, those of a team (`parallel.workers`).
    """
    ordered = sorted(units, key=lambda u: _LONGEST_FIRST[EXPERIMENTS[u.name].cost])
    if executor is not None:
        yield from _done(executor, ordered)
        return
    with _threads(max(1, processor_count() // jobs)), workers(jobs) as pool:
        assert pool is not None
        yield from _done(pool, ordered)


def _done(executor: Executor, units: Sequence[Unit]) -> Iterator[tuple[Unit, float | BaseException]]:
    waiting = {executor.submit(measure, one): one for one in units}
    for done in as_completed(waiting):
        try:
            yield waiting[done], done.result()
        except BrokenProcessPool as error:
            raise RuntimeError("a process of the laboratory was ended from outside (memory?)") from error
        except Exception as error:
            yield waiting[done], error


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Processes started in this block use so many threads each."""
    before = os.environ.get(THREADS)
    os.environ[THREADS] = str(count)
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before


@contextmanager
def _somewhere(out: str | os.PathLike[str] | None) -> Iterator[Path]:
    if out is not None:
        yield Path(out)
        return
    with TemporaryDirectory(prefix="zerokara-lab-") as folder:
        yield Path(folder)
