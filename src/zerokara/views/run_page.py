"""The report of several runs: their curves together, the settings in which they differ, their best scores."""

from collections.abc import Sequence

from zerokara.release import __version__
from zerokara.report import (
    Axis,
    Cell,
    Fact,
    Figure,
    Lang,
    Line,
    Page,
    Section,
    Table,
    Text,
    chart,
    duration,
    percent,
    significant,
)
from zerokara.views.run_table import MORE_IS_BETTER, Run, RunTable

NAMED, MOST = 6, 60
"""So many curves have a colour and a name of their own, and so many are drawn at most: those of the best runs."""

TEXTS: dict[str, Text] = {
    "title": Text("{count:run|runs} side by side", "実行 {count} 件の比較"),
    "kicker": Text("zerokara ゼロから · runs", "zerokara ゼロから · 実行の一覧"),
    "lead": Text("The runs in {folder}, the best first.", "{folder} の実行（よい順）。"),
    "curves": Text("Their curves", "学習曲線"),
    "curves-lead": Text(
        "The {named} best runs have colours and names; {more} are drawn thin.",
        "上位 {named} 件に色と名前を付け、ほかの {more} 件は細い線で描いています。",
    ),
    "val_accuracy": Text("Accuracy on the validation part", "検証正答率"),
    "val_loss": Text("Loss on the validation part", "検証損失"),
    "accuracy": Text("Accuracy in training", "訓練正答率"),
    "loss": Text("Loss in training", "訓練損失"),
    "short-val_accuracy": Text("val accuracy", "検証正答率"),
    "short-val_loss": Text("val loss", "検証損失"),
    "short-accuracy": Text("train accuracy", "訓練正答率"),
    "short-loss": Text("train loss", "訓練損失"),
    "epoch": Text("epoch", "エポック"),
    "others": Text("other runs", "ほかの実行"),
    "table": Text("Settings and scores", "設定とスコア"),
    "table-lead": Text(
        "Settings in which the runs differ; of every measure the best epoch's. An unfinished run is marked …",
        "実行ごとに異なる設定。スコアは最良のエポックの値。終わっていない実行には … を付けています。",
    ),
    "run": Text("run", "実行"),
    "epochs": Text("epochs", "エポック"),
    "time": Text("time", "時間"),
    "same": Text("What they share", "共通の設定"),
    "setting": Text("setting", "設定"),
    "value": Text("value", "値"),
    "best": Text("best of all", "全体の最良"),
    "count": Text("runs", "実行"),
    "footer": Text(
        "Written by zerokara {version}. This file is self-contained: it loads nothing else.",
        "zerokara {version} が作成。このファイルだけで完結しており、外部からは何も読み込みません。",
    ),
}


def page(table: RunTable, lang: Lang) -> Page:
    """The report of the runs in `lang`."""
    say = TEXTS
    drawn = [run for run in table.runs if run.epochs][:MOST]
    named, more = min(NAMED, len(drawn)), max(0, len(drawn) - NAMED)
    sections = [
        Section(
            say["curves"](lang),
            [_curves(drawn, measure, lang) for measure in table.measures],
            say["curves-lead"](lang, named=named, more=more) if more else "",
        ),
        Section(say["table"](lang), [_table(table, lang)], say["table-lead"](lang)),
    ]
    if table.common:
        rows = [[name, _written(value)] for name, value in table.common.items()]
        sections.append(Section(say["same"](lang), [Table([say["setting"](lang), say["value"](lang)], rows)]))
    return Page(
        title=say["title"](lang, count=len(table.runs)),
        sections=sections,
        lead=say["lead"](lang, folder=str(table.folder)),
        kicker=say["kicker"](lang),
        facts=_facts(table, lang),
        footer=say["footer"](lang, version=__version__),
        lang=lang,
    )


def measured(measure: str, value: float | None) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    return percent(value, 2) if measure in MORE_IS_BETTER else significant(value, 4)


def _facts(table: RunTable, lang: Lang) -> list[Fact]:
    facts = [Fact(TEXTS["count"](lang), str(len(table.runs)), duration(sum(run.seconds for run in table.runs)))]
    for measure in table.measures[:2]:
        ones = [(run.best(measure), run.name) for run in table.runs if run.best(measure) is not None]
        value, name = (max if measure in MORE_IS_BETTER else min)(ones)
        facts.insert(
            -1, Fact(TEXTS[f"short-{measure}"](lang), measured(measure, value), name, main=measure == table.measures[0])
        )
    return facts


def _curves(runs: Sequence[Run], measure: str, lang: Lang) -> Figure:
    """The curves of a measure: the first few by name, the rest as background."""
    factor = 100.0 if measure in MORE_IS_BETTER else 1.0
    lines = []
    for place, run in enumerate(runs):
        rows = [row for row in run.epochs if row.get(measure) is not None]
        if rows:
            x, y = [float(row["epoch"]) for row in rows], [factor * float(row[measure]) for row in rows]
            background = place >= NAMED
            lines.append(Line(TEXTS["others"](lang) if background else run.name, x, y, faint=background))
    rows_: list[list[Cell]] = [
        [run.name, len(run.epochs), measured(measure, run.best(measure))] for run in runs if run.epochs
    ]
    heads = [TEXTS["run"](lang), TEXTS["epochs"](lang), TEXTS[f"short-{measure}"](lang)]
    x_axis = Axis(TEXTS["epoch"](lang), whole=True)
    log = measure not in MORE_IS_BETTER
    y_axis = Axis(TEXTS[f"short-{measure}"](lang), "" if log else "%", log=log)
    return chart(TEXTS[measure](lang), lines, x_axis, y_axis, lang=lang, table=Table(heads, rows_))


def _table(table: RunTable, lang: Lang) -> Table:
    heads = [TEXTS["run"](lang), *table.differing, TEXTS["epochs"](lang)]
    heads += [TEXTS[f"short-{measure}"](lang) for measure in table.measures] + [TEXTS["time"](lang)]
    rows: list[list[Cell]] = [
        [
            run.name,
            *(_written(run.settings.get(name)) for name in table.differing),
            epochs(run),
            *(measured(measure, run.best(measure)) for measure in table.measures),
            duration(run.seconds),
        ]
        for run in table.runs
    ]
    return Table(heads, rows)


def epochs(run: Run) -> str:
    """How many epochs a run has done, and whether it goes on."""
    done = str(len(run.epochs))
    if run.finished:
        return done
    return f"{done}/{run.planned} …" if run.planned else f"{done} …"


def _written(value: object) -> str:
    return "–" if value is None else significant(value, 4) if isinstance(value, float) else str(value)
