import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.running import Captured, fails, run_here
from tests.cli.test_data import own_mnist
from tests.report.checking import check_page
from zerokara.io import load_safetensors, save_safetensors
from zerokara.models import MODELS
from zerokara.recipes import RECIPES

QUICK = ("--recipe", "digits-small", "--epochs", "1", "--batch-size", "200", "--quiet")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one epoch."""
    from zerokara.cli import main

    folder = tmp_path_factory.mktemp("trained") / "run"
    assert main(["train", *QUICK, "--out", str(folder)]) == 0
    return folder


def test_a_run_leaves_weights_history_and_settings(trained: Path) -> None:
    names = {path.name for path in trained.iterdir()}
    assert {"weights.safetensors", "history.jsonl", "settings.json", "last.safetensors", "best.safetensors"} <= names


def test_train_as_json_prints_an_object_a_line(tmp_path: Path, capsys: Captured) -> None:
    code, out, error = run_here(capsys, "train", *QUICK[:-1], "--json", "--out", tmp_path / "run")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, error) == (0, "")
    assert [line["kind"] for line in lines] == ["epoch", "result"]
    assert lines[-1]["recipe"]["epochs"] == 1
    assert lines[-1]["as_expected"] is None


def test_a_run_gets_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert run_here(capsys, "train", "--model", "two-layer", "--data", "moons", "--epochs", "1", "--quiet")[0] == 0
    assert {p.name for p in (tmp_path / "runs").iterdir()} == {"two-layer-moons", "two-layer-moons-2"}


def test_a_run_is_never_written_over(trained: Path, capsys: Captured) -> None:
    before = {path.name: path.read_bytes() for path in trained.iterdir()}
    fails(capsys, "train", *QUICK, "--json", "--out", trained, code=1, says="already holds a run")
    assert {path.name: path.read_bytes() for path in trained.iterdir()} == before


def test_resume_needs_a_run(tmp_path: Path, capsys: Captured) -> None:
    fails(capsys, "train", "--resume", code=2, says="--out RUN")
    fails(capsys, "train", "--resume", "--out", tmp_path, code=1, says="holds no run")


def test_resume_goes_on_with_the_settings_of_the_run(tmp_path: Path, capsys: Captured) -> None:
    run = tmp_path / "run"
    arguments = ("--recipe", "digits-small", "--batch-size", "200", "--schedule", "constant", "--quiet")
    assert run_here(capsys, "train", *arguments, "--epochs", "1", "--out", run)[0] == 0
    assert run_here(capsys, "train", "--resume", "--out", run, "--epochs", "2", "--quiet")[0] == 0
    history = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in history if line["kind"] == "epoch"] == [1, 2]
    fails(capsys, "train", "--resume", "--out", run, "--lr", "0.5", "--json", code=1, says="lr")
    fails(capsys, "train", "--resume", "--out", run, "--recipe", "two-layer", code=2, says="was made by digits-small")


def test_damaged_settings_are_named(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "settings.json").write_text("{")
    fails(capsys, "train", "--resume", "--out", tmp_path, code=1, says="settings.json does not hold")
    (tmp_path / "settings.json").write_text('{"notes": {"recipe": {"name": "x", "odd": 1}}}')
    fails(capsys, "train", "--resume", "--out", tmp_path, code=1, says="settings.json does not hold")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "--recipe NAME .*digits-small"),
        (["--model", "two-layer"], 2, "--model NAME and --data NAME"),
        (["--recipe", "dgits"], 2, "no recipe 'dgits': did you mean digits-small"),
        (["--model", "two-laye", "--data", "digits"], 2, "no model 'two-laye': did you mean two-layer"),
        (["--model", "two-layer", "--data", "digit"], 2, "no data set 'digit': did you mean digits"),
        (["--recipe", "digits-small", "--epochs", "-1"], 2, "epochs is at least 1; got -1"),
        (["--recipe", "digits-small", "--epochs", "x"], 2, "not a whole number"),
        (["--recipe", "digits-small", "--epochs", "1.5"], 2, "not a whole number"),
        (["--recipe", "digits-small", "--lr", "nan"], 2, "lr is a number above 0; got nan"),
        (["--recipe", "digits-small", "--lr", "-1"], 2, "lr is a number above 0"),
        (["--recipe", "digits-small", "--batch-size", "0"], 2, "batch_size is at least 1"),
        (["--recipe", "digits-small", "--seed", "-3"], 2, "seed is a whole number"),
        (["--recipe", "digits-small", "--optimizer", "adm"], 2, "no optimizer 'adm'"),
    ],
)
def test_wrong_usage(
    arguments: list[str], code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    fails(capsys, "train", *arguments, code=code, says=says)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_does_not_fit_the_data(tmp_path: Path, capsys: Captured) -> None:
    arguments = ("--model", "small-convnet", "--data", "moons", "--json", "--out", tmp_path / "run")
    fails(capsys, "train", *arguments, code=1, says="images")
    assert list(tmp_path.iterdir()) == []


def test_wrong_labels_are_refused(tmp_path: Path, capsys: Captured) -> None:
    folder = own_mnist(tmp_path / "mnist", [1, 2, 77], [4])
    arguments = ("--recipe", "two-layer", "--data-dir", folder, "--json", "--out", tmp_path / "run")
    fails(capsys, "train", *arguments, code=1, says="label")
    assert not (tmp_path / "run").exists()


def test_a_run_folder_that_cannot_be_made(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    fails(capsys, "train", *QUICK, "--json", "--out", path / "run", code=1, says="file")
    assert path.read_text() == "mine"


def test_a_learning_rate_that_is_far_too_large_says_so(tmp_path: Path, capsys: Captured) -> None:
    arguments = ("--model", "two-layer", "--data", "digits", "--optimizer", "sgd", "--lr", "1e30", "--json")
    fails(capsys, "train", *arguments, "--out", tmp_path / "run", code=1, says="learning rate")


def test_ctrl_c_saves_and_exits_with_130(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [
        sys.executable,
        "-m",
        "zerokara",
        "train",
        "--recipe",
        "digits-small",
        "--epochs",
        "5000",
        "--out",
        str(run),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (run / "best.safetensors").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert (run / "last.safetensors").exists()


# ── evaluate ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_is_evaluated(trained: Path, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "evaluate", trained)
    assert code == 0
    assert "accuracy" in out
    found = json.loads(run_here(capsys, "evaluate", trained, "--json")[1])
    assert found["total"] == 360 == sum(map(sum, found["confusion"]))
    assert found["correct"] == sum(found["confusion"][i][i] for i in range(10))
    assert found["accuracy"] == found["correct"] / 360


def test_weights_alone_need_a_model_and_data(trained: Path, tmp_path: Path, capsys: Captured) -> None:
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes((trained / "weights.safetensors").read_bytes())
    fails(capsys, "evaluate", weights, code=2, says="--model NAME and --data NAME")
    own = ("--model", "small-convnet", "--data", "digits", "--json")
    one, other = (
        json.loads(run_here(capsys, *a)[1]) for a in (("evaluate", weights, *own), ("evaluate", trained, "--json"))
    )
    assert one["accuracy"] == other["accuracy"]
    fails(
        capsys, "evaluate", weights, "--model", "two-layer", "--data", "digits", code=1, says="does not fit two-layer"
    )


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_an_evaluation_can_be_reported(trained: Path, tmp_path: Path, lang: str, capsys: Captured) -> None:
    report = tmp_path / "report.html"
    assert run_here(capsys, "evaluate", trained, "--report", report, "--lang", lang)[0] == 0
    check_page(report.read_text(encoding="utf-8"))


def test_weights_that_are_no_numbers_are_refused(trained: Path, tmp_path: Path, capsys: Captured) -> None:
    state, _ = load_safetensors(trained / "weights.safetensors")
    state["conv1.weight"][0] = float("nan")
    weights = tmp_path / "nan.safetensors"
    save_safetensors(weights, state)
    arguments = ("--model", "small-convnet", "--data", "digits")
    fails(capsys, "evaluate", weights, *arguments, code=1, says="conv1.weight")


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text", "truncated", "language"])
def test_what_cannot_be_evaluated(kind: str, trained: Path, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "weights.safetensors"
    whole = (trained / "weights.safetensors").read_bytes()
    contents = {"empty": b"", "text": b"hello", "truncated": whole[:-100], "language": whole}
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(contents[kind])
    arguments = ["evaluate", path, "--model", "small-convnet", "--data", "digits"]
    arguments += ["--lang", "fr"] if kind == "language" else []
    says = "en or ja" if kind == "language" else "weights.safetensors"
    fails(capsys, *arguments, code=2 if kind == "language" else 1, says=says)


def test_a_report_that_cannot_be_written(trained: Path, tmp_path: Path, capsys: Captured) -> None:
    code, out, error = run_here(capsys, "evaluate", trained, "--report", tmp_path)
    assert (code, out) == (1, "")
    assert "folder" in error
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_recipe_and_model(capsys: Captured) -> None:
    out = " ".join(run_here(capsys, "train", "--help")[1].replace("│", " ").split())
    assert [name for name in (*RECIPES, *MODELS) if name not in out] == []
