"""The processes that compute: started by spawn, driven through pipes, restarted when they die, never waited for.

The server's own process does no numerics. It hands a question over as the bytes that came from the page, and gets the
bytes of the answer back. Of questions that wait in the same slot only the newest is kept. One question runs in a worker
at a time, and beside it one that is urgent, which the worker answers between two parts of the other.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from zerokara.studio.jobs import serve

STARTING, COMPILING, READY, RESTARTING, BROKEN = "starting", "compiling", "ready", "restarting", "broken"
"""The states of a worker."""

TRIES = 3
"""A worker that dies so many times in a row before it is ready is not started again."""

DIED = "the process that computed this has died; it is started again"
GONE = "the process that computes this does not start"

Receive = Callable[[bytes | None, str | None], None]
"""What is called with each part of an answer, (bytes, None); at its end with (None, None), or with (None, why not)."""

_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(eq=False)
class Question:
    """What is asked, and who hears the answer. `slot`: by whom and what; a newer one in the slot takes its place."""

    slot: tuple[Any, ...]
    message: bytes
    receive: Receive
    urgent: bool = False
    number: int = 0
    cancelled: bool = False
    told: bool = False


class Worker:
    """One process of a kind. `changed` is called when its state changes; both calls come from threads of their own."""

    def __init__(self, kind: str, options: dict[str, Any] | None = None, changed: Callable[[], None] = lambda: None):
        self.kind, self.options, self.state = kind, options or {}, STARTING
        self.starts = 0
        self._changed = changed
        self._waiting: dict[tuple[Any, ...], Question] = {}
        self._running: dict[int, Question] = {}
        self._numbers = 0
        self._turn = threading.Condition()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._closed = self._retiring = False
        threading.Thread(target=self._live, daemon=True, name=f"{kind} receives").start()
        threading.Thread(target=self._feed, daemon=True, name=f"{kind} asks").start()

    @property
    def pid(self) -> int | None:
        """The process's number, while there is one."""
        return self._process.pid if self._process is not None else None

    @property
    def busy(self) -> bool:
        """Whether a question runs or waits."""
        return bool(self._running or self._waiting)

    def ask(self, question: Question) -> None:
        """Put a question; one that waits or runs in the same slot is dropped for it. Never blocks."""
        with self._turn:
            if self.state == BROKEN or self._closed:
                question.receive(None, GONE)
                return
            self._numbers += 1
            question.number = self._numbers
            older = [q for q in self._running.values() if q.slot == question.slot and not (q.urgent or q.cancelled)]
            for one in older:
                one.cancelled = True
            waited = self._waiting.pop(question.slot, None)
            self._waiting[question.slot] = question
            self._turn.notify_all()
        for one in [*older, *([waited] if waited is not None else [])]:
            one.receive(None, None)

    def forget(self, owner: Any) -> None:
        """Whoever asked as `slot[0]` has gone: nothing of theirs is computed any more."""
        with self._turn:
            for slot in [slot for slot in self._waiting if slot[0] == owner]:
                del self._waiting[slot]
            for question in self._running.values():
                question.cancelled = question.cancelled or question.slot[0] == owner
            self._turn.notify_all()

    def drop(self, owner: Any, names: Collection[str]) -> None:
        """What the owner asked under these names is of no use any more: it is ended, and said to be over."""
        with self._turn:
            waiting = [slot for slot in self._waiting if slot[0] == owner and slot[1] in names]
            over = [self._waiting.pop(slot) for slot in waiting]
            for question in self._running.values():
                if question.slot[0] == owner and question.slot[1] in names and not question.cancelled:
                    question.cancelled = True
                    over.append(question)
            self._turn.notify_all()
        for question in over:
            question.receive(None, None)

    def kill(self) -> None:
        """End the process at once; unless the worker is closed another one is started."""
        process = self._process
        if process is not None:
            with suppress(ValueError, OSError):
                process.kill()

    def retire(self) -> None:
        """End the process for good, once what was asked is answered; nothing more is asked of it."""
        with self._turn:
            self._retiring = True
            busy = self.busy
        if not busy:
            self.close()

    def close(self) -> None:
        """End the process for good."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        self.kill()

    def join(self, seconds: float) -> None:
        """Wait for the process to be gone."""
        process = self._process
        if process is not None:
            with suppress(ValueError, AssertionError):
                process.join(seconds)

    # ── the thread that receives, and starts processes

    def _live(self) -> None:
        failures = 0
        while not self._closed and failures < TRIES:
            ours, theirs = _CONTEXT.Pipe()
            process = _CONTEXT.Process(target=serve, args=(theirs, self.kind, self.options), daemon=True)
            process.start()
            theirs.close()
            self._process = process
            self.starts += 1
            if self._closed:
                process.kill()
            was_ready = self._receive(ours)
            with suppress(OSError):
                ours.close()
            process.join()
            failures = 0 if was_ready else failures + 1
            self._died()
        if not self._closed:
            self._become(BROKEN)
            with self._turn:
                left, self._waiting = list(self._waiting.values()), {}
            for question in left:
                question.receive(None, GONE)

    def _receive(self, connection: Connection) -> bool:
        """Take what the process sends until it is gone; whether it ever was ready."""
        was_ready = False
        try:
            while True:
                what, *rest = connection.recv()
                if what == "ready":
                    was_ready = True
                    with self._turn:
                        self._connection = connection
                    self._become(READY)
                else:
                    self._told(what, *rest)
        except (EOFError, OSError):
            return was_ready

    def _told(self, what: str, number: int, *rest: Any) -> None:
        with self._turn:
            question = self._running.get(number)
            if what == "done":
                self._running.pop(number, None)
                self._turn.notify_all()
            over = self._retiring and not self.busy
        if question is None or (question.cancelled and what != "done"):
            pass
        elif what == "part":
            question.receive(rest[0], None)
        elif what == "failed":
            question.cancelled = True  # nothing more is said
            question.receive(None, rest[0])
        elif not question.cancelled:
            question.receive(None, None)
        if over:
            self.close()

    def _died(self) -> None:
        with self._turn:
            self._connection = None
            lost, self._running = list(self._running.values()), {}
        if not self._closed:
            self._become(RESTARTING)
        for question in lost:
            if not question.cancelled:
                question.receive(None, DIED)

    def _become(self, state: str) -> None:
        self.state = state
        with self._turn:
            self._turn.notify_all()
        self._changed()

    # ── the thread that asks

    def _feed(self) -> None:
        while not self._closed:
            with self._turn:
                found = self._next()
                if found is None:
                    self._turn.wait()
                    continue
            connection, message = found
            try:
                connection.send(message)  # may block while the worker computes: only this thread waits
            except (OSError, ValueError):
                continue  # the process is gone; the other thread says so

    def _next(self) -> tuple[Connection, tuple[Any, ...]] | None:
        connection = self._connection
        if connection is None:
            return None
        for number, question in self._running.items():
            if question.cancelled and not question.told:
                question.told = True
                return connection, ("cancel", number)
        for slot, question in self._waiting.items():
            others = [q for q in self._running.values() if q.urgent or not question.urgent]
            if not others:
                del self._waiting[slot]
                self._running[question.number] = question
                return connection, ("ask", question.number, question.message)
        return None
