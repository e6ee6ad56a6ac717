import json
import sys
import warnings
from pathlib import Path

import pytest

from tests.cli.running import Captured, fails, run_apart, run_here
from zerokara.cli import app, errors
from zerokara.cli.commands import COMMANDS, DATA_COMMANDS
from zerokara.cli.console import safe

HEAVY = ("numba", "matplotlib", "sklearn", "scipy", "PIL")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(name: str, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, name, "--help")
    assert code == 0
    assert f"zerokara {name}" in out
    assert "Examples:" in out
    assert COMMANDS[name].help.split(".")[0].split()[0] in out


@pytest.mark.parametrize("name", DATA_COMMANDS)
def test_every_command_about_data_explains_itself(name: str, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "data", name, "--help")
    assert code == 0
    assert "Examples:" in out


def test_help_names_every_command(capsys: Captured) -> None:
    for arguments in (["--help"], []):
        code, out, _ = run_here(capsys, *arguments)
        assert code == 0
        assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["--help"], ()),
        (["version"], ()),
        (["version", "--json"], ()),
        (["--version"], ()),
        (["lab", "list"], ("PIL",)),
    ],
)
def test_starting_is_light(arguments: list[str], needed: tuple[str, ...]) -> None:
    heavy = [name for name in HEAVY if name not in needed]
    code = (
        "import sys; from zerokara.cli import main; code = main(sys.argv[1:]); "
        f"print([m for m in {heavy} if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr.strip() == "[]"


def test_version_as_json_has_every_part(capsys: Captured) -> None:
    import zerokara

    code, out, _ = run_here(capsys, "version", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["zerokara"] == zerokara.__version__
    assert {"python", "numpy", "numba", "cpu", "cores", "threads", "kernels"} <= set(found)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["trian"], "no command 'trian': did you mean train"),
        (["qqqq"], "known are demo, read"),
        (["data", "chek"], "no command data 'chek': did you mean check"),
        (["train", "--recipe", "digits-small", "--epoch", "3"], "Did you mean --epochs"),
        (["train", "--recipe"], "requires an argument"),
        (["summary", "a", "b"], "Unused Tokens|unused|extra"),
        (["read", "--jsn", "x"], "--json"),
    ],
)
def test_wrong_usage_is_one_line_and_code_two(arguments: list[str], says: str, capsys: Captured) -> None:
    fails(capsys, *arguments, code=2, says=f"(?i){says}")


@pytest.mark.parametrize(
    ("error", "sentence", "code"),
    [
        (ValueError("a\nb"), "a b", 1),
        (errors.UsageError("wrong"), "wrong", 2),
        (KeyboardInterrupt(), "interrupted", 130),
        (MemoryError(), "there is not enough memory for this", 1),
        (FileNotFoundError(2, "No such file", "x.png"), "x.png: no such file", 1),
        (RuntimeError("odd"), "unexpected RuntimeError: odd", 1),
    ],
)
def test_every_error_becomes_a_sentence_and_a_code(error: BaseException, sentence: str, code: int) -> None:
    said, number = errors.explain(error)
    assert said.startswith(sentence)
    assert number == code


def test_the_traceback_is_shown_when_asked(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv(errors.TRACEBACK, "1")
    code, _, error = run_here(capsys, "evaluate", "/nowhere/at/all")
    assert code == 1
    assert "Traceback" in error


def test_a_closed_pipe_is_left_quietly() -> None:
    """`zerokara data list | head -1` must not complain that nobody reads on; the code is that of SIGPIPE, 128 + 13."""
    import subprocess

    command = [sys.executable, "-m", "zerokara", "summary", "deep-convnet"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 141


def test_warnings_are_one_line_without_a_place_in_the_code(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def warn(arguments: object) -> int:
        warnings.simplefilter("always")
        warnings.warn("be careful", stacklevel=1)
        return 0

    monkeypatch.setattr(app, "_run", warn)
    code, _, error = run_here(capsys)
    assert (code, error) == (0, "zerokara: warning: be careful\n")


def test_text_for_the_terminal_is_harmless() -> None:
    assert safe("a\x1b[31mb\nc\td\udcff") == "a�[31mb c d�"


def test_output_survives_an_encoding_without_the_characters() -> None:
    done = run_apart("summary", "deep-convnet", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "123,552" in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ("train", "--model", "two-layer", "--data", "folder:nowhere"),
        ("train", "--model", "resnet18", "--data", "moons"),
        ("demo", "--data", "folder:nowhere"),
        ("lab", "run", "gradient-method", "--lr", "fast"),
    ],
)
def test_a_failed_command_tells_no_plans(
    command: tuple[str, ...], capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads the last line must not have read a plan before it that was never begun."""
    monkeypatch.chdir(tmp_path)
    code, out, error = run_here(capsys, *command)
    assert code in (1, 2)
    assert out == ""
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("inner", [RuntimeError("no compiled object yet for <Library>"), ValueError("half made")])
def test_an_error_that_an_interruption_led_to_is_an_interruption(inner: Exception) -> None:
    """A compiler that is stopped in the middle ends in errors of its own."""
    inner.__context__ = KeyboardInterrupt()
    assert errors.explain(inner) == ("interrupted", 130)
