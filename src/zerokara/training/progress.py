"""Showing a training while it goes on: a bar on a terminal, curves in a notebook, plain lines elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TextIO, get_args

from zerokara.arguments import is_number, short
from zerokara.training import live
from zerokara.training.records import WORDS, Lang, Record, describe, duration, remark

WIDE = 60
"""On a terminal of fewer characters only the epoch, the time left and the loss are shown, and no bar."""

Verbosity = Literal["auto", "bar", "notebook", "lines", "silent"]


def watch(
    records: Iterator[Record],
    verbosity: Verbosity = "auto",
    *,
    every: float = 30.0,
    stream: TextIO | None = None,
    lang: Lang = "en",
) -> Iterator[Record]:
    """Show a training while it goes on, and pass its records on.

        for record in watch(fit(...)):
            ...

    "bar": a progress bar with the remaining time, and a line an epoch above it. "notebook": a bar and the curves so
    far, in one output that is drawn anew. "lines": a line an epoch, and within an epoch one every `every` seconds of
    training. "silent": nothing. "auto": "notebook" in a notebook, a bar if `stream` is a terminal, else lines; `stream`
    is standard error, so that results on standard output stay clean. `lang`: "en" or "ja".
    Raises ValueError for another verbosity or language, TypeError for what gives no records.
    """
    if not isinstance(records, Iterable):
        raise TypeError(f"watch shows the records of fit, as watch(fit(…)); got {type(records).__name__}")
    if not isinstance(verbosity, str) or verbosity not in get_args(Verbosity):
        raise ValueError(f'verbosity is "auto", "bar", "notebook", "lines" or "silent"; got {short(verbosity)}')
    if not is_number(every):
        raise TypeError(f"every is a number of seconds; got {short(every)}")
    if not isinstance(lang, str) or lang not in get_args(Lang):
        raise ValueError(f'lang is "en" or "ja"; got {short(lang)}')
    out = sys.stderr if stream is None else stream
    if not hasattr(out, "write") or not hasattr(out, "isatty"):
        raise TypeError(f"stream is a text stream, as sys.stdout; got {short(stream)}")
    records = _only_records(records)
    shown = verbosity
    if verbosity == "auto":
        shown = "notebook" if stream is None and live.in_notebook() else "bar" if out.isatty() else "lines"
    if shown == "bar":
        return _bar(records, out, lang)
    if shown == "notebook":
        return live.live(records, lang)
    if shown == "lines":
        return _lines(records, out, every, lang)
    return records


def _only_records(records: Iterable[Record]) -> Iterator[Record]:
    """The records themselves; TypeError for what is none."""
    for record in records:
        if not isinstance(record, Record):
            raise TypeError(f"watch shows the records of fit, as watch(fit(…)); among them is {short(record)}")
        yield record


def _lines(records: Iterator[Record], out: TextIO, every: float, lang: Lang) -> Iterator[Record]:
    said = 0.0
    for record in records:
        if record.kind == "epoch" or record.seconds - said >= every:
            said = record.seconds
            _say(out, record, lang)
        yield record


def _say(out: TextIO, record: Record, lang: Lang) -> None:
    print(describe(record, lang), file=out, flush=True)
    if record.note:
        print(remark(record, lang), file=out, flush=True)


def _bar(records: Iterator[Record], out: TextIO, lang: Lang) -> Iterator[Record]:
    drawn = -1.0
    with _drawing(out, lang) as (progress, task):
        for record in records:
            if record.kind == "epoch" or record.seconds - drawn >= 0.1:
                drawn = record.seconds
                progress.update(task, total=record.total_steps, completed=record.step, **_columns(record, lang))
            if record.kind == "epoch":
                progress.refresh()
                _print(progress, describe(record, lang), remark(record, lang))
            yield record


@contextmanager
def _drawing(out: TextIO, lang: Lang) -> Iterator[tuple[Any, Any]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    wide = _width(out) >= WIDE
    columns = (
        TextColumn("{task.description}"),
        *((BarColumn(bar_width=None), TaskProgressColumn()) if wide else ()),
        TextColumn("{task.fields[numbers]}" if wide else "{task.fields[short]}"),
    )
    with Progress(*columns, console=Console(file=out, force_terminal=True), transient=True, expand=True) as progress:
        yield progress, progress.add_task(WORDS[lang]["first"], total=None, numbers="", short="")


def _columns(record: Record, lang: Lang) -> dict[str, str]:
    words = WORDS[lang]
    left = [] if record.eta is None else [words["left"].format(duration(record.eta))]
    rate = [words[record.unit].format(f"{record.images_per_second:,.0f}")] if record.images_per_second > 0 else []
    loss = words["loss"].format(f"{record.loss:.4f}")
    return {
        "description": words["epoch"].format(record.epoch, record.total_epochs),
        "numbers": " · ".join([loss, *rate, *left]),
        "short": " · ".join([*left, loss]),
    }


def _width(out: TextIO) -> int:
    """How many characters a line of the terminal holds."""
    from rich.console import Console

    return Console(file=out, force_terminal=True).width


def _print(progress: Any, *lines: str) -> None:
    for line in filter(None, lines):
        progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
