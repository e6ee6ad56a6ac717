"""Which worker answers what: a quick reader at once, one with compiled kernels as soon as it is ready."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from zerokara.studio.models import Folders
from zerokara.studio.workers import BROKEN, COMPILING, READY, Question, Worker


class Pool:
    """The workers by kind. Reading has two at first: on a new machine compiling takes seconds, and people draw already.

    The quick one computes with NumPy alone and answers until the other has compiled; then it is ended.
    """

    _has_compiled = False

    def __init__(self, changed: Callable[[], None] = lambda: None, folders: Folders | None = None) -> None:
        self._changed = changed
        self._folders = folders or Folders()
        self._change = threading.Lock()
        with self._change:
            self.quick = Worker("read", {"kernels": "reference"}, changed)
            self.full = Worker("read", {}, self._look)
            self.train: Worker | None = None
            self.look: Worker | None = None

    def worker(self, kind: str) -> Worker:
        """The worker that answers now. Raises ValueError for an unknown kind."""
        if kind == "train":
            return self._trainer()
        if kind == "look":
            return self._looker()
        if kind != "read":
            raise ValueError(f"there is no worker for {kind[:20]!r}")
        return self.full if self._has_compiled or self.full.state == READY else self.quick

    def _trainer(self) -> Worker:
        """The one that trains: started when it is first asked."""
        if self.train is None:
            self.train = Worker("train", {}, self._changed)
        return self.train

    def _looker(self) -> Worker:
        """The one that opens other networks: started when it is first asked."""
        if self.look is None:
            self.look = Worker("look", {"folder": str(self._folders.own), "runs": str(self._folders.runs)})
        return self.look

    def ask(self, kind: str, question: Question) -> None:
        """Put a question to the worker that answers now."""
        with self._change:
            self.worker(kind).ask(question)

    def forget(self, owner: Any) -> None:
        """Whoever asked has gone."""
        for worker in self.workers:
            worker.forget(owner)

    @property
    def workers(self) -> list[Worker]:
        """All there are."""
        reading = [self.full] if self._has_compiled and not self.quick.busy else [self.full, self.quick]
        return [*reading, *(worker for worker in (self.train, self.look) if worker is not None)]

    def state(self) -> dict[str, Any]:
        """For the page: the state of every kind, and the processes."""
        now = self.worker("read")
        state = COMPILING if now is self.quick and now.state == READY and self.full.state != BROKEN else now.state
        pids = [worker.pid for worker in self.workers if worker.kind == "read"]
        told = {"read": {"state": state, "pids": pids, "starts": self.full.starts}}
        if self.train is not None:
            told["train"] = {"state": self.train.state, "pids": [self.train.pid], "starts": self.train.starts}
        return told

    def close(self) -> None:
        """End all processes, and wait for them."""
        every = [worker for worker in (self.full, self.quick, self.train, self.look) if worker is not None]
        for worker in every:
            worker.close()
        for worker in every:
            worker.join(5)

    def _look(self) -> None:
        with self._change:
            if self.full.state == READY and not self._has_compiled:
                self._has_compiled = True
                self.quick.retire()
        self._changed()
