"""`zerokara search` as a user types it; what happens when workers are killed stands in tests/search."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.cli.running import Captured, fails, run_here
from tests.report.checking import check_page
from zerokara.cli import main

OWN = ("--model", "two-layer", "--data", "moons", "--epochs", "2", "--batch-size", "300")
TRY = ("--try", "lr=1e-3..1e-1:log", "--try", "hidden=4,8")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of three trials."""
    folder = tmp_path_factory.mktemp("searched") / "study"
    shown = folder.parent / "tensorboard"
    words = ["search", *OWN, *TRY, "--trials", "3", "--out", str(folder), "--tensorboard", str(shown), "--quiet"]
    assert main(words) == 0
    return folder


def test_a_study_leaves_its_report_its_runs_and_its_curves(study: Path) -> None:
    check_page((study / "report.html").read_text(encoding="utf-8"))
    assert {path.name for path in study.iterdir()} == {"study.db", "study.json", "report.html", "trials"}
    assert {path.name for path in (study / "trials").iterdir()} == {"0001", "0002", "0003"}
    shown = study.parent / "tensorboard"
    assert {path.name for path in shown.iterdir()} == {"study-0001", "study-0002", "study-0003"}


def test_show_tells_the_best_and_the_command_that_trains_it(study: Path, capsys: Captured, tmp_path: Path) -> None:
    code, out, error = run_here(capsys, "search", "show", study, "--report", tmp_path / "r.html", "--lang", "ja")
    assert (code, error) == (0, "")
    assert "最良：試行" in out
    assert "zerokara train --model two-layer:" in out
    check_page((tmp_path / "r.html").read_text(encoding="utf-8"))
    told = json.loads(run_here(capsys, "search", "show", study, "--json")[1])
    assert told["counts"]["complete"] == 3
    assert len(told["tests"]) == 1

    command = told["best"]["command"].split()[1:]
    code, out, _ = run_here(capsys, *command, "--json", "--out", tmp_path / "run")
    epochs = [json.loads(line) for line in out.splitlines()]
    assert [line["val_accuracy"] for line in epochs[:-1]] == [score for _, score in told["best"]["curve"]]
    assert epochs[-1]["accuracy"] == told["tests"][0]["accuracy"]


def test_the_same_command_goes_on_and_resume_asks_for_more(study: Path, tmp_path: Path, capsys: Captured) -> None:
    import shutil

    folder = tmp_path / "study"
    shutil.copytree(study, folder)
    words = ("search", *OWN, *TRY, "--trials", "3", "--out", folder, "--json")
    code, out, error = run_here(capsys, *words)
    assert (code, error) == (0, "")
    (only,) = [json.loads(line) for line in out.splitlines()]
    assert only["kind"] == "result"
    code, out, _ = run_here(capsys, "search", "--resume", "--out", folder, "--trials", "4", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(line["kind"], line.get("index")) for line in lines] == [("trial", 3), ("result", None)]
    assert lines[-1]["trials"][:3] == only["trials"]
    fails(capsys, *words, "--lr", "0.1", code=2, says="lr is tried, so it cannot be given too")
    fails(capsys, *words, "--seed", "1", code=1, says="begun with other settings: seed was 0 and is now 1")
    fails(capsys, *words[:-7], "--out", folder, code=1, says="--try hidden was 4,8 and is now not there")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "say what to search for: --recipe NAME"),
        (["--recipe", "digits-smal", *TRY], 2, "no recipe 'digits-smal': did you mean digits-small"),
        ([*OWN], 2, "say what to try: --try NAME=VALUES"),
        ([*OWN, "--try", "learnrate=1,2"], 2, "no setting to try 'learnrate'"),
        ([*OWN, "--try", "optimzer=adam"], 2, "did you mean optimizer"),
        ([*OWN, *TRY, "--sampler", "tep"], 2, "no sampler 'tep': did you mean tpe"),
        ([*OWN, *TRY, "--prune", "halfing"], 2, "no pruning 'halfing': did you mean halving"),
        ([*OWN, *TRY, "--sampler", "grid"], 2, "a grid needs the values of lr"),
        ([*OWN, *TRY, "--trials", "0"], 2, "--trials is at least 1; got 0"),
        ([*OWN, *TRY, "--workers", "0"], 2, "--workers is at least 1; got 0"),
        ([*OWN, *TRY, "--trials", "many"], 2, "not a whole number"),
        ([*OWN, *TRY, "--storage", "study.db"], 2, "--storage is an address"),
        ([*OWN, *TRY, "--storage", "postgresql://me:secret@127.0.0.1:1/db"], 1, "127.0.0.1:1/db cannot be used"),
        (["--recipe", "digits-small", "--try", "hidden=5"], 2, "small-convnet has none to give"),
        (["--model", "small-convnet", "--data", "moons", "--try", "lr=0.1"], 1, "images"),
        (["--model", "two-layer", "--data", "folder:nowhere", "--try", "lr=0.1"], 1, "nowhere"),
        (["--resume"], 2, "--resume needs the folder of the study: --out STUDY"),
        (["--resume", "--out", "nowhere"], 1, "nowhere holds no study"),
        (["--resume", "--out", "nowhere", "--recipe", "two-layer"], 2, "leave recipe out"),
        (["show", "nowhere"], 1, "nowhere holds no study"),
        (["shwo", "nowhere"], 2, "no command search 'shwo': did you mean show"),
    ],
)
def test_wrong_usage(
    arguments: list[str], code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """One line, in both languages, and nothing is left behind."""
    from tests.cli.test_language import JAPANESE

    monkeypatch.chdir(tmp_path)
    fails(capsys, "search", *arguments, code=code, says=says)
    again, _, error = run_here(capsys, "search", *arguments, "--lang", "ja")
    assert (again, len(error.splitlines())) == (code, 1)
    assert JAPANESE.search(error) or "images" in says
    assert "secret" not in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("library", "extra"), [("optuna", "search"), ("tensorboardX", "tensorboard")])
