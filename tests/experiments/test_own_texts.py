"""Experiments on words with any text: files of one's own, without a network."""

import random
import re
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import Captured, fails, run_here
from zerokara.cli.messages import in_japanese
from zerokara.data import DataError
from zerokara.data.text import load_text, toy_ja_grammar
from zerokara.experiments import EXPERIMENTS, Tongue, Verdict, run
from zerokara.experiments.seq1 import word_map
from zerokara.report import Lang

GROUPS = {"road": "car auto truck", "field": "cow sheep goat", "sea": "boat ship ferry"}
WORDS = ("word-map", "word2vec", "analogy", "zipf")


@pytest.fixture(scope="module")
def newspapers(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A text of the form of Penn Treebank, its words between blanks: three of a kind in one company each."""
    rng = random.Random(0)
    lines = []
    for i in range(1500):
        place = rng.choice([*GROUPS])
        noun = rng.choice(GROUPS[place].split())
        lines.append(f" a <unk> {noun} is near the {place} {place}y {noun} N times n{i} ")
    path = tmp_path_factory.mktemp("texts") / "newspapers.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"text:{path}"


@pytest.fixture(scope="module")
def botchan(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("texts") / "坊っちゃん.txt"
    path.write_text("親譲りの無鉄砲で小供の時から損ばかりしている。\n" * 200, encoding="utf-8")
    return f"text:{path}"


def test_neighbours_in_any_text_are_neighbours_on_the_map(newspapers: str) -> None:
    """More than a thousand words, of which a random sample of directions is enough; kinds are not known."""
    result = run("word-map", text=newspapers, tokens="blanks", queries="car,cow", window=1, dimensions=8)
    assert len(result["words"]) > word_map.WHOLE
    assert "<unk>" in result["words"]
    assert not result["kinds"].any()
    assert result["shares"].size == 0
    assert result.verdict is Verdict.NOT_JUDGED
    (told,) = result.findings("en")
    assert set(told.split("car – ")[1].split(";")[0].split(", ")) >= {"auto", "truck"}
    assert set(told.split("cow – ")[1].removesuffix(".").split(", ")) >= {"sheep", "goat"}
    assert len(result.figures("ja")) == 1
    assert not result.questions("en")


def test_a_random_sample_is_as_good_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("word-map", quick=True)
    monkeypatch.setattr(word_map, "WHOLE", 10)
    sampled = run("word-map", quick=True)
    assert sampled["share"] == pytest.approx(whole["share"], abs=0.03)


def test_words_of_all_frequencies_are_asked_for_unless_some_are_named(newspapers: str) -> None:
    asked = run("word-map", text=newspapers, tokens="blanks", dimensions=2)["asked"]
    assert 5 <= len(asked) == len(set(asked.tolist())) <= 10


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_vectors_are_learned_from_any_text(newspapers: str, lang: Lang) -> None:
    settings = {"text": newspapers, "tokens": "blanks", "epochs": 3, "words": 6_000, "dimensions": 8, "batch_size": 64}
    result = run("word2vec", models="cbow", queries="car", **settings)
    assert "car" in "".join(result.experiment.findings(result.found, Tongue(lang)))
    assert result.figures(lang)
    asked = run("analogy", ask="car-road-cow", **settings)
    assert asked["further"].shape == (1, 5)
    assert not set(asked["further"][0]) & {"car", "road", "cow"}
    assert len(asked.experiment.findings(asked.found, Tongue(lang))) == 1
    assert not asked.experiment.questions(asked.found, Tongue(lang))


def test_the_words_of_any_text_are_put_in_order(newspapers: str) -> None:
    result = run("zipf", text=newspapers)
    assert result["text.counts"][0] == load_text(newspapers).train.split().count("a")
    assert "words of text:" in result.findings("en")[0]
    only = run("zipf", text="toy")
    assert "beside.counts" not in only.found
    np.testing.assert_array_equal(only["text.counts"], result["beside.counts"])


@pytest.mark.parametrize("name", WORDS)
def test_a_text_that_is_not_written_in_words_is_refused(
    name: str, botchan: str, tmp_path: Path, capsys: Captured
) -> None:
    fails(
        capsys, "lab", "run", name, "--text", botchan, "--out", tmp_path, "--quick", code=1, says="not written in words"
    )
    assert "tokens" in EXPERIMENTS[name].settings


def test_what_a_text_lacks_is_refused_in_one_line(newspapers: str, tmp_path: Path, capsys: Captured) -> None:
    for arguments, says in (
        (("word-map", "--queries", "cat", "--text", newspapers), "the vocabulary has no 'cat'"),
        (("word-map", "--text", "toys"), "no text is called 'toys'; did you mean 'toy'"),
        (("analogy", "--text", newspapers), "has the four words of no question"),
        (("analogy", "--ask", "man-woman-emperor"), "the vocabulary has no 'emperor'"),
    ):
        fails(capsys, "lab", "run", *arguments, "--out", tmp_path, "--quick", code=1, says=says)
        code, _, error = run_here(capsys, "lab", "run", *arguments, "--out", tmp_path, "--quick", "--lang", "ja")
        assert code == 1
        assert re.search("語彙に|ありません|そろっていません", error)
    fails(
        capsys,
        "lab",
        "run",
        "analogy",
        "--ask",
        "king",
        "--out",
        tmp_path,
        code=2,
        says="three words, as man-woman-king",
    )
    short = tmp_path / "short.txt"
    short.write_text("one two three four " * 9)
    with pytest.raises(DataError, match=r"\d different words; to be put in order it needs 12") as refused:
        run("zipf", text=f"text:{short}")
    assert "種類以上が必要です" in in_japanese(str(refused.value))
    assert "空白で区切った" in in_japanese(
        "botchan has 2 blanks among 800 characters, so it is not written in words: put blanks between them in a file "
        "of your own, or take --tokens characters"
    )


def test_of_a_text_whose_source_is_not_known_there_is_no_floor(newspapers: str) -> None:
    result = run("perplexity", text=newspapers, tokens="blanks", longest=5)
    counts = len(set(load_text(newspapers).train.replace("\n", " \n ").split(" "))) + 1  # and <unk>
    assert result["uniform"] == pytest.approx(result["tokens"][2])
    assert abs(int(result["tokens"][2]) - counts) <= 1
    assert "floor" not in result.found
    assert result["n_gram"].min() < result["uniform"] / 10
    assert result.verdict is Verdict.NOT_JUDGED
    assert "nobody knows" in result.findings("en")[0]
    for lang in ("en", "ja"):
        assert len(result.figures(lang)) == 2


def test_the_floor_of_the_language_in_japanese_order_is_computed() -> None:
    result = run("perplexity", text="toy-ja", sentences=2_000, tests=500)
    assert result["floor"] == pytest.approx(toy_ja_grammar().facts().perplexity)
    assert result["source"] == pytest.approx(result["floor"], rel=0.05)
    assert result["n_gram"].min() > result["floor"]
    characters = run("perplexity", text="toy-ja", tokens="characters", quick=True)
    assert "floor" not in characters.found


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("carry-the-state", {"times": "5"}),
        ("gradient-clipping", {"time": 10, "dimensions": 8, "hidden": 8, "batch_size": 5}),
        ("rnn-language-model", {"kinds": "gru", "time": 10}),
        ("memorise-1000-words", {"kind": "gru"}),
    ],
)
def test_language_models_learn_any_text(name: str, settings: dict[str, object], newspapers: str) -> None:
    result = run(name, text=newspapers, tokens="blanks", quick=True, **settings)
    assert result.verdict is Verdict.NOT_JUDGED  # its laws hold
    for lang in ("en", "ja"):
        assert result.experiment.findings(result.found, Tongue(lang))
        assert result.figures(lang)


def test_a_text_that_is_too_short_for_its_windows_is_refused(tmp_path: Path, capsys: Captured) -> None:
    short = tmp_path / "short.txt"
    short.write_text("a cat and a dog ")
    for name in ("carry-the-state", "gradient-clipping"):
        arguments = ("lab", "run", name, "--text", f"text:{short}", "--out", tmp_path, "--quick")
        fails(capsys, *arguments, code=1, says="the text has 14 tokens; 20 streams of")


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    """A result that is kept is that of the text which was read, not of every text of this name."""
    file = tmp_path / "own.txt"
    settings = {"text": f"text:{file}", "out": tmp_path / "lab"}
    found = []
    for times in (100, 70, 100):
        file.write_text("cat " * times + " ".join(f"word{i}" for i in range(40)), encoding="utf-8")
        found.append(int(run("zipf", **settings)["text.counts"][0]))
    assert found == [100, 70, 100]
    assert len(list((tmp_path / "lab" / "results").iterdir())) == 2
