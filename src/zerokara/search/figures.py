"""The figures of a study: scores over the trials and over the epochs, importance, parallel coordinates, slices."""

import math
from collections.abc import Sequence

from zerokara.report import (
    Axis,
    Cell,
    Figure,
    Lang,
    Line,
    Mark,
    Points,
    Strand,
    Table,
    bar_chart,
    chart,
    parallel_coordinates,
    significant,
)
from zerokara.search.outcome import Found, Outcome
from zerokara.search.plan import Plan, is_number
from zerokara.search.space import Choice, Range, written
from zerokara.search.texts import say

NAN = float("nan")

MOST_CURVES = 60
"""More curves than these are not drawn: those of the best trials are."""


def shown(plan: Plan, value: float | None) -> float:
    """A score as the axes have it: an accuracy in percent."""
    return NAN if value is None else 100 * value if plan.score == "accuracy" else value


def score_axis(plan: Plan, lang: Lang) -> Axis:
    """The axis of scores."""
    return Axis(say(lang, f"val-{plan.score}"), "%" if plan.score == "accuracy" else "")


def reached(one: Found) -> float | None:
    """The score of a trial, or the last one before it was ended early."""
    return one.score if one.score is not None else (one.curve[-1][1] if one.curve else None)


def history(outcome: Outcome, lang: Lang) -> Figure:
    """The score of every trial, and the best so far."""
    plan = outcome.plan
    marks: list[Mark] = []
    best: list[float] = []
    for one in outcome.trials:
        seen = best[-1] if best else NAN
        fresh = one.score is not None and (math.isnan(seen) or plan.better(one.score, seen))
        best.append(one.score if fresh and one.score is not None else seen)
    for end in ("complete", "pruned", "diverged"):
        ones = [one for one in outcome.trials if one.end == end and reached(one) is not None]
        if ones:
            x = [one.index + 1.0 for one in ones]
            marks.append(Points(say(lang, end), x, [shown(plan, reached(one)) for one in ones]))
    steps = [(o.index + 1.0, shown(plan, b)) for o, b in zip(outcome.trials, best, strict=True) if not math.isnan(b)]
    if steps:
        marks.append(Line(say(lang, "best-so-far"), [x for x, _ in steps], [y for _, y in steps]))
    axis = Axis(say(lang, "trial"), whole=True)
    note = say(lang, "history-note")
    return chart(say(lang, "history-title"), marks, axis, score_axis(plan, lang), lang=lang, note=note)


def curves(outcome: Outcome, lang: Lang) -> Figure:
    """The scores of every trial by epoch; the best trial is clear, the others are background."""
    plan, best = outcome.plan, outcome.best
    sign = -1.0 if plan.direction == "maximize" else 1.0
    ones = sorted(outcome.trials, key=lambda one: sign * (reached(one) or 0.0))[:MOST_CURVES]
    marks: list[Mark] = [
        Line(say(lang, "trials"), *_curve(plan, one), faint=True) for one in ones if one is not best and one.curve
    ]
    if best is not None and best.curve:
        marks.append(Line(say(lang, "best"), *_curve(plan, best)))
    rows: list[list[Cell]] = [
        [one.index + 1, epoch, shown(plan, value)] for one in ones for epoch, value in one.curve[-1:]
    ]
    axis = score_axis(plan, lang)
    table = Table([say(lang, "trial"), say(lang, "epoch"), axis.label], rows)
    x, note = Axis(say(lang, "epoch"), whole=True), say(lang, "curves-note")
    return chart(say(lang, "curves-title"), marks, x, axis, lang=lang, note=note, table=table)


def _curve(plan: Plan, one: Found) -> tuple[list[float], list[float]]:
    return [float(epoch) for epoch, _ in one.curve], [shown(plan, value) for _, value in one.curve]


