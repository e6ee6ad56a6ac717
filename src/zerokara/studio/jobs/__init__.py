"""What runs in the workers: a kind of worker is a module here, with `start(options)` that gives a `Job`.

A job answers questions. An answer is a series of messages, and between two of them the worker looks whether something
more urgent was asked, or the rest is not wanted any more; so long answers are given in parts.
"""

from __future__ import annotations

import importlib
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from zerokara.arrays import Array
from zerokara.studio import frames

Message = tuple[dict[str, Any], dict[str, Array]]
"""What a message says, and its arrays."""

KINDS = ("read", "look", "train", "pictures")
"""The kinds of workers: modules of this package."""


class Job(Protocol):
    """What a worker does."""

    def answer(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The messages that answer a question. ValueError says in a sentence why there is no answer."""


def serve(connection: Connection, kind: str, options: dict[str, Any]) -> None:
    """A worker's life: get ready, say so, answer what is asked; over when the other end of the pipe is closed.

    What comes is ("ask", number, bytes), ("cancel", number) or ("end",); what goes is ("ready",), ("part", number,
    bytes), ("failed", number, sentence) and ("done", number). A job that has a method `close` is closed in the end, to
    put away what it holds.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of a group; the server ends its workers itself
    threading.Thread(target=_die_with_parent, daemon=True).start()
    job: Job | None = None
    try:
        job = importlib.import_module(f"zerokara.studio.jobs.{kind}").start(options)
        connection.send(("ready",))
        while True:
            _take(connection, job, set())
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    finally:
        getattr(job, "close", lambda: None)()


def _die_with_parent() -> None:
    """Where the server was killed nobody reads answers: a long computation must not go on."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _take(connection: Connection, job: Job, cancelled: set[int]) -> None:
    """Take one message from the pipe and do what it asks; questions that come meanwhile are answered in between."""
    what, *rest = connection.recv()
    if what == "end":
        raise EOFError
    number = rest.pop(0)
    if what == "cancel":
        cancelled.add(number)
        return
    try:
        parts = job.answer(*frames.decode(rest[0]))
        for head, arrays in parts:
            connection.send(("part", number, frames.encode(head, arrays)))
            while connection.poll():
                _take(connection, job, cancelled)
            if number in cancelled:
                break
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except (ValueError, OSError) as error:
        connection.send(("failed", number, str(error)))
    except Exception as error:  # a fault of ours: said, and the worker goes on
        connection.send(("failed", number, f"unexpected {type(error).__name__}: {error}"))
    cancelled.discard(number)
    connection.send(("done", number))
