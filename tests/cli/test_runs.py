import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Captured, fails, run_here
from tests.report.checking import check_page
from zerokara.recipes import Recipe
from zerokara.views.run_table import run_table

EPOCH = {"kind": "epoch", "step": 5, "images": 50, "lr": 0.1}


def write(folder: Path, recipe: Recipe | None, scores: list[tuple[float, float]], *, finished: bool = True) -> Path:
    """A run as training leaves it: (loss, validation accuracy) of every epoch."""
    folder.mkdir(parents=True)
    notes: dict[str, Any] = {} if recipe is None else {"recipe": recipe.to_dict()}
    (folder / "settings.json").write_text(json.dumps({"training": {"epochs": 9}, "notes": notes, "environment": {}}))
    lines = [{"kind": "step", "step": 1, "epoch": 1, "loss": 9.0}]
    lines += [
        {
            **EPOCH,
            "epoch": i,
            "loss": loss,
            "accuracy": 0.5,
            "val_loss": loss,
            "val_accuracy": score,
            "seconds": 2.0 * i,
        }
        for i, (loss, score) in enumerate(scores, 1)
    ]
    (folder / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    if finished:
        (folder / "weights.safetensors").write_bytes(b"")
    return folder


def recipe(**settings: Any) -> Recipe:
    return Recipe("own", "", "", data="moons", model="two-layer", **settings)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "runs"
    write(root / "a", recipe(lr=0.1), [(0.5, 0.8), (0.6, 0.7)])
    write(root / "b", recipe(lr=0.2), [(0.4, 0.9)], finished=False)
    write(root / "study" / "trials" / "0001", recipe(lr=0.1, optimizer="sgd"), [(0.3, 0.85)])
    return root


def test_runs_stand_in_the_order_of_their_best_epoch_with_what_differs(folder: Path, capsys: Captured) -> None:
    code, out, error = run_here(capsys, "runs", folder)
    assert (code, error) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("3 runs in")
    assert "data moons" in lines[1]
    assert lines[3].split()[:3] == ["run", "optimizer", "lr"]
    assert [line.split()[0] for line in lines[4:]] == ["b", "study/trials/0001", "a"]
    assert "1/9 …" in lines[4], "it has not come to its end"
    assert "80.00 %" in lines[6], "the best epoch, not the last"
    assert "4.0 s" in lines[6]


def test_json_and_csv_hold_every_setting(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "runs.csv"
    rows = [json.loads(line) for line in run_here(capsys, "runs", folder, "--json", "--csv", path)[1].splitlines()]
    assert [row["run"] for row in rows] == ["b", "study/trials/0001", "a"]
    assert rows[2]["best_val_loss"] == 0.5
    assert set(recipe().settings) <= set(rows[0])
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["run"] for row in found] == [row["run"] for row in rows]
    assert [float(row["lr"]) for row in found] == [row["lr"] for row in rows]
    assert found[0]["data"] == "moons"


def test_no_name_becomes_a_formula_of_the_spreadsheet(tmp_path: Path) -> None:
    write(tmp_path / "=cmd()", recipe(), [(0.5, 0.5)])
    assert "'=cmd()" in run_table(tmp_path).csv()


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_report_draws_the_curves_together(folder: Path, lang: str, tmp_path: Path, capsys: Captured) -> None:
    for i in range(8):
        write(folder / f"more{i}", recipe(seed=i), [(0.9, 0.1), (0.8, 0.2)])
    path = tmp_path / "report.html"
    code, out, _ = run_here(capsys, "runs", folder, "--report", path, "--lang", lang)
    assert code == 0
    assert str(path) in out
    html = path.read_text(encoding="utf-8")
    check_page(html)
    assert all(name in html for name in ("study/trials/0001", "more7"))
    assert ("5 are drawn thin" if lang == "en" else "ほかの 5 件") in html


def test_a_run_itself_and_runs_without_a_recipe_are_shown_too(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path / "one", None, [(0.5, 0.5)])
    code, out, _ = run_here(capsys, "runs", tmp_path / "one")
    assert code == 0
    assert "one" in out.splitlines()[-1]


def test_what_is_damaged_is_left_out_and_named(folder: Path, capsys: Captured) -> None:
    (folder / "a" / "settings.json").write_text("{")
    with (folder / "b" / "history.jsonl").open("a") as file:
        file.write('{"kind": "epoch", "ep')  # a run in progress: the line is not whole yet
    code, out, _ = run_here(capsys, "runs", folder)
    assert code == 0
    assert out.splitlines()[0].startswith("2 runs in")
    assert f"left out: {folder / 'a'}" in out


def test_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir(tmp_path)
    fails(capsys, "runs", code=1, says="there is no folder runs")
    fails(capsys, "runs", tmp_path, code=1, says="holds no runs")
    write(tmp_path / "r" / "a", recipe(), [(0.5, 0.5)])
    fails(capsys, "runs", tmp_path / "r", "--report", tmp_path, code=1, says="folder")
    fails(capsys, "runs", tmp_path / "r", "--csv", tmp_path / "r", code=1, says="folder")
    assert "フォルダ runs がありません" in run_here(capsys, "runs", "--lang", "ja")[2]