def importance(outcome: Outcome, lang: Lang) -> Figure:
    """How much of the variance of the scores each setting explains."""
    shares = outcome.importance
    note = say(lang, "importance-note", count=len(outcome.completed))
    values = {"": [round(100 * share, 1) for share in shares.values()]}
    axis = Axis(say(lang, "importance-axis"), "%", low=0.0)
    title = say(lang, "importance")
    return bar_chart(title, list(shares), values, axis, category=say(lang, "setting"), lang=lang, note=note)


def place(one: Range | Choice, value: object) -> float:
    """Where a value lies on the axis of its setting."""
    if isinstance(one, Choice) and not is_number(one):
        return one.values.index(value) + 0.5 if value in one.values else NAN
    return float(value) if isinstance(value, int | float) else NAN


def setting_axis(name: str, one: Range | Choice) -> Axis:
    """The axis of a setting: of numbers, or of the names of its values."""
    if isinstance(one, Range):
        return Axis(name, log=one.log, whole=one.whole)
    if not is_number(one):
        return Axis(name, names=tuple(map(written, one.values)))
    numbers = [float(v) for v in one.values]
    wide = min(numbers) > 0 and max(numbers) >= 20 * min(numbers)
    return Axis(name, log=wide, whole=all(isinstance(v, int) for v in one.values))


def parallel(outcome: Outcome, lang: Lang) -> Figure:
    """A line for every trial through its settings to its score."""
    plan, best = outcome.plan, outcome.best
    ones = [one for one in outcome.trials if reached(one) is not None and one.values]
    weights = _weights(plan, ones)
    strands = [
        Strand(
            f"{say(lang, 'trial')} {one.index + 1}",
            [*(place(side, one.values.get(name)) for name, side in plan.space.items()), shown(plan, reached(one))],
            weight,
            one is best,
        )
        for one, weight in zip(ones, weights, strict=True)
    ]
    sides = [*(setting_axis(name, side) for name, side in plan.space.items()), score_axis(plan, lang)]
    title, note = say(lang, "parallel"), say(lang, "parallel-note")
    return parallel_coordinates(title, sides, strands, lang=lang, note=note, name=say(lang, "trial"))


def _weights(plan: Plan, ones: Sequence[Found]) -> list[float]:
    """By the rank of the score: 1 for the best, near 0 for the worst."""
    ranked = sorted(ones, key=lambda one: reached(one) or 0.0, reverse=plan.direction == "minimize")
    rank = {one.index: i for i, one in enumerate(ranked)}
    return [((rank[one.index] + 1) / len(ones)) ** 2 for one in ones]


def slices(outcome: Outcome, lang: Lang) -> list[Figure]:
    """For every setting, the scores of the trials over its values."""
    plan = outcome.plan
    found = []
    for name, side in plan.space.items():
        axis, y = setting_axis(name, side), score_axis(plan, lang)
        marks: list[Mark] = []
        rows: list[list[Cell]] = []
        for end in ("complete", "pruned"):
            ones = [o for o in outcome.trials if o.end == end and reached(o) is not None and name in o.values]
            if ones:
                places = [place(side, one.values[name]) for one in ones]
                marks.append(Points(say(lang, end), places, [shown(plan, reached(one)) for one in ones]))
                rows += [[one.index + 1, _told(one.values[name]), shown(plan, reached(one))] for one in ones]
        table = Table([say(lang, "trial"), name, y.label], rows)
        words = _words(rows, name, y, lang)
        found.append(chart(say(lang, "slice", name=name), marks, axis, y, lang=lang, table=table, words=words))
    return found


def _told(value: object) -> Cell:
    return value if isinstance(value, str | int | float) else str(value)


def _words(rows: Sequence[Sequence[Cell]], name: str, y: Axis, lang: Lang) -> str:
    told = "; ".join(f"{name} {_short(row[1])}: {_short(row[2])}" for row in rows[:40])
    return f"{y.label}. {told or '–'}"


def _short(value: Cell) -> str:
    return significant(value) if isinstance(value, float) else str(value)
