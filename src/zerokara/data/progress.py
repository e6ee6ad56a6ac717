"""How a download tells how far it is: records, and two ways to show them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

_SECONDS_BETWEEN_LINES = 5.0


@dataclass(frozen=True)
class Transfer:
    """How far the download of one file is, in bytes. `total` is None where the server does not say.

    Each transfer ends with one record that has `ended`, also when it failed.
    """

    file: str
    received: int
    total: int | None
    ended: bool = False


Progress = Callable[[Transfer], None]


def silent(transfer: Transfer) -> None:
    """Show nothing."""


def show_transfers(stream: TextIO | None = None) -> Progress:
    """A bar on a terminal, a plain line every few seconds elsewhere. The stream is standard error by default."""
    stream = stream or sys.stderr
    return _Bar(stream) if stream.isatty() else _Lines(stream)


class _Lines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = -_SECONDS_BETWEEN_LINES

    def __call__(self, transfer: Transfer) -> None:
        now = time.monotonic()
        if transfer.ended or now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = -_SECONDS_BETWEEN_LINES if transfer.ended else now
            of = "" if transfer.total is None else f" of {_megabytes(transfer.total)}"
            self._stream.write(f"downloading {transfer.file}: {_megabytes(transfer.received)}{of} MB\n")
            self._stream.flush()


class _Bar:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Any = None
        self._task: Any = None

    def __call__(self, transfer: Transfer) -> None:
        if self._bar is None:
            self._open(transfer)
        self._bar.update(self._task, completed=transfer.received, total=transfer.total)
        if transfer.ended:
            self._bar.stop()
            self._bar = None

    def _open(self, transfer: Transfer) -> None:
        from rich import progress
        from rich.console import Console
        from rich.markup import escape

        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.DownloadColumn(),
            progress.TransferSpeedColumn(),
            progress.TimeRemainingColumn(),
            console=Console(file=self._stream),
        )
        self._task = self._bar.add_task(escape(transfer.file), total=transfer.total)
        self._bar.start()


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"
