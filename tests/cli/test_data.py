import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import Captured, fails, run_here
from zerokara.data import DATASETS
from zerokara.data.by_rule import SEQUENCES
from zerokara.data.text import TEXTS


def idx(path: Path, array: np.ndarray) -> None:
    """Write an IDX file of unsigned bytes, gzipped."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    path.write_bytes(gzip.compress(header + array.astype(np.uint8).tobytes()))


def own_mnist(folder: Path, labels: list[int], test_labels: list[int]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, numbers in (("train", labels), ("t10k", test_labels)):
        idx(folder / f"{name}-images-idx3-ubyte.gz", np.zeros((len(numbers), 28, 28)))
        idx(folder / f"{name}-labels-idx1-ubyte.gz", np.array(numbers))
    return folder


def test_every_data_set_is_listed(capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "data", "list")
    assert code == 0
    every = {*DATASETS, *TEXTS, *SEQUENCES}
    assert all(name in out for name in every)
    assert set(json.loads(run_here(capsys, "data", "list", "--json")[1])) == every


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_made_by_rule_are_shown(name: str, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "data", "show", name)
    assert code == 0
    examples = json.loads(run_here(capsys, "data", "show", name, "--json")[1])["examples"]
    assert len(examples) == 6
    assert all(line.rstrip() in out for line in examples)


def test_texts_are_shown_and_checked(tmp_path: Path, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "data", "show", "toy")
    assert code == 0
    assert "126,761" in out
    assert "today the busy boy walks" in out
    assert json.loads(run_here(capsys, "data", "check", "toy", "--json")[1])["types"] == 88
    file = tmp_path / "a.txt"
    file.write_text("abc" * 20)
    assert json.loads(run_here(capsys, "data", "show", f"text:{file}", "--json")[1])["test"]["characters"] == 6
    fails(capsys, "data", "check", "ptb", "--data-dir", tmp_path, code=1, says="ptb.train.txt is not in")
    fails(capsys, "data", "show", "text:nowhere", code=1, says="there is no text nowhere")


def test_the_embedded_digits_are_shown_and_checked(capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "data", "show", "digits")
    assert code == 0
    assert "1,437 training and 360 test" in out
    assert run_here(capsys, "data", "check", "digits")[0] == 0
    facts = json.loads(run_here(capsys, "data", "show", "digits", "--json")[1])
    assert sum(facts["training"]) == 1437
    assert facts["shape"] == [1, 8, 8]


def test_own_files_are_read(tmp_path: Path, capsys: Captured) -> None:
    folder = own_mnist(tmp_path / "mnist", [1, 2, 3], [4])
    code, out, _ = run_here(capsys, "data", "check", "mnist", "--data-dir", folder)
    assert code == 0
    assert "3 training and 1 test" in out


def test_an_unknown_set_offers_the_nearest(capsys: Captured) -> None:
    for command in ("fetch", "show", "check"):
        fails(capsys, "data", command, "mnst", code=2, says="no data set 'mnst': did you mean mnist")


def test_checking_never_downloads(tmp_path: Path, capsys: Captured) -> None:
    fails(capsys, "data", "check", "mnist", "--data-dir", tmp_path, code=1, says="mnist")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["truncated", "text", "empty", "labels", "counts"])
def test_damaged_files_are_named_and_refused(damage: str, tmp_path: Path, capsys: Captured) -> None:
    folder = own_mnist(tmp_path / "mnist", [1, 2, 3], [4])
    labels = folder / "train-labels-idx1-ubyte.gz"
    if damage == "truncated":
        labels.write_bytes(labels.read_bytes()[:-9])
    elif damage == "text":
        labels.write_text("these are no labels")
    elif damage == "empty":
        labels.write_bytes(b"")
    elif damage == "labels":
        idx(labels, np.array([1, 2, 77]))
    else:
        idx(labels, np.array([1, 2]))
    fails(capsys, "data", "check", "mnist", "--data-dir", folder, code=1, says=".")


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    fails(capsys, "data", "check", "mnist", "--data-dir", path, code=1, says="is a file")


def test_a_missing_folder_of_pictures_is_named(tmp_path: Path, capsys: Captured) -> None:
    fails(capsys, "data", "show", f"folder:{tmp_path / 'nothing'}", code=1, says="nothing")


def pictures(root: Path, count: int = 6, size: int = 8) -> None:
    """Two classes of deep grey pictures, bright above and bright below, some of them in folders of their own."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for label, name in enumerate(("above", "below")):
        for k in range(count):
            place = root / name / ("more" if k % 2 else ".")
            place.mkdir(parents=True, exist_ok=True)
            grey = rng.random((size, size)).astype(np.float32) * 0.3
            grey[: size // 2] += 0.7 if label == 0 else 0
            grey[size // 2 :] += 0.7 if label == 1 else 0
            Image.fromarray(np.clip(grey, 0, 1)).save(place / f"{k}.tif")


@pytest.mark.filterwarnings("always")
def test_a_folder_of_pictures_is_shown_learned_and_judged(tmp_path: Path, capsys: Captured) -> None:
    pictures(tmp_path / "set", 20)
    (tmp_path / "set" / "above" / "raw.dng").write_bytes(b"x")
    name = f"folder:{tmp_path / 'set'}"
    code, out, error = run_here(capsys, "data", "show", name)
    assert code == 0
    assert "32 training and 8 test examples, each 1×8×8" in out
    assert "in 40 deep images white is 1" in out
    warned = [line for line in error.splitlines() if line]
    assert len(warned) == 1
    assert warned[0].startswith("zerokara: warning: ")
    assert "left out: above/raw.dng" in warned[0]
    run = tmp_path / "run"
    options = ("--model", "two-layer", "--epochs", "30", "--batch-size", "8", "--lr", "0.1", "--quiet", "--json")
    code, out, error = run_here(capsys, "train", *options, "--data", name, "--out", run)
    assert code == 0, error
    assert json.loads(out.splitlines()[-1])["accuracy"] == 1.0
    code, out, _ = run_here(capsys, "evaluate", run, "--json")
    assert code == 0
    assert json.loads(out)["accuracy"] == 1.0


def test_a_last_batch_of_one_is_met_before_training(tmp_path: Path, capsys: Captured) -> None:
    pictures(tmp_path / "set", 10, size=4)  # 16 of them for training, as 5·3 + 1
    options = ("--model", "cifar-resnet20", "--data", f"folder:{tmp_path / 'set'}", "--epochs", "1", "--quiet")
    says = r"16 examples in batches of 5 leave one alone .* or choose another batch_size"
    fails(capsys, "train", *options, "--batch-size", "5", "--out", tmp_path / "run", code=1, says=says)
    assert not (tmp_path / "run").exists()
