"""`full` takes an experiment's larger amounts, and overwrites nothing that somebody asked for."""

from dataclasses import replace
from typing import Any

import pytest

from zerokara.experiments import EXPERIMENTS, run
from zerokara.experiments.base import Experiment, with_settings
from zerokara.experiments.programs import left_out, program
from zerokara.experiments.scope import gap
from zerokara.experiments.telling import why_not_judged

LARGER = [name for name, experiment in EXPERIMENTS.items() if "full" in experiment.settings]


def other(experiment: Experiment, name: str) -> Any:
    """A value that is neither the setting's default nor that of `larger`."""
    if name == "text":
        return "toy"
    own = experiment.settings[name]
    return own / 3 if isinstance(own, float) else own + 1 if own + 1 != experiment.larger[name] else own + 2


def full(name: str, **settings: Any) -> Experiment:
    return with_settings(EXPERIMENTS[name], {"full": True, **settings})


def test_which_experiments_have_larger_amounts() -> None:
    assert {"addition", "dates", "attention-map", "gpt-characters"} <= set(LARGER)
    assert [name for name, experiment in EXPERIMENTS.items() if experiment.larger] == LARGER


@pytest.mark.parametrize("name", LARGER)
def test_alone_it_takes_all_of_them(name: str) -> None:
    experiment = EXPERIMENTS[name]
    assert full(name).used == replace(experiment, **experiment.larger)
    assert experiment.used == experiment
    assert not left_out(full(name))  # the program of the report takes them too


@pytest.mark.parametrize("name", LARGER)
def test_whatever_was_set_is_kept(name: str) -> None:
    """Each setting by itself, and all of them together."""
    experiment = EXPERIMENTS[name]
    wanted = {setting: other(experiment, setting) for setting in experiment.larger}
    for setting, value in wanted.items():
        assert full(name, **{setting: value}).used == replace(experiment, **{**experiment.larger, setting: value})
    assert full(name, **wanted).used == replace(experiment, **wanted)


@pytest.mark.parametrize("name", LARGER)
def test_a_quick_run_stays_quick(name: str) -> None:
    experiment = EXPERIMENTS[name]
    used = full(name, **experiment.quick).used
    assert {setting: used.settings[setting] for setting in experiment.quick} == experiment.quick


@pytest.mark.parametrize("name", LARGER)
def test_a_larger_run_shows_something_unless_it_was_shrunk(name: str) -> None:
    """What is needed then are the larger amounts: a text about them is wrong where somebody took fewer."""
    experiment = EXPERIMENTS[name]
    assert not gap(full(name))
    assert gap(full(name, **experiment.quick)).short


def test_few_epochs_are_compared_with_those_of_the_larger_run() -> None:
    assert dict(gap(full("addition", epochs=3)).short) == {"epochs": 25}
    assert not gap(full("addition", epochs=30))


def test_what_is_measured_and_shown_are_the_settings_that_are_used() -> None:
    result = run("addition", full=True, examples=60, epochs=3, digits=2, hidden_size=4)
    assert result.found["plain.losses"].shape == (3,)
    assert all(len(said) <= 4 for said in result.found["right"])  # "_", then at most three digits
    assert "\nepochs = 3\n" in program(result.experiment)
    facts = result.facts()["settings"]
    assert (facts["full"], facts["epochs"], facts["batch_size"], facts["lr"]) == (True, 3, 128, 0.001)
    assert "\ndigits = 3\n" in program(full("addition"))


def test_a_larger_run_is_judged_where_its_numbers_are_known_and_nothing_else_was_changed() -> None:
    judged = [name for name in LARGER if EXPERIMENTS[name].larger_judged]
    assert {"addition", "dates", "gpt-characters"} <= set(judged)
    for name in LARGER:
        assert (full(name).unjudged == {}) == (name in judged)
        assert full(name, lr=0.5).unjudged == {"lr": 0.5, **({} if name in judged else {"full": True})}
    result = run("addition", full=True, examples=60, epochs=3, hidden_size=4)
    assert not result.own
    reason = why_not_judged(result, "en")
    assert "--examples" in reason
    assert "--full" not in reason
