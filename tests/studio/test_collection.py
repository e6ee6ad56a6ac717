"""Drawings that are labelled: plain files that are a data set at any time; undone, nothing is left of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.studio.drawing import canvas
from tests.studio.test_read_job import view_of
from zerokara.data import load
from zerokara.studio.collection import Collection


def test_kept_drawings_are_a_data_set(tmp_path: Path) -> None:
    """Every picture comes back with its label, as the reader was shown it."""
    collection, ids = Collection(tmp_path / "drawings"), []
    assert collection.counts() == [0] * 10
    assert not (tmp_path / "drawings").exists()  # nothing is made before there is something to keep
    views = {digit: [view_of(canvas(digit, np.random.default_rng(k))) for k in range(4)] for digit in (3, 8)}
    for digit, those in views.items():
        about = {"strokes": [[[1], [2], [0], [1]]], "read": "3"}
        ids += [collection.keep(str(digit), view, about) for view in those]
    assert len(set(ids)) == 8
    assert collection.counts() == [0, 0, 0, 4, 0, 0, 0, 0, 4, 0]
    data = load(f"folder:{tmp_path / 'drawings'}")
    assert data.classes == ("3", "8")
    assert data.train.shape == (1, 28, 28)
    found = np.concatenate([data.train.images, data.test.images])[:, 0]
    labels = np.concatenate([data.train.labels, data.test.labels])
    for k, digit in enumerate((3, 8)):
        wanted = {np.round(255 * view).astype(np.uint8).tobytes() for view in views[digit]}
        assert {image.tobytes() for image in found[labels == k]} == wanted
    told = json.loads((tmp_path / "drawings" / "3" / f"{ids[0]}.json").read_text())
    assert told == {"label": "3", "strokes": [[[1], [2], [0], [1]]], "read": "3"}


def test_undo_leaves_nothing(tmp_path: Path) -> None:
    collection = Collection(tmp_path)
    id = collection.keep("7", np.ones((28, 28), np.float32), {})
    assert collection.remove(id)
    assert not collection.remove(id)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_two_at_the_same_moment_are_two(tmp_path: Path) -> None:
    collection = Collection(tmp_path, clock=lambda: datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    ids = [collection.keep(label, np.ones((28, 28), np.float32), {}) for label in ("1", "1", "2")]
    assert ids == ["20260102T030405000006Z", "20260102T030405000006Z-2", "20260102T030405000006Z-3"]
    assert all(collection.remove(id) for id in ids)


@pytest.mark.parametrize("label", ["", "10", "x", "../1", "１"])
def test_a_label_is_one_of_ten(tmp_path: Path, label: str) -> None:
    with pytest.raises(ValueError, match="0 to 9"):
        Collection(tmp_path).keep(label, np.ones((28, 28), np.float32), {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("id", ["", "..", "../../x", "20260102T030405000006Z.png", "*", "20260102T030405000006Z/../x"])
def test_an_id_is_no_path(tmp_path: Path, id: str) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "20260102T030405000007Z.png").write_bytes(b"x")
    assert not Collection(tmp_path).remove(id)
    assert (tmp_path / "1" / "20260102T030405000007Z.png").exists()
