"""The laboratory and the search, started by mpiexec: the results of one process, what fails is named, one report."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.parallel.world import needs_mpi, ours, run
from tests.sweeps import sweep
from zerokara.cli import main

pytestmark = needs_mpi
CHEAP = ("gradient-method", "weight-init-histogram", "logic-gates")
STUDY = ("--model", "two-layer", "--data", "moons", "--epochs", "2", "--batch-size", "300", "--sampler", "random")
TRY = ("--try", "lr=1e-3..1e-1:log", "--try", "hidden=4,8", "--trials", "4")


def told(out: str) -> list[dict[str, Any]]:
    """What was printed as JSON."""
    return [json.loads(line) for line in out.splitlines()]


def numbers(folder: Path) -> dict[str, dict[str, np.ndarray[Any, Any]]]:
    """All kept results of a laboratory by their names, but for the seconds that they took."""
    found = {}
    for path in sorted(folder.glob("results/*/*.npz")):
        with np.load(path) as kept:
            found[str(path.relative_to(folder))] = {name: kept[name] for name in kept.files if "second" not in name}
    return found


@pytest.mark.parametrize("ranks", sweep([2, 3], [2]))
def test_the_laboratory_finds_what_one_process_finds(tmp_path: Path, ranks: int) -> None:
    command = ("lab", "run", *CHEAP, "--quick", "--seeds", "2", "--quiet", "--json", "--out")
    assert main([*command, str(tmp_path / "one")]) == 0
    code, out, errors = run(ranks, "-m", "zerokara", *command, tmp_path / "team")
    assert code == 0, errors
    assert {one["name"] for one in told(out)} == set(CHEAP)
    assert len(told(out)) == len(CHEAP)  # said once, by number 0
    expected, found = numbers(tmp_path / "one"), numbers(tmp_path / "team")
    assert found.keys() == expected.keys()
    assert len(found) >= len(CHEAP)
    for name, arrays in expected.items():
        for each, array in arrays.items():
            np.testing.assert_array_equal(found[name][each], array, err_msg=f"{name}: {each}")
    pages = {path.name for path in (tmp_path / "team").glob("*.html")}
    assert pages == {path.name for path in (tmp_path / "one").glob("*.html")}


def test_an_experiment_that_fails_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    wrong = ("gradient-method", "weight-init-compare", "--data", f"folder:{tmp_path / 'nowhere'}")
    code, out, errors = run(2, "-m", "zerokara", "lab", "run", *wrong, "--quick", "--quiet", "--out", tmp_path / "lab")
    assert code != 0
    assert "gradient-method: as expected" in out
    assert "1 of 2 experiments" in out
    (line,) = ours(errors)
    assert line.startswith("zerokara: weight-init-compare: ")
    assert "nowhere" in line


@pytest.mark.long
def test_a_study_is_worked_on_by_all_and_told_once(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    code, out, errors = run(2, "-m", "zerokara", "search", *STUDY, *TRY, "--json", "--out", folder)
    assert code == 0, errors
    lines = told(out)
    assert sorted(one["index"] for one in lines if one["kind"] == "trial") == [0, 1, 2, 3]
    (result,) = (one for one in lines if one["kind"] == "result")
    assert result["counts"]["complete"] == 4
    assert (folder / "report.html").exists()
    best = result["best"]["command"].split()[1:]
    assert main([*best, "--quiet", "--json", "--out", str(tmp_path / "run")]) == 0
    epochs = told((tmp_path / "run" / "history.jsonl").read_text())
    scores = [one["val_accuracy"] for one in epochs if one.get("kind", "epoch") == "epoch" and "val_accuracy" in one]
    assert scores == [score for _, score in result["best"]["curve"]]
