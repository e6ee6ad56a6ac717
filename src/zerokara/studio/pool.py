"""Which worker answers what: a quick reader at once, one with compiled kernels as soon as it is ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zerokara.studio.workers import BROKEN, COMPILING, READY, Question, Worker


class Pool:
    """The workers by kind. Reading has two at first: on a new machine compiling takes seconds, and people draw already.

    The quick one computes with NumPy alone and answers until the other has compiled; then it is ended.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self.quick: Worker | None = Worker("read", {"kernels": "reference"}, self._look)
        self.full = Worker("read", {}, self._look)

    def worker(self, kind: str) -> Worker:
        """The worker that answers now. Raises ValueError for an unknown kind."""
        if kind != "read":
            raise ValueError(f"there is no worker for {kind[:20]!r}")
        quick = self.quick
        return self.full if quick is None or self.full.state == READY else quick

    def ask(self, kind: str, question: Question) -> None:
        """Put a question to the worker that answers now."""
        self.worker(kind).ask(question)

    def forget(self, owner: Any) -> None:
        """Whoever asked has gone."""
        for worker in self.workers:
            worker.forget(owner)

    @property
    def workers(self) -> list[Worker]:
        """All there are."""
        quick = self.quick
        return [self.full] if quick is None else [self.full, quick]

    def state(self) -> dict[str, Any]:
        """For the page: the state of every kind, and the processes."""
        now = self.worker("read")
        state = COMPILING if now is self.quick and now.state == READY and self.full.state != BROKEN else now.state
        return {"read": {"state": state, "pids": [worker.pid for worker in self.workers], "starts": self.full.starts}}

    def close(self) -> None:
        """End all processes, and wait for them."""
        for worker in self.workers:
            worker.close()
        for worker in self.workers:
            worker.join(5)

    def _look(self) -> None:
        quick = self.quick
        if (
            quick is not None
            and getattr(self, "full", None) is not None
            and self.full.state == READY
            and not quick.busy
        ):
            self.quick = None
            quick.close()
        self._changed()
