"""From a folder of pictures to answers: train, predict, evaluate, explain, export."""

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.cli import own_data
from tests.cli.running import Captured, fails, run_here
from zerokara.cli import main
from zerokara.data import load
from zerokara.data.inputs import Pictures
from zerokara.io import load_weights
from zerokara.models import build_model


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_data.folder(tmp_path_factory.mktemp("own") / "colours")


@pytest.fixture(scope="module")
def trained(pictures: Path) -> Path:
    run = pictures.parent / "run"
    assert main(["train", "--data", f"folder:{pictures}", "--epochs", "5", "--out", str(run), "--quiet"]) == 0
    return run


@pytest.fixture(scope="module")
def exported(trained: Path) -> Path:
    assert main(["export", str(trained), str(trained.parent / "colours.onnx")]) == 0
    return trained.parent / "colours.onnx"


def answers(capsys: Captured, *arguments: object, code: int = 0) -> list[dict]:
    found, out, error = run_here(capsys, "predict", *arguments, "--json", "--top", "0")
    assert found == code, error
    return [json.loads(line) for line in out.splitlines()]


def test_the_data_choose_model_and_size_and_one_line_says_so(pictures: Path, tmp_path: Path, capsys: Captured) -> None:
    arguments = ("--data", f"folder:{pictures}", "--epochs", "1", "--out", tmp_path / "run")
    code, out, _ = run_here(capsys, "train", *arguments)
    assert code == 0
    told = out.splitlines()[0]
    assert "fast-convnet-wide, chosen for 30 pictures of 3 classes, 20×20 pixels, colour" in told, told
    assert "only 6 test examples" in out
    notes = json.loads((tmp_path / "run" / "settings.json").read_text())["notes"]
    assert notes["inputs"] == Pictures(3, 20, 20, ("blue", "green", "red")).to_dict()


def test_predict_sees_what_training_saw_and_answers_what_the_network_answers(
    pictures: Path, trained: Path, capsys: Captured
) -> None:
    """The same file gives the same pixels in training and prediction, and the probabilities are softmax's."""
    data = load(f"folder:{pictures}@20x20")
    assert isinstance(data.inputs, Pictures)
    seen = {data.inputs.pixels(path).tobytes() for path in pictures.rglob("*.png")}
    assert seen == {image.tobytes() for part in (data.train, data.test) for image in part.images}
    model = build_model("fast-convnet-wide", (3, 20, 20), 3)
    model.load_state_dict(load_weights(trained / "weights.safetensors"))
    for found in answers(capsys, pictures, "--model", trained):
        x = data.inputs.pixels(Path(found["file"]))[None].astype(np.float64) / 255
        scores = model.astype(np.float64).eval()(x).data[0]
        by_hand = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
        told = {one["name"]: one["probability"] for one in found["best"]}
        assert list(told.values()) == sorted(told.values(), reverse=True)
        np.testing.assert_allclose([told[name] for name in data.classes], by_hand, atol=1e-5)
        assert found["answer"] == data.classes[by_hand.argmax()]


def test_an_exported_file_needs_nothing_else(
    pictures: Path, trained: Path, exported: Path, tmp_path: Path, capsys: Captured
) -> None:
    """Names, sizes, cut and scaling travel in the file: its answers are the run's within 1e-5, also for grey pictures
    and for pictures of another shape."""
    lone = tmp_path / "lone.onnx"
    shutil.copy(exported, lone)
    own_data.picture("red", 99, (64, 40)).convert("L").save(tmp_path / "grey.png")
    own_data.picture("blue", 98, (31, 90)).save(tmp_path / "wide.jpg")
    files = (pictures, tmp_path / "grey.png", tmp_path / "wide.jpg")
    one, other = (answers(capsys, *files, "--model", model) for model in (trained, lone))
    assert len(one) == len(other) == 32
    for a, b in zip(one, other, strict=True):
        assert (a["file"], a["answer"]) == (b["file"], b["answer"])
        shares = [[p["probability"] for p in sorted(x["best"], key=lambda p: p["class"])] for x in (a, b)]
        np.testing.assert_allclose(*shares, atol=1e-5)


