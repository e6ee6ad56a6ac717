"""The files that TensorBoard reads: their frames and sums are read here by hand, their events by their own protocol."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zerokara import optim
from zerokara.data import Loader, Split
from zerokara.models import TwoLayerNet
from zerokara.training import Record, Training, fit
from zerokara.training.tensorboard import to_tensorboard

pytest.importorskip("tensorboardX")

POLYNOMIAL = 0x82F63B78


def crc32c(data: bytes) -> int:
    """The Castagnoli sum, bit by bit (RFC 3720), masked as TensorFlow's record format does."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


def events(folder: Path) -> Iterator[Any]:
    """Every event of every file in the folder."""
    from tensorboardX.proto.event_pb2 import Event

    for path in sorted(folder.rglob("events.out.tfevents.*")):
        data = path.read_bytes()
        while data:
            head, size = data[:8], struct.unpack("<Q", data[:8])[0]
            assert struct.unpack("<I", data[8:12])[0] == crc32c(head)
            body = data[12 : 12 + size]
            assert struct.unpack("<I", data[12 + size : 16 + size])[0] == crc32c(body)
            yield Event.FromString(body)
            data = data[16 + size :]


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for event in events(folder):
        for value in event.summary.value:
            if value.HasField("simple_value"):
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def training(folder: Path | None = None, epochs: int = 2, resume: bool = False) -> Training:
    rng = np.random.default_rng(0)
    data = Split(rng.normal(size=(40, 3)).astype(np.float32), rng.integers(0, 2, 40))
    model = TwoLayerNet(3, 4, 2, rng=np.random.default_rng(1))
    loader = Loader(data, 20, seed=0)
    return fit(model, loader, optim.SGD(model, lr=0.1), epochs=epochs, validation=data, run_dir=folder, resume=resume)


def test_every_number_of_every_record_is_there(tmp_path: Path) -> None:
    records = list(to_tensorboard(training(), tmp_path, {"lr": 0.1, "optimizer": "sgd"}))
    steps, epochs = ([r for r in records if r.kind == kind] for kind in ("step", "epoch"))
    expected: dict[str, list[tuple[int, float | None]]] = {
        "loss/step": [(r.step, r.loss) for r in steps],
        "accuracy/step": [(r.step, r.accuracy) for r in steps],
        "learning_rate": [(r.step, r.lr) for r in steps],
        "loss/training": [(r.step, r.loss) for r in epochs],
        "accuracy/training": [(r.step, r.accuracy) for r in epochs],
        "loss/validation": [(r.step, r.val_loss) for r in epochs],
        "accuracy/validation": [(r.step, r.val_accuracy) for r in epochs],
    }
    found = scalars(tmp_path)
    assert set(found) >= set(expected)
    for tag, pairs in expected.items():
        assert [step for step, _ in found[tag]] == [step for step, _ in pairs]
        np.testing.assert_allclose([v for _, v in found[tag]], [v for _, v in pairs], rtol=1e-6)  # float32 there
    plugins = {v.metadata.plugin_data.plugin_name for e in events(tmp_path) for v in e.summary.value}
    assert "hparams" in plugins


def test_the_training_is_the_same_with_and_without(tmp_path: Path) -> None:
    def told(records: Iterator[Record]) -> list[float]:
        return [record.loss for record in records]

    assert told(to_tensorboard(training(), tmp_path)) == told(training())


def test_a_resumed_training_says_from_where_its_records_count(tmp_path: Path) -> None:
    run, shown = tmp_path / "run", tmp_path / "shown"
    for record in to_tensorboard(training(run), shown):
        if record.kind == "epoch":
            break
    list(to_tensorboard(training(run, resume=True), shown))
    starts = [e.step for e in events(shown) if e.HasField("session_log") and e.session_log.status == 1]
    assert starts == [3], "TensorBoard drops what it was told from this step on before"
    assert {step for step, _ in scalars(shown)["loss/step"]} == {1, 2, 3, 4}


def test_nothing_is_written_before_there_is_a_record(tmp_path: Path) -> None:
    assert list(to_tensorboard([], tmp_path / "none")) == []
    assert not (tmp_path / "none").exists()
