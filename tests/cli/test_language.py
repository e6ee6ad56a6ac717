"""The command line speaks Japanese where `--lang` or the environment says so: help, errors, reports."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Captured, run_apart, run_here
from zerokara import data, parallel, training
from zerokara.cli import errors, language
from zerokara.cli.commands import COMMANDS, DATA_COMMANDS, LAB_COMMANDS, SEARCH_COMMANDS
from zerokara.cli.messages import in_japanese
from zerokara.parallel import heartbeat

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
EVERY = [
    [],
    *([name] for name in COMMANDS),
    *(["lab", name] for name in LAB_COMMANDS),
    *(["data", name] for name in DATA_COMMANDS),
    *(["search", name] for name in SEARCH_COMMANDS),
]


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "ja_JP", "LANG": "de_DE"}, "ja"),
        ({"LANG": "jam_JM"}, "en"),
    ],
)
def test_the_environment_says_the_language(
    variables: dict[str, str], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in language.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language.of_environment() == lang


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_sentence_of_the_help_is_japanese(
    words: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the frames of the panels, every description has Japanese in it."""
    monkeypatch.setenv("COLUMNS", "300")
    code, out, error = run_here(capsys, *words, "--help", "--lang", "ja")
    assert (code, error) == (0, "")
    for line in out.splitlines():
        told = re.split(r"\s{2,}", line.strip("│ "), maxsplit=1)
        is_option = line.startswith("│") and len(told) == 2
        if is_option:
            assert JAPANESE.search(told[1]), line
    assert "使い方：" in out
    english, said = run_here(capsys, *words, "--help")[1], set(re.findall(r"--[a-z][a-z-]+", out))
    assert set(re.findall(r"--[a-z][a-z-]+", english)) <= said | {"--lang"}, "the same options"


@pytest.mark.parametrize("words", [["version"], ["summary", "two-layer"], ["data", "list"], ["lab", "list", "ch02"]])
def test_every_command_takes_the_language(words: list[str], capsys: Captured) -> None:
    for lang in (["--lang", "ja"], ["--lang=ja"]):
        code, _, error = run_here(capsys, *words, *lang)
        assert (code, error) == (0, "")
        assert language.current() == "ja"
    run_here(capsys, "version")
    assert language.current() == "en", "and only that one"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["trian"], "コマンド 'trian' はありません。もしかして：train"),
        (["read"], "read には画像が少なくとも 1 つ必要です"),
        (["read", "nowhere.png"], "nowhere.png：ファイルがありません"),
        (["train", "--recipe", "digits-smal"], "レシピ 'digits-smal' はありません。もしかして：digits-small"),
        (["train", "--resume"], "--resume には実行フォルダが必要です"),
        (["lab", "run"], "何を実行するか指定してください"),
        (["lab", "run", "ch09"], "章は ch01 から ch08 まで"),
        (["lab", "show", "gradient-methd"], "もしかして：gradient-method"),
        (["lab", "run", "gradient-method", "--lr", "fast"], "lr は数です"),
        (["summary", "two-layer", "--input", "x"], "--input は 1x28x28 のような形です"),
        (["evaluate", "nowhere"], "ファイルまたはフォルダ nowhere はありません"),
        (["train", "--recipe"], "--recipe には値が必要です"),
        (["read", "--jsn", "x"], "オプション --jsn はありません"),
    ],
)
def test_errors_are_japanese_too_with_the_same_code(arguments: list[str], says: str, capsys: Captured) -> None:
    code, _, english = run_here(capsys, *arguments)
    again, _, error = run_here(capsys, *arguments, "--lang", "ja")
    assert code == again in (1, 2)
    assert says in error, error
    assert len(error.splitlines()) == 1
    assert not JAPANESE.search(english)


def test_an_unknown_language_is_wrong_usage(capsys: Captured) -> None:
    for arguments in (["version", "--lang", "fr"], ["version", "--lang=fr"]):
        code, _, error = run_here(capsys, *arguments)
        assert (code, error) == (2, "zerokara: --lang is en or ja; got 'fr'\n")
    assert run_here(capsys, "version", "--lang")[0] == 2


def test_what_has_no_pattern_stays_as_it_is() -> None:
    assert in_japanese("something that nobody foresaw") == "something that nobody foresaw"


def test_the_environment_is_enough() -> None:
    done = run_apart("trian", LC_ALL="ja_JP.UTF-8")
    assert done.returncode == 2
    assert "もしかして" in done.stderr


def data_errors() -> Iterator[str]:
    """Every sentence that the files of a data set can cost, as it stands in the code, with X for what is put in."""
    for path in sorted(Path(data.__file__).parent.glob("*.py")):
        if path.name == "dataset.py":  # about arrays that a program hands over
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                call = node.exc
                if isinstance(call.func, ast.Name) and call.func.id == "DataError":
                    text = call.args[0]
                    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                    yield "".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in parts)


@pytest.mark.parametrize("sentence", sorted(set(data_errors())))
def test_every_error_of_a_data_set_is_japanese_too(sentence: str) -> None:
    assert JAPANESE.search(in_japanese(sentence)), sentence


def said_by_several_processes() -> Iterator[str]:
    """Every sentence that can end a training by several processes: errors of a team, and what is said of lost ones."""
    for what in ("begins with other weights", "no longer has the same numbers"):
        yield f"rank 1 (process 7 on host) {what} in w (first found there) as X has: the processes must build X"
    names = [f"rank {k} (process 7 on {host})" for k, host in enumerate(("host", "far", "away"))]
    yield heartbeat.death(names[1])
    yield from (heartbeat.silence(names, silent) for silent in ([1], [0, 2], [1, 2]))
    files = [*Path(parallel.__file__).parent.glob("*.py"), *Path(training.__file__).parent.glob("*.py")]
    for path in sorted(files):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if name not in ("TeamError", "ConnectionError"):
                continue
            assert isinstance(node, ast.Call)
            text = node.args[-1]
            parts = text.values if isinstance(text, ast.JoinedStr) else [text]
            said = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in parts)
            if "first found there" not in said:  # these are the first two
                yield said


def test_what_several_processes_say_is_found() -> None:
    said = list(said_by_several_processes())
    assert len(said) >= 10
    for words in ("has died", "has been silent", "have been silent", "has heard no other host"):
        assert any(words in one for one in said)


@pytest.mark.parametrize("sentence", sorted(set(said_by_several_processes())))
def test_every_error_of_several_processes_is_japanese_too(sentence: str) -> None:
    assert JAPANESE.search(in_japanese(sentence)), sentence


def test_what_is_said_of_a_lost_process_is_in_the_language_that_is_spoken(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_in_words", str)
    heartbeat.speak_as(errors.in_words("ja"))
    heartbeat._say_aloud("rank 1 (process 7 on host) has died; all others stop")
    assert capfd.readouterr().err == (
        "zerokara: rank 1 (process 7 on host) が終了しました。ほかのプロセスもすべて停止します\n"
    )


def test_three_names_that_are_near() -> None:
    assert in_japanese("did you mean a or b or c?") == "もしかして：a、b、c"
