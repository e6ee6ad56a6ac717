import json
from pathlib import Path

import numpy as np
import onnx
import pytest

import zerokara as zk
from tests.cli.running import Captured, fails, run_here
from zerokara import models
from zerokara.io.onnx import exporting

WEIGHTS = "weights.safetensors"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one epoch, made in this process."""
    from dataclasses import replace

    from zerokara.recipes import RECIPES
    from zerokara.recipes import run as cook

    folder = tmp_path_factory.mktemp("run") / "run"
    cook(replace(RECIPES["digits-small"], epochs=1, expected=None), run_dir=folder)
    return folder


def test_a_run_is_exported_with_what_it_knows(run: Path, tmp_path: Path, capsys: Captured) -> None:
    code, out, error = run_here(capsys, "export", run, tmp_path / "m.onnx")
    assert (code, error) == (0, "")
    first, second = out.splitlines()
    assert "m.onnx: small-convnet for 1×8×8, 17,754 parameters" in first
    assert "ONNX Runtime gives the same answers for batches of 1, 2 and 5: they differ by" in second
    texts = {p.key: p.value for p in onnx.load(tmp_path / "m.onnx").metadata_props}
    assert json.loads(texts["classes"]) == list("0123456789")
    assert json.loads(texts["mean"]) == [0.0]
    assert (texts["model"], texts["data"], texts["recipe"]) == ("small-convnet", "digits", "digits-small")
    model = models.build_model("small-convnet", (1, 8, 8), 10)
    model.load_state_dict(zk.io.load_weights(run / WEIGHTS))
    x = zk.tensor(np.random.default_rng(0).random((4, 1, 8, 8), np.float32))
    np.testing.assert_allclose(zk.io.load_onnx(tmp_path / "m.onnx")(x).data, model.eval()(x).data, atol=1e-5)


def test_a_run_with_another_size_needs_no_data(
    run: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerokara.views.runs.load", lambda *a, **k: pytest.fail("data were loaded"))
    assert run_here(capsys, "export", run, tmp_path / "m.onnx", "--input", "1x8x8")[0] == 0
    fails(capsys, "export", run, tmp_path / "n.onnx", "--input", "1x28x28", code=1, says="does not fit small-convnet")


def test_a_model_by_name_with_weights_of_another_number_of_classes(tmp_path: Path, capsys: Captured) -> None:
    model = models.build_model("two-layer", (1, 4, 4), 7)
    weights = zk.io.save_weights(tmp_path / "w.npz", model)
    arguments = ("export", "two-layer", tmp_path / "m.onnx", "--weights", weights, "--input", "1x4x4", "--json")
    code, out, _ = run_here(capsys, *arguments)
    found = json.loads(out)
    assert code == 0
    assert found["difference"] <= 1e-4
    assert {k: found[k] for k in ("model", "input", "parameters", "opset", "weights")} == {
        "model": "two-layer",
        "input": [1, 4, 4],
        "parameters": models.count_parameters(model),
        "opset": 17,
        "weights": str(weights),
    }
    assert found["bytes"] == (tmp_path / "m.onnx").stat().st_size


def test_initial_values_are_said_to_be_so(tmp_path: Path, capsys: Captured) -> None:
    _, out, _ = run_here(capsys, "export", "two-layer", tmp_path / "m.onnx", "--opset", "21")
    assert "nothing was learned yet" in out
    assert "opset 21" in out


def test_without_onnx_runtime_it_says_so(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "runtime_is_there", lambda: False)
    code, out, _ = run_here(capsys, "export", "two-layer", tmp_path / "m.onnx")
    assert code == 0
    assert "not compared: ONNX Runtime is not installed" in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["two-layr", "m.onnx"], 2, "no model 'two-layr': did you mean two-layer"),
        (["w.npz", "m.onnx"], 2, "does not say what it belongs to: give a model's name and --weights w.npz"),
        ([".", "m.onnx"], 1, "is a folder, but not that of a run"),
        ([".", "m.onnx", "--weights", "w.npz"], 2, "--weights belongs to a model"),
        (["two-layer"], 2, "(?i)out"),
        (["two-layer", "m.onnx", "--weights", "none.npz"], 1, "there is no file none.npz"),
        (["two-layer", "m.onnx", "--weights", "w.npz"], 1, "w.npz does not fit two-layer for 1×28×28: .*missing"),
        (["two-layer", "m.onnx", "--weights", "params.pkl"], 1, "params.pkl is a pickle.*nothing in it was executed"),
        (["two-layer", "nowhere/m.onnx"], 1, "cannot write nowhere.m.onnx"),
        (["two-layer", "m.onnx", "--opset", "5"], 1, "opset 17 to 21; got 5"),
        (["two-layer", "m.onnx", "--input", "big"], 2, "--input is a shape"),
        (["two-layer", "m.onnx", "--classes", "0"], 2, "--classes is at least 1"),
        (["resnet18", "m.onnx", "--input", "8"], 1, "resnet18 sees images"),
        (["two-layer", "m.onnx", "--input", "99999x99999x999"], 1, "too large|memory"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: list[str], code: int, says: str, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    zk.io.save_npz("w.npz", {"a": np.ones(3)})
    Path("params.pkl").write_bytes(b"\x80\x04}\x94.")
    fails(capsys, "export", *arguments, code=code, says=says)
    assert not Path("m.onnx").exists()
