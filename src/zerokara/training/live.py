"""A training in a notebook: one output that is drawn anew, with a bar, the numbers, and the curves so far."""

import sys
import time
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from zerokara.training.records import Lang, Record, describe, remark
from zerokara.training.shown import plot_history

EVERY = 0.5
"""Seconds between two looks at a training within an epoch."""

Show = Callable[[str, str], None]
"""Draws (HTML, the same as text) in the place of what was drawn before."""


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook, which shows HTML; a terminal's IPython is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return getattr(shell, "kernel", None) is not None


def live(records: Iterator[Record], lang: Lang = "en", show: Show | None = None) -> Iterator[Record]:
    """Pass the records on, and show a bar and the curves of the epochs so far."""
    draw, epochs, curves, drawn = show or _display(), [], "", -EVERY
    notes: list[str] = []
    for record in records:
        if record.kind == "epoch":
            epochs.append(record)
            curves = plot_history(epochs, lang).content
            notes += [remark(record, lang)] if record.note else []
        if record.kind == "epoch" or time.monotonic() - drawn >= EVERY:
            drawn = time.monotonic()
            told = "\n".join([*(describe(one, lang) for one in epochs[-1:]), *notes])
            draw(_page(record, describe(record, lang), curves, notes), told or describe(record, lang))
        yield record


def _page(record: Record, told: str, curves: str, notes: list[str]) -> str:
    from zerokara.report import Markup, notebook_html

    bar = (
        '<div style="grid-column: 1 / -1">'
        f'<progress value="{record.step}" max="{max(record.total_steps, 1)}" style="width:100%"></progress>'
        f"<p>{escape(told)}</p>" + "".join(f"<p>{escape(note)}</p>" for note in notes)
    )
    return notebook_html(Markup(f"{bar}</div>"), Markup(curves)) if curves else f"{bar}</div>"


def _display() -> Show:
    """An output of the notebook that is made at the first call and replaced at the others."""
    handles: list[Any] = []

    def show(html: str, text: str) -> None:
        from IPython.display import display

        data = {"text/html": html, "text/plain": text}
        if handles:
            handles[0].update(data, raw=True)
        else:
            handles.append(display(data, raw=True, display_id=True))  # type: ignore[no-untyped-call]

    return show
