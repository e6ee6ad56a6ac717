"""The recipe rnn-lm: what a run keeps, that it goes on in mid-text, and what is refused in a line."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import Captured, fails, run_here
from zerokara.data.text import BytePairs, Vocabulary, load_text, read_vocabulary
from zerokara.recipes import TASKS, network_of_run, task_of_run
from zerokara.recipes.language import RecurrentLanguageModel
from zerokara.recipes.tasks import override_task
from zerokara.training import evaluate_text, read_records

SIZES = ["--recipe", "rnn-lm", "--embedding", "6", "--time", "12", "--batch-size", "8"]
SMALL = [*SIZES, "--cell", "gru", "--hidden", "8"]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of 2,000 words."""
    file = tmp_path_factory.mktemp("texts") / "small.txt"
    file.write_text(" ".join(load_text("toy").train.split()[:2000]), encoding="utf-8")
    return file


def test_a_run_keeps_all_that_its_network_needs(text: Path, tmp_path: Path, capsys: Captured) -> None:
    run = tmp_path / "run"
    asked = [*SMALL, "--data", f"text:{text}", "--tokens", "blanks", "--epochs", "2", "--out", str(run), "--json"]
    code, out, _ = run_here(capsys, "train", *asked)
    assert code == 0
    *epochs, result = map(json.loads, out.splitlines())
    assert [row["epoch"] for row in epochs] == [1, 2]
    assert result["perplexity"] == pytest.approx(math.exp(epochs[-1]["val_loss"]))
    assert result["as_expected"] is None  # other settings than the recipe's
    task = task_of_run(run, TASKS)
    assert isinstance(task, RecurrentLanguageModel)
    assert (task.cell, task.hidden, task.data) == ("gru", 8, f"text:{text}")
    vocabulary = read_vocabulary(run)
    assert isinstance(vocabulary, Vocabulary)
    test = load_text(f"text:{text}").test
    found = evaluate_text(network_of_run(task, run), vocabulary.encode(test))
    assert found == pytest.approx(result["perplexity"], rel=1e-5)
    fails(capsys, "train", *asked, code=1, says="already holds a run")
    fails(capsys, "evaluate", run, code=1, says="is the run of rnn-lm, whose network answers neither")
    fails(capsys, "train", "--recipe", "digits-small", "--resume", "--out", run, code=2, says="was made by rnn-lm")


def test_a_run_goes_on_to_the_same_end(text: Path, tmp_path: Path, capsys: Captured) -> None:
    common = [*SMALL, "--data", f"text:{text}", "--tokens", "characters", "--quiet"]
    for name, epochs in (("whole", "2"), ("part", "1")):
        assert run_here(capsys, "train", *common, "--epochs", epochs, "--out", str(tmp_path / name))[0] == 0
    code, out, _ = run_here(capsys, "train", "--resume", "--out", str(tmp_path / "part"), "--epochs", "2", "--quiet")
    assert code == 0
    assert "test perplexity" in out
    one, two = ([(r["kind"], r["loss"]) for r in read_records(tmp_path / name)] for name in ("whole", "part"))
    assert one == two
    assert (tmp_path / "whole" / "weights.safetensors").read_bytes()[-400:] == (
        tmp_path / "part" / "weights.safetensors"
    ).read_bytes()[-400:]


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--data", "toi"], 2, "no text 'toi': did you mean toy"),
        (["--data", "text:nowhere.txt"], 1, "there is no text nowhere.txt"),
        (["--cell", "lstn"], 2, "no cell 'lstn': did you mean lstm"),
        (["--tokens", "word"], 2, "no kind of tokens 'word'"),
        (["--hidden", "0"], 2, "hidden is at least 1; got 0"),
        (["--tied"], 2, "embedding is as large as hidden with tied weights; got 6"),
        (["--dropout", "1"], 2, "dropout is at least 0 and below 1"),
        (["--schedule", "cosine"], 2, "rnn-lm has no setting 'schedule'"),
        (["--model", "lenet5"], 2, "rnn-lm has no setting 'model'"),
        (["--lr", "nan"], 2, "lr is a number above 0"),
    ],
)
def test_what_cannot_be_is_said(more: list[str], code: int, says: str, tmp_path: Path, capsys: Captured) -> None:
    fails(capsys, "train", *SIZES, *more, "--out", tmp_path / "run", code=code, says=says)


def test_a_text_that_is_too_short_is_said(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "short.txt"
    file.write_text("abcdefgh" * 10)
    says = "the text has 72 tokens; 8 streams of 12 steps need at least 97"
    fails(capsys, "train", *SMALL, "--data", f"text:{file}", "--out", tmp_path / "run", code=1, says=says)


def test_a_setting_of_a_text_is_none_of_a_picture(capsys: Captured) -> None:
    fails(capsys, "train", "--recipe", "digits-small", "--cell", "gru", code=2, says="no setting 'cell'")


def test_tokens_of_every_kind(text: Path) -> None:
    task = TASKS["rnn-lm"]
    assert isinstance(task, RecurrentLanguageModel)
    known = load_text(f"text:{text}")
    pairs = override_task(task, tokens="byte-pairs", vocabulary=5).vocabulary_of(known)
    assert isinstance(pairs, BytePairs)
    assert len(pairs) == 261
    few = override_task(task, tokens="blanks", vocabulary=20).vocabulary_of(known)
    assert len(few) == 20
    assert few.unknown == "<unk>"
    assert np.all(few.encode("today nowhere") == [few.encode("today")[0], 0])
    assert "unknown" not in str(override_task(task, tokens="characters").vocabulary_of(known))


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_told_in_both_languages(name: str) -> None:
    task = TASKS[name]
    assert task.question.endswith("?")
    assert task.say("question", "ja").endswith("。")
    assert type(task)(**task.to_dict()) == task
    with pytest.raises(ValueError, match="has no setting 'epoch': did you mean epochs"):
        override_task(task, epoch=3)