def test_what_is_not_installed_is_named(
    library: str, extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == library else find(name, *more))
    says = rf"needs {library}: pip install 'zerokara\[{extra}\]'"
    words = ("search", *OWN, *TRY, "--tensorboard", tmp_path / "t", "--out", tmp_path / "s")
    fails(capsys, *words, code=2, says=says)
    if extra == "tensorboard":
        fails(capsys, "train", "--recipe", "digits-small", "--tensorboard", tmp_path / "t", code=2, says=says)
    assert list(tmp_path.iterdir()) == []


def test_a_study_without_a_score_ends_with_code_1_and_says_why(tmp_path: Path, capsys: Captured) -> None:
    words = (
        "--try",
        "lr=1e30,2e30",
        "--optimizer",
        "sgd",
        "--trials",
        "2",
        "--out",
        tmp_path / "s",
        "--sampler",
        "grid",
    )
    code, out, error = run_here(capsys, "search", *OWN, *words)
    assert (code, error) == (1, "")
    assert "2 diverged" in out
    assert "no trial has a score: the loss became" in out or "no trial has a score: a weight became" in out


def test_train_writes_the_files_of_tensorboard_under_the_name_of_the_run(tmp_path: Path, capsys: Captured) -> None:
    words = ("train", *OWN, "--out", tmp_path / "mine", "--tensorboard", tmp_path / "shown", "--quiet")
    assert run_here(capsys, *words)[0] == 0
    (place,) = (tmp_path / "shown").iterdir()
    assert place.name == "mine"
    assert [path.name.startswith("events.out.tfevents.") for path in place.iterdir()] == [True]


def test_ctrl_c_gives_the_trial_back_and_the_same_command_goes_on(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "study"
    words = ("search", *OWN[:4], "--epochs", "100000", *TRY, "--trials", "2", "--prune", "none", "--out", folder)

    def interrupt() -> None:
        history = folder / "trials" / "0001" / "history.jsonl"
        while not history.exists() or b"epoch" not in history.read_bytes():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    fails(capsys, *words, "--json", code=130, says="interrupted; what was finished is kept, and the same command")
    thread.join()
    told = json.loads(run_here(capsys, "search", "show", folder, "--json")[1])
    assert (told["counts"]["waiting"], told["counts"]["running"]) == (2, 0)
    assert "2 still to come" in run_here(capsys, "search", "show", folder)[1]
