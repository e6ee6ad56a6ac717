"""The report of an experiment: question, formula, figures, what is to be seen, verdict, and what to try next."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from zerokara.experiments.base import Turn
from zerokara.experiments.checks import Check
from zerokara.experiments.result import Result, Verdict
from zerokara.experiments.texts import say
from zerokara.experiments.tongue import Tongue
from zerokara.release import __version__
from zerokara.report import (
    Cell,
    Code,
    Fact,
    Formula,
    Items,
    Lang,
    Page,
    Paragraph,
    Quiz,
    Section,
    Table,
    duration,
    significant,
)

Environment = Sequence[tuple[str, str]]


def page(result: Result, lang: Lang, command: str = "", environment: Environment = ()) -> Page:
    """The report in `lang`. `command` repeats the run; `environment` tells machine and versions."""
    experiment = result.experiment
    sections = [
        *_formula(result, lang),
        Section(say(lang, "figures"), experiment.figures(result.found, Tongue(lang)), _in_small(result, lang)),
        Section(say(lang, "seen"), [Items(result.findings(lang))]),
        verdict(result, lang),
        *_questions(result, lang),
        *_next(result, lang),
        _repeat(result, lang, command, environment),
    ]
    return Page(
        title=experiment.title(lang),
        sections=sections,
        question=experiment.question(lang),
        kicker=say(lang, "kicker", chapter=experiment.chapter, source=experiment.source),
        facts=_facts(result, lang),
        footer=say(lang, "footer", version=__version__),
        lang=lang,
    )


def verdict(result: Result, lang: Lang) -> Section:
    """The table of what was measured beside what was expected."""
    heads = [say(lang, key) for key in ("what", "measured", "expected", "evidence", "verdict")]
    rows = [_row(result, check, lang) for check in result.checks(lang)]
    lead = {
        Verdict.AS_EXPECTED: "lead-as-expected",
        Verdict.OUTSIDE: "lead-outside",
        Verdict.NOT_JUDGED: "lead-not-judged",
    }
    notes = [] if result.own else [Paragraph(say(lang, "other-settings"))]
    return Section(say(lang, "verdict"), [*notes, Table(heads, rows)], say(lang, lead[result.verdict]))


def command_line(result: Result, changes: Mapping[str, Any] | None = None) -> str:
    """The command that does this experiment with these settings, some of them changed."""
    changes = {**result.experiment.changed, **(changes or {})}
    if result.quick:
        changes = {n: v for n, v in changes.items() if result.experiment.quick.get(n, None) != v}
    options = [f"--{name.replace('_', '-')} {_written(value)}" for name, value in changes.items()]
    options += ["--quick"] if result.quick else []
    options += [f"--seed {result.first_seed}"] if result.first_seed else []
    return " ".join(["zerokara lab run", result.experiment.name, *options])


def _formula(result: Result, lang: Lang) -> list[Section]:
    experiment = result.experiment
    if not experiment.formula:
        return []
    words = experiment.symbols(lang) if experiment.symbols else ""
    return [Section(say(lang, "formula"), [Formula(experiment.formula, words)])]


def _in_small(result: Result, lang: Lang) -> str:
    return say(lang, "quick") if result.quick else ""


def _questions(result: Result, lang: Lang) -> list[Section]:
    quizzes = [Quiz(q.question, q.answer, lang) for q in result.questions(lang)]
    return [Section(say(lang, "questions"), quizzes, say(lang, "questions-lead"))] if quizzes else []


def _next(result: Result, lang: Lang) -> list[Section]:
    pieces: list[Paragraph | Code] = []
    for turn in result.experiment.turns:
        pieces += [Paragraph(turn.why(lang)), Code(_turned(result, turn))]
    return [Section(say(lang, "next"), pieces)] if pieces else []


def _turned(result: Result, turn: Turn) -> str:
    return command_line(result, turn.settings)


def _repeat(result: Result, lang: Lang, command: str, environment: Environment) -> Section:
    experiment = result.experiment
    helps = {f.name: f.metadata["help"](lang) for f in fields(experiment)}
    settings: list[list[Cell]] = [
        [f"--{name.replace('_', '-')}", _written(value), helps[name]] for name, value in experiment.settings.items()
    ]
    seeds = [str(result.first_seed + k) for k in range(result.found.seeds)]
    told: list[list[Cell]] = [[say(lang, "seeds"), ", ".join(seeds)]] if experiment.random else []
    told += [[say(lang, "data"), result.source]] if result.source else []
    told.append([say(lang, "time"), duration(result.seconds)])
    told.extend([what, value] for what, value in environment)
    pieces: list[Code | Table] = [Code(command or command_line(result))]
    if settings:
        pieces.append(Table([say(lang, key) for key in ("setting", "value", "meaning")], settings))
    pieces.append(Table([say(lang, "name"), say(lang, "value")], told))
    return Section(say(lang, "repeat"), pieces)


def _facts(result: Result, lang: Lang) -> list[Fact]:
    judged = [check for check in result.checks(lang) if result.judged(check)]
    right = sum(check.holds for check in judged)
    key = {Verdict.AS_EXPECTED: "yes", Verdict.OUTSIDE: "no", Verdict.NOT_JUDGED: "open"}[result.verdict]
    remark = say(lang, "right-of", right=right, total=len(judged)) if judged else ""
    facts = [Fact(say(lang, "verdict"), say(lang, f"verdict-{key}"), remark, main=True)]
    seeds = say(lang, "seeds-remark", count=result.found.seeds) if result.experiment.random else ""
    facts.append(Fact(say(lang, "time"), duration(result.seconds), seeds))
    if result.source:
        name, _, source = result.source.partition(": ")
        facts.append(Fact(say(lang, "data"), name, source))
    return facts


def _row(result: Result, check: Check, lang: Lang) -> list[Cell]:
    sign = (
        "–"
        if not result.judged(check)
        else ("✓ " if check.holds else "✗ ") + say(lang, "inside" if check.holds else "outside")
    )
    if check.yes_or_no:
        measured, expected = say(lang, "true" if check.holds else "false"), say(lang, "true")
        if 0 < check.measured < 1:
            measured = say(lang, "some-seeds", share=f"{100 * check.measured:.0f} %")
        return [check.what, measured, expected, check.evidence, sign]
    return [check.what, measured_text(check), expected_text(check), check.evidence, sign]


def measured_text(check: Check) -> str:
    """`0.9512 (0.9498 … 0.9531)`: the number, and its range where there are several seeds."""
    digits = _digits(check)
    measured = significant(check.measured, digits)
    if check.spread is not None:
        measured += f" ({significant(check.spread[0], digits)} … {significant(check.spread[1], digits)})"
    return measured


def expected_text(check: Check) -> str:
    """`0.95 ± 0.01`, `≥ 3`, `0.2 … 0.4`: where the number should lie."""
    low, high = check.low, check.high
    if low == high:
        return significant(low, _digits(check))
    if math.isinf(low) or math.isinf(high):
        return f"≥ {_number(low)}" if math.isinf(high) else f"≤ {_number(high)}"
    middle, half = (low + high) / 2, (high - low) / 2
    if abs(middle) > 2 * half and half:
        return f"{significant(float(f'{middle:.12g}'), _digits(check))} ± {_number(float(f'{half:.3g}'))}"
    return f"{_number(low)} … {_number(high)}"


def _digits(check: Check) -> int:
    """As many digits as it takes to see what was judged: four, more where the tolerance is small, twelve at most."""
    middle, half = (check.low + check.high) / 2, (check.high - check.low) / 2
    if not math.isfinite(half) or not middle:
        return 4
    return max(4, min(12, math.ceil(math.log10(abs(middle) / half)) + 1)) if half else 12


def _number(value: float) -> str:
    return significant(value, 4)


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(_written(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
