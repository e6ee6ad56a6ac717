"""With `--lang ja`, what commands print of their results is Japanese; JSON is the same in every language."""

import json
import re
from pathlib import Path
from string import Formatter

import pytest

from tests.cli.running import Captured, run_here
from tests.sweeps import together
from zerokara.cli import phrases
from zerokara.cli.console import columns, room
from zerokara.cli.results import RESULTS
from zerokara.data import DATASETS, place
from zerokara.data.by_rule import SEQUENCES
from zerokara.data.text import TEXTS, load_text
from zerokara.digits.strokes import PLACES
from zerokara.experiments import EXPERIMENTS
from zerokara.models import MODELS
from zerokara.recipes import RECIPES
from zerokara.training import Record
from zerokara.training.records import describe, remark

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SENTENCE = re.compile(r"(?<![\w./:=+-])[A-Za-z][a-z]+(?:,? [a-z]{2,}){2,}(?![\w/])")
"""Three English words after one another: no name, no path, no option."""

SMALL = ("train", "--recipe", "digits-small", "--epochs", "1")
PICTURE = Path(__file__).parents[2] / "src" / "zerokara" / "digits" / "examples" / "7-crossed.png"


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from zerokara.cli import main

    folder = tmp_path_factory.mktemp("japanese") / "run"
    assert main([*SMALL, "--out", str(folder), "--quiet"]) == 0
    return folder


def english(text: str) -> list[str]:
    """What reads as English in the output; commands, choices in brackets, formulas, data are none."""
    plain = re.sub(r"zerokara [^、。（）]*|--sentence .*|\[[\w, +-]+\]|^.*\\\\.*$", "", text, flags=re.MULTILINE)
    return [found.group() for found in SENTENCE.finditer(plain)]


def test_the_pattern_knows_english() -> None:
    told = "test accuracy 95.00 %\nit trained in a second\nzerokara lab run all --quick\n活性化 [relu, tanh, none]"
    assert english(told) == ["it trained in"]
    assert english("テスト正答率 95.00 %（360 件中 342 件）") == []


@pytest.mark.parametrize(
    "words",
    [
        ["summary"],
        ["summary", "two-layer"],
        ["data", "list"],
        ["data", "show", "digits"],
        ["data", "fetch", "digits"],
        ["data", "check", "moons"],
        ["version"],
        ["lab", "list"],
        ["lab", "list", "ch06"],
        *(["lab", "show", name] for name in sorted(EXPERIMENTS)[::12]),
        ["lab", "run", "hello", "gradient-method", "--out", "lab"],
        ["lab", "run", "gradient-method", "--lr", "1", "--out", "lab"],
        ["evaluate", "RUN", "--report", "report.html"],
        ["export", "RUN", "model.onnx"],
        ["export", "two-layer", "model.onnx"],
        ["explain", "PICTURE", "--no-curves"],
        ["explain", "PICTURE", "--model", "RUN"],
        ["read", "PICTURE"],
        ["read", "PICTURE", "--explain"],
        [*SMALL, "--out", "new"],
        ["demo", "--epochs", "1"],
    ],
    ids=" ".join,
)
def test_no_english_sentence_is_left(
    words: list[str], run_folder: Path, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [{"RUN": str(run_folder), "PICTURE": str(PICTURE)}.get(word, word) for word in words]
    code, out, error = run_here(capsys, *given, "--lang", "ja")
    assert code == 0, error
    assert english(out + error) == []
    if words != ["version"] and words[0] != "read":
        assert JAPANESE.search(out), out


@pytest.mark.parametrize(
    "words",
    [
        ["summary", "--json"],
        ["summary", "two-layer", "--json"],
        ["data", "list", "--json"],
        ["data", "show", "digits", "--json"],
        ["version", "--json"],
        ["evaluate", "RUN", "--json"],
        ["read", "PICTURE", "--json"],
        ["explain", "PICTURE", "--no-curves", "--json", "--out", "here"],
    ],
    ids=" ".join,
)
def test_json_is_the_same_in_every_language(
    words: list[str], run_folder: Path, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [{"RUN": str(run_folder), "PICTURE": str(PICTURE)}.get(word, word) for word in words]
    said = [run_here(capsys, *given, "--lang", lang)[1] for lang in ("en", "ja")]
    for line in said[0].splitlines():
        json.loads(line)
    assert said[0] == said[1]


@together(RESULTS)
def test_both_languages_say_the_same_values(name: str) -> None:
    text = RESULTS[name]
    places = [{field for _, field, _, _ in Formatter().parse(said) if field} for said in (text.en, text.ja)]
    assert places[0] == places[1]
    assert not JAPANESE.search(text.en)


def test_everything_that_has_a_description_has_a_japanese_one() -> None:
    told = [model.description for model in MODELS.values()]
    told += [entry.description for entry in DATASETS.values()] + [place(name) for name in DATASETS]
    told += [entry.description for entry in (*TEXTS.values(), *SEQUENCES.values())]
    told += [load_text(name).source for name in TEXTS if TEXTS[name].publication is None]
    told += [recipe.question for recipe in RECIPES.values()]
    for text in told:
        assert JAPANESE.search(phrases.in_japanese(text)), text


def test_every_phrase_is_told_whole() -> None:
    for pattern, template in phrases.PATTERNS:
        groups = re.compile(pattern).groups
        assert {int(number) for number in re.findall(r"\{(\d)\}", template)} == set(range(1, groups + 1)), pattern


def test_columns_stand_under_one_another_in_japanese() -> None:
    lines = columns([["層", "出力", "数"], ["conv1", "8×8", "12"], ["合計", "", "3"]], right={2})
    assert len({room(line) for line in lines}) == 1
    assert room("層") == 2
    assert room("が") == 2, "a mark on another takes no room"


def test_a_record_in_japanese() -> None:
    note = "stopped early: val_loss was not better than 0.25 in epoch 3 for 2 epochs"
    note += "; the model gets the weights of epoch 3"
    record = Record("epoch", 50, 5, 2500, 0.5, 0.9, 0.1, 12.0, 1000.0, 0.3, 0.8, False, note, 100, 10, 5000)
    told = describe(record, "ja")
    assert told.startswith("エポック  5/10   損失 0.5000   正答率  90.00%   検証損失 0.3000")
    assert english(told) == []
    assert remark(record) == note
    assert remark(record, "ja").startswith("早期終了：val_loss が 2 エポックの間、エポック 3 の 0.25 より")


def test_what_decided_a_digit_is_japanese() -> None:
    """Every part of a digit, and one, two or three of them."""
    for row in PLACES:
        for part in row:
            told = phrases.in_japanese(f"decided by the strokes at the {part} (70%), middle (30%)")
            assert re.fullmatch(r"決め手になった線：[左右上下中央]+（70%）、中央（30%）", told), told
    assert phrases.in_japanese("decided by the strokes at the top left (61%)") == "決め手になった線：左上（61%）"
    assert JAPANESE.search(phrases.in_japanese("no stroke speaks for it"))
