"""The report of a training: what was learned, how, what is still wrong, and how to repeat it."""

from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.models import summarize
from zerokara.recipes.curves import curves
from zerokara.recipes.judgement import judgement
from zerokara.recipes.running import Result
from zerokara.recipes.texts import say
from zerokara.release import __version__
from zerokara.report import Cell, Code, Fact, Lang, Page, Section, Table, duration, percent, significant, whole
from zerokara.training import RegressionEvaluation


@dataclass(frozen=True)
class Told:
    """What the caller adds: the command that repeats the training, machine and versions, facts and sections."""

    command: str = ""
    environment: Sequence[tuple[str, str]] = ()
    kicker: str = "zerokara ゼロから"
    facts: Sequence[Fact] = ()
    sections: Sequence[Section] = ()


def page(result: Result, lang: Lang, told: Told | None = None) -> Page:
    """The report of `result` in `lang`. Sections of the caller stand before the network and its settings."""
    told = told or Told()
    sections = [
        *([curves(result, lang)] if result.history else []),
        judgement(result, lang),
        *told.sections,
        _network(result, lang),
        _repeat(result, lang, told),
    ]
    return Page(
        title=result.recipe.say("title", lang),
        sections=sections,
        lead=_lead(result, lang),
        question=result.recipe.say("question", lang),
        kicker=told.kicker,
        facts=[*_facts(result, lang), *told.facts],
        footer=say(lang, "footer", version=__version__),
        lang=lang,
    )


def _lead(result: Result, lang: Lang) -> str:
    if isinstance(result.evaluation, RegressionEvaluation):
        error, total = significant(result.evaluation.mean_absolute_error, 3), whole(len(result.evaluation))
        return say(lang, "lead-numbers", parameters=whole(result.parameters), total=total, error=error)
    facts = {
        "parameters": whole(result.parameters),
        "total": whole(len(result.evaluation)),
        "correct": whole(result.evaluation.correct),
    }
    if not result.history:
        return say(lang, "lead-tested", **facts)
    examples = whole(round(len(result.dataset.train) * (1 - result.recipe.validation)))
    return say(lang, "lead", examples=examples, time=duration(result.seconds), **facts)


def _facts(result: Result, lang: Lang) -> list[Fact]:
    evaluation = result.evaluation
    if isinstance(evaluation, RegressionEvaluation):
        error = significant(evaluation.mean_absolute_error, 3)
        return [
            Fact(say(lang, "mean-error"), error, say(lang, "mean-error-remark"), main=True),
            Fact(say(lang, "r2"), f"{evaluation.r2:.3f}", say(lang, "r2-remark")),
            Fact(say(lang, "parameters"), whole(result.parameters), result.recipe.model),
        ]
    correct = say(lang, "correct-of", correct=whole(evaluation.correct), total=whole(len(evaluation)))
    facts = [Fact(say(lang, "accuracy"), percent(result.accuracy, 2), correct, main=True)]
    if result.history:
        epochs = say(lang, "epochs", epochs=len(result.history))
        facts.append(Fact(say(lang, "time"), duration(result.seconds), epochs))
    else:
        facts.append(Fact(say(lang, "loss-fact"), significant(evaluation.loss, 3), say(lang, "loss-remark")))
    facts.append(Fact(say(lang, "parameters"), whole(result.parameters), result.recipe.model))
    remark = say(lang, "calibration-remark")
    return [*facts, Fact(say(lang, "calibration"), percent(evaluation.calibration_error, 2), remark)]


def _network(result: Result, lang: Lang) -> Section:
    layers = summarize(result.model, result.dataset.train.shape)
    rows: list[list[Cell]] = [
        [row.name, row.kind, "×".join(map(str, row.output_shape)), row.parameters or None, row.multiply_adds or None]
        for row in layers
    ]
    rows.append([say(lang, "total"), "", "", result.parameters, sum(row.multiply_adds for row in layers)])
    heads = [say(lang, key) for key in ("layer", "kind", "output", "parameters", "multiply-adds")]
    return Section(
        say(lang, "network"), [Table(heads, rows)], say(lang, "network-lead", model=type(result.model).__name__)
    )


def _repeat(result: Result, lang: Lang, told: Told) -> Section:
    settings = [[_option(name), _value(value)] for name, value in result.recipe.settings.items()]
    settings = [*settings, [say(lang, "source"), result.dataset.source]]
    pieces: list[Code | Table] = [Code(told.command)] if told.command else []
    pieces.append(Table([say(lang, "setting"), say(lang, "value")], settings, say(lang, "settings")))
    if told.environment:
        pieces.append(Table([say(lang, "name"), say(lang, "value")], told.environment, say(lang, "environment")))
    return Section(say(lang, "repeat"), pieces, say(lang, "repeat-lead") if told.command else "")


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
