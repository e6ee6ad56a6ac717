"""`zerokara explain`: models from everywhere, pictures prepared for them, and what is written."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.running import Captured, fails, run_here
from tests.cli.test_read import draw
from tests.explain.conftest import averaging_net
from tests.explain.test_imported import imported
from zerokara import kernels
from zerokara.arrays import generator
from zerokara.data import load
from zerokara.io import save_safetensors
from zerokara.models import build_model
from zerokara.recipes import RECIPES, override, run
from zerokara.views.preparing import Preparation, in_picture, preparation, views
from zerokara.views.subject import Subject


@pytest.fixture(autouse=True, scope="module")
def _plain_kernels() -> Iterator[None]:
    with kernels.use_kernels("reference"):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("explain")


@pytest.fixture(scope="module")
def photo(folder: Path) -> Path:
    """A red disc at the right of a grey picture of 60×40 pixels."""
    y, x = np.mgrid[:40, :60]
    pixels = np.full((40, 60, 3), 128, np.uint8)
    pixels[(x - 40) ** 2 + (y - 20) ** 2 < 81] = (220, 20, 20)
    Image.fromarray(pixels).save(folder / "disc.png")
    return folder / "disc.png"


@pytest.fixture(scope="module")
def coloured(folder: Path) -> Path:
    """Weights of a small residual network for three classes that has learned nothing."""
    net = build_model("cifar-resnet20", (3, 32, 32), 3, generator(0, "weights"))
    (folder / "names.txt").write_text("disc\nsquare\nstar\n")
    return save_safetensors(folder / "net.safetensors", net.state_dict())


def small(weights: Path, *more: object) -> tuple[object, ...]:
    return ("--model", "cifar-resnet20", "--weights", weights, "--classes", weights.parent / "names.txt", *more)


def test_a_drawing_is_explained_without_any_option(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, error = run_here(capsys, "explain", draw(tmp_path / "one.png"), "--no-curves")
    assert (code, error) == (0, "")
    assert "grad-cam, layer " in out
    target = out.split(":")[1].split()[0]
    expected = {
        f"one.{m}.{target}{end}"
        for m in ("grad-cam", "occlusion", "integrated-gradients")
        for end in (".png", ".heat.png")
    }
    written = {p.name for p in (tmp_path / "zerokara-explain").iterdir()}
    assert written == expected | {"one.png", "report.html", "explanations.json", "explanations.npz"}
    with np.load(tmp_path / "zerokara-explain" / "explanations.npz") as kept:
        assert kept[f"one.grad-cam.{target}"].shape == (28, 28)


class Balanced(HTMLParser):
    """Whether every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "img", "br", "hr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """`<img />` has no end."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("lang", "says"), [("en", "Deletion and insertion"), ("ja", "削除と挿入")])
def test_the_report_puts_methods_side_by_side_in_both_languages(
    lang: str, says: str, photo: Path, coloured: Path, tmp_path: Path, capsys: Captured
) -> None:
    more = ("--method", "grad-cam,saliency", "--class", "star", "--class", "0", "--maps", "--lang", lang)
    code, out, error = run_here(capsys, "explain", photo, *small(coloured, *more, "--out", tmp_path, "--json"))
    assert (code, error) == (0, "")
    told = json.loads(out)
    assert [(e["class_name"], e["method"]) for e in told["explanations"]] == [
        ("star", "grad-cam"), ("star", "saliency"), ("disc", "grad-cam"), ("disc", "saliency"),
    ]  # fmt: skip
    assert all(0 <= e["deletion_area"] <= 1 and 0 <= e["insertion_area"] <= 1 for e in told["explanations"])
    assert {"layer", "kind", "shape", "zeros", "silent"} == set(told["layers"][0])
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert says in html
    assert html.count('<img src="data:image/png') >= 5
    table = html.partition('class="crossed"')[2].partition("</table>")[0]
    assert re.findall(r'<th scope="col">([^<]*)</th>', table) == ["grad-cam", "saliency"]
    assert re.findall(r'<th scope="row">([^<]*)<', table) == ["star", "disc"]
    assert table.count("<img") == 4
    assert {"en": "for the class", "ja": "支える"}[lang] in html.partition('class="scale"')[2]
    assert ("zerokara read" in html) is False
    assert json.loads((tmp_path / "explanations.json").read_text())["pictures"][0] == told


def test_the_report_says_why_reading_gives_other_probabilities(tmp_path: Path, capsys: Captured) -> None:
    """Reading averages five sights of a drawing; what is explained is one. Said of the reader alone."""
    for lang, says in (("en", "zerokara read averages five sights"), ("ja", "5 通りの見方を平均")):
        folder = tmp_path / lang
        more = ("--method", "saliency", "--no-curves", "--lang", lang, "--out", folder)
        assert run_here(capsys, "explain", draw(tmp_path / "one.png"), *more)[0] == 0
        assert says in (folder / "report.html").read_text(encoding="utf-8")


