"""Recipe char-gpt and `zerokara generate`: what a run keeps, how it goes on, what is written and what refused."""

import html
import json
import math
import re
import shlex
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.cli.running import Captured, fails, run_here
from zerokara.cli.generate import _Written
from zerokara.data.text import BytePairs, Vocabulary, load_text, read_vocabulary
from zerokara.generation import beam_search, generate
from zerokara.io import load_onnx, load_weights, save_weights
from zerokara.recipes import TASKS, network_of_run, task_of_run
from zerokara.recipes.gpt import CharacterGpt
from zerokara.training import evaluate_text, read_records
from zerokara.views.written import surprise

SMALL = ["--recipe", "char-gpt", "--layers", "1", "--heads", "2", "--width", "8", "--context", "12"]
SMALL += ["--batch-size", "4", "--updates", "6", "--warmup", "2"]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of 3,000 characters."""
    file = tmp_path_factory.mktemp("texts") / "small.txt"
    file.write_text(load_text("toy").train[:3000], encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def run(text: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from zerokara.cli.app import main

    folder = tmp_path_factory.mktemp("runs") / "gpt"
    assert main(["train", *SMALL, "--data", f"text:{text}", "--epochs", "2", "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.fixture(scope="module")
def words(text: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from zerokara.cli.app import main

    folder = tmp_path_factory.mktemp("runs") / "lstm"
    sizes = [
        "--embedding",
        "4",
        "--hidden",
        "4",
        "--time",
        "9",
        "--batch-size",
        "4",
        "--epochs",
        "1",
        "--tokens",
        "blanks",
    ]
    assert main(["train", "--recipe", "rnn-lm", *sizes, "--data", f"text:{text}", "--out", str(folder), "--quiet"]) == 0
    return folder


def test_a_run_keeps_all_that_its_network_needs(run: Path, text: Path, capsys: Captured) -> None:
    task = task_of_run(run, TASKS)
    assert isinstance(task, CharacterGpt)
    assert (task.width, task.context, task.data) == (8, 12, f"text:{text}")
    vocabulary = read_vocabulary(run)
    epochs = [row for row in read_records(run) if row["kind"] == "epoch"]
    test = load_text(f"text:{text}").test
    found = evaluate_text(network_of_run(task, run), vocabulary.encode(test))
    assert math.log(found) == pytest.approx(epochs[-1]["val_loss"], rel=1e-5)


def test_a_run_goes_on_to_the_same_end(run: Path, text: Path, tmp_path: Path, capsys: Captured) -> None:
    part = tmp_path / "part"
    _stop_after_an_epoch(part, text)
    assert run_here(capsys, "train", "--resume", "--out", str(part), "--quiet")[0] == 0
    one, two = ([(r["kind"], r["loss"]) for r in read_records(folder)] for folder in (run, part))
    assert one == two
    a, b = (load_weights(folder / "weights.safetensors") for folder in (run, part))
    assert all(np.array_equal(a[name], b[name]) for name in a)


def _stop_after_an_epoch(folder: Path, text: Path) -> None:
    """A training that is left after its first epoch, as by Ctrl-C."""
    from zerokara.recipes.tasks import override_task

    task = override_task(
        TASKS["char-gpt"], layers=1, heads=2, width=8, context=12, batch_size=4, updates=6, warmup=2, epochs=2,
        data=f"text:{text}",
    )  # fmt: skip

    def first(records):  # type: ignore[no-untyped-def]
        for record in records:
            yield record
            if record.kind == "epoch":
                records.close()
                return

    task.run(run_dir=folder, watch=first)


def test_what_is_written_is_the_generated_text(run: Path, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "generate", str(run), "--prompt", "today the", "--length", "30", "--seed", "3")
    assert code == 0
    vocabulary, task = read_vocabulary(run), task_of_run(run, TASKS)
    assert task is not None
    tokens, _ = generate(network_of_run(task, run), vocabulary.encode("today the"), 30, temperature=0.8, seed=3)
    assert out == "today the" + vocabulary.decode(tokens[0]) + "\n"
    again = run_here(capsys, "generate", str(run), "--prompt", "today the", "--length", "30", "--seed", "3")[1]
    assert again == out
    code, out, _ = run_here(
        capsys, "generate", str(run), "--prompt", "today the", "--length", "30", "--seed", "3", "--json"
    )
    told = json.loads(out)
    assert told["tokens"] == tokens[0].tolist()
    assert told["text"] == vocabulary.decode(tokens[0])
    assert told["seed"] == 3


def test_beams_are_the_likeliest_text_as_a_whole(run: Path, capsys: Captured) -> None:
    """One beam is the greedy choice; with several the text is as likely or likelier; nothing of the drawing is told."""
    vocabulary, task = read_vocabulary(run), task_of_run(run, TASKS)
    assert task is not None
    best = beam_search(network_of_run(task, run), vocabulary.encode("today the"), 20, beams=4)[0]
    asked = ("generate", str(run), "--prompt", "today the", "--length", "20")
    code, out, _ = run_here(capsys, *asked, "--beams", "4", "--lang", "ja")
    assert (code, out) == (0, "today the" + vocabulary.decode(best.ids) + "\n")
    told = {n: json.loads(run_here(capsys, *asked, "--beams", str(n), "--json")[1]) for n in (1, 4)}
    assert told[4]["tokens"] == best.ids.tolist()
    assert told[4]["log_probability"] == pytest.approx(best.log_probability)
    assert told[4]["log_probability"] >= told[1]["log_probability"]
    assert told[4]["beams"] == 4
    assert not {"temperature", "top_k", "top_p", "seed"} & told[4].keys()
    greedy = json.loads(run_here(capsys, *asked, "--temperature", "0", "--json")[1])
    assert told[1]["tokens"] == greedy["tokens"]


def test_words_have_their_blanks_and_a_text_may_stop(words: Path, capsys: Captured) -> None:
    code, out, _ = run_here(
        capsys, "generate", str(words), "--prompt", "today the", "--length", "12", "--temperature", "1"
    )
    assert code == 0
    assert out.startswith("today the ")
    assert len(out.replace("\n", " ").split(" ")) > 8
    told = json.loads(
        run_here(
            capsys,
            "generate",
            str(words),
            "--prompt",
            "the",
            "--stop",
            ".",
            "--length",
            "3000",
            "--temperature",
            "1",
            "--json",
        )[1]
    )
    assert told["text"].split(" ")[-1] == "."
    assert told["text"].count(".") == 1


def test_characters_of_several_bytes_are_told_whole() -> None:
    """A byte pair vocabulary writes あ as three tokens: nothing is told before the last of them."""
    vocabulary = BytePairs.of("あいう", 0)
    ids = vocabulary.encode("あい").tolist()
    written = _Written(vocabulary, [])
    told = [written.more(token) for token in ids] + [written.rest()]
    assert "".join(told) == "あい"
    assert told[:2] == ["", ""]
    half = _Written(vocabulary, [])
    assert half.more(ids[0]) == ""
    assert half.rest() == "\ufffd"


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--prompt", "über"], 1, "the vocabulary has no 'ü', token 1 of 4"),
        (["--prompt", ""], 2, "the prompt is empty"),
        (["--prompt", "today", "--temperature", "-1"], 2, "temperature is a number, at least 0; got -1"),
        (["--prompt", "today", "--temperature", "nan"], 2, "temperature is a number, at least 0; got nan"),
        (["--prompt", "today", "--top-k", "0"], 2, "top_k is a whole number, at least 1; got 0"),
        (["--prompt", "today", "--top-p", "2"], 2, "top_p is a share above 0, at most 1; got 2"),
        (["--prompt", "today", "--beams", "0"], 2, "--beams lies between 1 and 1000; got 0"),
        (["--prompt", "today", "--beams", "2.5"], 2, "2.5"),
        (["--prompt", "today", "--beams", "4", "--temperature", "1"], 2, "leave out temperature or beams; got"),
        (["--prompt", "today", "--beams", "4", "--top-k", "2"], 2, "leave out top_k or beams; got top_k 2"),
        (["--prompt", "today", "--beams", "4", "--top-p", "0.5"], 2, "leave out top_p or beams; got top_p 0.5"),
        (["--prompt", "today", "--beams", "4", "--seed", "3"], 2, "beam search draws nothing: leave out seed or beams"),
        (["--prompt", "today", "--beams", "4", "--top-k", "2", "--lang", "ja"], 2, "top_k と beams のどちらかを"),
        (["--prompt", "today", "--length", "0"], 2, "--length is at least 1; got 0"),
        (["--prompt", "today", "--stop", "§"], 1, "the vocabulary has no '§'"),
        (["--prompt", "today", "--seed", "-1"], 2, "--seed is a whole number"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(more: list[str], code: int, says: str, run: Path, capsys: Captured) -> None:
    fails(capsys, "generate", run, *more, code=code, says=says)


def test_folders_that_are_no_such_run_are_said(tmp_path: Path, run: Path, capsys: Captured) -> None:
    fails(capsys, "generate", tmp_path / "none", "--prompt", "a", code=2, says="there is no run")
    fails(capsys, "generate", tmp_path, "--prompt", "a", code=2, says="is not the run of a model of language")
    spoiled = tmp_path / "spoiled"
    spoiled.mkdir()
    for name in ("settings.json", "vocabulary.json"):
        (spoiled / name).write_bytes((run / name).read_bytes())
    fails(capsys, "generate", spoiled, "--prompt", "today", code=1, says="holds no weights yet")
    weights = load_weights(run / "weights.safetensors")
    weights["score.weight"][:] = np.nan
    save_weights(spoiled / "weights.safetensors", weights)
    fails(capsys, "generate", spoiled, "--prompt", "today", code=1, says="the model's scores are NaN")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--width", "9"], "width is a multiple of the 2 heads; got 9"),
        (["--context", "1"], "context is at least 2 tokens; got 1"),
        (["--warmup", "99999"], "warmup is at least 0, and fewer than the 36 updates; got 99999"),
        (["--tokens", "letters"], "no kind of tokens 'letters'"),
    ],
)
def test_settings_that_cannot_be(more: list[str], says: str, capsys: Captured, tmp_path: Path) -> None:
    given = dict(zip([*SMALL, *more][::2], [*SMALL, *more][1::2], strict=True))
    fails(capsys, "train", *[word for pair in given.items() for word in pair], "--out", tmp_path, code=2, says=says)


def test_the_vocabulary_is_kept(run: Path, text: Path) -> None:
    found = read_vocabulary(run)
    assert isinstance(found, Vocabulary)
    assert set(found.tokens) == set(load_text(f"text:{text}").train)


@pytest.mark.parametrize("which", ["run", "words"])
def test_a_model_of_language_is_exported_with_its_vocabulary(
    which: str, tmp_path: Path, capsys: Captured, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(which)
    task = task_of_run(folder, TASKS)
    assert task is not None
    code, out, error = run_here(capsys, "export", str(folder), str(tmp_path / "m.onnx"), "--json")
    assert (code, error) == (0, "")
    told = json.loads(out)
    assert told["difference"] <= 1e-4
    assert told["input"] == [12 if which == "run" else 9]
    texts = {p.key: p.value for p in onnx.load(tmp_path / "m.onnx").metadata_props}
    vocabulary = read_vocabulary(folder)
    assert json.loads(texts["vocabulary"]) == vocabulary.to_json()
    ids = np.random.default_rng(0).integers(0, len(vocabulary), (2, told["input"][0]))
    found = load_onnx(tmp_path / "m.onnx")(ids).data
    np.testing.assert_allclose(found, network_of_run(task, folder)(ids)[0].data, atol=1e-4)
    fails(capsys, "export", folder, tmp_path / "n.onnx", "--input", "1x8x8", code=2, says="no pictures")


def test_a_page_shows_what_the_network_did_with_the_text(
    run: Path, words: Path, tmp_path: Path, capsys: Captured
) -> None:
    page = tmp_path / "page.html"
    code, out, error = run_here(
        capsys, "generate", str(words), "--prompt", "today the", "--length", "30", "--report", str(page)
    )
    assert code == 0
    assert str(page) in error
    assert str(page) not in out  # the text alone, which may go on into a file
    shown = page.read_text(encoding="utf-8")
    for said in ("surprised the network", "follows: the place in the sentence", "How far back", "nearest vectors"):
        assert said in shown
    assert "zerokara train --recipe rnn-lm --data " in shown
    command = html.unescape(re.findall(r"<code>(zerokara generate .*?)</code>", shown)[0])
    assert run_here(capsys, *shlex.split(command)[1:])[1] == out  # what the page says makes the same text again
    ja = tmp_path / "ja.html"
    told = json.loads(
        run_here(
            capsys,
            *("generate", str(run), "--prompt", "today the", "--length", "20"),
            *("--report", str(ja), "--json", "--lang", "ja"),
        )[1]
    )
    assert told["report"] == str(ja)
    shown = ja.read_text(encoding="utf-8")
    assert "のヘッドが見ているところ" in shown
    assert "ユニット" not in shown  # a GPT has no units that hold something


def test_the_surprise_is_what_the_model_gives(words: Path) -> None:
    task = task_of_run(words, TASKS)
    assert task is not None
    model, vocabulary = network_of_run(task, words), read_vocabulary(words)
    ids = vocabulary.encode("today the king sees the dog .")
    figure = surprise(model, vocabulary, ids, "en")
    assert figure.table is not None
    bits = [row[1] for row in figure.table.rows]
    assert bits[0] is None
    said = sum(float(b) for b in bits[1:] if b is not None) * math.log(2) / (len(ids) - 1)  # type: ignore[arg-type]
    state_free = evaluate_text(model, ids)
    assert math.log(state_free) == pytest.approx(said, rel=1e-5)
