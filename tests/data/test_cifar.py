import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from tests.data import cases
from zerokara.data import DataError, load

BATCHES = cases.cifar_batches()
FORMS = {"bin": (cases.cifar_binary, "binary"), "py": (cases.cifar_python, "python")}


def write(root: Path, form: str, kind: str, files: dict[str, bytes] | None = None) -> Path:
    encode, word = FORMS[form]
    files = files or encode(BATCHES)
    if kind == "archive":
        path = root / f"cifar-10-{word}.tar.gz"
        path.write_bytes(cases.tar_bytes(files, f"cifar-10-batches-{form}"))
        return path
    folder = root / f"cifar-10-batches-{form}"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("form", ["bin", "py"])
@pytest.mark.parametrize("kind", ["archive", "folder"])
def test_both_archives_give_the_same_images_packed_or_unpacked(tmp_path: Path, form: str, kind: str) -> None:
    write(tmp_path, form, kind)
    found = load("cifar10", data_dir=tmp_path, download=False)
    pixels, labels = (np.concatenate([BATCHES[f"data_batch_{k}"][i] for k in range(1, 6)]) for i in (0, 1))
    np.testing.assert_array_equal(found.train.images, pixels.reshape(-1, 3, 32, 32))
    np.testing.assert_array_equal(found.train.labels, labels)
    np.testing.assert_array_equal(found.test.labels, BATCHES["test_batch"][1])
    assert found.classes[0] == "airplane"


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_batches_saved_anew_by_a_later_python_are_read(tmp_path: Path, protocol: int) -> None:
    files = {
        stem: pickle.dumps({b"data": pixels, b"labels": labels.tolist()}, protocol)
        for stem, (pixels, labels) in BATCHES.items()
    }
    write(tmp_path, "py", "folder", files)
    assert len(load("cifar10", data_dir=tmp_path, download=False).train) == 20


def test_the_unpacked_folder_itself_may_be_named(tmp_path: Path) -> None:
    assert len(load("cifar10", data_dir=write(tmp_path, "bin", "folder"), download=False).train) == 20


class _Malicious:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_malicious_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    trace = tmp_path / "executed"
    attack = pickle.dumps({b"data": _Malicious(trace), b"labels": [0]})
    write(tmp_path, "py", "folder", {**cases.cifar_python(BATCHES), "data_batch_2": attack})
    with pytest.raises(DataError, match=r"data_batch_2.*asks for .*mkdir"):
        load("cifar10", data_dir=tmp_path, download=False)
    assert not trace.exists()
    pickle.loads(attack)
    assert trace.exists(), "the attack works where nobody guards against it, so the test tests something"


BINARY, PYTHON = cases.cifar_binary(BATCHES), cases.cifar_python(BATCHES)
PIXELS, LABELS = BATCHES["test_batch"]


@pytest.mark.parametrize(
    ("form", "content", "words"),
    [
        ("bin", BINARY["test_batch.bin"][:-1], "truncated or not CIFAR-10"),
        ("bin", bytes([10]) + BINARY["test_batch.bin"][1:], "labels .* to 10; expected 0 to 9"),
        ("py", PYTHON["test_batch"][:-9], "not a pickled CIFAR-10 batch"),
        ("py", b"some text", "not a pickled CIFAR-10 batch"),
        ("py", pickle.dumps([1, 2]), "holds no images"),
        ("py", pickle.dumps({b"labels": [1]}), "holds no images"),
        ("py", pickle.dumps({b"data": PIXELS[:, :9], b"labels": LABELS.tolist()}, 2), "holds no images"),
        ("py", pickle.dumps({b"data": PIXELS, b"labels": "0123"}, 2), "holds no labels"),
        ("py", pickle.dumps({b"data": PIXELS, b"labels": [1]}, 2), "4 images but 1 labels"),
        ("py", pickle.dumps({b"data": PIXELS, b"labels": [-1, 0, 0, 0]}, 2), "labels -1 to 0"),
    ],
)
def test_a_bad_batch_is_named_and_refused(tmp_path: Path, form: str, content: bytes, words: str) -> None:
    name = "test_batch.bin" if form == "bin" else "test_batch"
    write(tmp_path, form, "folder", {**(BINARY if form == "bin" else PYTHON), name: content})
    with pytest.raises(DataError, match=words) as caught:
        load("cifar10", data_dir=tmp_path, download=False)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_batch_that_is_missing_is_named(tmp_path: Path) -> None:
    files = {name: content for name, content in BINARY.items() if name != "data_batch_4.bin"}
    write(tmp_path, "bin", "archive", files)
    with pytest.raises(DataError, match="lacks data_batch_4"):
        load("cifar10", data_dir=tmp_path, download=False)


@pytest.mark.parametrize("damage", ["truncated", "text", "empty"])
def test_a_damaged_archive_is_named_and_refused(tmp_path: Path, damage: str) -> None:
    path = write(tmp_path, "bin", "archive")
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[: len(whole) // 2], "text": b"Not found", "empty": b""}[damage])
    with pytest.raises(DataError, match=r"cifar-10-binary\.tar\.gz"):
        load("cifar10", data_dir=tmp_path, download=False)
