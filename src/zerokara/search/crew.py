"""Several workers on this machine, each a process of its own; one that is killed is replaced."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy.engine import URL, make_url

from zerokara.data import load
from zerokara.kernels import prepare, processor_count
from zerokara.search.claiming import Desk
from zerokara.search.plan import Plan
from zerokara.search.storage import connect, dispose, load_study
from zerokara.search.worker import Onlooker, Worker
from zerokara.training.interrupts import Interrupted

THREADS = "ZEROKARA_THREADS"

REPLACED = 3
"""So often for each worker another takes its place without a trial having ended in between; then the crew gives up."""

LOOK = 0.5
"""Seconds between two looks at what has ended."""

Watching = Callable[[Path], Onlooker]
"""Makes, from the study's folder, who looks on in a worker's process."""


def together(
    plan: Plan,
    url: URL,
    folder: Path,
    data_dir: Path | None,
    workers: int,
    look: Callable[[], int],
    watching: Watching,
    noted: Sequence[int] = (),
) -> None:
    """Have `workers` processes work until all trials have ended; `look` is called now and then, and counts them.

    ValueError with the sentence of a worker that could not go on. Ctrl-C reaches this process alone, wherever a worker
    is just then: it asks the workers to end. `noted`: signals that have come, see `signals_noted`.
    """
    crew = [_Member(plan, url, folder, data_dir, workers, watching) for _ in range(workers)]
    left, ended = REPLACED * workers, look()
    try:
        while any(member.working for member in crew):
            connection.wait([member.process.sentinel for member in crew if member.working], timeout=LOOK)
            if noted:
                raise Interrupted("stopped", noted[-1])
            now = look()
            if now > ended:
                left, ended = REPLACED * workers, now
            for place, member in enumerate(crew):
                if member.was_killed:
                    if not left:
                        raise ValueError(
                            "the workers of this search are killed again and again; is there enough memory?"
                        )
                    left -= 1
                    crew[place] = _Member(plan, url, folder, data_dir, workers, watching)
        for member in crew:
            member.raise_error()
    except BaseException:
        for member in crew:
            member.process.terminate()
        for member in crew:
            member.end()
        raise


class _Member:
    """A worker's process, and what it says at its end: nothing, or the sentence of an error."""

    def __init__(
        self, plan: Plan, url: URL, folder: Path, data_dir: Path | None, workers: int, watching: Watching
    ) -> None:
        self._said: str | None = None
        context = get_context("spawn")
        self._ear, mouth = context.Pipe(duplex=False)
        told = (plan.name, url.render_as_string(hide_password=False), folder, data_dir, plan.heartbeat, watching)
        with _threads(max(1, processor_count() // workers)), _interrupts_kept():
            self.process: Any = context.Process(target=_work, args=(mouth, os.getpid(), *told), daemon=True)
            self.process.start()
        mouth.close()

    @property
    def working(self) -> bool:
        """Whether the process is there."""
        return bool(self.process.is_alive())

    @property
    def was_killed(self) -> bool:
        """Whether the process ended without a word."""
        if self.working:
            return False
        self._listen()
        return self._said is None

    def raise_error(self) -> None:
        """Raise what the worker could not go on for, if there was something."""
        self._listen()
        if self._said:
            raise ValueError(self._said)

    def end(self) -> None:
        """Wait until the worker, which was asked to stop, has given its trial back."""
        self.process.join(30)
        if self.working:
            self.process.kill()

    def _listen(self) -> None:
        try:
            if self._said is None and self._ear.poll():
                self._said = self._ear.recv()
        except (EOFError, OSError):
            return


def _work(
    mouth: Connection,
    parent: int,
    name: str,
    address: str,
    folder: Path,
    data_dir: Path | None,
    heartbeat: int,
    watching: Watching,
) -> None:
    """A worker's process from beginning to end."""
    sys.unraisablehook = _say_unless_interrupted
    asked: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # it may be asked twice: the end itself is not interrupted
        asked.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    stop = lambda: bool(asked) or os.getppid() != parent  # noqa: E731
    try:
        work(name, make_url(address), folder, data_dir, heartbeat, watching(folder), stop)
        mouth.send("")
    except KeyboardInterrupt:
        with suppress(OSError):  # nobody may listen any more
            mouth.send("")
    except Exception as error:
        with suppress(OSError):
            mouth.send(str(error) or type(error).__name__)


def work(
    name: str,
    url: URL,
    folder: Path,
    data_dir: Path | None,
    heartbeat: int,
    onlooker: Onlooker,
    stop: Callable[[], bool] = lambda: False,
    finished: Callable[[], object] = lambda: None,
) -> None:
    """Work on the study of that name until there is nothing left to do."""
    storage = connect(url, heartbeat)
    try:
        study, plan = load_study(storage, name)
        prepare()
        dataset = load(plan.recipe.data, data_dir=data_dir)
        Worker(Desk(plan, study, storage), folder, dataset, onlooker, stop).work(lambda claim: finished())
    finally:
        dispose(storage)


@contextmanager
def signals_noted() -> Iterator[list[int]]:
    """The SIGINT and SIGTERM that come within the block, beside what is done with them.

    What their handlers raise is lost where Python calls on its own, as when a weak reference has become empty, or where
    a library takes it for an error of its own; who looks here now and then stops all the same.
    """
    noted: list[int] = []
    before: dict[int, Any] = {}

    def handler(number: int, frame: FrameType | None) -> None:
        noted.append(number)
        if callable(before[number]):
            before[number](number, frame)

    if threading.current_thread() is threading.main_thread():
        for wanted in (signal.SIGINT, signal.SIGTERM):
            if callable(signal.getsignal(wanted)):
                before[wanted] = signal.getsignal(wanted)
                signal.signal(wanted, handler)
    try:
        yield noted
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


def _say_unless_interrupted(told: Any) -> None:
    """Python would print where an interrupt has come while an object was being deleted; the parent says the rest."""
    if not isinstance(told.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(told)


@contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Processes started in this block never see Ctrl-C; one that comes meanwhile reaches this process afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: Ctrl-C reaches them
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Processes started in this block share the processor: each has so many threads, unless the user says how many."""
    if os.environ.get(THREADS):
        yield
        return
    os.environ[THREADS] = str(count)
    try:
        yield
    finally:
        del os.environ[THREADS]