def test_a_run_answers_without_the_data_it_learned_from(
    pictures: Path, trained: Path, tmp_path: Path, capsys: Captured
) -> None:
    run, kept = tmp_path / "run", tmp_path / "one.png"
    shutil.copytree(trained, run)
    own_data.picture("green", 5).save(kept)
    settings = json.loads((run / "settings.json").read_text())
    settings["notes"]["recipe"]["data"] = "folder:/nowhere@20x20"
    (run / "settings.json").write_text(json.dumps(settings))
    assert answers(capsys, kept, "--model", run)[0]["answer"] == answers(capsys, kept, "--model", trained)[0]["answer"]
    assert run_here(capsys, "export", run, tmp_path / "m.onnx")[0] == 0
    fails(capsys, "evaluate", run, code=1, says="/nowhere is not a folder")


def test_answers_in_a_spreadsheet(pictures: Path, trained: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "answers.csv"
    code, told, _ = run_here(capsys, "predict", pictures / "red", "--model", trained, "--csv", out)
    assert code == 0
    assert told.splitlines()[-1].endswith("answers.csv")
    rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert list(rows[0]) == ["file", "answer", "probability", "blue", "green", "red"]
    assert len(rows) == 10
    for row in rows:
        shares = [float(row[name]) for name in ("blue", "green", "red")]
        assert sum(shares) == pytest.approx(1, abs=1e-4)
        assert float(row["probability"]) == max(shares)


def test_what_cannot_be_read_is_named_and_the_others_are_answered(
    pictures: Path, trained: Path, tmp_path: Path, capsys: Captured
) -> None:
    bad, good = tmp_path / "bad.png", pictures / "red" / "0.png"
    bad.write_bytes(b"no picture")
    code, out, error = run_here(capsys, "predict", bad, good, "--model", trained)
    assert code == 1
    assert "bad.png cannot be read as an image" in error
    assert len(error.splitlines()) == len(out.splitlines()) == 1
    fails(capsys, "predict", tmp_path / "none.png", "--model", trained, code=1, says="none.png")
    fails(capsys, "predict", own_data.table(tmp_path / "t.csv"), "--model", trained, code=1, says="takes pictures")
    (tmp_path / "empty").mkdir()
    fails(capsys, "predict", tmp_path / "empty", "--model", trained, code=1, says="holds no pictures")


def test_evaluate_on_other_pictures_counts_by_the_names_of_classes(
    trained: Path, exported: Path, tmp_path: Path, capsys: Captured
) -> None:
    """A folder with some of the classes only: each label is the network's, not its place among the sub-folders."""
    other = own_data.folder(tmp_path / "other", 4)
    shutil.rmtree(other / "blue")
    found = [
        json.loads(run_here(capsys, "evaluate", model, "--data", f"folder:{other}", "--json")[1])
        for model in (trained, exported)
    ]
    assert found[0]["confusion"] == found[1]["confusion"]
    assert found[0]["total"] == 8
    assert [sum(row) for row in found[0]["confusion"]] == [0, 4, 4]
    own = json.loads(run_here(capsys, "evaluate", trained, "--json")[1])
    assert own["total"] == 6
    (other / "yellow").mkdir()
    own_data.picture("red", 7).save(other / "yellow" / "0.png")
    for model in (trained, exported):
        told = "classes that the network does not know: yellow; it knows blue, green, red"
        fails(capsys, "evaluate", model, "--data", f"folder:{other}", code=1, says=told)


def test_data_that_changed_since_the_training_are_not_judged_with_wrong_names(tmp_path: Path, capsys: Captured) -> None:
    pictures = own_data.folder(tmp_path / "c", 6)
    arguments = ("--data", f"folder:{pictures}", "--epochs", "1", "--out", tmp_path / "run", "--quiet")
    assert run_here(capsys, "train", *arguments)[0] == 0
    (pictures / "blue").rename(pictures / "zebra")
    fails(capsys, "evaluate", tmp_path / "run", code=1, says="other classes than the network knows .*zebra")


def test_explain_shows_pictures_as_the_run_learned_to_see_them(
    pictures: Path, trained: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "seen"
    arguments = ("--model", trained, "--method", "saliency", "--no-curves", "--out", out)
    assert run_here(capsys, "explain", pictures / "red" / "1.png", *arguments)[0] == 0
    kept = json.loads((out / "explanations.json").read_text())
    assert kept["preparation"]["way"] == "learned"
    assert kept["pictures"][0]["box"] == [3, 0, 27, 24]  # 24 rows × 30 columns, cut to a square
    told = answers(capsys, pictures / "red" / "1.png", "--model", trained)[0]
    assert kept["pictures"][0]["predicted"][0]["probability"] == pytest.approx(told["probability"], abs=1e-6)


def test_deep_pictures_keep_their_white(tmp_path: Path, capsys: Captured) -> None:
    """12 bits in 16: what is white in training is white in prediction, also of a dark picture alone."""
    from PIL import Image

    for name, level in (("dark", 300), ("light", 3500)):
        (tmp_path / "deep" / name).mkdir(parents=True)
        for i in range(6):
            pixels = np.full((16, 16), level + 20 * i, np.uint16)
            Image.fromarray(pixels).save(tmp_path / "deep" / name / f"{i}.png")
    run = tmp_path / "run"
    assert (
        run_here(capsys, "train", "--data", f"folder:{tmp_path / 'deep'}", "--epochs", "1", "--out", run, "--quiet")[0]
        == 0
    )
    inputs = Pictures.from_dict(json.loads((run / "settings.json").read_text())["notes"]["inputs"])
    assert inputs.white == 4095
    assert np.all(inputs.pixels(tmp_path / "deep" / "dark" / "0.png") == round(300 / 4095 * 255))


def test_a_name_of_a_recipe_stands_for_its_newest_run(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    picture = pictures / "red" / "0.png"
    fails(capsys, "predict", picture, "--model", "digits-small", code=2, says="train --recipe digits-small")
    assert run_here(capsys, "train", "--recipe", "digits-small", "--epochs", "1", "--quiet")[0] == 0
    found = answers(capsys, picture, "--model", "digits-small", "--prepare", "photo")[0]
    assert found["answer"] in "0123456789"
    assert found == answers(capsys, picture, "--model", tmp_path / "runs" / "digits-small", "--prepare", "photo")[0]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda root: None, "0 sub-folders"),
        (lambda root: shutil.rmtree(root), "is not a folder"),
        (lambda root: _classes(root, {"cat": 5}), "1 sub-folder;"),
        (lambda root: _classes(root, {"cat": 5, "dog": 1}), "dog holds one picture; a class needs at least two"),
        (lambda root: _classes(root, {"cat": 5, "dog": 0}), "dog holds no images"),
        (lambda root: _broken(_classes(root, {"cat": 5, "dog": 5})), "2.png cannot be read as an image"),
    ],
)
def test_a_folder_that_cannot_be_learned_from(make, says: str, tmp_path: Path, capsys: Captured) -> None:
    """One clear line, and nothing half-written."""
    (tmp_path / "own").mkdir()
    make(tmp_path / "own")
    arguments = ("--data", f"folder:{tmp_path / 'own'}", "--out", tmp_path / "run", "--json")
    fails(capsys, "train", *arguments, code=1, says=says)
    assert not (tmp_path / "run").exists()


