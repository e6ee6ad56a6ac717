"""zk.save and zk.load: what PyTorch's users mean by them, in files that hold nothing but numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import nn


@pytest.mark.parametrize("ending", [".safetensors", ".npz"])
def test_tensors_by_name_come_back(ending: str, tmp_path: Path) -> None:
    state = {"x": zk.tensor([[1.0, 2.0]]), "n": zk.tensor(3), "a": np.arange(3, dtype=np.int8), "k": 2, "p": 0.5}
    path = zk.save(state, tmp_path / f"state{ending}")
    found = zk.load(path, map_location="cpu")
    assert set(found) == set(state)
    for name, value in state.items():
        np.testing.assert_array_equal(found[name], np.asarray(value))
    assert found["x"].dtype == np.float32


@pytest.mark.parametrize("what", ["module", "state_dict"])
def test_a_module_comes_back(what: str, tmp_path: Path) -> None:
    one, other = (nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)) for _ in range(2))
    zk.save(one if what == "module" else one.state_dict(), tmp_path / "net.safetensors")
    other.load_state_dict(zk.load(tmp_path / "net.safetensors"))
    for name, array in one.state_dict().items():
        np.testing.assert_array_equal(other.state_dict()[name], array)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda p: zk.save({}, p / "m.pt"), "write 'm.safetensors' instead"),
        (lambda p: zk.save({}, p / "m"), "no ending is not a known kind of file: write 'm.safetensors'"),
        (lambda p: zk.save(p / "m.safetensors", {}), "what is to be saved, then its path"),
        (lambda p: zk.save([zk.ones(1)], p / "m.npz"), "got list: write {'x': x}"),
        (lambda p: zk.save({1: zk.ones(1)}, p / "m.npz"), "names that are text; got 1"),
        (lambda p: zk.save({"o": {"lr": 1}}, p / "m.npz"), "'o' is a dict: zk.io.save_checkpoint keeps"),
        (lambda p: zk.save({"o": np.array(["a"])}, p / "m.npz"), "'o' is a ndarray"),
        (lambda p: zk.load(p / "m.pth"), "convert it once where PyTorch is"),
        (lambda p: zk.load(p / "m.safetensors"), "there is no file"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(act: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises((TypeError, ValueError), match=words) as raised:
        act(tmp_path)
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "state.npz").write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(ValueError, match="nothing in it was executed"):
        zk.load(tmp_path / "state.npz")
