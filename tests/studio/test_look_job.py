"""Other networks than the reader: what they answer is what `zerokara explain` says of the same picture."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.studio import trained
from tests.studio.drawing import beside, canvas
from zerokara import explain
from zerokara.arrays import Array, generator
from zerokara.data import load
from zerokara.explain.maps import feature_maps
from zerokara.io.png import png
from zerokara.kernels import use_kernels
from zerokara.models import build_model
from zerokara.models.committee import softmax
from zerokara.studio.jobs import look
from zerokara.studio.jobs.look import LookJob
from zerokara.studio.models import Models
from zerokara.views import pen
from zerokara.views.answers import NetworkAnswers
from zerokara.views.preparing import preparation, views
from zerokara.views.subject import Subject, subject


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The studio's own folder, with an ONNX file that was given to it."""
    folder = tmp_path_factory.mktemp("studio")
    (folder / "models").mkdir()
    (folder / "models" / f"{'a1' * 8}.onnx").write_bytes(trained.onnx())
    (folder / "models" / f"{'a1' * 8}.json").write_text(json.dumps({"name": "mine.onnx"}))
    return folder


@pytest.fixture(scope="module")
def job(own: Path) -> Iterator[LookJob]:
    with use_kernels("reference"):
        made = LookJob(Models(own, trained.runs()))
        made.quick = True
        yield made


ONNX = "onnx-" + "a1" * 8


def ask(job: LookJob, do: str, arrays: dict[str, Array], **head: Any) -> list[tuple[dict[str, Any], dict[str, Array]]]:
    return list(job.answer({"do": do, "n": 5, "model": "run-small", **head}, arrays))


def test_networks_go_by_ids_and_no_id_is_a_path(own: Path) -> None:
    models = Models(own, trained.runs())
    listed = {place.id: place for place in models.listed()}
    assert {"run-small", ONNX} < set(listed)
    (odd,) = set(listed) - {"run-small", ONNX}
    assert listed[odd].name == "lr 0.1 ü"  # an id that a link can hold
    assert all(c.isascii() and (c.isalnum() or c == "-") for c in odd)
    assert listed[ONNX].name == "mine.onnx"
    told = json.dumps([place.to_dict() for place in listed.values()])
    assert str(own) not in told
    assert str(trained.runs()) not in told
    for id in ("", "reader", "small", "run-../small", "run-small/", "run-", "onnx-../x", str(trained.runs() / "small")):
        with pytest.raises(ValueError, match="there is no model"):
            models.place(id)
    assert Models(own / "nowhere", own / "nowhere").listed() == []


@pytest.mark.parametrize("model", ["run-small", ONNX])
def test_after_the_lift_the_numbers_are_those_of_explain(job: LookJob, own: Path, tmp_path: Path, model: str) -> None:
    drawing = beside(3, 1, 7)
    (tmp_path / "drawing.png").write_bytes(png(pen.as_paper(drawing)))
    place = job.models.place(model)
    about = subject(str(place.path), None, None, None, None)
    how = preparation(about, "auto", None, None, False, None)
    with use_kernels("reference"), explain.evaluation(about.model):
        expected = views(tmp_path / "drawing.png", about, how)
        shares = [softmax(explain.scores.scores_of(about.model, one.x[None]))[0] for one in expected]
    ((head, found),) = ask(job, "lifted", {"ink": drawing}, model=model)
    assert head["exact"] is True
    assert [d["box"] for d in head["digits"]] == [list(one.box) for one in expected]
    for k, (digit, share, one) in enumerate(zip(head["digits"], shares, expected, strict=True)):
        assert np.allclose(digit["probabilities"], share, atol=1e-12)
        assert np.array_equal(found[f"view{k}"], one.shown)
        assert digit["symbol"] == str(int(share.argmax()))
    # the file's bytes, and the moving pen's own way
    body = np.frombuffer((tmp_path / "drawing.png").read_bytes(), np.uint8)
    ((again, _),) = ask(job, "picture", {"file": body}, model=model)
    assert [d["probabilities"] for d in again["digits"]] == [d["probabilities"] for d in head["digits"]]
    ((moving, _),) = ask(job, "moving", {"ink": drawing}, model=model)
    for a, b in zip(moving["digits"], head["digits"], strict=True):
        assert np.abs(np.subtract(a["probabilities"], b["probabilities"])).max() < 0.05


def test_nothing_drawn_is_nothing_read(job: LookJob) -> None:
    for do, arrays in (
        ("moving", {"ink": np.zeros((280, 280), np.uint8)}),
        ("lifted", {"ink": np.zeros((280, 280), np.uint8)}),
    ):
        ((head, _),) = ask(job, do, arrays)
        assert head["digits"] == []


