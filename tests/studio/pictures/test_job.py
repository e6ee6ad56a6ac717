"""Laws of the trainer on pictures: looked at or not, stopped or not, by page or command line, it learns the same bits."""

import contextlib
import html
import io
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.studio.pictures.asking import SETTINGS, Asking
from zerokara import functional as F
from zerokara.arrays import generator
from zerokara.autodiff import Tensor, no_grad
from zerokara.cli import main
from zerokara.data import load, scaled
from zerokara.data import split as cut
from zerokara.io import load_weights
from zerokara.io.checkpoint import load_last
from zerokara.io.png import png
from zerokara.models import build_model
from zerokara.recipes import new_model, train
from zerokara.studio.jobs.pictures import PicturesJob
from zerokara.studio.pictures.choices import Sets, recipe_of
from zerokara.studio.pictures.learning import Learning
from zerokara.studio.pictures.looks import MOST_LAYERS, filters, inside
from zerokara.training import Diverged, evaluate, read_records
from zerokara.training.evaluation import evaluation_mode


def rows(folder: Path) -> list[dict[str, Any]]:
    """The history without times."""
    return [{k: v for k, v in row.items() if k not in ("seconds", "images_per_second")} for row in read_records(folder)]


def assert_same_run(one: Path, other: Path) -> None:
    assert rows(one) == rows(other)
    mine, its = load_weights(one / "weights.safetensors"), load_weights(other / "weights.safetensors")
    assert mine.keys() == its.keys()
    for name, array in mine.items():
        np.testing.assert_array_equal(array, its[name])


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test leaves open is closed."""
    made: list[PicturesJob] = []
    begun = PicturesJob.__init__

    def keep(self: PicturesJob, *given: Any) -> None:
        begun(self, *given)
        made.append(self)

    monkeypatch.setattr(PicturesJob, "__init__", keep)
    yield
    for job in made:
        job.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run that the settings describe, trained without a page and without a stop."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    recipe = recipe_of(SETTINGS, Sets())
    data = load("digits")
    for _ in train(recipe, data, new_model(recipe, data), folder):
        pass
    return folder


def test_with_the_page_and_without_it_the_same_bits(whole: Path, tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    asking.one("plan", settings=SETTINGS)
    asking.start()
    for k in range(8):
        asking.steps(1)
        asking.one("look", picture=k)
        asking.all("test")
        asking.one("behind", part="validation", true=1, predicted=1)
        asking.one("pause")
        other, _ = asking.one("plan", settings={**SETTINGS, "seed": 9})  # another network is looked at meanwhile
        assert other["topic"] == "preview"
        asking.one("choices")
    assert asking.end()["state"] == "finished"
    assert_same_run(whole, asking.runs / asking.run)


@pytest.mark.parametrize("records", [1, 13, 14, 20])
def test_the_command_line_goes_on_with_it_bit_for_bit(whole: Path, tmp_path: Path, records: int) -> None:
    """Stopped by the page within an epoch, at its last step or after it; resumed by `zerokara train`."""
    asking = Asking(tmp_path)
    asking.start()
    asking.steps(records)
    asking.job.close()
    folder = asking.runs / asking.run
    assert main(["train", "--resume", "--out", str(folder), "--quiet"]) == 0
    assert_same_run(whole, folder)


def test_the_page_goes_on_with_a_run_of_its_own_and_with_one_of_the_command_line(whole: Path, tmp_path: Path) -> None:
    first = Asking(tmp_path)
    first.start()
    before = first.steps(20)
    first.job.close()
    second = Asking(tmp_path)  # a trainer that was started anew
    told, arrays = second.one("open", run=first.run)
    assert (told["step"], told["epoch"], told["settings"]) == (before["step"], before["epoch"], before["settings"])
    assert arrays["curve"].shape[0] == told["step"]
    assert second.end()["state"] == "finished"
    assert_same_run(whole, second.runs / second.run)
    told, arrays = Asking(tmp_path).one("open", run=first.run)  # of one that is finished all is known again
    assert (told["step"], len(arrays["epochs"])) == (39, 3)


def test_killed_it_loses_what_was_not_saved_and_nothing_else(whole: Path, tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    asking.start()
    asking.steps(9)
    asking.one("pause")
    told = asking.steps(4)
    assert (told["saved"], told["step"]) == (9, 13)
    asking.job.learning.training._records.close()  # type: ignore[union-attr]  # as a process that is gone: nothing is saved
    again = Asking(tmp_path)
    told, _ = again.one("open", run=asking.run)
    assert (told["step"], told["saved"]) == (9, 9)
    again.end()
    assert_same_run(whole, again.runs / again.run)


def test_it_is_saved_while_it_runs(tmp_path: Path) -> None:
    """Every few seconds of learning; saving that takes long comes less often."""
    now = [0.0]

    def clock() -> float:
        now[0] += 1.0
        return now[0]

    recipe = recipe_of({**SETTINGS, "epochs": 1}, Sets())
    learning = Learning(recipe, load("digits"), tmp_path / "run", clock=clock)
    seen = set()
    while learning.step < 12:
        learning.go(0)
        seen.add(learning.saved)
        assert load_last(tmp_path / "run").progress["step"] == learning.saved
    assert len(seen) >= 2
    assert max(seen) > 0


def test_what_is_shown_is_what_the_engine_says(tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    asking.start()
    asking.steps(20)
    told, arrays = asking.one("look", picture=5)
    learning = asking.job.learning
    assert learning is not None
    data = load("digits")
    held = cut(data.train, 0.1, SETTINGS["seed"])[1]
    found = evaluate(learning.model, held, loss=partial(F.cross_entropy, label_smoothing=0.1))  # as fit validates
    assert told["held_accuracy"] == found.accuracy
    assert told["held_loss"] == pytest.approx(found.loss, rel=1e-6)
    np.testing.assert_array_equal(arrays["confusion"], found.confusion)
    assert [one["position"] for one in told["worst"]] == found.errors[:18].tolist()
    np.testing.assert_array_equal(arrays["chosen"][0], held.images[5])
    np.testing.assert_allclose(arrays["shares"], found.probabilities[5], atol=1e-6)
    np.testing.assert_array_equal(arrays["filters"], learning.model.state_dict()["conv1.weight"])
    assert [layer["layer"] for layer in told["layers"]] == ["conv1", "norm1", "relu1", "pool1"]
    update = next(p["update"] for p in told["parameters"] if p["name"] == "conv1.weight")
    assert update is None or 1e-5 < update < 1
    (*_, (tested, _)) = asking.all("test")
    assert tested["held_accuracy"] == evaluate(learning.model, data.test).accuracy
    true, predicted = tested["worst"][0]["true"], tested["worst"][0]["predicted"]
    behind, pictures = asking.one("behind", part="test", true=true, predicted=predicted)
    assert behind["count"] == len(behind["positions"]) > 0
    np.testing.assert_array_equal(pictures["pictures"], data.test.images[behind["positions"]])
    assert all(data.test.labels[behind["positions"]] == true)


def test_the_measured_update_is_that_of_one_step(tmp_path: Path) -> None:
    recipe = recipe_of({**SETTINGS, "schedule": "constant"}, Sets())
    learning = Learning(recipe, load("digits"), tmp_path / "run")
    learning.go(0)
    before = {name: p.data.astype(np.float64) for name, p in learning.model.named_parameters()}
    learning.watch_update()
    learning.go(0)
    for name, p in learning.model.named_parameters():
        if size := np.linalg.norm(before[name]):
            assert learning.updates[name] == pytest.approx(np.linalg.norm(p.data - before[name]) / size, rel=1e-6)
    kept = dict(learning.updates)
    learning.go(0)
    assert learning.updates == kept  # nobody watched this one


def test_only_one_run_is_open(tmp_path: Path) -> None:
    """Random draws come from one generator: another run begins after this one is kept, and its tab is told."""
    asking = Asking(tmp_path)
    first = asking.start()["run"]
    asking.steps(3)
    second = asking.start()["run"]
    asking.steps(1)
    assert (first, second) == ("stack-digits", "stack-digits-2")
    with pytest.raises(ValueError, match="not open any more"):
        asking.all("go", run=first)
    assert load_last(asking.runs / first).progress["step"] == 3
    assert {one["run"]: one["step"] for one in asking.one("choices")[0]["runs"]} == {first: 3, second: 1}


def test_a_run_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    asking.start()
    asking.job.close()
    assert list(asking.runs.iterdir()) == []


def test_a_run_that_diverges_says_so_and_keeps_its_checkpoint(tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    asking.start(layers="linear30-relu", lr=1e30, optimizer="sgd", schedule="constant", augmentation="none")
    told = asking.end()
    assert told["state"] == "diverged"
    assert told["whys"][0]["sign"] == "diverged"
    assert isinstance(asking.job.learning.diverged, Diverged)  # type: ignore[union-attr]
    again, _ = Asking(tmp_path).one("open", run=asking.run)
    assert again["state"] == "ready"


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zerokara.training.run_folder import RunFolder

    asking = Asking(tmp_path)
    asking.start()
    asking.steps(2)

    def full(*_: Any) -> None:
        raise ValueError("the history cannot be written: no space left on device")

    monkeypatch.setattr(RunFolder, "append", full)
    told = asking.steps(1)
    assert (told["state"], told["saved"]) == ("stopped", 0)
    assert "no space left" in told["why"]


def test_the_doctor_says_what_is_seen(tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    deep = {"layers": "-".join(["linear10-sigmoid"] * 9), "schedule": "constant", "optimizer": "sgd"}
    asking.start(**deep, lr=0.1, decay=0, smoothing=0, epochs=4)
    told = asking.end()
    assert {"vanishing", "nothing learned"} <= {why["sign"] for why in told["whys"]}
    well = Asking(tmp_path / "well")
    well.start(epochs=6, layers="conv8-norm-relu-maxpool2-linear32-norm-relu")
    assert [why["sign"] for why in well.end()["whys"]] == []


def test_a_folder_that_was_named_at_the_start(tmp_path: Path) -> None:
    data = load("digits").train
    for k in (3, 8):
        (tmp_path / "own" / str(k)).mkdir(parents=True)
        for i, image in enumerate(data.images[data.labels == k][:20]):
            (tmp_path / "own" / str(k) / f"{i}.png").write_bytes(png(image[0]))
    with pytest.raises(ValueError, match=r"no folder was named.*--data"):
        Asking(tmp_path).one("plan", settings={**SETTINGS, "data": "folder"})
    asking = Asking(tmp_path, data=f"folder:{tmp_path / 'own'}")
    told = asking.all("plan", settings={**SETTINGS, "data": "folder"})[0][0]
    assert (told["classes"], told["training"], told["test"]) == (["3", "8"], 32, 8)
    asking.start(data="folder", batch=8, epochs=2)
    assert asking.end()["state"] == "finished"
    listed = asking.one("choices")[0]
    assert listed["runs"][0]["data"] == "folder"
    assert str(tmp_path) not in json.dumps(listed)  # a page never knows where things lie
    with pytest.raises(ValueError, match="--data"):
        Asking(tmp_path).one("open", run=asking.run)


WRONG = [
    ("eval", {}, "no question"),
    ("start", {"settings": None}, "no settings"),
    ("start", {"settings": {**SETTINGS, "data": "folder:/etc"}}, "no data set"),
    ("start", {"settings": {**SETTINGS, "data": "cifar10"}}, "zerokara data fetch cifar10"),
    ("start", {"settings": {**SETTINGS, "data": "moons"}}, "no data set"),
    ("start", {"settings": {**SETTINGS, "model": "/etc/passwd"}}, "no model"),
    ("start", {"settings": {**SETTINGS, "model": "alexnet"}}, "63"),
    ("start", {"settings": {**SETTINGS, "layers": "conv4-evil"}}, "no layer 'evil'"),
    ("start", {"settings": {**SETTINGS, "layers": ["conv4"]}}, "text"),
    ("start", {"settings": {**SETTINGS, "layers": "maxpool9"}}, "only 8×8 pixels"),
    ("start", {"settings": {**SETTINGS, "epochs": 1.5}}, "whole number"),
    ("start", {"settings": {**SETTINGS, "epochs": True}}, "whole number"),
    ("start", {"settings": {**SETTINGS, "lr": float("nan")}}, "lr is a number"),
    ("start", {"settings": {**SETTINGS, "lr": -1}}, "above 0"),
    ("start", {"settings": {**SETTINGS, "optimizer": "magic"}}, "no optimizer"),
    ("start", {"settings": {**SETTINGS, "augmentation": None}}, "words"),
    ("start", {"settings": {**SETTINGS, "validation": 1}}, "below 1"),
    ("open", {"run": "../../etc"}, "there is no run"),
    ("open", {"run": ["x"]}, "there is no run"),
    ("go", {"run": "nothing"}, "not open"),
    ("behind", {"part": "test"}, "not open"),
]


@pytest.mark.parametrize(("do", "head", "words"), WRONG, ids=[f"{do}-{words}" for do, _, words in WRONG])
def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path, do: str, head: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Asking(tmp_path).all(do, **head)
    assert not (tmp_path / "runs").exists()


def test_wrong_numbers_of_an_open_run_are_said_and_leave_it_as_it_is(tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    asking.start()
    asking.steps(1)
    for do, head in [
        ("go", {"seconds": 60}), ("go", {"seconds": "1"}), ("look", {"picture": -1}), ("look", {"picture": "x"}),
        ("behind", {"part": "test", "true": 0}), ("behind", {"part": "validation", "true": 10}), ("open", {"run": None}),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            asking.all(do, **head)
    assert asking.steps(1)["step"] == 2


def test_limits_of_memory_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zerokara.studio.pictures import choices

    monkeypatch.setattr(choices, "most_memory", lambda: 2**20)
    told = Asking(tmp_path).all("plan", settings={**SETTINGS, "batch": 1000})
    assert len(told) == 1
    assert "half of what this machine has is 1 MiB" in told[0][0]["why_not"]
    with pytest.raises(ValueError, match="smaller batch"):
        Asking(tmp_path).start(batch=1000)


def test_models_that_fit_are_offered(tmp_path: Path) -> None:
    fits = Asking(tmp_path).all("plan", settings=SETTINGS)[0][0]["models"]
    assert "small-convnet" in fits
    assert "alexnet" not in fits
    assert "lenet5" not in fits  # wants 12 pixels a side, these have 8


@pytest.mark.parametrize(
    "name", ["two-layer", "fast-convnet-wide", "lenet5", "googlenet", "squeezenet1.1", "cifar-resnet20"]
)
def test_any_model_of_the_catalogue_can_be_looked_into(name: str) -> None:
    """Its answer, maps that are not too many, and filters of the first layer, whatever it is made of."""
    shape = (3, 32, 32)
    model = build_model(name, shape, 10, generator(0))
    picture = generator(1).integers(0, 256, shape).astype(np.uint8)
    found = inside(model, picture)
    with evaluation_mode(model), no_grad():
        scores = model(Tensor(scaled(picture[None])))
    np.testing.assert_allclose(found.probabilities, F.softmax(scores).data[0], rtol=1e-5)
    assert len(found.layers) <= MOST_LAYERS
    assert bool(found.layers) == (name != "two-layer")
    first = filters(model, shape)
    assert first is not None
    assert first[1].shape[1] == 3


def test_a_page_to_keep_trains_the_same_network_again(tmp_path: Path) -> None:
    """Its program, run as it stands in the page, comes to the same weights."""
    asking = Asking(tmp_path)
    asking.start(epochs=2, augmentation="none")
    step = asking.steps(18)["step"]
    _, arrays = asking.one("page", settings={"lr": 0.01}, link="http://127.0.0.1:1/#v=1&p=pictures", lang="en")
    page = arrays["html"].tobytes().decode()
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)  # nothing is loaded
    for told in (f"after {step} updates", "Confusion matrix", "Filters of conv1", "#v=1&amp;p=pictures"):
        assert told in page
    command, program = (html.unescape(c) for c in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL))
    assert command == f"zerokara train --resume --out {asking.runs / asking.run}"
    made: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(program, made)
    assert asking.job.learning is not None
    for (name, mine), (_, its) in zip(
        asking.job.learning.model.state_dict().items(), made["model"].state_dict().items(), strict=True
    ):
        np.testing.assert_array_equal(mine, its, name)
    with pytest.raises(ValueError, match="not open any more"):
        asking.one("page", run="another")
