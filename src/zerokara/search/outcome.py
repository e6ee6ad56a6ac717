"""What a study has found so far, as plain values: what the command prints, JSON holds and the report draws."""

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import optuna

from zerokara.recipes import RECIPES, Recipe
from zerokara.search.accounts import ERROR, Planned, planned
from zerokara.search.plan import Plan
from zerokara.search.space import Value, applied

End = Literal["waiting", "running", "complete", "pruned", "diverged", "failed"]

ENDS: tuple[End, ...] = ("complete", "pruned", "diverged", "failed")
"""How a trial can have come to its end."""

TESTED = "tested"
"""Attribute of a study: what the test part said, by the number of the trial's try."""


@dataclass(frozen=True)
class Found:
    """A trial of the plan. score: of the weights that were kept, None unless it was completed.

    curve: (epoch, score) of every epoch. tries: how often it was begun; number: that of the try that counts, by which
    its run is named. why: what went wrong.
    """

    index: int
    number: int
    end: End
    values: Mapping[str, Value]
    seed: int | None = None
    score: float | None = None
    curve: Sequence[tuple[int, float]] = ()
    seconds: float = 0.0
    tries: int = 1
    host: str = ""
    run: str = ""
    threads: int | None = None
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON holds it."""
        return {**asdict(self), "values": dict(self.values), "curve": [[epoch, score] for epoch, score in self.curve]}


@dataclass(frozen=True)
class Look:
    """What the test part said of the best trial, and after how many trials it was asked."""

    number: int
    accuracy: float
    loss: float
    correct: int
    total: int
    after: int


@dataclass(frozen=True)
class Outcome:
    """A study: its plan, its trials in the order of the plan, and what was learned of its settings.

    importance: the share of the scores' variance that a setting explains (fANOVA), by name; empty where there are too
    few trials. tests: every look at the test part.
    """

    plan: Plan
    trials: Sequence[Found]
    importance: Mapping[str, float] = field(default_factory=dict)
    tests: Sequence[Look] = ()
    optuna: str = ""

    @property
    def completed(self) -> list[Found]:
        """The trials that have a score."""
        return [one for one in self.trials if one.score is not None]

    @property
    def best(self) -> Found | None:
        """The completed trial with the best score; the first of equals."""
        sign = -1.0 if self.plan.direction == "maximize" else 1.0
        return min(self.completed, key=lambda one: (sign * (one.score or 0.0), one.index), default=None)

    @property
    def ended(self) -> int:
        """How many trials have come to their end."""
        return sum(one.end in ENDS for one in self.trials)

    @property
    def done(self) -> bool:
        """Whether every planned trial has come to its end."""
        return self.ended >= self.plan.trials

    @property
    def counts(self) -> dict[str, int]:
        """How many trials ended how, are running, or are still to come: together all that are planned."""
        found: dict[str, int] = {end: sum(one.end == end for one in self.trials) for end in (*ENDS, "running")}
        return {**found, "waiting": self.plan.trials - sum(found.values())}

    @property
    def lost(self) -> int:
        """How many tries were begun and lost: their workers were killed or stopped."""
        return sum(one.tries - 1 for one in self.trials)

    @property
    def test(self) -> Look | None:
        """What the test part said of the best trial, if it was asked."""
        best = self.best
        return next((one for one in self.tests if best is not None and one.number == best.number), None)

    def recipe(self, one: Found) -> Recipe:
        """The recipe by which a trial was trained."""
        seed = {} if one.seed is None else {"seed": one.seed}
        return applied(self.plan.recipe, {**seed, **one.values})

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON holds it; what is no number there is None."""
        best = self.best
        return {
            "study": self.plan.name,
            "plan": self.plan.to_dict(),
            "counts": self.counts,
            "lost": self.lost,
            "best": None if best is None else {**best.to_dict(), "command": command(self, best)},
            "importance": dict(self.importance),
            "tests": [asdict(one) for one in self.tests],
            "trials": [one.to_dict() for one in self.trials],
            "optuna": self.optuna,
        }


def read(study: optuna.Study, plan: Plan) -> Outcome:
    """What the study holds now; of the importance of its settings `importance.with_importance` knows."""
    rows = planned(study.get_trials(deepcopy=False), plan.trials)
    tested = [Look(int(number), **told) for number, told in study.user_attrs.get(TESTED, {}).items()]
    tests = sorted(tested, key=lambda one: one.after)
    return Outcome(plan, [_found(row) for row in rows], tests=tests, optuna=optuna.__version__)


def _found(row: Planned) -> Found:
    trial = row.current
    notes = trial.user_attrs
    end: End = "waiting" if row.state == "lost" else row.state  # a lost one waits to be tried again
    if end == "pruned" and "diverged" in notes:
        end = "diverged"
    return Found(
        index=row.index,
        number=trial.number,
        end=end,
        values=dict(trial.params),
        seed=notes.get("seed"),
        score=trial.value if end == "complete" else None,
        curve=sorted((epoch, score) for epoch, score in trial.intermediate_values.items() if math.isfinite(score)),
        seconds=float(notes.get("seconds", 0.0)),
        tries=sum(one.state.name != "WAITING" for one in row.tries),
        host=notes.get("host", ""),
        run=notes.get("run", ""),
        threads=notes.get("threads"),
        why=notes.get("diverged") or notes.get(ERROR) or ("its worker was killed each time" if end == "failed" else ""),
    )


def command(outcome: Outcome, one: Found) -> str:
    """The command that trains with the settings of a trial: the same weights, on the same machine."""
    return training_command(outcome.recipe(one), outcome.plan.recipe)


def training_command(recipe: Recipe, like: Recipe) -> str:
    """`zerokara train …` for a recipe; `like` is the one that it was made from, by its name or of a model and data."""
    known = RECIPES.get(like.name)
    if known is None:
        plain = Recipe(name=recipe.name, title="", question="", data=recipe.data, model=recipe.model)
        words = ["zerokara train", f"--model {recipe.model}", f"--data {_quoted(recipe.data)}"]
        skipped = {"model", "data"}
    else:
        plain, words, skipped = known, ["zerokara train", f"--recipe {known.name}"], set()
    for name, value in recipe.settings.items():
        if name not in skipped and value != plain.settings.get(name):
            words.append(
                f"--{name.replace('_', '-')} {_quoted(repr(value) if isinstance(value, float) else str(value))}"
            )
    return " ".join(words)


def _quoted(text: str) -> str:
    return shlex.quote(text)
