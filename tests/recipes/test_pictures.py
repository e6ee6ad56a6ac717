"""The recipes vae and diffusion: trained small, gone on with, and asked for pictures; what cannot be is said."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.running import Captured, fails, run_here
from tests.report.checking import check_page
from zerokara.models import VAE, Diffusion, Objective
from zerokara.recipes import TASKS, network_of_run, task_of_run
from zerokara.recipes.pictures import Making, made, pictures_of_run
from zerokara.training import read_records

SMALL = {
    "vae": ["--data", "digits", "--hidden", "16", "--latent", "3", "--batch-size", "400"],
    "diffusion": ["--width", "4", "--steps", "6", "--batch-size", "400"],
}
both = pytest.mark.parametrize("name", SMALL)


def train(capsys: Captured, name: str, folder: Path, epochs: int) -> str:
    asked = ["--recipe", name, *SMALL[name], "--epochs", epochs, "--out", folder, "--quiet"]
    code, out, error = run_here(capsys, "train", *asked)
    assert code == 0, error
    return out


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of either recipe."""
    folder = tmp_path_factory.mktemp("runs")
    for name, more in SMALL.items():
        task = TASKS[name]
        assert isinstance(task, Making)
        given = {k.strip("-").replace("-", "_"): v for k, v in zip(more[::2], more[1::2], strict=True)}
        kinds = {key: type(getattr(task, key)) for key in given}
        small = type(task)(**{**task.to_dict(), **{k: kinds[k](v) for k, v in given.items()}, "epochs": 1})
        small.run(run_dir=folder / name)
    return folder


@both
def test_a_run_keeps_what_its_network_needs(name: str, runs: Path) -> None:
    task = task_of_run(runs / name, TASKS)
    assert isinstance(task, Making)
    found = network_of_run(task, runs / name)
    assert isinstance(found, Objective)
    assert isinstance(found.model, VAE if name == "vae" else Diffusion)
    pictures = pictures_of_run(runs / name)
    assert pictures.shape == (1, 8, 8)
    labels = None if name == "vae" else np.arange(5)
    one, same, other = (made(found.model, pictures, 5, labels, 1.0, seed) for seed in (1, 1, 2))
    assert one.shape == (5, 1, 8, 8)
    assert 0 <= one.min() <= one.max() <= 1
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_run_goes_on_to_the_same_end(tmp_path: Path, capsys: Captured) -> None:
    """Also the noise that the loss draws."""
    for folder, epochs in (("whole", 2), ("part", 1)):
        assert "nats a test picture" in train(capsys, "vae", tmp_path / folder, epochs)
    code, _, error = run_here(capsys, "train", "--resume", "--out", tmp_path / "part", "--epochs", 2, "--quiet")
    assert code == 0, error
    one, two = (
        [(r["kind"], r["loss"], r.get("val_loss")) for r in read_records(tmp_path / f)] for f in ("whole", "part")
    )
    assert one == two


def test_a_sheet_of_pictures(runs: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "sheet.png"
    asked = ["sample", runs / "diffusion", "--count", 6, "--columns", 3, "--class", "7", "--class", "1", "--out", out]
    code, said, _ = run_here(capsys, *asked, "--guidance", 2, "--json")
    assert code == 0
    assert json.loads(said)["classes"] == [7, 1, 7, 1, 7, 1]
    with Image.open(out) as picture:
        assert picture.size == (7 * (3 * 9 - 1), 7 * (2 * 9 - 1))  # 8 pixels and a gap, 7 times as large
    assert run_here(capsys, "sample", runs / "vae", "--count", 4, "--out", out)[0] == 0
    assert run_here(capsys, "sample", runs / "diffusion", "--steps", "--count", 4, "--out", out)[0] == 0
    with Image.open(out) as picture:
        assert picture.size == (7 * (4 * 9 - 1), 7 * (7 * 9 - 1))  # the times 6 … 0 in rows


@pytest.mark.parametrize(("name", "lang"), [("vae", "en"), ("vae", "ja"), ("diffusion", "ja")])
def test_a_page_shows_how_they_come_about(name: str, lang: str, runs: Path, tmp_path: Path, capsys: Captured) -> None:
    page = tmp_path / "made.html"
    given = ["sample", runs / name, "--report", page, "--out", tmp_path / "s.png", "--lang", lang]
    assert run_here(capsys, *given)[0] == 0
    text = page.read_text(encoding="utf-8")
    check_page(text)
    assert f"zerokara sample {runs / name} --seed=0 " in text
    wanted = {
        ("vae", "en"): ("every place of the plane", "through the code", "what their codes give"),
        ("vae", "ja"): ("平面の各点", "符号を通って", "再現した画像"),
        ("diffusion", "ja"): ("ノイズから画像へ", "ガイダンスの強さ"),
    }
    assert all(words in text for words in wanted[name, lang])


@pytest.mark.parametrize(
    ("run", "more", "code", "says"),
    [
        ("vae", ["--class", "3"], 2, "was not told classes: leave --class out"),
        ("vae", ["--guidance", "2"], 2, "was not told classes: leave it out"),
        ("vae", ["--steps"], 2, "walks from noise; this run has none"),
        ("diffusion", ["--class", "ten"], 2, "no class 'ten': known are 0, 1"),
        ("diffusion", ["--count", "0"], 2, "between 1 and 10000; got 0"),
        ("diffusion", ["--guidance", "nan"], 1, "guidance is a number"),
        ("nowhere", [], 1, "holds no run that makes pictures: train one first, zerokara train --recipe vae"),
    ],
)
def test_what_cannot_be_is_said(run: str, more: list[str], code: int, says: str, runs: Path, capsys: Captured) -> None:
    fails(capsys, "sample", runs / run, *more, code=code, says=says)


@pytest.mark.parametrize(
    ("name", "more", "code", "says"),
    [
        ("vae", ["--latent", "0"], 2, "latent is at least 1; got 0"),
        ("vae", ["--likelihood", "poisson"], 2, "no likelihood 'poisson'"),
        ("vae", ["--beta", "-1"], 2, "beta is a number of at least 0"),
        ("vae", ["--width", "3"], 2, "vae has no setting 'width'"),
        ("diffusion", ["--noise", "square"], 2, "no noise schedule 'square'"),
        ("diffusion", ["--drop", "2"], 2, "drop is a share from 0 to 1"),
        ("diffusion", ["--data", "moons"], 1, "moons has no pictures with classes"),
    ],
)
def test_settings_that_cannot_be_are_said(
    name: str, more: list[str], code: int, says: str, tmp_path: Path, capsys: Captured
) -> None:
    fails(capsys, "train", "--recipe", name, *more, "--out", tmp_path / "run", code=code, says=says)