def test_the_folder_of_a_run_knows_its_classes(tmp_path: Path, capsys: Captured) -> None:
    recipe = override(RECIPES["digits-small"], epochs=1)
    run(recipe, run_dir=tmp_path / "run")
    arguments = (
        "--model",
        tmp_path / "run",
        "--method",
        "saliency",
        "--no-curves",
        "--json",
        "--out",
        tmp_path / "out",
    )
    told = json.loads(run_here(capsys, "explain", draw(tmp_path / "one.png"), *arguments)[1])
    assert {p["name"] for p in told["predicted"]} <= set(load("digits").classes)
    with np.load(tmp_path / "out" / "explanations.npz") as kept:
        assert [a.shape for a in kept.values()] == [(8, 8)]


def test_an_onnx_file_is_explained(photo: Path, tmp_path: Path, capsys: Captured) -> None:
    imported(averaging_net(), tmp_path)
    more = ("--model", tmp_path / "net.onnx", "--method", "all", "--class", "3", "--json", "--out", tmp_path / "out")
    fails(capsys, "explain", photo, *more, code=2, says="pictures of any size: say which with --input")
    code, out, error = run_here(capsys, "explain", photo, *more, "--input", "1x24x20", "--no-curves")
    assert (code, error) == (0, "")
    told = json.loads(out)
    assert len(told["explanations"]) == 6
    assert {e["class"] for e in told["explanations"]} == {3}


def test_several_pictures_of_one_name_do_not_overwrite_each_other(
    photo: Path, coloured: Path, tmp_path: Path, capsys: Captured
) -> None:
    more = ("--method", "saliency", "--no-curves", "--out", tmp_path, "--json")
    code, out, _ = run_here(capsys, "explain", photo, photo, *small(coloured, *more))
    assert code == 0
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["disc", "disc~2"]


