"""`train --from`: a network that learned something else gets a new last layer; two phases, resumed bit for bit."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.cli import own_data
from tests.cli.running import Captured, fails, run_here
from zerokara.cli import main
from zerokara.data import load
from zerokara.io import load_weights, save_weights
from zerokara.models import build_model
from zerokara.models.transfer import Scaling, Transfer
from zerokara.recipes import run
from zerokara.recipes.own import recipe_for
from zerokara.recipes.starting import kept
from zerokara.views.runs import opened
from zerokara.views.starting import start_of


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_data.folder(tmp_path_factory.mktemp("own") / "colours", 8)


@pytest.fixture(scope="module")
def first(pictures: Path) -> Path:
    """A run to start from: other pictures, two of the classes."""
    other = own_data.folder(pictures.parent / "other", 8, ((16, 16),))
    shutil.rmtree(other / "green")
    assert (
        main(
            ["train", "--data", f"folder:{other}", "--epochs", "3", "--out", str(pictures.parent / "first"), "--quiet"]
        )
        == 0
    )
    return pictures.parent / "first"


SHORT = ("--epochs", "2", "--head-epochs", "3")


@pytest.fixture(scope="module")
def second(pictures: Path, first: Path) -> Path:
    out = pictures.parent / "second"
    assert (
        main(["train", "--data", f"folder:{pictures}", "--from", str(first), *SHORT, "--out", str(out), "--quiet"]) == 0
    )
    return out


def _records(capsys: Captured, *arguments: object) -> list[dict[str, Any]]:
    code, out, error = run_here(capsys, "train", *arguments, "--json")
    assert code == 0, error
    return [json.loads(line) for line in out.splitlines()]


def test_two_phases_in_one_command(pictures: Path, first: Path, tmp_path: Path, capsys: Captured) -> None:
    arguments = ("--data", f"folder:{pictures}", "--from", first, *SHORT, "--out", tmp_path / "run")
    told = _records(capsys, *arguments)
    assert [(one.get("phase"), one.get("epoch")) for one in told[:-1]] == [
        ("head", 1), ("head", 2), ("head", 3), ("all", 1), ("all", 2),
    ]  # fmt: skip
    assert told[-1]["recipe"]["start"] == str(first)
    assert told[-1]["recipe"]["data"].endswith("@16x16x3")  # the size that the first network takes
    run_here(capsys, "train", *arguments[:-1], tmp_path / "other")
    out = run_here(capsys, "train", *arguments[:-1], tmp_path / "third")[1]
    assert "first the new last layer alone, 3 epochs on features that are computed once" in out
    assert "then the whole network, 2 epochs" in out


def test_the_first_phase_changes_the_head_alone_and_the_second_all(pictures: Path, first: Path, tmp_path: Path) -> None:
    """After the first phase the network is the old body with a linear layer on it; the head that was found on
    standardized features gives the same scores on the features themselves."""
    data = load(f"folder:{pictures}@16x16x3")
    start = start_of(str(first))
    recipe = recipe_for(data, start="first")
    seen: list[dict[str, np.ndarray]] = []
    models: list[Transfer] = []
    from zerokara.recipes import running

    def watch(records: Any) -> Any:
        seen.append({})
        return records

    original = running.train

    def spied(recipe: Any, dataset: Any, model: Any, *rest: Any) -> Any:
        models.append(model)
        seen[-1].update(model.state_dict())
        return original(recipe, dataset, model, *rest)

    running.train = spied
    try:
        result = run(
            recipe.__class__(**{**recipe.to_dict(), "epochs": 1, "head_epochs": 2}),
            run_dir=tmp_path / "run",
            dataset=data,
            start=start,
            watch=watch,
        )
    finally:
        running.train = original
    before, after = seen[0], result.model.state_dict()
    assert start.weights is not None
    for name, array in start.weights.items():
        np.testing.assert_array_equal(before[f"body.{name}"], array)
    changed = [name for name in after if not np.array_equal(before[name], after[name])]
    assert {"head.weight", "head.bias"} <= set(changed)
    assert any(name.startswith("body.conv1") for name in changed)
    assert not any("running" in name for name in changed)  # batch norm keeps its statistics
    head = load_weights(tmp_path / "run" / "head" / "weights.safetensors")
    features = zk.io.load_safetensors(tmp_path / "run" / "features.safetensors")[0]["features"]
    mean, std = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    std[std < 1e-6 * (1 + np.abs(mean))] = 1
    by_hand = (features - mean) / std @ head["weight"].T.astype(np.float64) + head["bias"]
    np.testing.assert_allclose(features @ before["head.weight"].T + before["head.bias"], by_hand, rtol=1e-3, atol=1e-3)


def test_features_are_computed_once(
    pictures: Path, first: Path, second: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Each training picture goes through the body once for all epochs of the head; a resumed run reads what is kept."""
    counted: list[int] = []
    original = Transfer.features

    def features(self: Transfer, x: Any) -> Any:
        if not self.training:
            counted.append(len(x))
        return original(self, x)

    monkeypatch.setattr(Transfer, "features", features)
    data = load(f"folder:{pictures}@16x16x3")
    from zerokara.recipes.head import features as computed

    _, _, network = opened(second)
    assert isinstance(network, Transfer)
    counted.clear()
    one = computed(network, data, tmp_path)
    assert sum(counted) == len(data.train)
    two = computed(network, data, tmp_path)
    assert sum(counted) == len(data.train)
    np.testing.assert_array_equal(one, two)
    network.body.conv1.weight.data = network.body.conv1.weight.data + 0.1  # another body: other features
    computed(network, data, tmp_path)
    assert sum(counted) == 2 * len(data.train)


