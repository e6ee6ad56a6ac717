import json

import numpy as np
import pytest

import zerokara as zk
from zerokara.io import Checkpoint, load_checkpoint, load_weights, save_checkpoint, save_safetensors
from zerokara.io.checkpoint import load_last

WEIGHTS = {"fc.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "fc.bias": np.zeros(2, np.float32)}
STATE = Checkpoint(
    model=WEIGHTS,
    optimizer={"lr": np.array(0.1), "fc.weight:m": np.ones((2, 3)).T, "steps": 7, "nesterov": True},
    progress={"step": 3, "loss_sum": 0.1 + 0.2, "best": {"value": None}},
    settings={"name": "名前"},
    random={"default": np.random.default_rng(3).bit_generator.state},
)


def same(a, b):
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def test_everything_comes_back(tmp_path):
    loaded = load_checkpoint(save_checkpoint(tmp_path / "c", STATE))
    for group in ("model", "optimizer"):
        saved = getattr(STATE, group)
        assert getattr(loaded, group).keys() == saved.keys()
        for name, value in saved.items():
            np.testing.assert_array_equal(getattr(loaded, group)[name], value)
    for part in ("progress", "settings", "random"):
        assert same(getattr(STATE, part), getattr(loaded, part))
    assert loaded.optimizer["nesterov"] is True
    assert loaded.version == zk.__version__


def test_a_generator_goes_on_where_it_was(tmp_path):
    """PCG64's state are 128-bit integers, which JSON holds exactly in Python."""
    rng = np.random.default_rng(5)
    rng.random(3)
    path = save_checkpoint(tmp_path / "c", Checkpoint(WEIGHTS, random={"r": rng.bit_generator.state}))
    other = np.random.default_rng()
    other.bit_generator.state = load_checkpoint(path).random["r"]
    assert rng.random() == other.random()


def test_the_weights_to_use_are_the_averaged_ones(tmp_path):
    average = {name: array + 1 for name, array in WEIGHTS.items()}
    plain = save_checkpoint(tmp_path / "plain", Checkpoint(WEIGHTS))
    averaged = save_checkpoint(tmp_path / "averaged", Checkpoint(WEIGHTS, average=average))
    np.testing.assert_array_equal(load_weights(plain)["fc.weight"], WEIGHTS["fc.weight"])
    np.testing.assert_array_equal(load_weights(averaged)["fc.weight"], average["fc.weight"])


def test_the_previous_checkpoint_is_kept(tmp_path):
    last, previous = tmp_path / "last.safetensors", tmp_path / "previous.safetensors"
    for step in (1, 2, 3):
        save_checkpoint(last, Checkpoint(WEIGHTS, progress={"step": step}), keep=previous)
    assert load_checkpoint(last).progress["step"] == 3
    assert load_checkpoint(previous).progress["step"] == 2


def test_between_the_two_renames_the_previous_one_serves(tmp_path):
    save_checkpoint(tmp_path / "previous.safetensors", STATE)
    assert load_last(tmp_path).progress["step"] == 3


def test_plain_weights_are_no_checkpoint(tmp_path):
    path = save_safetensors(tmp_path / "w", WEIGHTS)
    with pytest.raises(ValueError, match="holds weights but is not a checkpoint; use load_weights"):
        load_checkpoint(path)
    assert load_weights(path).keys() == WEIGHTS.keys()


def test_a_checkpoint_from_the_future_is_refused(tmp_path):
    text = json.dumps({"format": 2, "version": "9.0"})
    path = save_safetensors(tmp_path / "c", WEIGHTS, {"zerokara-checkpoint": text})
    with pytest.raises(ValueError, match=r"written by zerokara 9.0, which this version cannot read; upgrade"):
        load_checkpoint(path)


def test_a_damaged_only_checkpoint_is_named(tmp_path):
    (tmp_path / "last.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match=r"last.safetensors is empty .*no earlier checkpoint"):
        load_last(tmp_path)
