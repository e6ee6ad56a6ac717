import re
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import Captured, fails, run_apart, run_here
from tests.report.checking import check_page, words
from zerokara.cli.shrink import shrink


def test_the_demo_trains_reads_and_reports(tmp_path: Path) -> None:
    """The whole command in a process of its own, as the README says, but for the number of epochs."""
    done = run_apart("demo", "--epochs", "3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    accuracy = re.search(r"Test accuracy ([\d.]+) %", done.stdout)
    assert accuracy is not None
    assert float(accuracy.group(1)) > 90
    report = tmp_path / "zerokara-demo" / "report.html"
    assert str(report) in done.stdout
    said = words(check_page(report.read_text(encoding="utf-8")))
    assert "zerokara demo --epochs 3" in said
    assert [p.name for p in report.parent.iterdir()] == ["report.html"]


def test_the_demo_shows_the_drawings_that_ship_and_reads_them_all(tmp_path: Path, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "demo", "--epochs", "1", "--out", tmp_path, "--lang", "ja")
    said = words(check_page((tmp_path / "report.html").read_text(encoding="utf-8")))
    assert code == 0
    assert "手描き画像：" in out
    found = re.search(r"(\d+) / (\d+)", said)
    assert found is not None
    assert found.group(1) == found.group(2) != "0"


def test_the_demo_learns_from_another_data_set(tmp_path: Path, capsys: Captured) -> None:
    from tests.cli.test_data import own_mnist

    folder = own_mnist(tmp_path / "mnist", [i % 10 for i in range(40)], [3] * 5)
    arguments = ("--data", "mnist", "--data-dir", folder, "--epochs", "1", "--out", tmp_path / "out")
    assert run_here(capsys, "demo", *arguments)[0] == 0
    assert "--data mnist" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--epochs", "-1"], 2, "epochs is at least 1"),
        (["--epochs", "1.5"], 2, "not a whole number"),
        (["--seed", "-1"], 2, "seed is a whole number"),
        (["--lang", "fr"], 2, "en or ja"),
        (["--data", "digit"], 2, "did you mean digits"),
        (["--data", "folder:/nowhere/at/all"], 1, "nowhere"),
    ],
)
def test_wrong_usage(
    arguments: list[str], code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    out, _ = run_here(capsys, "demo", *arguments)[1:]
    assert "Test accuracy" not in out
    fails(capsys, "demo", *arguments, code=code, says=says)


def test_a_place_that_cannot_be_written_is_said_before_the_training(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    code, out, error = run_here(capsys, "demo", "--out", path)
    assert (code, out) == (1, "")
    assert len(error.splitlines()) == 1
    assert path.read_text() == "mine"
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    assert run_here(capsys, "demo", "--out", tmp_path / "out")[:2] == (1, "")


@pytest.mark.parametrize("size", [8, 16, 28])
def test_a_shrunken_digit_fills_its_picture(size: int) -> None:
    view = np.zeros((28, 28), np.float32)
    view[6:22, 12:15] = 1
    small = shrink(view, size)
    assert small.shape == (size, size)
    assert small.dtype == np.float32
    assert 0 <= small.min() < 0.5 < small.max() <= 1
    if size != 28:
        assert small.any(axis=1).all()


def test_an_empty_picture_shrinks_to_an_empty_one() -> None:
    assert not shrink(np.zeros((28, 28), np.float32), 8).any()
