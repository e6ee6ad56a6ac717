"""Ctrl-C and SIGTERM end a command with a sentence and the exit code that scripts expect."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(KeyboardInterrupt):
    """The command was asked to stop by a signal; `kept` says what is left to go on with."""

    def __init__(self, signal_number: int, kept: str = "") -> None:
        how = "interrupted" if signal_number == signal.SIGINT else f"stopped by {signal.Signals(signal_number).name}"
        super().__init__("; ".join([how, *([kept] if kept else [])]))
        self.signal_number = signal_number


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Within the block SIGTERM raises `Stopped`, here and so in a running command, and ends the processes it started.

    Without it Python would be gone at once: no sentence, no table of contents, and workers that go on for nobody.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    ):
        yield
        return
    signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _stop(number: int, frame: FrameType | None) -> None:
    for worker in multiprocessing.active_children():
        worker.terminate()
    raise Stopped(number)
