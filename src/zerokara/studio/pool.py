"""Which worker answers what: a quick reader at once, one with compiled kernels as soon as it is ready.

Those that train, and the one that opens other networks, are started when they are first asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

from zerokara.studio.workers import BROKEN, COMPILING, READY, Question, Worker

ON_DEMAND = ("train", "pictures", "look")
PATIENCE = {"pictures": 5.0}
"""Seconds in which a worker of the kind may put away what it holds when the studio ends."""


class Pool:
    """The workers by kind. Reading has two at first: on a new machine compiling takes seconds, and people draw already.

    The quick one computes with NumPy alone and answers until the other has compiled; then it is ended.
    """

    _has_compiled = False

    def __init__(self, changed: Callable[[], None] = lambda: None, options: Mapping[str, Any] | None = None) -> None:
        """`options`: what was named at the start, such as the folder of the runs; every worker knows it."""
        self._changed, self._options = changed, dict(options or {})
        self._change = threading.Lock()
        with self._change:
            self.quick = Worker("read", {**self._options, "kernels": "reference"}, changed)
            self.full = Worker("read", {**self._options}, self._look)
            self.trainers: dict[str, Worker] = {}

    def worker(self, kind: str) -> Worker:
        """The worker that answers now. Raises ValueError for an unknown kind."""
        if kind in ON_DEMAND:
            return self._trainer(kind)
        if kind != "read":
            raise ValueError(f"there is no worker for {kind[:20]!r}")
        return self.full if self._has_compiled or self.full.state == READY else self.quick

    def _trainer(self, kind: str) -> Worker:
        """One that trains, or opens other networks: started when it is first asked."""
        if kind not in self.trainers:
            self.trainers[kind] = Worker(kind, {**self._options}, self._changed)
        return self.trainers[kind]

    def ask(self, kind: str, question: Question) -> None:
        """Put a question to the worker that answers now."""
        with self._change:
            self.worker(kind).ask(question)

    def drop(self, owner: Any, names: Collection[str]) -> None:
        """What the owner asked under these names is of no use any more."""
        for worker in self.workers:
            worker.drop(owner, names)

    def forget(self, owner: Any) -> None:
        """Whoever asked has gone."""
        for worker in self.workers:
            worker.forget(owner)

    @property
    def workers(self) -> list[Worker]:
        """All there are."""
        reading = [self.full] if self._has_compiled and not self.quick.busy else [self.full, self.quick]
        return [*reading, *self.trainers.values()]

    def state(self) -> dict[str, Any]:
        """For the page: the state of every kind, and the processes."""
        now = self.worker("read")
        state = COMPILING if now is self.quick and now.state == READY and self.full.state != BROKEN else now.state
        pids = [worker.pid for worker in self.workers if worker.kind == "read"]
        told = {"read": {"state": state, "pids": pids, "starts": self.full.starts}}
        for kind, worker in self.trainers.items():
            told[kind] = {"state": worker.state, "pids": [worker.pid], "starts": worker.starts}
        return told

    def close(self) -> None:
        """End all processes, and wait for them."""
        every = [self.full, self.quick, *self.trainers.values()]
        for worker in every:
            worker.finish(PATIENCE.get(worker.kind, 0))
        for worker in every:
            worker.join(5)

    def _look(self) -> None:
        with self._change:
            if self.full.state == READY and not self._has_compiled:
                self._has_compiled = True
                self.quick.retire()
        self._changed()
