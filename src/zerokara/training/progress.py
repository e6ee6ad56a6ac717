"""Showing a training while it goes on: a bar on a terminal, plain lines elsewhere, nothing when asked."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, TextIO

from zerokara.training.records import Record

Verbosity = Literal["auto", "bar", "lines", "silent"]


def watch(
    records: Iterator[Record],
    verbosity: Verbosity = "auto",
    *,
    every: float = 30.0,
    stream: TextIO | None = None,
) -> Iterator[Record]:
    """Show a training while it goes on, and pass its records on.

        for record in watch(fit(...)):
            ...

    "bar": a progress bar with the remaining time, and a line an epoch above it. "lines": a line an epoch, and within
    an epoch one every `every` seconds of training. "silent": nothing. "auto": a bar if `stream` is a terminal, else
    lines; `stream` is standard error, so that results on standard output stay clean.
    Raises ValueError for another verbosity.
    """
    out = sys.stderr if stream is None else stream
    shown = ("bar" if out.isatty() else "lines") if verbosity == "auto" else verbosity
    if shown == "bar":
        return _bar(records, out)
    if shown == "lines":
        return _lines(records, out, every)
    if shown == "silent":
        return iter(records)
    raise ValueError(f'verbosity is "auto", "bar", "lines" or "silent"; got {verbosity!r}')


def describe(record: Record) -> str:
    """A record in one line: "epoch 3/20   loss 0.0812   accuracy 97.61%   …"; a star marks the best epoch so far."""
    return "   ".join(_parts(record))


def duration(seconds: float) -> str:
    """Seconds as people say them: "1.5 s", "48 s", "1:20", "2:03:00"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    total = round(seconds)
    if total < 60:
        return f"{total} s"
    minutes, rest = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _parts(record: Record) -> Iterator[str]:
    yield f"epoch {record.epoch:>{len(str(record.total_epochs))}}/{record.total_epochs}"
    if record.kind == "step":
        yield f"step {record.step:,}/{record.total_steps:,}"
    yield f"loss {record.loss:.4f}"
    if record.accuracy is not None:
        yield f"accuracy {record.accuracy:7.2%}"
    if record.val_loss is not None:
        yield f"val loss {record.val_loss:.4f}"
    if record.val_accuracy is not None:
        yield f"val accuracy {record.val_accuracy:7.2%}{' *' if record.best else '  '}"
    yield f"{record.images_per_second:,.0f} images/s"
    yield duration(record.seconds)
    if record.eta is not None and record.step < record.total_steps and not record.note:
        yield f"{duration(record.eta)} left"


def _lines(records: Iterator[Record], out: TextIO, every: float) -> Iterator[Record]:
    said = 0.0
    for record in records:
        if record.kind == "epoch" or record.seconds - said >= every:
            said = record.seconds
            _say(out, record)
        yield record


def _say(out: TextIO, record: Record) -> None:
    print(describe(record), file=out, flush=True)
    if record.note:
        print(record.note, file=out, flush=True)


def _bar(records: Iterator[Record], out: TextIO) -> Iterator[Record]:
    drawn = -1.0
    with _drawing(out) as (progress, task):
        for record in records:
            if record.kind == "epoch" or record.seconds - drawn >= 0.1:
                drawn = record.seconds
                progress.update(task, total=record.total_steps, completed=record.step, **_columns(record))
            if record.kind == "epoch":
                progress.refresh()
                _print(progress, describe(record), record.note)
            yield record


@contextmanager
def _drawing(out: TextIO) -> Iterator[tuple[Any, Any]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.fields[numbers]}"),
    )
    with Progress(*columns, console=Console(file=out, force_terminal=True), transient=True, expand=True) as progress:
        yield progress, progress.add_task("first step …", total=None, numbers="")


def _columns(record: Record) -> dict[str, str]:
    left = "" if record.eta is None else f" · {duration(record.eta)} left"
    return {
        "description": f"epoch {record.epoch}/{record.total_epochs}",
        "numbers": f"loss {record.loss:.4f} · {record.images_per_second:,.0f} images/s{left}",
    }


def _print(progress: Any, *lines: str) -> None:
    for line in filter(None, lines):
        progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
