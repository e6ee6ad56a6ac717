"""The part of a report that shows how the training went, epoch by epoch."""

from collections.abc import Sequence

from zerokara.recipes.running import Result
from zerokara.recipes.texts import say
from zerokara.report import Axis, Figure, Lang, Line, Section, line_chart
from zerokara.training import RegressionEvaluation

NAN = float("nan")


def curves(result: Result, lang: Lang) -> Section:
    """Loss and accuracy over the epochs."""
    epoch = Axis(say(lang, "epoch"), whole=True)
    numbers = isinstance(result.evaluation, RegressionEvaluation)
    loss = say(lang, "squares-axis" if numbers else "loss-axis")
    figures = [_compare(result, lang, "loss", epoch, Axis(loss, log=True))]
    if not numbers:
        figures.append(_compare(result, lang, "accuracy", epoch, Axis(say(lang, "accuracy-axis"), "%", high=100.0)))
    lead = say(lang, "learned-lead", batch=result.recipe.batch_size)
    return Section(say(lang, "learned"), figures, lead)


def _compare(result: Result, lang: Lang, what: str, x: Axis, y: Axis) -> Figure:
    """A measure on the training images and, where there were any, on the validation images."""
    epochs, factor = _column(result, "epoch"), 100.0 if what == "accuracy" else 1.0
    lines = [Line(say(lang, "training"), epochs, _scaled(_column(result, what), factor))]
    if any(row.get(f"val_{what}") is not None for row in result.history):
        lines.append(Line(say(lang, "validation"), epochs, _scaled(_column(result, f"val_{what}"), factor)))
    title = say(lang, "loss" if what == "loss" else "accuracy-title")
    return line_chart(title, lines, x, y, lang=lang, note=say(lang, f"{what}-note"))


def _column(result: Result, name: str) -> list[float]:
    return [NAN if (value := row.get(name)) is None else float(value) for row in result.history]


def _scaled(values: Sequence[float], factor: float) -> list[float]:
    return [factor * value for value in values]
