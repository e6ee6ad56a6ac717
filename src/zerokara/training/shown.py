"""Trainings and their results as pictures: for notebooks, and for pages of your own.

The report's modules are imported when something is drawn, so that training stays light to import.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.training.history import read_records
from zerokara.training.records import Record

if TYPE_CHECKING:
    from zerokara.report import Figure, Lang, Line

MOST_CLASSES = 24
"""A confusion matrix of more classes is not drawn in a notebook."""

_WORDS = {
    "title": ("Training, epoch by epoch", "エポックごとの学習経過"),
    "epoch": ("epoch", "エポック"),
    "loss": ("loss", "損失"),
    "accuracy": ("accuracy", "正答率"),
    "training": ("training", "訓練"),
    "validation": ("validation", "検証"),
    "none": ("no epoch is finished yet", "終わったエポックはまだありません"),
}

History = Iterable[Record | Mapping[str, Any]] | Mapping[str, Sequence[Any]] | str | os.PathLike[str]
"""Records, the rows of `read_records`, the columns of `read_history`, or the folder of a run."""


def plot_history(history: History, lang: Lang = "en") -> Figure:
    """One figure of a training: loss and, where there is one, accuracy over the epochs, in training and validation.

        records = list(fit(…))
        plot_history(records)                        # a notebook shows it; .html() is for a page of your own
        plot_history("runs/digits", lang="ja")       # of a run's folder

    Raises ValueError where no epoch is finished, and for what is no history.
    """
    from zerokara.report import Axis, Figure, Table, check_language, line_chart
    from zerokara.report.markup import element, join

    check_language(lang if isinstance(lang, str) else short(lang))
    rows = _epochs(history)
    if not rows:
        raise ValueError(f"there is nothing to plot: {_WORDS['none'][0]}")
    word = {name: texts[0 if lang == "en" else 1] for name, texts in _WORDS.items()}
    names = [name for name in ("loss", "val_loss", "accuracy", "val_accuracy") if any(_has(r, name) for r in rows)]
    epoch = Axis(word["epoch"], whole=True)
    positive = all(r[n] > 0 for r in rows for n in names[:2] if "loss" in n and _has(r, n))
    axes = {"loss": Axis(word["loss"], log=positive), "accuracy": Axis(word["accuracy"], "%", high=100.0)}
    charts = [
        line_chart(word[what], lines, epoch, axis, lang=lang)
        for what, axis in axes.items()
        if (lines := _lines(rows, what, word))
    ]
    table = Table([word["epoch"], *names], [[int(r["epoch"]), *(r.get(n) for n in names)] for r in rows])
    parts = [element("div", chart.content) for chart in charts]  # each a whole, with its legend, wherever it is put
    content = parts[0] if len(parts) == 1 else join(*parts)
    return Figure(word["title"], content, " ".join(chart.words for chart in charts), table)


def _lines(rows: Sequence[Mapping[str, Any]], what: str, word: Mapping[str, str]) -> list[Line]:
    from zerokara.report import Line

    factor, epochs = 100.0 if what == "accuracy" else 1.0, [float(r["epoch"]) for r in rows]
    found = []
    for part, name in (("training", what), ("validation", f"val_{what}")):
        values = [factor * float(r[name]) if _has(r, name) else float("nan") for r in rows]
        if any(_has(r, name) for r in rows):
            found.append(Line(word[part], epochs, values))
    return found


def _has(row: Mapping[str, Any], name: str) -> bool:
    return row.get(name) is not None


def _epochs(history: Any) -> list[Mapping[str, Any]]:
    """The epochs of a history in any of its forms."""
    if isinstance(history, str | os.PathLike):
        history = read_records(history)
    if isinstance(history, Mapping):
        if not {"epoch", "loss"} <= history.keys():
            raise ValueError(
                f"a history has the columns epoch and loss; got {', '.join(map(str, history)) or 'nothing'}"
            )
        return [dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)]
    try:
        rows = [vars(record) if isinstance(record, Record) else dict(record) for record in history]
        return [row for row in rows if row["kind"] == "epoch"]
    except (TypeError, ValueError, KeyError):
        raise TypeError(
            "a history is a list of records of fit, what read_history gives, or the folder of a run; "
            f"got {type(history).__name__}"
        ) from None


def evaluation(told: str, confusion: Array) -> str:
    """An evaluation for a notebook: a sentence, and the confusion matrix where it is small enough to be read."""
    K = len(confusion)
    if K > MOST_CLASSES:
        return f"<p>{escape(told)}</p>"
    from zerokara.report import confusion_matrix, notebook_html

    return notebook_html(confusion_matrix(told, confusion, [str(k) for k in range(K)]).html("en"))