def _classes(root: Path, counts: dict[str, int]) -> Path:
    for name, count in counts.items():
        (root / name).mkdir()
        for i in range(count):
            own_data.picture("red", i).save(root / name / f"{i}.png")
    return root


def _broken(root: Path) -> None:
    path = root / "dog" / "2.png"
    path.write_bytes(path.read_bytes()[:60])


def test_names_that_do_not_fit_a_file_are_refused(
    pictures: Path, exported: Path, tmp_path: Path, capsys: Captured
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("one\ntwo\n")
    picture = pictures / "red" / "0.png"
    says = "tells 3 classes apart, and there are names for 2"
    fails(capsys, "predict", picture, "--model", exported, "--classes", names, code=1, says=says)


def test_a_file_without_names_of_classes_is_not_judged_by_folders(
    pictures: Path, tmp_path: Path, capsys: Captured
) -> None:
    import zerokara as zk

    zk.io.save_onnx(build_model("small-convnet", (3, 8, 8), 3), tmp_path / "m.onnx", (3, 8, 8))
    says = "does not say what its classes are called"
    fails(capsys, "evaluate", tmp_path / "m.onnx", "--data", f"folder:{pictures}", code=1, says=says)
    fails(capsys, "evaluate", tmp_path / "m.onnx", code=2, says="say on which data")


def test_metadata_that_do_not_fit_the_network_are_refused(exported: Path, tmp_path: Path, capsys: Captured) -> None:
    import onnx

    model = onnx.load(exported)
    texts = {p.key: p.value for p in model.metadata_props}
    for text, says in (
        (texts["inputs"].replace('"height": 20', '"height": 21'), "describe inputs of shape"),
        ('{"kind": "pictures"}', "do not say what the network is given"),
        ("[]", "do not say what the network is given"),
    ):
        onnx.helper.set_model_props(model, {**texts, "inputs": text})
        onnx.save(model, tmp_path / "other.onnx")
        fails(capsys, "predict", tmp_path / "p.png", "--model", tmp_path / "other.onnx", code=1, says=says)


def test_a_run_of_an_earlier_version_takes_what_it_is_given_from_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Its settings say nothing of inputs; predict, export and evaluate answer as for a new one."""
    run, picture = tmp_path / "run", own_data.folder(tmp_path / "c", 1) / "red" / "0.png"
    assert run_here(capsys, "train", "--data", "digits", "--epochs", "1", "--out", run, "--quiet")[0] == 0
    new = answers(capsys, picture, "--model", run, "--prepare", "photo")
    judged = run_here(capsys, "evaluate", run, "--json")[1]
    settings = json.loads((run / "settings.json").read_text())
    assert settings["notes"].pop("inputs")["from_files"] is False
    (run / "settings.json").write_text(json.dumps(settings))
    assert answers(capsys, picture, "--model", run, "--prepare", "photo") == new
    assert run_here(capsys, "evaluate", run, "--json")[1] == judged
    assert run_here(capsys, "export", run, tmp_path / "m.onnx")[0] == 0
    (told,) = answers(capsys, picture, "--model", tmp_path / "m.onnx", "--prepare", "photo")
    assert told["probability"] == pytest.approx(new[0]["probability"], abs=1e-5)


def test_points_of_the_plane_are_answered_from_a_table(tmp_path: Path, capsys: Captured) -> None:
    run, points = tmp_path / "run", tmp_path / "points.csv"
    code, out, _ = run_here(capsys, "train", "--data", "moons", "--epochs", "8", "--out", run)
    assert code == 0
    assert "1,500 rows of 2 columns" in out.splitlines()[0]
    data = load("moons").test
    lines = [f"{x},{y}" for x, y in data.images[:50]]
    points.write_text("\n".join(["x,y", *lines]) + "\n")
    found = [one["answer"] for one in answers(capsys, points, "--model", run)]
    assert np.mean([int(answer) == label for answer, label in zip(found, data.labels, strict=False)]) > 0.8


def test_the_reader_and_a_drawing(tmp_path: Path, capsys: Captured) -> None:
    from PIL import Image, ImageDraw

    drawing = Image.new("L", (80, 80), 255)
    ImageDraw.Draw(drawing).line((40, 12, 40, 68), fill=0, width=5)
    drawing.save(tmp_path / "one.png")
    (found,) = answers(capsys, tmp_path / "one.png", "--model", "reader")
    assert found["answer"] == "1"


def test_a_folder_run_is_resumed_bit_for_bit(pictures: Path, trained: Path, tmp_path: Path, capsys: Captured) -> None:
    """Also from another place, since its data are named by their whole path."""
    arguments = ("train", "--data", f"folder:{pictures}", "--schedule", "constant", "--quiet")
    assert run_here(capsys, *arguments, "--epochs", "3", "--out", tmp_path / "whole")[0] == 0
    assert run_here(capsys, *arguments, "--epochs", "1", "--out", tmp_path / "two")[0] == 0
    assert run_here(capsys, "train", "--resume", "--out", tmp_path / "two", "--epochs", "3", "--quiet")[0] == 0
    one, two = (load_weights(tmp_path / name / "weights.safetensors") for name in ("whole", "two"))
    assert all(np.array_equal(one[name], two[name]) for name in one)