def test_an_earlier_report_is_never_written_over(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zerokara-explain").mkdir()
    kept = tmp_path / "zerokara-explain" / "report.html"
    kept.write_text("of yesterday")
    command = ("explain", draw(tmp_path / "one.png"), "--no-curves", "--method", "saliency")
    for number in (2, 3):
        code, out, _ = run_here(capsys, *command)
        assert code == 0
        assert f"report: zerokara-explain-{number}/report.html" in out
    assert kept.read_text() == "of yesterday"
    assert len(list(tmp_path.glob("zerokara-explain*/report.html"))) == 3


def test_what_cannot_be_read_is_named_and_the_others_still_are(
    photo: Path, coloured: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "bad.png").write_text("no picture")
    more = ("--method", "saliency", "--no-curves", "--out", tmp_path, "--json")
    code, out, error = run_here(capsys, "explain", tmp_path / "bad.png", photo, *small(coloured, *more))
    assert code == 1
    assert "bad.png" in error
    assert len(error.splitlines()) == len(out.splitlines()) == 1


MISTAKES = [
    ((), 2, "at least one picture"),
    (("P", "--model", "resnet19", "--weights", "W"), 2, "no model 'resnet19': did you mean resnet1"),
    (("P", "--model", "resnet18"), 2, "knows nothing without weights"),
    (("P", "--model", "nowhere.onnx"), 1, "nowhere.onnx"),
    (("P", "--model", "cifar-resnet20", "--weights", "nowhere.safetensors"), 1, "nowhere.safetensors"),
    (("P", "--model", "cifar-resnet32", "--weights", "W"), 1, "does not fit cifar-resnet32"),
    (("P", "S", "--method", "gradcam"), 2, "no method 'gradcam': did you mean grad-cam"),
    (("P", "S", "--class", "stra"), 2, "no class 'stra': did you mean star"),
    (("P", "S", "--class", "7"), 1, "no class 7: the model has 3, 0 to 2"),
    (("P", "S", "--layer", "layer4", "--method", "grad-cam"), 1, "no layer 'layer4': did you mean layer"),
    (("P", "S", "--layer", "linear", "--method", "grad-cam"), 1, "no maps"),
    (("P", "S", "--mean", "1,2"), 2, "one for each of 3 channel"),
    (("P", "S", "--std", "0"), 2, "--std is positive"),
    (("P", "S", "--resize", "16"), 2, "--resize is at least"),
    (("P", "S", "--prepare", "digits"), 2, "--prepare is one of"),
    (("P", "S", "--lang", "fr"), 2, "fr"),
    (("P", "--model", "cifar-resnet20", "--weights", "W", "--classes", "P"), 1, "not a list of names"),
    (("P", "--bgr"), 2, "--bgr is for coloured pictures"),
    (("P", "S", "--input", "1x32x32"), 1, "does not fit"),
]


@pytest.mark.parametrize(("arguments", "code", "says"), MISTAKES, ids=[m[2][:24] for m in MISTAKES])
def test_mistakes_are_one_line(
    arguments: tuple[str, ...], code: int, says: str, photo: Path, coloured: Path, tmp_path: Path, capsys: Captured
) -> None:
    given: list[object] = []
    for word in arguments:
        given += small(coloured) if word == "S" else [{"P": photo, "W": coloured}.get(word, word)]
    if "--out" not in given and given:
        given += ["--out", tmp_path / "out"]
    fails(capsys, "explain", *given, code=code, says=says)


# ── preparing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def about(shape: tuple[int, int, int] = (3, 32, 32), classes: tuple[str, ...] = ()) -> Subject:
    return Subject("net", averaging_net(), shape, classes)


def test_the_centre_is_cut_and_its_place_in_the_picture_is_known(photo: Path) -> None:
    view = views(photo, about((3, 20, 20)), Preparation("photo", (0.0,), (1.0,)))[0]
    assert (view.x.shape, view.box) == ((3, 20, 20), (10, 0, 50, 40))
    red = view.x[0] - view.x[1]
    assert in_picture(view, *map(int, np.unravel_index(red.argmax(), red.shape)))[0] > 30


def test_mean_and_deviation_are_those_of_the_network(photo: Path) -> None:
    plain = views(photo, about(), Preparation("photo", (0.0,), (1.0,)))[0].x
    scaled = views(photo, about(), preparation(about(), "photo", "0.1,0.2,0.3", "2", False, None))[0].x
    np.testing.assert_allclose(scaled, (plain - np.reshape([0.1, 0.2, 0.3], (3, 1, 1))) / 2, atol=1e-6)


def test_caffe_takes_blue_green_red_from_0_to_255(photo: Path) -> None:
    plain = views(photo, about(), Preparation("photo", (0.0,), (1.0,)))[0].x
    caffe = views(photo, about(), preparation(about(), "auto", None, None, True, None))[0].x
    np.testing.assert_allclose(caffe, 255 * plain[::-1] - np.reshape([104, 117, 123], (3, 1, 1)), atol=1e-3)


def test_means_above_one_are_meant_for_bytes() -> None:
    assert preparation(about(), "auto", "128", None, False, None) == Preparation("photo", (128.0,), (1.0,), 255.0)


def test_large_networks_see_the_centre_of_a_slightly_larger_picture(tmp_path: Path) -> None:
    Image.new("RGB", (512, 512)).save(tmp_path / "large.png")
    found = views(tmp_path / "large.png", about((3, 224, 224)), Preparation("photo", (0.0,), (1.0,)))[0]
    assert found.box == (32, 32, 480, 480)


def test_digits_are_prepared_as_the_reader_does_it(tmp_path: Path) -> None:
    from zerokara import digits

    path = draw(tmp_path / "ones.png", 2)
    subject = about((1, 28, 28), tuple("0123456789"))
    found = views(path, subject, preparation(subject, "auto", None, None, False, None))
    assert [v.name for v in found] == ["ones-1", "ones-2"]
    for view, digit in zip(found, digits.read(path).digits, strict=True):
        np.testing.assert_array_equal(view.x[0], digit.view)
        assert view.box == digit.box


def test_exact_pictures_must_have_the_size(photo: Path) -> None:
    exact = Preparation("exact", (0.0,), (1.0,))
    assert views(photo, about((3, 40, 60)), exact)[0].x.shape == (3, 40, 60)
    with pytest.raises(ValueError, match="takes pictures of 32×32 pixels; this one has 60×40"):
        views(photo, about(), exact)


def test_a_blank_drawing_is_refused_with_advice(tmp_path: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    with pytest.raises(ValueError, match="no digit found; --prepare photo"):
        views(tmp_path / "blank.png", about((1, 28, 28)), Preparation("digit", (0.0,), (1.0,)))


def test_a_unit_is_accounted_for(tmp_path: Path, capsys: Captured) -> None:
    """In JSON all numbers, which are those of explain.unit; as text the largest terms; in the report a section."""
    from zerokara import explain
    from zerokara.views.subject import subject

    drawing = draw(tmp_path / "one.png")
    more = (
        "--unit",
        "relu2a:7,5,5",
        "--unit",
        "fc2:1",
        "--method",
        "saliency",
        "--no-curves",
        "--out",
        tmp_path / "out",
    )
    told = json.loads(run_here(capsys, "explain", drawing, *more, "--json")[1])
    about = subject(None, None, None, None, None)
    (view,) = views(drawing, about, preparation(about, "auto", None, None, False, None))
    for one, (layer, index) in zip(told["units"], [("relu2a", (7, 5, 5)), ("fc2", (1,))], strict=True):
        unit = explain.unit(about.model, view.x[None], layer, index, told["explanations"][0]["class"])
        assert (one["layer"], tuple(one["index"]), one["value"]) == (layer, index, unit.value)
        assert sum(t["product"] for t in one["terms"]) + one["rest"] + one["bias"] == pytest.approx(one["sum"])
        assert abs(one["value"] - one["engine"]) <= 1e-6 * max(one["size"], abs(one["engine"]))
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Unit 7, 5, 5 of layer relu2a" in html
    assert "receptive field" in html
    code, out, error = run_here(capsys, "explain", drawing, *more[:4], *more[4:7], "--out", tmp_path / "text")
    assert (code, error) == (0, "")
    assert "  relu2a[7,5,5]: " in out
    assert "the other 152 terms" in out
    bad = ("explain", drawing, "--method", "saliency", "--no-curves", "--out", tmp_path / "bad", "--unit")
    fails(capsys, *bad, "relu2a", code=2, says="--unit is a layer")
    fails(capsys, *bad, "relu2a:7", code=1, says="there is no unit")
