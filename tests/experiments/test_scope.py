"""A report teaches only what its run can show: no finding, no answer and no praise for any other."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from tests.experiments.quick import EVERYDAY, every_experiment, quick_result
from tests.sweeps import sweep, together
from zerokara.experiments import EXPERIMENTS, Shows, Verdict, run
from zerokara.experiments.base import Arrays, OnImages, Turn, knob, with_settings
from zerokara.experiments.checks import Check, at_least, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.page import page
from zerokara.experiments.result import Result
from zerokara.experiments.scope import gap
from zerokara.experiments.telling import judged_command, too_small, why_not_judged
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text

SHRUNK = [name for name, experiment in EXPERIMENTS.items() if experiment.quick]
QUICKLY = [name for name, experiment in EXPERIMENTS.items() if experiment.shows is Shows.QUICKLY]
WORK = {"iterations", "epochs", "trials", "repeats"}
"""Settings that only an experiment has which learns something, or takes times."""


def one_sided(check: Check) -> bool:
    """A statement, or a bound to one side: a direction. A range around a number belongs to a scale."""
    return check.yes_or_no or math.isinf(check.low) or math.isinf(check.high)


@every_experiment
def test_nothing_but_the_recipe_as_it_is_can_be_as_expected(name: str) -> None:
    """A quick run, or one on other data, is not judged, whatever its laws say; a broken law is still told."""
    result = quick_result(name)
    if result.own:
        assert result.verdict is Verdict.AS_EXPECTED
    else:
        assert result.verdict is Verdict.NOT_JUDGED
        assert why_not_judged(result, "en")
        assert why_not_judged(result, "ja")


@pytest.mark.parametrize("name", sweep(SHRUNK, set(EVERYDAY) & set(SHRUNK)))
def test_where_the_effect_cannot_show_nothing_is_said(name: str) -> None:
    """Unless the experiment declares that its quick run shows the effect, its page gives no finding and no answer."""
    result = quick_result(name)
    assert result.quick
    if result.experiment.shows is Shows.FULL:
        assert result.gap
        assert list(result.findings()) == []
        assert list(result.questions()) == []
        assert "no finding and no verdict" in too_small(result, "en")
        assert too_small(result, "en") in page(result, "en").html().replace("&#x27;", "'")
    else:
        assert not result.gap
        assert result.findings()


@pytest.mark.parametrize("name", sweep(QUICKLY, set(EVERYDAY) & set(QUICKLY)))
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_declared_to_show_quickly_does(name: str, seed: int) -> None:
    """In its quick run, on the digits, what the recipe promises holds: of other data, every direction."""
    result = quick_result(name, seed)
    promised = [check for check in result.checks() if not check.law]
    if "data" in result.experiment.settings and any(map(one_sided, promised)):
        promised = [check for check in promised if one_sided(check)]  # the numbers are those of its own data
    assert promised, "an experiment that shows something promises something"
    assert [check for check in promised if not check.holds] == []


@together([n for n, e in EXPERIMENTS.items() if e.shows is Shows.ALWAYS])
def test_what_is_always_true_was_computed_and_not_learned(name: str) -> None:
    assert not WORK & EXPERIMENTS[name].settings.keys()


@together(EXPERIMENTS)
def test_the_recipe_as_it_is_and_every_suggestion_show_something(name: str) -> None:
    """A knob that the report itself offers to turn never leads to a page without words."""
    experiment = EXPERIMENTS[name]
    assert not gap(experiment)
    for turn in experiment.turns:
        suggested = gap(with_settings(experiment, turn.settings))
        assert not suggested.short
        assert not suggested.data or "data" in turn.settings


@together([n for n, e in EXPERIMENTS.items() if "data" in e.settings])
def test_other_data_are_not_spoken_of_unless_that_was_declared(name: str) -> None:
    experiment = EXPERIMENTS[name]
    other = gap(with_settings(experiment, {"data": "fashion-mnist"}))
    assert bool(other.data) is (experiment.shows is not Shows.ALWAYS)


def test_fewer_seeds_than_the_recipe_has_are_not_judged() -> None:
    """An expectation about the mean of several seeds says nothing about one of them."""
    assert run("linear-collapse").verdict is Verdict.AS_EXPECTED
    alone = run("linear-collapse", seeds=1)
    assert alone.verdict is Verdict.NOT_JUDGED
    assert "means over 3 seeds; here there are 1" in why_not_judged(alone, "en")


def test_a_recipe_without_a_smaller_run_is_judged_when_it_is_asked_for_quickly() -> None:
    assert run("gradient-method", quick=True).verdict is Verdict.AS_EXPECTED


@dataclass(frozen=True)
class Sample(OnImages):
    """Something learned."""

    name = "sample"
    chapter = 1
    source = "Ch1"
    title = Text("A sample", "例")
    question = Text("Is it so?", "そうか？")
    quick = {"steps": 3, "kinds": ("a",)}  # noqa: RUF012 (as experiments declare it)
    turns = (Turn(Text("Fewer.", "減らします。"), {"steps": 5}),)

    steps: int = knob(100, "steps", "ステップ数", low=1)
    kinds: tuple[str, ...] = knob(("a", "b"), "kinds", "種類")
    lr: float = knob(0.1, "rate", "率")

    def measure(self, lab: Lab) -> Arrays:
        return {"x": np.array(1.0)}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        return [t("It is so.", "そうです。")]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        return [at_least("x", found["x"], 0), holds("law", found["x"] == 1, law=True)]


@pytest.mark.parametrize(
    ("settings", "short", "data"),
    [
        ({}, {}, ""),
        ({"steps": 99}, {"steps": 100}, ""),
        ({"steps": 200}, {}, ""),
        ({"steps": 5}, {}, ""),  # suggested by the recipe itself
        ({"kinds": ("a",)}, {"kinds": ("a", "b")}, ""),
        ({"kinds": ("c",)}, {}, ""),
        ({"lr": 10.0}, {}, ""),
        ({"data": "digits"}, {}, "digits"),
        ({"data": "digits", "steps": 3}, {"steps": 100}, "digits"),
    ],
)
def test_what_a_run_lacks(settings: dict[str, object], short: dict[str, object], data: str) -> None:
    lacks = gap(with_settings(Sample(), settings))
    assert (dict(lacks.short), lacks.data) == (short, data)


@pytest.mark.parametrize(("x", "verdict"), [(1.0, Verdict.NOT_JUDGED), (2.0, Verdict.OUTSIDE)])
def test_a_broken_law_is_a_fault_with_any_settings(x: float, verdict: Verdict) -> None:
    """Other settings are not judged; but where a law does not hold the headline says so."""
    result = Result(with_settings(Sample(), {"lr": 0.2}), Found([{"x": np.array(x)}]))
    assert result.verdict is verdict
    assert result.findings() == ["It is so."]


def test_the_reasons_are_told_in_both_languages_with_what_to_type() -> None:
    result = Result(with_settings(Sample(), {"data": "digits", "lr": 0.2}), Found([{"x": np.array(1.0)}]))
    assert "measured with mnist; this run used digits" in why_not_judged(result, "en")
    assert "--lr 0.1 (here 0.2)" in why_not_judged(result, "en")
    assert "mnist" in why_not_judged(result, "ja")
    assert judged_command(result.experiment, "ja") == "zerokara lab run sample --lang ja"
    assert "established for mnist only" in too_small(result, "en")
