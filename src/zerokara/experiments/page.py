"""The report of an experiment: what was found first, then how, in code, in figures, in numbers; and the ways on."""

from collections.abc import Sequence
from dataclasses import fields

from zerokara.experiments.base import Piece, Question
from zerokara.experiments.code import code
from zerokara.experiments.how import how
from zerokara.experiments.result import Result, Verdict
from zerokara.experiments.sources import where
from zerokara.experiments.telling import command_line, in_language, option, too_small, written
from zerokara.experiments.texts import say
from zerokara.experiments.tongue import Tongue
from zerokara.experiments.verdict_table import expected_text, measured_text, right_of, verdict
from zerokara.release import __version__
from zerokara.report import (
    Cell,
    Code,
    Fact,
    Figure,
    Formula,
    Items,
    Lang,
    Page,
    Paragraph,
    Quiz,
    Section,
    Table,
    Ways,
    duration,
)

Environment = Sequence[tuple[str, str]]
_KEYS = {Verdict.AS_EXPECTED: "yes", Verdict.OUTSIDE: "no", Verdict.NOT_JUDGED: "open"}


def page(
    result: Result, lang: Lang, command: str = "", environment: Environment = (), ways: Ways | None = None
) -> Page:
    """The report in `lang`. `command` repeats the run; `environment` tells machine and versions; `ways` lead on."""
    experiment = result.experiment
    pieces = experiment.figures(result.found, Tongue(lang))
    first, rest = (None, list(pieces)) if result.gap else _first_figure(pieces)
    said = list(result.findings(lang))
    sections = [
        *_found(said[1:], first, lang),
        _how(result, lang),
        *code(experiment, lang),
        *([Section(say(lang, "figures" if first is None else "more-figures"), rest)] if rest else []),
        *_questions(result, lang),
        *_next(result, lang),
        verdict(result, lang),
        _repeat(result, lang, command, environment),
    ]
    return Page(
        title=experiment.title(lang),
        sections=sections,
        question=experiment.question(lang),
        lead=said[0] if said else too_small(result, lang),
        kicker=say(lang, "kicker", where=where(experiment.source, lang)),
        facts=_facts(result, lang),
        footer=say(lang, "footer", version=__version__),
        lang=lang,
        ways=ways,
    )


def _first_figure(pieces: Sequence[Piece]) -> tuple[Figure | None, list[Piece]]:
    """The figure that stands beside the finding, and what is left for further down."""
    for k, piece in enumerate(pieces):
        if isinstance(piece, Figure):
            return piece, [*pieces[:k], *pieces[k + 1 :]]
    return None, list(pieces)


def _found(said: Sequence[str], figure: Figure | None, lang: Lang) -> list[Section]:
    """The figure with what else is to be seen. The first sentence stands above, below the question."""
    pieces: list[Figure | Items] = [figure] if figure is not None else []
    pieces += [Items(said)] if said else []
    return [Section(say(lang, "seen"), pieces)] if pieces else []


def _how(result: Result, lang: Lang) -> Section:
    experiment = result.experiment
    words = experiment.symbols(lang) if experiment.symbols else ""
    formula = [Formula(experiment.formula, words)] if experiment.formula else []
    notes = [Paragraph(say(lang, "quick"))] if result.quick else []
    return Section(say(lang, "how"), [*notes, *formula], how(experiment, lang))


def _questions(result: Result, lang: Lang) -> list[Section]:
    asked = result.questions(lang) or ([] if result.gap else [guess(result, lang)])
    quizzes = [Quiz(q.question, q.answer, lang) for q in asked]
    return [Section(say(lang, "questions"), quizzes, say(lang, "questions-lead"))] if quizzes else []


def guess(result: Result, lang: Lang) -> Question:
    """Where the readers' notes ask nothing: a number to guess before one looks, or a statement to give a reason for."""
    checks = result.checks(lang)
    numbers = [check for check in checks if not check.yes_or_no]
    check = min(numbers or checks, key=lambda check: check.law)
    key = "state" if check.yes_or_no else "guess"
    values = {"what": check.what, "measured": measured_text(check), "expected": expected_text(check)}
    values["measured"] = say(lang, "true" if check.holds else "false") if check.yes_or_no else values["measured"]
    return Question(say(lang, key, **values), say(lang, f"{key}-answer", **values))


def _next(result: Result, lang: Lang) -> list[Section]:
    pieces: list[Paragraph | Code] = []
    for turn in result.experiment.turns:
        pieces += [Paragraph(turn.why(lang)), Code(command_line(result, lang, turn.settings))]
    return [Section(say(lang, "next"), pieces)] if pieces else []


def _repeat(result: Result, lang: Lang, command: str, environment: Environment) -> Section:
    experiment = result.experiment
    helps = {f.name: f.metadata["help"](lang) for f in fields(experiment)}
    settings: list[list[Cell]] = [
        [option(name), written(value), helps[name]] for name, value in experiment.settings.items()
    ]
    seeds = [str(result.first_seed + k) for k in range(result.found.seeds)]
    told: list[list[Cell]] = [[say(lang, "seeds"), ", ".join(seeds)]] if experiment.random else []
    told += [[say(lang, "data"), result.source]] if result.source else []
    told.append([say(lang, "time"), duration(result.seconds)])
    told.extend([what, value] for what, value in environment)
    pieces: list[Code | Table] = [Code(in_language(command, lang) if command else command_line(result, lang))]
    if settings:
        pieces.append(Table([say(lang, key) for key in ("setting", "value", "meaning")], settings))
    pieces.append(Table([say(lang, "name"), say(lang, "value")], told))
    return Section(say(lang, "repeat"), pieces)


def _facts(result: Result, lang: Lang) -> list[Fact]:
    headline = say(lang, f"verdict-{_KEYS[result.verdict]}")
    facts = [Fact(say(lang, "verdict"), headline, right_of(result, lang), main=True)]
    seeds = say(lang, "seeds-remark", count=result.found.seeds) if result.experiment.random else ""
    facts.append(Fact(say(lang, "time"), duration(result.seconds), seeds))
    if result.source:
        name, _, source = result.source.partition(": ")
        facts.append(Fact(say(lang, "data"), name, source))
    return facts
