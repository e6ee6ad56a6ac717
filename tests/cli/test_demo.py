import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import NOTICE, Captured, fails, run_apart, run_here
from tests.report.checking import check_page, words
from tests.sweeps import long
from zerokara.kernels import kernel_family, use_kernels
from zerokara.views.shrink import shrink


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


def test_the_demo_compiles_nothing(tmp_path: Path) -> None:
    """Neither the training nor the shipped reader asks for a compiled kernel."""
    empty = _demo(tmp_path / "empty", ZEROKARA_CACHE=str(tmp_path / "cache"))
    assert NOTICE not in empty.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


@pytest.mark.long
def test_no_cache_changes_the_numbers_of_the_demo(tmp_path: Path) -> None:
    """It asks for no compiled kernel also where there are some."""
    empty = _demo(tmp_path / "empty", ZEROKARA_CACHE=str(tmp_path / "cache"))
    train = ("train", "--recipe", "digits-small", "--epochs", "1", "--quiet", "--out", tmp_path / "run")
    assert run_apart(*train).returncode == 0  # into the cache of all tests
    assert _without_times(_demo(tmp_path / "filled").stdout) == _without_times(empty.stdout)


def _demo(out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    done = run_apart("demo", "--epochs", "1", "--out", out, ZEROKARA_KERNELS="compiled", **environment)
    assert done.returncode == 0, done.stderr
    return done


def _without_times(said: str) -> list[str]:
    return [line for line in said.splitlines() if not line.startswith(("Trained in", "Everything took", "Report:"))]


@pytest.mark.parametrize(
    ("lang", "begin"), [long(("en", "The demo computes with NumPy")), ("ja", "デモは NumPy で計算")]
)
def test_the_demo_says_what_computes(lang: str, begin: str, tmp_path: Path, capsys: Captured) -> None:
    """Before the training, in both languages, and in the report; the family of before is in use again afterwards."""
    with use_kernels("compiled"):
        out = run_here(capsys, "demo", "--epochs", "1", "--out", tmp_path, "--lang", lang)[1]
        assert out.splitlines()[0].startswith(begin)
        report = words(check_page((tmp_path / "report.html").read_text(encoding="utf-8")))
        assert "kernels reference" in report
        assert kernel_family() == "compiled"


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
    with use_kernels("compiled"):
        code, out, _ = run_here(capsys, "demo", *arguments)
    report = words(check_page((tmp_path / "out" / "report.html").read_text(encoding="utf-8")))
    assert code == 0
    assert "NumPy" not in out
    assert "--data mnist" in report
    assert "kernels compiled" in report


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
