"""The program of a report runs as it is shown, and gives the numbers of its experiment."""

import ast
import contextlib
import copy
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.experiments.quick import every_experiment, quick_result
from tests.experiments.same_numbers import DROPPING, GROWING, LEARNED, SAME, drop_the_same
from tests.sweeps import together
from zerokara.experiments import EXPERIMENTS, Experiment, Result, run
from zerokara.experiments.base import with_settings
from zerokara.experiments.code import code
from zerokara.experiments.programs import SHARED, left_out, program
from zerokara.rules import RULES

WHOLE = {name for name in EXPERIMENTS if EXPERIMENTS[name].cost == "S" and "data" not in EXPERIMENTS[name].settings}
WHOLE -= LEARNED
"""Experiments that are measured with their own settings; the others, all trainings among them, in small."""

OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    "awesome-net": {
        "description": 'layers = [{ conv = 16, padding = 1 }, "norm", "relu", { pool = 2 }, { linear = 64 }, "relu"]'
    },
    **{name: {"iterations": 5} for name in ("feature-hierarchy", "grad-cam", "grad-cam-mnist")},
}
"""Settings with which an experiment does what its program does, or before rounding errors have grown."""


def result_of(name: str) -> Result:
    if name in OTHERWISE or name in DROPPING:
        return run(name, quick=True, data="digits", **OTHERWISE.get(name, {}))
    return run(name, seeds=1) if name in WHOLE else quick_result(name)


def execute(experiment: Experiment, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the program leaves; what it printed is `said`."""
    text = program(experiment)
    monkeypatch.chdir(folder)
    spaces: dict[str, Any] = {}
    zk.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(text, experiment.name, "exec"), spaces)
    assert said.getvalue().strip()
    return {**spaces, "said": said.getvalue()}


@every_experiment
def test_the_program_gives_the_numbers_of_its_experiment(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in DROPPING:
        monkeypatch.setattr(zk.nn.Dropout, "forward", drop_the_same)
    with zk.use_kernels("reference") if name in GROWING else contextlib.nullcontext():
        result = result_of(name)
        spaces = execute(result.experiment, tmp_path, monkeypatch)
    given, expected = (np.asarray(side, float) for side in SAME[name](spaces, result))
    assert given.size
    # recorded steps may differ in the last bits, and a training lets them grow; one answer in a hundred may then differ
    tolerance = {"rtol": 2e-3, "atol": 1e-2} if name in LEARNED else {"rtol": 1e-6, "atol": 1e-6}
    np.testing.assert_allclose(given, expected, **({"rtol": 0, "atol": 0} if name in GROWING else tolerance))


def test_every_program_is_compared_with_its_experiment() -> None:
    assert EXPERIMENTS.keys() == SAME.keys()


@together(EXPERIMENTS)
def test_a_program_is_short_and_names_the_rules_that_it_uses(name: str) -> None:
    head, *rest = program(EXPERIMENTS[name]).splitlines()
    said = [line for line in rest if line.strip() and not line.startswith(("import ", "from "))]
    assert 3 <= len(said) <= 30
    assert head.startswith("# rules:")
    assert all(rule in RULES for rule in head.removeprefix("# rules:").replace(",", " ").split())


@together(EXPERIMENTS)
def test_a_program_imports_what_it_uses_and_nothing_else(name: str) -> None:
    tree = ast.parse(program(EXPERIMENTS[name]))
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported <= used


@pytest.mark.parametrize("name", SHARED)
def test_shared_programs_have_the_values_of_their_experiment(name: str) -> None:
    assert "$" not in program(EXPERIMENTS[name])


def test_a_program_has_the_settings_of_its_run() -> None:
    """The page of a run with other settings, or other data, shows the program for these."""
    (experiment,) = (run("gradient-method", quick=True).experiment,)
    assert program(experiment) == program(EXPERIMENTS["gradient-method"])
    small = quick_result("train-simple-convnet").experiment
    assert f"iterations = {small.settings['iterations']}\n" in program(small)
    assert 'load("digits")' in program(small)
    assert 'load("mnist")' in program(EXPERIMENTS["train-simple-convnet"])


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if program(EXPERIMENTS[name])])
def test_what_a_run_changed_is_in_its_program_or_is_said_to_be_left_out(name: str) -> None:
    """The lines are never those of other settings in silence."""
    experiment = EXPERIMENTS[name]
    assert not left_out(experiment)
    for setting, value in experiment.settings.items():
        if setting == "full":  # stands for others, see test_larger
            continue
        changed = copy.copy(experiment)
        object.__setattr__(changed, setting, another(value))  # past the checks of what is sensible
        left = left_out(changed)
        assert set(left) <= {setting}
        assert (program(changed) != program(experiment)) != bool(left), setting
        if left:
            assert left == {setting: (value, another(value))}


def another(value: Any) -> Any:
    """A value that differs from this one, of its kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, tuple):
        return (*value, *(value[-1:] or (1,)))
    return 7 if value is None else value + 1


def test_a_report_says_which_settings_its_program_keeps() -> None:
    changed = with_settings(EXPERIMENTS["train-two-layer"], {"batch_size": "50", "iterations": "70"})
    for lang, said in (("en", "that this run changed: --batch-size 100 (here 50)."), ("ja", "--batch-size 100")):
        (section,) = code(changed, lang)
        assert said in section.html(lang, "code")
        assert "--iterations" not in section.html(lang, "code")
        (section,) = code(EXPERIMENTS["train-two-layer"], lang)
        assert "--batch-size" not in section.html(lang, "code")


def test_the_report_shows_the_program_and_the_formula_of_its_rules() -> None:
    (section,) = code(EXPERIMENTS["convolution-by-hand"], "en")
    shown = section.html("en", "code").replace("&#x27;", "'").replace("&quot;", '"')
    assert "y[i, j] = np.sum(x[i : i + 3, j : j + 3] * w) + 3" in shown
    assert "zerokara/rules/conv.py" in shown
    assert "∂L/∂x" in shown