class _StoppedError(Exception):
    pass


@pytest.mark.parametrize(("phase", "records"), [(1, 0), (1, 1), (1, 4), (2, 0), (2, 1), (2, 3)])
def test_a_run_that_was_stopped_anywhere_ends_as_one_that_was_not(
    pictures: Path, first: Path, second: Path, phase: int, records: int, tmp_path: Path, capsys: Captured
) -> None:
    """In either phase, before the first step or between epochs; the source may be gone by then."""
    data = load(f"folder:{pictures}@16x16x3")
    whole, _, _ = opened(second)
    out = tmp_path / "run"
    phases: list[int] = []

    def watch(found: Any) -> Any:
        phases.append(1)
        for i, record in enumerate(found):
            yield record
            if len(phases) == phase and i == records:
                raise _StoppedError

    with pytest.raises(_StoppedError):
        run(whole, run_dir=out, dataset=data, start=start_of(str(first)), watch=watch)
    assert run_here(capsys, "train", "--resume", "--out", out, "--quiet")[0] == 0
    one, two = (load_weights(folder / "weights.safetensors") for folder in (second, out))
    assert one.keys() == two.keys()
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_ctrl_c_in_the_first_phase_names_the_run(
    pictures: Path, first: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import signal

    from zerokara.cli import train as command

    def watch(records: Any, *a: Any, **k: Any) -> Any:
        for record in records:
            os.kill(os.getpid(), signal.SIGINT)
            yield record

    monkeypatch.setattr(command, "watch", watch)
    arguments = ("--data", f"folder:{pictures}", "--from", first, *SHORT, "--out", tmp_path / "run", "--quiet")
    code, _, error = run_here(capsys, "train", *arguments)
    assert code == 130
    assert f"{tmp_path / 'run'}: continue with --resume" in error
    assert (tmp_path / "run" / "head" / "last.safetensors").exists()


def test_a_run_that_started_elsewhere_needs_nothing_but_its_folder(
    pictures: Path, second: Path, tmp_path: Path, capsys: Captured
) -> None:
    """predict, export and evaluate; its answers and the exported file's are the same within 1e-5."""
    moved = tmp_path / "moved"
    shutil.copytree(second, moved)
    assert run_here(capsys, "export", moved, tmp_path / "m.onnx")[0] == 0
    told = []
    for model in (moved, tmp_path / "m.onnx"):
        out = run_here(capsys, "predict", pictures, "--model", model, "--json", "--top", "0")[1]
        told.append([json.loads(line) for line in out.splitlines()])
    assert len(told[0]) == 24
    for a, b in zip(*told, strict=True):
        assert a["answer"] == b["answer"]
        assert a["probability"] == pytest.approx(b["probability"], abs=1e-5)
    assert json.loads(run_here(capsys, "evaluate", moved, "--json")[1])["total"] == 5
    fails(capsys, "export", moved, tmp_path / "n.onnx", "--input", "3x8x8", code=2, says="keeps")


def test_a_run_that_started_elsewhere_can_be_started_from(
    pictures: Path, second: Path, tmp_path: Path, capsys: Captured
) -> None:
    """Its body as it is now, not as it was in the beginning."""
    start = start_of(str(second))
    state = load_weights(second / "weights.safetensors")
    assert start.weights is not None
    for name, array in start.weights.items():
        np.testing.assert_array_equal(array, state[f"body.{name}"])
    out = tmp_path / "third"
    told = _records(capsys, "--data", f"folder:{pictures}", "--from", second, *SHORT, "--out", out)
    assert told[-1]["kind"] == "result"
    assert kept(out).model == "fast-convnet-wide"


@pytest.mark.parametrize("bgr", [False, True])
def test_an_onnx_network_is_started_from_with_its_own_scaling(
    pictures: Path, tmp_path: Path, bgr: bool, capsys: Captured
) -> None:
    """What the file's network makes of pictures scaled by hand is what the new network's features are."""
    model = build_model("cifar-resnet20", (3, 16, 16), 7, np.random.default_rng(0)).eval()
    zk.io.save_onnx(model, tmp_path / "old.onnx", (3, 16, 16))
    scaling = ("--bgr",) if bgr else ("--mean", "0.4,0.5,0.6", "--std", "0.2,0.3,0.25")
    arguments = ("--data", f"folder:{pictures}", "--from", tmp_path / "old.onnx", *scaling, *SHORT)
    assert _records(capsys, *arguments, "--out", tmp_path / "run")[-1]["kind"] == "result"
    (tmp_path / "old.onnx").unlink()
    data = load(f"folder:{pictures}@16x16x3")
    start = kept(tmp_path / "run")
    fresh = start.network(3, 0)
    pixels = data.train.images[:4].astype(np.float64)
    if bgr:
        x = pixels[:, ::-1] - np.array([104, 117, 123])[:, None, None]
    else:
        x = (pixels / 255 - np.array([0.4, 0.5, 0.6])[:, None, None]) / np.array([0.2, 0.3, 0.25])[:, None, None]
    wanted = model.linear.weight.data
    scores = model(zk.tensor(x.astype(np.float32))).data
    found = fresh.features(zk.tensor(pixels.astype(np.float32) / 255)).data
    np.testing.assert_allclose(found @ wanted.T + model.linear.bias.data, scores, rtol=1e-3, atol=1e-3)


def test_weights_by_the_name_of_a_model(pictures: Path, tmp_path: Path, capsys: Captured) -> None:
    model = build_model("squeezenet1.1", (3, 32, 32), 6, np.random.default_rng(1))
    save_weights(tmp_path / "w.safetensors", model)
    arguments = ("--data", f"folder:{pictures}", "--from", "squeezenet1.1", "--weights", tmp_path / "w.safetensors")
    told = _records(capsys, *arguments, "--size", "32x32", *SHORT, "--out", tmp_path / "run")
    assert told[-1]["recipe"]["data"].endswith("@32x32x3")
    start = kept(tmp_path / "run")
    assert start.weights is not None
    np.testing.assert_array_equal(start.weights["features.0.weight"], model.state_dict()["features.0.weight"])
    assert start.mean == (0.485, 0.456, 0.406)  # ImageNet's, as its usual 1000 classes say


def test_a_table_can_start_from_a_table(tmp_path: Path, capsys: Captured) -> None:
    one, two = own_data.table(tmp_path / "a.csv"), own_data.table(tmp_path / "b.csv", seed=1)
    first, out = tmp_path / "first", tmp_path / "second"
    assert run_here(capsys, "train", "--data", f"csv:{one}", "--target", "price", "--out", first, "--quiet")[0] == 0
    told = _records(capsys, "--data", f"csv:{two}", "--target", "price", "--from", first, *SHORT, "--out", out)
    assert told[-1]["total"] == 12
    fails(
        capsys, "train", "--data", f"csv:{two}", "--target", "kind", "--from", tmp_path / "p", "--json",
        code=2, says="no model",
    )  # fmt: skip


def test_scaling_is_the_formula() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((2, 3, 4, 5))
    mean, std = np.array([104.0, 117.0, 123.0]), np.array([2.0, 3.0, 4.0])
    found = Scaling(3, tuple(mean), tuple(std), 255.0, True)(zk.tensor(x.astype(np.float32))).data
    wanted = (255 * x[:, ::-1] - mean[:, None, None]) / std[:, None, None]
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-4)


