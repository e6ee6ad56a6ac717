"""Ctrl-C and SIGTERM end a command with a sentence and the exit code that scripts expect."""

import _thread
import multiprocessing
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Stopped(KeyboardInterrupt):
    """The command was asked to stop by a signal; `kept` says what is left to go on with."""

    def __init__(self, signal_number: int, kept: str = "") -> None:
        how = "interrupted" if signal_number == signal.SIGINT else f"stopped by {signal.Signals(signal_number).name}"
        super().__init__("; ".join([how, *([kept] if kept else [])]))
        self.signal_number = signal_number


_SOON = 0.01  # seconds


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within the block SIGTERM raises `Stopped`, here and so in a running command, and ends the processes it started.

    Without it Python would be gone at once: no sentence, no table of contents, and workers that go on for nobody. And
    Ctrl-C is never lost: Python only prints what is raised while an object is being deleted, and goes on.
    """
    before: dict[int, Any] = {}
    told = sys.unraisablehook
    if threading.current_thread() is threading.main_thread():
        usual: dict[int, tuple[Any, Any]] = {
            signal.SIGTERM: (signal.SIG_DFL, _stop),
            signal.SIGINT: (signal.default_int_handler, _interrupt),
        }
        for number, (default, handler) in usual.items():
            if signal.getsignal(number) is default:
                before[number] = signal.signal(number, handler)
    if before:
        sys.unraisablehook = _not_lost(told)
    try:
        yield
    finally:
        if before:
            sys.unraisablehook = told
        for number, handler in before.items():
            signal.signal(number, handler)


def _not_lost(told: Callable[[Any], Any]) -> Callable[[Any], None]:
    """What Python calls with an error that it would only print: a wish to stop comes once more instead."""

    def hook(unraisable: Any) -> None:
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            _again(getattr(unraisable.exc_value, "signal_number", signal.SIGINT))
        else:
            told(unraisable)

    return hook


def _stop(number: int, frame: FrameType | None) -> None:
    if _deleting(frame):
        _again(number)
        return
    for worker in multiprocessing.active_children():
        worker.terminate()
    raise Stopped(number)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if _deleting(frame):
        _again(number)
        return
    signal.default_int_handler(number, frame)


def _deleting(frame: FrameType | None) -> bool:
    """Whether this code runs, or was called, because an object is being deleted: its end, or a weak dictionary's.

    Or because of what was raised then: on a busy machine the signal may come once more before `hook` has returned.
    """
    while frame is not None:
        name, file = frame.f_code.co_name, frame.f_code.co_filename
        if name == "__del__" or file == weakref.__file__ or (name == "hook" and file == __file__):
            return True
        frame = frame.f_back
    return False


def _again(number: int) -> None:
    """Let the signal come once more, a little later; a real one, which also ends a wait of the main thread."""
    if hasattr(signal, "pthread_kill"):
        later = threading.Timer(_SOON, signal.pthread_kill, (threading.get_ident(), number))
    else:
        later = threading.Timer(_SOON, _thread.interrupt_main, (number,))
    later.daemon = True
    later.start()
