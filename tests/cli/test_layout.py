"""The pages of the commands in a real browser, on a desk, on a phone and printed, light and dark."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.recipes.test_pictures import SMALL as MAKING
from tests.report.browser import faults, needs_browser
from zerokara.arrays import generator
from zerokara.cli import main
from zerokara.data.text import load_text
from zerokara.models import build_model
from zerokara.report import Lang
from zerokara.views.explain_report import page
from zerokara.views.explained import USUAL, explained
from zerokara.views.preparing import View
from zerokara.views.subject import Subject

DRAWINGS = Path(__file__).parents[2] / "src" / "zerokara" / "digits" / "examples"
WRITING = {
    "char-gpt": "--layers 1 --heads 2 --width 8 --context 12 --batch-size 4 --updates 6 --warmup 2 --epochs 2",
    "rnn-lm": "--embedding 4 --hidden 4 --time 9 --batch-size 4 --epochs 1 --tokens blanks",
}


def trained(run: Path) -> Path:
    words = ["train", "--recipe", "digits-small", "--epochs", "2", "--validation", "0.2", "--out", str(run), "--quiet"]
    assert main(words) == 0
    return run


def reports(run: Path, folder: Path, lang: Lang) -> dict[str, str]:
    """A report of every command that learns digits or reads them; `read` and `train` write none."""
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


def made_and_written(runs: Path, folder: Path, lang: Lang) -> dict[str, str]:
    """What `generate` and `sample` show of small networks of every kind."""
    text = runs / "small.txt"
    text.parent.mkdir(exist_ok=True)
    text.write_text(load_text("toy").train[:3000], encoding="utf-8")
    pages = {}
    for name, settings in WRITING.items():
        words = ["train", "--recipe", name, *settings.split(), "--data", f"text:{text}", "--out", str(runs / name)]
        assert main([*words, "--quiet"]) == 0
        pages[name] = ["generate", runs / name, "--prompt", "today the", "--length", "300"]
    for name, more in MAKING.items():
        words = ["train", "--recipe", name, *more, "--epochs", "1", "--out", str(runs / name), "--quiet"]
        assert main(words) == 0
        pages[name] = ["sample", runs / name, "--out", folder / "made.png"]
    for name, command in pages.items():
        assert main([*map(str, command), "--report", str(folder / f"{name}.html"), "--lang", lang]) == 0, command
    return {f"{name}.{lang}": (folder / f"{name}.html").read_text(encoding="utf-8") for name in pages}


@pytest.mark.long
@needs_browser
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_pages_of_what_was_written_and_made_are_laid_out_whole(lang: Lang, tmp_path: Path) -> None:
    assert faults(made_and_written(tmp_path / "runs", tmp_path, lang), tmp_path) == []


NAMES = (
    "promontory, headland, head, foreland",
    "African hunting dog, hyena dog, Cape hunting dog, Lycaon pictus",
    "electric ray, crampfish, numbfish, torpedo",
    "cliff, drop, drop-off",
    "tub",
)
"""Names of classes of ImageNet, long and short."""

SMALLEST = 8.5
"""Pixels of the smallest letters that a name may have."""

WHOLE = f"""{json.dumps(NAMES)}.flatMap(name => ['.crossed th', '.bars .label'].flatMap(where => {{
  const named = e => (e.localName === 'th' ? e.firstChild?.data : e.textContent) === name;
  const e = [...document.querySelectorAll(where)].find(named);
  const size = e ? parseFloat(getComputedStyle(e).fontSize) * (e.closest('svg')?.getScreenCTM().a ?? 1) : 0;
  return size < {SMALLEST} ? [`${{size}} px: ${{name}}`] : [];
}}))"""
"""The names that do not stand whole in the table or at the bars, or are too small."""


@needs_browser
def test_long_names_of_classes_are_whole_in_an_explanation(tmp_path: Path) -> None:
    """In the table of class and method, in the bars and above the curves: not cut, not broken, large enough."""
    rng = generator(0, "names")
    model = build_model("simple-convnet", (1, 28, 28), len(NAMES), rng)
    about = Subject("simple-convnet", model, (1, 28, 28), NAMES)
    x = rng.random((1, 28, 28), np.float32)
    view = View("cliff.png", "cliff", x, x[0], (0, 0, 28, 28))
    done = [explained(about, view, "cliff", USUAL, range(len(NAMES)), None)]
    pages = {lang: page(done, about, lang).html() for lang in ("en", "ja")}
    assert faults(pages, tmp_path, more=WHOLE) == []
