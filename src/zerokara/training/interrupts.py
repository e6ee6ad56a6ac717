"""Ctrl-C and SIGTERM: finish the step, save, then stop."""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

_Handler = Callable[[int, FrameType | None], Any] | int


class Interrupted(KeyboardInterrupt):
    """The training was asked to stop (Ctrl-C or SIGTERM), and stopped between two steps with everything saved.

    signal_number says by which signal; the message says how to go on. It is a KeyboardInterrupt, so that
    `except Exception` does not swallow the wish to stop. `agreed`: all processes of a team stopped after the same step.
    """

    agreed = False

    def __init__(self, message: str, signal_number: int) -> None:
        super().__init__(message)
        self.signal_number = signal_number


class Signals:
    """A `with` block in which the first Ctrl-C or SIGTERM is only remembered, in `received`: no step is ever torn.

    A second one acts at once, as it would have without the block, and so does one that comes while machine code is
    being compiled, which may take half a minute: the step that waits for it is given up, and no checkpoint is written
    of it. Outside the main thread, where Python
    allows no handlers, and for signals that the process ignores, nothing is changed.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._before: dict[int, _Handler] = {}

    def __enter__(self) -> "Signals":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before = signal.getsignal(number)
                if before is not None and before != signal.SIG_IGN:
                    self._before[number] = before
                    signal.signal(number, self._remember)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._give_back()

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if compiling(frame):
            self.received = number  # also where the compiler lets no exception through
            raise InterruptedWhileCompiling(number)
        if self.received is None:
            self.received = number
            return
        self._give_back()
        signal.raise_signal(number)

    def _give_back(self) -> None:
        for number, before in self._before.items():
            if signal.getsignal(number) == self._remember:
                signal.signal(number, before)
        self._before = {}


class InterruptedWhileCompiling(Interrupted):
    """Stopped before the step that waited for its machine code; what the last checkpoint holds is kept."""

    def __init__(self, signal_number: int) -> None:
        name = signal.Signals(signal_number).name
        super().__init__(
            f"stopped by {name} while machine code was being compiled; what was compiled so far is kept, "
            "and the step that waited for it was not done",
            signal_number,
        )


def compiling(frame: FrameType | None) -> bool:
    """Whether the code that runs in this frame, or one that called it, is the compiler."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(_COMPILERS):
            return True
        frame = frame.f_back
    return False


_COMPILERS = (
    "numba.core.compiler",
    "numba.core.dispatcher",
    "llvmlite.binding",
    "zerokara.kernels.compiled.making",
)
