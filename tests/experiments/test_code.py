"""The program of a report runs as it is shown, and gives the numbers of its experiment."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.experiments.quick import quick_result
from zerokara.experiments import EXPERIMENTS, Result, run
from zerokara.experiments.ch02.logic_gates import GATES
from zerokara.experiments.code import code, lines
from zerokara.rules import RULES

PROGRAMS = sorted(name for name in EXPERIMENTS if lines(name))
Same = dict[str, Callable[[dict[str, Any], Result], tuple[Any, Any]]]

SAME: Same = {
    "sin-cos-graph": lambda p, r: ([p["x"].data, p["x"].grad], [r["x"], r["slope"]]),
    "step-function": lambda p, r: (p["y"], r["y"]),
    "relu": lambda p, r: ([p["y"].data, p["x"].grad], [r["y"], r["slope"]]),
    "matrix-product": lambda p, r: (p["y"].data, r["y"]),
    "softmax-overflow": lambda p, r: ([p["naive"], p["stable"]], [r["naive"], r["stable"]]),
    "gradient-1d": lambda p, r: (p["slopes"], r["slopes"]),
    "gradient-2d": lambda p, r: (p["arrows"].reshape(-1, 2).T, -r["gradient"]),
    "learning-rate-extremes": lambda p, r: (list(p["ends"].values()), r["exact"][:, -1]),
    "sigmoid-derivative": lambda p, r: ([p["y"].data, p["u"].grad], [r["sigmoid"], r["slope"]]),
    "padding-stride": lambda p, r: (
        np.concatenate([y.ravel() for y in p["outputs"].values()]),
        np.concatenate([r[f"{S}.{P}.output"].ravel() for S, P in p["outputs"]]),
    ),
    "logic-gates": lambda p, r: (
        [p[g] for g in GATES],
        [r[f"{g}.outputs"] for g in GATES],
    ),
    "xor-gate": lambda p, r: (p["XOR"], [0, 1, 1, 0]),
    "sigmoid": lambda p, r: ([p["y"].data, p["x"].grad], [r["y"], r["slope"]]),
    "softmax-properties": lambda p, r: ([p["softmax"], p["sigmoid"]], [r["softmax"], r["sigmoid"]]),
    "three-layer-forward": lambda p, r: (p["y"].data[0], r["z3"]),
    "loss-functions": lambda p, r: ([p["squared"], p["entropy"]], [r["squared"], r["entropy"]]),
    "gradient-method": lambda p, r: (p["path"], r["path"]),
    "gradient-simplenet": lambda p, r: (p["W"].grad, r["dW"]),
    "chain-rule": lambda p, r: ([p["x"].grad, p["y"].grad], r["gradient"]),
    "buy-apple": lambda p, r: ([p[n].grad for n in ("price", "number", "tax")], r["gradient"]),
    "buy-apple-orange": lambda p, r: (p["gradient"], r["gradient"]),
    "activation-layers": lambda p, r: (p["x"].grad, r["sigmoid.gradient"]),
    "affine-batch": lambda p, r: (p["W"].grad, r["dW"]),
    "softmax-loss-gradient": lambda p, r: (p["scores"].grad, r["labels"]),
    "optimizer-paths": lambda p, r: (list(p["paths"].values()), [r[n] for n in ("SGD", "Momentum", "AdaGrad", "Adam")]),
    "weight-init-histogram": lambda p, r: (p["spread"], r["std"][0, 0]),
    "batch-norm-layer": lambda p, r: (p["y"], r["y"]),
    "convolution-by-hand": lambda p, r: (p["y"], r["output"]),
    "im2col-walk": lambda p, r: (p["matrix"], r["small_matrix"]),
    "pooling": lambda p, r: (
        np.concatenate([p["y"].data.ravel(), p["image"].grad.ravel()]),
        np.concatenate([r["average.output"].ravel(), r["average.gradient"].ravel()]),
    ),
    "train-two-layer": lambda p, r: (p["losses"], r["losses"]),
    "train-two-layer-backprop": lambda p, r: (p["losses"], r["losses"]),
    "weight-init-compare": lambda p, r: (
        list(p["curves"].values()),
        [r[f"{n}.losses"] for n in ("0.01", "xavier", "he")],
    ),
    "optimizer-mnist": lambda p, r: (list(p["curves"].values()), r["losses"][[0, 1, 2, 5]]),
}
"""What a program gives, and what its experiment found."""

IN_SMALL = {
    "train-two-layer": {"10_000": "300"},
    "train-two-layer-backprop": {"10_000": "300"},
    "weight-init-compare": {"2000": "300"},
    "optimizer-mnist": {"2000": "60"},
    "overfit-dropout": {"epochs=301": "epochs=2"},
    "hyperparameter-search": {"range(100)": "range(3)", "epochs=50": "epochs=2"},
    "batch-norm": {"epochs=20": "epochs=1"},
    "train-simple-convnet-small": {"take(5000)": "take(300)", "epochs=20": "epochs=1"},
}
"""What is shrunk in a test, as the quick run shrinks it; the data are the bundled digits."""

LIKE = {"overfit-dropout", "train-simple-convnet-small", "hyperparameter-search", "batch-norm"}
"""Programs with seeds of their own: they do the same training, and not the same numbers."""


def execute(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    program = lines(name)
    for shown, small in {**IN_SMALL.get(name, {}), '"mnist"': '"digits"'}.items():
        assert shown in program or shown == '"mnist"'
        program = program.replace(shown, small)
    monkeypatch.chdir(folder)
    spaces: dict[str, Any] = {}
    zk.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(program, name, "exec"), spaces)
    assert said.getvalue().strip()
    return spaces


def result_of(name: str) -> Result:
    experiment = EXPERIMENTS[name]
    return quick_result(name) if "data" in experiment.settings else run(name, seeds=1)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_gives_the_numbers_of_its_experiment(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaces = execute(name, tmp_path, monkeypatch)
    if name in LIKE:
        return
    given, expected = SAME[name](spaces, result_of(name))
    learned = name in IN_SMALL  # recorded steps may differ in the last bits, and a training lets them grow
    np.testing.assert_allclose(
        np.asarray(given, float), np.asarray(expected, float), rtol=2e-3 if learned else 1e-6, atol=1e-6
    )


def test_every_program_is_compared_with_its_experiment() -> None:
    assert set(PROGRAMS) == SAME.keys() | LIKE
    assert len(PROGRAMS) >= 38


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_short_and_names_the_rules_that_it_uses(name: str) -> None:
    head, *program = lines(name).splitlines()
    assert 3 <= len(program) <= 30
    assert head.startswith("# rules: ")
    assert all(rule in RULES for rule in head.removeprefix("# rules: ").split(", "))


def test_the_report_shows_the_program_and_the_formula_of_its_rules() -> None:
    (section,) = code(EXPERIMENTS["convolution-by-hand"], "en")
    shown = section.html("en", "code").replace("&#x27;", "'").replace("&quot;", '"')
    assert "y[i, j] = np.sum(x[i : i + 3, j : j + 3] * w) + 3" in shown
    assert "zerokara/rules/conv.py" in shown
    assert "∂L/∂x" in shown
    assert code(EXPERIMENTS["hello"], "en") == []
