"""`zerokara runs`."""

import json as json_format
from pathlib import Path

from zerokara.cli.console import columns, safe, say
from zerokara.cli.language import current
from zerokara.cli.results import told
from zerokara.io import write_atomically
from zerokara.report import duration, significant
from zerokara.views.run_page import epochs, measured, page
from zerokara.views.run_table import RunTable, run_table


def runs(
    folder: Path = Path("runs"),
    *,
    report: Path | None = None,
    csv: Path | None = None,
    json: bool = False,
) -> None:
    """List trainings side by side.

    Parameters
    ----------
    folder
        A folder of runs, those in folders within it too; a study's folder lists its trials.
    report
        Write an HTML report to this file: the curves of all runs together.
    csv
        Write the table to this file, all settings in it, for spreadsheets.
    json
        A JSON object a line, one for each run.
    """
    table = run_table(folder)
    if not table.runs and not table.unreadable:
        raise ValueError(f"{folder} holds no runs")
    if report is not None:
        page(table, current()).write(report)
    if csv is not None:
        write_atomically(csv, ("\ufeff" + table.csv()).encode())  # the mark that lets a spreadsheet know UTF-8
    if json:
        for row in table.rows():
            say(json_format.dumps(row, ensure_ascii=False))
        return
    _tell(table)
    for path, key in ((csv, "csv"), (report, "report")):
        if path is not None:
            say(told(key, path=safe(str(path))))


def _tell(table: RunTable) -> None:
    say(told("runs-count", count=len(table.runs), folder=safe(str(table.folder))))
    if len(table.runs) > 1 and table.common:
        same = told("comma").join(f"{name} {_written(value)}" for name, value in table.common.items() if value != "")
        say(told("runs-same", settings=safe(same)))
    if table.runs:
        say()
        names = table.differing if len(table.runs) > 1 else []
        heads = [told("run"), *names, told("epochs-done")]
        heads += [told(_HEADS[measure]) for measure in table.measures] + [told("time")]
        rows = [
            [
                safe(run.name),
                *(safe(_written(run.settings.get(name))) for name in names),
                epochs(run),
                *(measured(measure, run.best(measure)) for measure in table.measures),
                duration(run.seconds),
            ]
            for run in table.runs
        ]
        for line in columns([heads, *rows], right=set(range(1, len(heads)))):
            say(line)
    for path, why in table.unreadable:
        say(told("runs-unreadable", path=safe(str(path)), why=safe(why)))


_HEADS = {
    "val_accuracy": "best-val-accuracy",
    "val_loss": "best-val-loss",
    "accuracy": "train-accuracy",
    "loss": "train-loss",
}


def _written(value: object) -> str:
    return "–" if value is None else significant(value, 4) if isinstance(value, float) else str(value)
