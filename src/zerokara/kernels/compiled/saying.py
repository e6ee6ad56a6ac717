"""What is said while kernels are compiled, on standard error, in the language that is spoken.

On a terminal of our own a line is updated in place; elsewhere it is said once. ZEROKARA_QUIET=1 silences it.
"""

import os
import sys
import time
from pathlib import Path

from zerokara.kernels.waiting import compiling_time
from zerokara.language import spoken

_BAR = 20  # characters

_TEXTS = {
    "one": (
        "zerokara: compiling kernels for this machine (first run only) …",
        "zerokara：このマシン用にカーネルをコンパイルしています（初回のみ）…",
    ),
    "several": (
        "zerokara: compiling {total} kernels for this machine (first run only)",
        "zerokara：このマシン用に {total} 個のカーネルをコンパイルしています（初回のみ）",
    ),
    "seconds": ("{seconds} s", "{seconds} 秒"),
    "no-folder": (
        "zerokara: cannot keep compiled kernels in {root}; set ZEROKARA_CACHE to another folder\n",
        "zerokara：コンパイルしたカーネルを {root} に保存できません。ZEROKARA_CACHE で別の場所を指定してください\n",
    ),
    "not-kept": (
        "zerokara: cannot keep compiled kernels in {root}: {reason}; the next run compiles them again\n",
        "zerokara：コンパイルしたカーネルを {root} に保存できません（{reason}）。次回もう一度コンパイルします\n",
    ),
}
"""English and Japanese."""

_said = {"announced": 0, "complained": 0}
"""How often."""


def announce(name: str) -> None:
    """A kernel is compiled now, in this process: how many it has compiled with this one, and the seconds so far."""
    text = _told("one")
    if _can_rewrite():
        seconds = _told("seconds", seconds=int(compiling_time()))
        _say(f"\r\x1b[K{text} {name} ({_said['announced'] + 1})  {seconds}")
    elif not _said["announced"]:
        _say(text + "\n")
    _said["announced"] += 1


class Progress:
    """A bar that counts kernels, with the time, while several processes compile; one line where nobody can watch it."""

    def __init__(self, total: int) -> None:
        self._total, self._began, self._shown = total, time.monotonic(), ""

    def __enter__(self) -> "Progress":
        return self

    def show(self, done: int) -> None:
        """So many are done."""
        text = _told("several", total=self._total)
        if not _can_rewrite():
            if not _said["announced"]:
                _say(text + " …\n")
            _said["announced"] += 1
            return
        seconds = _told("seconds", seconds=int(time.monotonic() - self._began))
        bar = "█" * (_BAR * done // self._total) + "░" * (_BAR - _BAR * done // self._total)
        shown = f"\r\x1b[K{text} {bar} {done}/{self._total}  {seconds}"
        if shown != self._shown:
            _say(shown)
        self._shown = shown

    def __exit__(self, *exception: object) -> None:
        if self._shown:
            _say("\r\x1b[K")


def clear_line() -> None:
    """Leave the terminal as it was."""
    if _said["announced"] and _can_rewrite():
        _say("\r\x1b[K")


def no_folder(root: Path) -> None:
    """Nothing can be kept in this folder."""
    _say(_told("no-folder", root=root))


def not_kept(root: Path, error: OSError) -> None:
    """What was compiled could not be written; said once."""
    if not _said["complained"]:
        _say(_told("not-kept", root=root, reason=error.strerror or error))
    _said["complained"] += 1


def _told(name: str, **values: object) -> str:
    return _TEXTS[name][spoken() == "ja"].format(**values)


def _can_rewrite() -> bool:
    """Whether a line can be written over: on a terminal, unless a progress bar has put itself in front of it."""
    terminal = sys.__stderr__
    return terminal is not None and terminal is sys.stderr and terminal.isatty()


def _say(text: str) -> None:
    if os.environ.get("ZEROKARA_QUIET", "0") in ("", "0"):
        try:
            sys.stderr.write(text)
        except UnicodeEncodeError:  # a terminal that cannot write Japanese
            sys.stderr.write(text.encode("ascii", "backslashreplace").decode())
        sys.stderr.flush()