def test_every_question_is_answered_in_the_networks_own_size(job: LookJob) -> None:
    ((head, found),) = ask(job, "lifted", {"ink": canvas(5)})
    view, network = found["view0"], job.network({"model": "run-small"})
    assert view.shape == network.shape == (8, 8)
    ((maps, arrays),) = ask(job, "maps", {"view": view})
    expected = {m.layer: m for m in feature_maps(network.about.model, network.x(view))}
    for one in maps["layers"]:
        assert np.array_equal(arrays[one["layer"]], expected[one["layer"]].value[0])
    target = head["digits"][0]["digit"]
    heat = ask(job, "heat", {"view": view}, target=target, methods=["saliency", "occlusion"], curves=True)
    assert [told["method"] for told, _ in heat] == ["saliency", "occlusion"]
    assert all(shown["heat"].shape == (8, 8) for _, shown in heat)
    ((sights, _),) = ask(job, "sights", {"view": view})
    assert sights["probabilities"] is None  # other networks look once
    ((stages, pictures),) = ask(job, "stages", {"ink": canvas(5)})
    assert stages["width"] is not None
    assert np.array_equal(pictures["own"], np.round(255 * view).astype(np.uint8))
    steps = ask(job, "become", {"view": view}, target=(target + 1) % 10, steps=30)
    shares = [told["probabilities"][(target + 1) % 10] for told, _ in steps]
    assert max(shares) > max(0.5, shares[0])
    ((by_hand, shown),) = ask(job, "pixels", {"view": np.eye(28, dtype=np.float32)})
    assert shown["view0"].shape == (8, 8)
    assert len(by_hand["digits"]) == 1
    for other in (np.zeros((7, 8)), np.full((8, 8), np.nan)):
        with pytest.raises(ValueError, match="a view is"):
            ask(job, "maps", {"view": other})


def test_a_network_without_maps_has_no_grad_cam_and_says_so(job: LookJob) -> None:
    ((_, found),) = ask(job, "lifted", {"ink": canvas(5)}, model=ONNX)
    told = {
        h["method"]: h
        for h, _ in ask(job, "heat", {"view": found["view0"]}, model=ONNX, target=1, methods=list(explain.METHODS))
    }
    assert set(told) == set(explain.METHODS)
    assert "maps" in told["grad-cam"]["error"]
    assert "error" not in told["saliency"]


def test_examples_are_those_of_the_runs_own_data(job: LookJob) -> None:
    data = load("digits").test
    ((first, _),) = ask(job, "example", {})
    assert (first["data"], first["classes"]) == ("digits", list("0123456789"))
    seen = set()
    for number in range(3):
        ((head, found),) = ask(job, "example", {}, label=4, number=number)
        assert data.labels[head["index"]] == 4
        assert np.array_equal(found["view"], data.images[head["index"], 0] / np.float32(255))
        seen.add(head["index"])
    assert len(seen) == 3
    with pytest.raises(ValueError, match="label is"):
        ask(job, "example", {}, label=10)


def test_a_run_that_goes_on_learning_is_loaded_anew(job: LookJob, own: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(trained.runs() / "small", tmp_path / "runs" / "now")
    learning = LookJob(Models(own, tmp_path / "runs"))
    before = ask(learning, "lifted", {"ink": canvas(3)}, model="run-now")[0][0]["digits"][0]["probabilities"]
    weights = tmp_path / "runs" / "now" / trained.WEIGHTS
    shutil.copyfile(trained.runs() / "lr 0.1 ü" / trained.WEIGHTS, weights)
    os.utime(weights, ns=(1, weights.stat().st_mtime_ns + 10**9))
    after = ask(learning, "lifted", {"ink": canvas(3)}, model="run-now")[0][0]["digits"][0]["probabilities"]
    assert before != after
    shutil.rmtree(tmp_path / "runs" / "now")
    with pytest.raises(ValueError, match="any more"):
        ask(learning, "lifted", {"ink": canvas(3)}, model="run-now")


def test_a_run_on_data_that_is_not_here_is_refused_in_words(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    monkeypatch.setenv("ZEROKARA_DATA", str(tmp_path))
    run = tmp_path / "runs" / "far"
    shutil.copytree(trained.runs() / "small", run)
    settings = json.loads((run / "settings.json").read_text())
    settings["notes"]["recipe"]["data"] = "fashion-mnist"
    (run / "settings.json").write_text(json.dumps(settings))
    with pytest.raises(ValueError, match="fashion"):  # and nothing is fetched
        ask(LookJob(Models(own, tmp_path / "runs")), "open", {}, model="run-far")


def test_a_coloured_network_is_shown_the_whole_picture() -> None:
    model = build_model("cifar-resnet20", (3, 32, 32), 3, generator(0, "weights"))
    network = NetworkAnswers(Subject("colours", model, (3, 32, 32), ("disc", "square", "star")))
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[10:30, 20:40] = (220, 20, 20)
    with use_kernels("reference"):
        (answer,), text = network.picture(picture)
        (drawn,) = network.drawn(pen.as_ink(canvas(3)))
        assert network.drawn(np.zeros((280, 280), np.float32)) == ()
    assert np.asarray(answer.view).shape == network.shape == (32, 32, 3)
    assert answer.box == (10, 0, 50, 40)
    assert text == answer.symbol == network.about.classes[answer.digit]
    assert drawn.box == (0, 0, 280, 280)
    with pytest.raises(ValueError, match="1 or 3 channels"):
        NetworkAnswers(Subject("deep", model, (7, 32, 32)))


def test_a_part_that_takes_too_long_ends_the_process(job: LookJob, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    ended = threading.Event()
    monkeypatch.setattr(look.os, "_exit", lambda code: ended.set())
    slow = LookJob(job.models, seconds=0.01)
    slow.questions["wait"] = lambda head, arrays: iter([({"over": ended.wait(30)}, {})])
    assert next(slow.answer({"do": "wait"}, {}))[0]["over"]


def test_memory_that_is_not_there_is_said(job: LookJob) -> None:
    def greedy(head: Any, arrays: Any) -> Iterator[Any]:
        raise MemoryError
        yield

    big = LookJob(job.models)
    big.questions["greedy"] = greedy
    with pytest.raises(ValueError, match="more memory"):
        list(big.answer({"do": "greedy"}, {}))
