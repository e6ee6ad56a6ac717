import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from zerokara import data
from zerokara.data import DATASETS, DataError, bundled, load


def test_every_entry_stands_under_its_own_name_and_describes_itself() -> None:
    for name, entry in DATASETS.items():
        assert entry.name == name
        assert entry.description


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if entry.publication is None])
def test_what_needs_no_files_loads_without_a_network(name: str) -> None:
    found = load(name, download=False)
    assert found.name == name
    assert len(found.train) > len(found.test) > 0


def test_the_bundled_digits_are_cut_always_the_same_way() -> None:
    found = load("digits")
    assert found.train.images.shape == (1437, 1, 8, 8)
    assert found.test.images.shape == (360, 1, 8, 8)
    assert (found.train.images.min(), found.train.images.max()) == (0, 255)
    assert np.bincount(found.test.labels).min() >= 34, "each digit has its share of the test part"
    np.testing.assert_array_equal(found.test.images, load("digits").test.images)


def test_the_bundled_digits_are_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether they are read from its file, or by the library itself, which a training need not load."""
    program = "import sys; from zerokara.data import load; load('digits'); print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    bunch = pytest.importorskip("sklearn.datasets").load_digits()
    from_file = bundled._rows()
    np.testing.assert_array_equal(from_file, np.column_stack([bunch.data, bunch.target]))
    monkeypatch.setattr(bundled.util, "find_spec", lambda name: None)
    np.testing.assert_array_equal(bundled._rows(), from_file)


def test_an_unknown_name_gets_a_suggestion_and_the_list() -> None:
    with pytest.raises(DataError, match=r"'fashon-mnist'; did you mean 'fashion-mnist'\? known: digits, mnist"):
        load("fashon-mnist")


def test_every_public_name_is_there() -> None:
    for module in (data, data.transforms):
        assert sorted(module.__all__) == list(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)


def test_importing_loads_nothing_heavy() -> None:
    """A loader must not cost a start: downloads, pictures and scikit-learn are imported by those who need them."""
    heavy = ["numba", "scipy", "sklearn", "PIL", "rich", "httpx2", "filelock", "platformdirs", "matplotlib"]
    code = f"import sys, zerokara.data; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_real_mnist_is_recognised_as_published() -> None:
    try:
        found = load("mnist", download=False)
    except DataError as error:
        pytest.skip(f"needs the real MNIST (ZEROKARA_DATA): {error}")
    if "the published files" not in found.source:
        pytest.skip(f"{found.source}: not the real MNIST")
    assert found.train.images.shape == (60_000, 1, 28, 28)
    assert np.bincount(found.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_a_folder_is_named_by_its_prefix(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        load(f"folder:{tmp_path}/missing")