def test_what_cannot_be_started_from(pictures: Path, first: Path, tmp_path: Path, capsys: Captured) -> None:
    data = ("train", "--data", f"folder:{pictures}", "--out", tmp_path / "run", "--json")
    zk.io.save_onnx(zk.nn.Sequential(zk.nn.Flatten(), zk.nn.ReLU()), tmp_path / "flat.onnx", (3, 8, 8))
    zk.io.save_onnx(zk.nn.Linear(5, 2), tmp_path / "rows.onnx", (5,))
    (tmp_path / "empty").mkdir()
    for arguments, code, says in (
        (("--from", tmp_path / "empty"), 1, "not that of a run"),
        (("--from", "resnet18"), 2, "give --weights FILE"),
        (("--from", "resnet1"), 2, "no model 'resnet1'"),
        (("--from", tmp_path / "flat.onnx"), 1, "no last layer"),
        (("--from", tmp_path / "rows.onnx"), 1, "does not take images"),
        (("--from", tmp_path / "none.onnx"), 1, "none.onnx"),
        (("--from", first, "--model", "two-layer"), 2, "leave out --model"),
        (("--bgr",), 2, "belong to --from"),
        (("--weights", tmp_path / "w"), 2, "belong to --from"),
    ):
        fails(capsys, *data, *arguments, code=code, says=says)
        assert not (tmp_path / "run").exists()
    fails(capsys, "train", "--recipe", "digits-small", "--from", first, code=2, says="leave out --recipe")
    fails(capsys, "train", "--resume", "--out", first, "--from", first, code=2, says="begun with")
