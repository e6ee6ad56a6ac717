from pathlib import Path

import numpy as np
import pytest

from tests.data.cases import NAMES, mnist_arrays, write_mnist
from zerokara.data import DataError, data_root, is_here, load, place, published
from zerokara.data.files import spellings


def mnist(root: Path) -> object:
    return load("mnist", data_dir=root, download=False)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("folder", [".", "mnist", "MNIST/raw"])
def test_own_files_are_found_gzipped_or_raw_in_the_folder_or_below(tmp_path: Path, folder: str, packed: bool) -> None:
    arrays = write_mnist(tmp_path / folder, packed=packed)
    found = load("mnist", data_dir=tmp_path, download=False)
    np.testing.assert_array_equal(found.train.images, arrays[0][:, None])
    np.testing.assert_array_equal(found.test.labels, arrays[3])
    assert "not the published files" in found.source


def test_the_environment_names_the_folder_and_data_dir_overrules_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mnist(tmp_path)
    monkeypatch.setenv("ZEROKARA_DATA", str(tmp_path))
    assert len(load("mnist", download=False).train) == 20
    with pytest.raises(DataError):
        load("mnist", data_dir=tmp_path / "elsewhere", download=False)


def test_without_either_the_folder_is_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZEROKARA_DATA", raising=False)
    assert "zerokara" in data_root().parts


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="is a file"):
        data_root(tmp_path / "file")


@pytest.mark.parametrize("name", ["t10k-labels.idx1-ubyte", "test-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte"])
def test_the_names_under_which_people_keep_the_files(name: str) -> None:
    assert name in spellings("t10k-labels-idx1-ubyte.gz")


def test_test_labels_may_be_called_test_or_t10k(tmp_path: Path) -> None:
    write_mnist(tmp_path, packed=False)
    for name in NAMES[2:]:
        (tmp_path / name).rename(tmp_path / name.replace("t10k", "test"))
    assert len(load("mnist", data_dir=tmp_path, download=False).test) == 7


def test_images_and_labels_of_unequal_length_are_refused(tmp_path: Path) -> None:
    arrays = mnist_arrays()
    write_mnist(tmp_path, [arrays[0], arrays[1][:-1], *arrays[2:]])
    with pytest.raises(DataError, match=r"20 images but .* has 19 labels"):
        mnist(tmp_path)


def test_a_label_out_of_range_is_refused(tmp_path: Path) -> None:
    arrays = mnist_arrays()
    arrays[3][2] = 10
    write_mnist(tmp_path, arrays)
    with pytest.raises(DataError, match=r"t10k-labels.*labels run up to 10; expected 0 to 9"):
        mnist(tmp_path)


def test_own_files_are_never_mixed_with_published_ones(tmp_path: Path) -> None:
    write_mnist(tmp_path)
    (tmp_path / f"{NAMES[3]}.gz").unlink()
    with pytest.raises(DataError, match=r"lacks t10k-labels-idx1-ubyte\.gz"):
        load("mnist", data_dir=tmp_path, download=True)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAMES[0]).mkdir(parents=True)
    with pytest.raises(DataError, match="is a folder"):
        mnist(tmp_path)


def test_a_missing_file_says_what_to_do_by_hand(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"get train-images-idx3-ubyte\.gz.* from https.* and put them into") as caught:
        mnist(tmp_path)
    assert "--data-dir" in str(caught.value)
    assert "ZEROKARA_DATA" in str(caught.value)


def published_as(monkeypatch: pytest.MonkeyPatch, path: Path, owner: str) -> None:
    """Pretend that the content of `path` is the file of its name published as the data set `owner`."""
    file = next(f for f in published.PUBLICATIONS[owner].files if f.name == path.name)
    digest = published.digests(path.read_bytes())[1]
    monkeypatch.setitem(published._BY_DIGEST, digest, (owner, file))


def test_files_of_another_data_set_under_the_same_names_are_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MNIST, Fashion-MNIST and KMNIST all use the same four names; a checksum tells them apart."""
    write_mnist(tmp_path)
    published_as(monkeypatch, tmp_path / f"{NAMES[0]}.gz", "kmnist")
    with pytest.raises(DataError, match=r"lacks train-images-idx3-ubyte\.gz"):
        mnist(tmp_path)
    write_mnist(tmp_path / "mnist", mnist_arrays(train=30))
    assert len(load("mnist", data_dir=tmp_path, download=False).train) == 30


def test_a_file_of_another_data_set_in_our_own_folder_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mnist(tmp_path / "mnist")
    published_as(monkeypatch, tmp_path / "mnist" / f"{NAMES[0]}.gz", "kmnist")
    with pytest.raises(DataError, match="of kmnist, not train-images"):
        mnist(tmp_path)


def test_a_copy_of_the_published_length_with_other_content_is_damaged(tmp_path: Path) -> None:
    """In a raw file nothing but the checksum shows a flipped bit."""
    arrays = [np.zeros((60_000, 2, 2)), np.zeros(60_000), *mnist_arrays(size=2)[2:]]
    write_mnist(tmp_path, arrays, packed=False)
    with pytest.raises(DataError, match="published length but not the published content"):
        mnist(tmp_path)


@pytest.mark.parametrize("here", [True, False])
def test_files_of_another_data_set_are_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: bool
) -> None:
    """MNIST, Fashion-MNIST and KMNIST name their files alike: in the folder itself only the content tells."""
    write_mnist(tmp_path if here else tmp_path / "kmnist")
    assert is_here("kmnist", tmp_path)  # some files of one's own
    file = published.MNIST.files[0]
    monkeypatch.setattr("zerokara.data.files.identify", lambda packed, unpacked: ("mnist", file))
    assert is_here("mnist", tmp_path) is here
    assert is_here("kmnist", tmp_path) is not here
    assert ("not here" in place("kmnist", tmp_path)) is here
