import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.cli.running import Captured, run_apart, run_here
from zerokara.arrays import generator
from zerokara.io import save_safetensors
from zerokara.models import ReaderNet


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader that has learned nothing: enough for everything but its answers."""
    path = tmp_path_factory.mktemp("reader") / "reader.safetensors"
    save_safetensors(path, ReaderNet(rng=generator(0, "weights")).state_dict(), {"temperature": "1.0"})
    return path


def draw(path: Path, digits: int = 1) -> Path:
    """A picture with so many upright strokes."""
    image = Image.new("L", (60 + 60 * digits, 120), 255)
    pen = ImageDraw.Draw(image)
    for i in range(digits):
        pen.line([(60 + 60 * i, 20), (56 + 60 * i, 100)], fill=0, width=8)
    image.save(path)
    return path


def test_json_is_one_object_a_line_as_promised(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    one, many = draw(tmp_path / "one.png"), draw(tmp_path / "日本 語.png", 3)
    code, out, error = run_here(capsys, "read", one, many, "--json", "--model", weights)
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, error, len(lines)) == (0, "", 2)
    assert [line["file"] for line in lines] == [str(one), str(many)]
    for line, count in zip(lines, (1, 3), strict=True):
        assert {"file", "digits", "text"} <= set(line) <= {"file", "digits", "text", "message"}
        assert line["text"] == "".join(digit["symbol"] for digit in line["digits"])
        assert len(line["digits"]) == count
        for digit in line["digits"]:
            fields = {"digit", "probabilities", "box", "symbol", "digit_probability"}
            assert fields <= set(digit) <= fields | {"why"}
            assert 0 <= digit["digit_probability"] <= 1
            assert ("why" in digit) == (digit["symbol"] == "?")
            assert len(digit["probabilities"]) == 10
            assert sum(digit["probabilities"]) == pytest.approx(1, abs=1e-4)
            assert digit["digit"] == int(np.argmax(digit["probabilities"]))
            left, top, right, bottom = digit["box"]
            assert 0 <= left < right
            assert 0 <= top < bottom <= 120


def test_with_digits_only_every_mark_is_read_as_the_likeliest_digit(
    weights: Path, tmp_path: Path, capsys: Captured
) -> None:
    """However unsure a reader is: this one has learned nothing."""
    path = draw(tmp_path / "three.png", 3)
    out = run_here(capsys, "read", path, "--json", "--digits-only", "--model", weights)[1]
    told = json.loads(out)
    assert told["text"] == "".join(str(digit["digit"]) for digit in told["digits"])
    assert len(told["digits"]) == 3
    assert "message" not in told


def test_uncertain_answers_look_uncertain(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    """A reader that has learned nothing gives every digit a tenth: that is below the threshold."""
    path = draw(tmp_path / "one.png")
    out = run_here(capsys, "read", path, "--model", weights)[1]
    assert out.startswith(f"{path}: ?\n")
    assert "not sure: " in out
    told = json.loads(run_here(capsys, "read", path, "--json", "--explain", "--model", weights)[1])
    (digit,) = told["digits"]
    assert digit["why"].startswith("not sure: ")
    assert digit["explanation"]["why"].startswith("refused: not sure: ")


def test_a_blank_picture_has_no_digit_and_is_no_error(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    blank = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(blank)
    code, out, _ = run_here(capsys, "read", blank, "--model", weights)
    assert code == 0
    assert "no digit found" in out
    line = json.loads(run_here(capsys, "read", blank, "--json", "--model", weights)[1])
    assert (line["digits"], line["text"], line["message"]) == ([], "", "no digit found")


def test_away_from_a_terminal_nothing_is_coloured_or_drawn(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    path = draw(tmp_path / "one.png")
    code, out, _ = run_here(capsys, "read", path, "--model", weights)
    assert code == 0
    assert out.startswith(f"{path}: ")
    assert "\x1b" not in out
    assert "█" not in out


class Terminal(io.TextIOWrapper):
    """A terminal that remembers what was written."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()


def on_terminal(monkeypatch: pytest.MonkeyPatch, *arguments: object, **environment: str) -> str:
    from zerokara.cli import main

    for name, value in {"TERM": "xterm-256color", "COLUMNS": "80", **environment}.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main([str(argument) for argument in arguments]) == 0
    return terminal.text()


@pytest.mark.parametrize("digits", [1, 3, 10])
def test_on_a_terminal_the_digit_is_drawn_and_nothing_is_wider_than_it(
    digits: int, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    path = draw(tmp_path / "a[red]b.png", digits)
    out = on_terminal(monkeypatch, "read", path, "--model", weights, NO_COLOR="1")
    assert "█" in out
    assert "a[red]b.png" in out.replace("\n", "")  # the folder may be so long that the name is broken
    assert max(map(len, out.replace(str(path), "").splitlines())) <= 80


def test_colour_is_left_out_where_nobody_wants_it(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = draw(tmp_path / "one.png")
    assert "\x1b" not in on_terminal(monkeypatch, "read", path, "--model", weights, NO_COLOR="1")
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[" in on_terminal(monkeypatch, "read", path, "--model", weights)


def test_views_are_written_under_names_of_their_own(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    """Two pictures of the same name do not overwrite each other's views."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        draw(tmp_path / folder / "x.png", 2)
    views = tmp_path / "deep" / "views"
    arguments = (tmp_path / "a" / "x.png", tmp_path / "b" / "x.png", "--save-view", views, "--model", weights)
    assert run_here(capsys, "read", *arguments)[0] == 0
    assert sorted(p.name for p in views.iterdir()) == [f"x.png.view{n}.png" for n in ("-2", "-3", "-4", "")]
    with Image.open(views / "x.png.view.png") as image:
        assert image.size == (28, 28)


def truncated_jpeg(path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    whole = io.BytesIO()
    Image.fromarray(noise).save(whole, "JPEG")
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 3])


BAD: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "text": lambda path: path.write_text("this is no picture\n"),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": truncated_jpeg,
    "enormous": lambda path: Image.new("1", (20_000, 20_000)).save(path, "PNG"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_is_named_and_the_others_still_are(
    kind: str, weights: Path, tmp_path: Path, capsys: Captured
) -> None:
    bad, good = tmp_path / f"{kind}.png", draw(tmp_path / "good.png")
    BAD[kind](bad)
    code, out, error = run_here(capsys, "read", bad, good, "--json", "--model", weights)
    assert code == 1
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(good)]
    assert len(error.splitlines()) == 1
    assert error.startswith("zerokara: ")
    assert str(bad) in error


def test_a_name_cannot_command_the_terminal(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "a\x1b[31mb\nc.png"
    draw(path)
    code, out, _ = run_here(capsys, "read", path, tmp_path / "\x1b]0;x\x07.png", "--model", weights)
    _, error = capsys.readouterr()
    assert code == 1
    assert "\x1b" not in out + error


def test_reading_needs_a_picture(capsys: Captured) -> None:
    code, _, error = run_here(capsys, "read")
    assert code == 2
    assert "at least one picture" in error


def test_a_folder_that_cannot_be_made_stops_at_once(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    path = draw(tmp_path / "one.png")
    code, out, error = run_here(capsys, "read", path, "--save-view", path / "x", "--model", weights)
    assert (code, out) == (1, "")
    assert len(error.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to the superuser")
def test_a_folder_without_permission_is_said(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    code, _, error = run_here(capsys, "read", draw(tmp_path / "one.png"), "--save-view", folder, "--model", weights)
    assert code == 1
    assert "permission" in error.lower()


@pytest.mark.parametrize("kind", ["missing", "text", "foreign", "nan"])
def test_a_model_that_cannot_be_used(kind: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "model.safetensors"
    state = ReaderNet(rng=generator(0, "weights")).state_dict()
    if kind == "text":
        path.write_text("no weights")
    elif kind == "foreign":
        save_safetensors(path, {"fc.weight": np.ones((3, 3))})
    elif kind == "nan":
        save_safetensors(path, {**state, "fc1.weight": state["fc1.weight"] * np.nan})
    code, out, error = run_here(capsys, "read", draw(tmp_path / "one.png"), "--model", path)
    assert (code, out) == (1, "")
    assert len(error.splitlines()) == 1
    assert "model.safetensors" in error


def test_a_whole_process_reads_and_says_so(weights: Path, tmp_path: Path) -> None:
    path = draw(tmp_path / "one.png")
    done = run_apart("read", path.name, "--model", weights, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("one.png: ")


def test_reading_does_not_load_what_it_does_not_need(weights: Path, tmp_path: Path) -> None:
    """Loading Numba would take longer than reading."""
    import subprocess

    path = draw(tmp_path / "one.png")
    code = (
        "import sys; from zerokara.cli import main; main(sys.argv[1:]); "
        "heavy = 'numba', 'matplotlib', 'sklearn', 'zerokara.io.onnx', 'zerokara.report'; "
        "print([m for m in heavy if m in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "read", str(path), "--model", str(weights)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_a_folder_stands_for_the_pictures_in_it(weights: Path, tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "scans"
    (folder / "within").mkdir(parents=True)
    draw(folder / "b.png"), draw(folder / "a.jpg"), draw(folder / "within" / "c.png"), draw(folder / ".hidden.png")
    (folder / "notes.txt").write_text("no picture")
    code, out, error = run_here(capsys, "read", folder, "--json", "--model", weights)
    assert (code, error) == (0, "")
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(folder / "a.jpg"), str(folder / "b.png")]
    (tmp_path / "empty").mkdir()
    code, _, error = run_here(capsys, "read", tmp_path / "empty", "--model", weights)
    assert (code, "holds no pictures" in error) == (1, True)


@pytest.mark.parametrize("kind", ["TIFF", "GIF"])
def test_every_page_is_read(kind: str, weights: Path, tmp_path: Path, capsys: Captured) -> None:
    pages = [Image.new("L", (300, 120), 255) for _ in range(3)]
    for page, count in zip(pages, (1, 3, 2), strict=True):
        page.paste(Image.open(draw(tmp_path / f"{count}.png", count)))
    file = tmp_path / f"scan.{kind.lower()}"
    pages[0].save(file, format=kind, save_all=True, append_images=pages[1:])
    code, out, error = run_here(capsys, "read", file, "--json", "--model", weights, "--save-view", tmp_path / "seen")
    told = [json.loads(line) for line in out.splitlines()]
    assert (code, error) == (0, "")
    assert [(one["page"], len(one["digits"])) for one in told] == [(1, 1), (2, 3), (3, 2)]
    assert len(list((tmp_path / "seen").iterdir())) == 6
    assert f"{file}, page 2: " in run_here(capsys, "read", file, "--model", weights)[1]


def test_a_picture_comes_from_standard_input(weights: Path, tmp_path: Path) -> None:
    picture = draw(tmp_path / "one.png").read_bytes()
    command = [sys.executable, "-m", "zerokara", "read", "-", "--json", "--model", str(weights)]
    done = subprocess.run(command, input=picture, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["file"] == "-"
    assert len(json.loads(done.stdout)["digits"]) == 1
    for wrong, says in (
        (b"", b"standard input: the picture is empty"),
        (b"no picture", b"standard input: this is not a picture"),
    ):
        done = subprocess.run(command, input=wrong, capture_output=True)
        assert (done.returncode, says in done.stderr) == (1, True), done.stderr
