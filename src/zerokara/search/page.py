"""The report of a study: what was tried, how it went, which settings matter, and the best of them."""

from collections.abc import Sequence

from zerokara.release import __version__
from zerokara.report import (
    Cell,
    Code,
    Fact,
    Folded,
    Lang,
    Page,
    Paragraph,
    Section,
    Table,
    duration,
    percent,
    significant,
)
from zerokara.search import figures
from zerokara.search.importance import FEWEST
from zerokara.search.outcome import Found, Outcome, command
from zerokara.search.plan import Plan
from zerokara.search.space import written
from zerokara.search.texts import say


def page(outcome: Outcome, lang: Lang, environment: Sequence[tuple[str, str]] = ()) -> Page:
    """The report of `outcome` in `lang`; `environment` is the machine and the versions of who writes it."""
    plan = outcome.plan
    sections = [
        _tried(outcome, lang),
        Section(
            say(lang, "history"),
            [figures.history(outcome, lang), figures.curves(outcome, lang)],
            say(lang, "history-lead", share=percent(plan.recipe.validation, 0)),
        ),
        _settings(outcome, lang),
        _best(outcome, lang),
        _all(outcome, lang, environment),
    ]
    return Page(
        title=say(lang, "title", name=plan.name),
        sections=sections,
        lead=_lead(outcome, lang),
        question=say(lang, "question", model=plan.recipe.model, data=plan.recipe.data),
        kicker=say(lang, "kicker"),
        facts=_facts(outcome, lang),
        footer=say(lang, "footer", version=__version__, optuna=outcome.optuna),
        lang=lang,
    )


def score(plan: Plan, value: float | None) -> str:
    """A score as people read it."""
    if value is None:
        return "–"
    return percent(value, 2) if plan.score == "accuracy" else significant(value, 4)


def _counts(outcome: Outcome, lang: Lang) -> str:
    told = [say(lang, f"n-{end}", count=count) for end, count in outcome.counts.items() if count]
    return say(lang, "comma").join(told)


def _lead(outcome: Outcome, lang: Lang) -> str:
    time = duration(sum(one.seconds for one in outcome.trials))
    said = say(lang, "lead", count=outcome.plan.trials, counts=_counts(outcome, lang), time=time)
    return f"{said} {say(lang, 'lead-lost', lost=outcome.lost)}" if outcome.lost else said


def _facts(outcome: Outcome, lang: Lang) -> list[Fact]:
    plan, best, test = outcome.plan, outcome.best, outcome.test
    value = None if best is None else best.score
    found = [
        Fact(say(lang, f"val-{plan.score}"), score(plan, value), say(lang, "best-of", count=outcome.ended), main=True)
    ]
    if test is None:
        found.append(Fact(say(lang, f"test-{plan.score}"), "–", say(lang, "not-tested")))
    else:
        looked = "looked-once" if len(outcome.tests) == 1 else "looked-often"
        remark = say(lang, looked, correct=test.correct, total=test.total, looks=len(outcome.tests))
        found.append(Fact(say(lang, f"test-{plan.score}"), score(plan, getattr(test, plan.score)), remark))
    hosts = len({one.host for one in outcome.trials if one.host})
    found.append(Fact(say(lang, "trials"), str(outcome.ended), _counts(outcome, lang)))
    time = duration(sum(one.seconds for one in outcome.trials))
    return [*found, Fact(say(lang, "trained"), time, say(lang, "workers-said", count=hosts))]


def _tried(outcome: Outcome, lang: Lang) -> Section:
    plan, best = outcome.plan, outcome.best
    rows: list[list[Cell]] = [
        [name, _readable(str(one)), "–" if best is None else _value(best.values.get(name))]
        for name, one in plan.space.items()
    ]
    heads = [say(lang, key) for key in ("setting", "range", "best-value")]
    lead = say(
        lang,
        "tried-lead",
        sampler=say(lang, f"by-{plan.sampler}"),
        pruning=say(lang, f"cut-{plan.pruning}"),
        seed=plan.seed,
    )
    return Section(say(lang, "tried"), [Table(heads, rows)], lead)


def _readable(text: str) -> str:
    return text.replace(",", ", ").replace("..", " – ").replace(":log", " (log)")


def _value(value: object) -> str:
    return "–" if value is None else significant(value, 4) if isinstance(value, float) else str(value)


def _settings(outcome: Outcome, lang: Lang) -> Section:
    if outcome.importance:
        first = [figures.importance(outcome, lang)]
        return Section(say(lang, "settings"), [*first, figures.parallel(outcome, lang), *figures.slices(outcome, lang)])
    lead = say(lang, "no-importance", least=FEWEST)
    return Section(say(lang, "settings"), [figures.parallel(outcome, lang), *figures.slices(outcome, lang)], lead)


def _best(outcome: Outcome, lang: Lang) -> Section:
    best, plan, test = outcome.best, outcome.plan, outcome.test
    if best is None:
        return Section(say(lang, "the-best"), [Paragraph(say(lang, "no-best"))])
    other = "loss" if plan.score == "accuracy" else "accuracy"
    rows: list[list[Cell]] = [[say(lang, "validation"), score(plan, best.score), "–"]]
    heads = [say(lang, "part"), say(lang, plan.score), say(lang, other)]
    if test is None:
        honest = say(lang, "untested")
    else:
        beside = significant(test.loss, 4) if other == "loss" else percent(test.accuracy, 2)
        rows.append([say(lang, "test"), score(plan, getattr(test, plan.score)), beside])
        honest = say(lang, "honest", count=outcome.ended, after=test.after)
    if len(outcome.tests) > 1:
        after = say(lang, "comma").join(str(one.after) for one in outcome.tests)
        honest = f"{honest} {say(lang, 'looks', count=len(outcome.tests), after=after)}"
    lead = say(lang, "the-best-lead", index=best.index + 1, threads=best.threads or "–")
    return Section(say(lang, "the-best"), [Code(command(outcome, best)), Paragraph(honest), Table(heads, rows)], lead)


def _all(outcome: Outcome, lang: Lang, environment: Sequence[tuple[str, str]]) -> Section:
    plan = outcome.plan
    heads = [say(lang, "trial"), say(lang, f"val-{plan.score}"), say(lang, "end"), *plan.space]
    heads += [say(lang, key) for key in ("epochs", "time", "tries", "seed", "machine", "why")]
    table = Table(heads, [_row(plan, one, lang) for one in outcome.trials])
    pieces: list[Folded | Table] = [Folded(say(lang, "all"), [table])]
    if environment:
        pieces.append(Table([say(lang, "item"), say(lang, "value")], environment, say(lang, "environment")))
    return Section(say(lang, "all"), pieces, say(lang, "all-lead", counts=_counts(outcome, lang), count=plan.trials))


def _row(plan: Plan, one: Found, lang: Lang) -> list[Cell]:
    settings = [written(one.values[name]) if name in one.values else "–" for name in plan.space]
    reached = score(plan, figures.reached(one))
    return [
        one.index + 1,
        reached,
        say(lang, one.end),
        *settings,
        len(one.curve),
        duration(one.seconds),
        one.tries,
        "–" if one.seed is None else str(one.seed),
        one.host or "–",
        one.why or "",
    ]
