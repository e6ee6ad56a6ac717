"""What went wrong, in one line, and the exit code that says the same to scripts."""

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable

from cyclopts import CycloptsError

from zerokara.arguments import UsageError as UsageError
from zerokara.cli.console import safe

FAILED, USAGE, PIPE_CLOSED = 1, 2, 128 + 13
TRACEBACK = "ZEROKARA_TRACEBACK"


def report(error: BaseException) -> int:
    """Say on standard error what went wrong; return the exit code. ZEROKARA_TRACEBACK=1 shows the traceback too."""
    if isinstance(error, BrokenPipeError):
        return _leave_quietly()
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0 if error.code is None else FAILED
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    sentence, code = explain(error)
    say_error(sentence)
    return code


def say_error(sentence: str) -> None:
    """One line on standard error, in the language that is spoken."""
    from zerokara.cli.language import current

    print(f"zerokara: {in_words(current())(sentence)}", file=sys.stderr)


def in_words(lang: str) -> Callable[[str], str]:
    """What puts a sentence into this language."""
    if lang != "ja":
        return str
    from zerokara.cli.messages import in_japanese

    return in_japanese


def explain(error: BaseException) -> tuple[str, int]:
    """The sentence and the exit code for an error."""
    error = interruption(error) or error
    if isinstance(error, CycloptsError | UsageError):
        return safe(str(error)), USAGE
    if isinstance(error, KeyboardInterrupt):
        number = getattr(error, "signal_number", signal.SIGINT)
        return safe(str(error) or "interrupted"), 128 + number
    if isinstance(error, MemoryError):
        return "there is not enough memory for this", FAILED
    if isinstance(error, OSError):
        return _of_system(error), FAILED
    if isinstance(error, ValueError):
        return safe(str(error)), FAILED
    kind = type(error).__name__
    return f"unexpected {kind}: {safe(str(error))} ({TRACEBACK}=1 shows where)", FAILED


def interruption(error: BaseException) -> KeyboardInterrupt | None:
    """The wish to stop that led to an error: a compiler that is interrupted may end in errors of its own."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, KeyboardInterrupt):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _of_system(error: OSError) -> str:
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return safe(f"{error.filename}: {reason}" if error.filename else reason)


def _leave_quietly() -> int:
    """Whoever read our output has closed it: nothing more is written, also not when Python ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED
