"""`zerokara read --explain`."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.cli.running import Captured, fails, run_here
from tests.cli.test_read import draw


def test_every_digit_has_a_picture_and_says_where(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, error = run_here(capsys, "read", draw(tmp_path / "ones.png", 2), "--explain")
    assert (code, error) == (0, "")
    assert out.count("decided by the strokes at the ") == 2
    names = sorted(p.name for p in (tmp_path / "zerokara-explain").iterdir())
    assert names == ["ones.png.strokes-2.png", "ones.png.strokes.png"]
    with Image.open(tmp_path / "zerokara-explain" / names[0]) as image:
        assert image.size == (280, 280)


def test_json_keeps_its_form_and_gains_the_explanation(tmp_path: Path, capsys: Captured) -> None:
    path, folder = draw(tmp_path / "one.png"), tmp_path / "seen"
    line = json.loads(run_here(capsys, "read", path, "--explain", "--json", "--save-view", folder)[1])
    digit = line["digits"][0]
    assert set(digit) == {"digit", "probabilities", "box", "symbol", "digit_probability", "explanation"}
    assert sum(digit["explanation"]["places"].values()) == pytest.approx(1)
    assert Path(digit["explanation"]["picture"]) == folder / "one.png.strokes.png"
    assert sorted(p.name for p in folder.iterdir()) == ["one.png.strokes.png", "one.png.view.png"]
    assert "explanation" not in json.loads(run_here(capsys, "read", path, "--json")[1])["digits"][0]


def test_what_was_taken_for_paper_is_drawn(tmp_path: Path, capsys: Captured) -> None:
    """A digit in a box: NAME.paper.png shows the box in red; plain paper leaves no such picture."""
    plain, seen = draw(tmp_path / "plain.png"), tmp_path / "seen"
    with Image.open(plain) as image:
        boxed = image.convert("RGB")
    W, H = boxed.size
    ImageDraw.Draw(boxed).rectangle((4, 4, W - 5, H - 5), outline=(0, 0, 0), width=3)
    boxed.save(tmp_path / "boxed.png")
    assert run_here(capsys, "read", plain, tmp_path / "boxed.png", "--explain", "--save-view", seen)[0] == 0
    assert [p.name for p in seen.glob("*.paper.png")] == ["boxed.png.paper.png"]
    with Image.open(seen / "boxed.png.paper.png") as image:
        red, green, _ = image.getpixel((5, H // 2))
    assert red - green > 100


def test_a_blank_picture_has_nothing_to_explain(tmp_path: Path, capsys: Captured) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    code, out, _ = run_here(capsys, "read", tmp_path / "blank.png", "--explain", "--save-view", tmp_path / "seen")
    assert code == 0
    assert "no digit found" in out


def test_a_folder_that_cannot_be_made_stops_at_once(tmp_path: Path, capsys: Captured) -> None:
    path = draw(tmp_path / "one.png")
    fails(capsys, "read", path, "--explain", "--save-view", path / "x", code=1, says="cannot create the folder")
