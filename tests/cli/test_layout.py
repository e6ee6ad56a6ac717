"""The reports of the commands in a real browser, on a desk, on a phone and printed, light and dark."""

from pathlib import Path

import pytest

from tests.report.browser import faults, needs_browser
from zerokara.cli import main
from zerokara.report import Lang

DRAWINGS = Path(__file__).parents[2] / "src" / "zerokara" / "digits" / "examples"


def trained(run: Path) -> Path:
    words = ["train", "--recipe", "digits-small", "--epochs", "2", "--validation", "0.2", "--out", str(run), "--quiet"]
    assert main(words) == 0
    return run


def reports(run: Path, folder: Path, lang: Lang) -> dict[str, str]:
    """A report of every command that writes one; `read` and `train` write none (`evaluate` makes that of a run)."""
    explained = folder / "explained"
    crossed, many = DRAWINGS / "7-crossed.png", DRAWINGS / "690-pencil.jpg"
    commands = {
        "demo": ["demo", "--epochs", "1", "--out", folder / "demo"],
        "evaluate": ["evaluate", run, "--report", folder / "evaluate" / "report.html"],
        "evaluate-weights": [
            *("evaluate", run / "weights.safetensors", "--model", "small-convnet", "--data", "digits"),
            *("--report", folder / "evaluate-weights" / "report.html"),
        ],
        "explain": ["explain", crossed, many, "--class", "7", "--class", "1", "--maps", "--out", explained],
        "explain-run": ["explain", crossed, "--model", run, "--no-curves", "--out", folder / "explain-run"],
    }
    found = {}
    for name, words in commands.items():
        assert main([*map(str, words), "--lang", lang]) == 0, words
        path = (explained if name == "explain" else folder / name) / "report.html"
        found[f"{name}.{lang}"] = path.read_text(encoding="utf-8")
    return found


@pytest.mark.long
@needs_browser
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_reports_of_commands_are_laid_out_whole(lang: Lang, tmp_path: Path) -> None:
    assert faults(reports(trained(tmp_path / "run"), tmp_path, lang), tmp_path) == []
