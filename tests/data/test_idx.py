import gzip
from pathlib import Path

import numpy as np
import pytest

from tests.data.cases import idx_bytes
from zerokara.data import DataError, read_images, read_labels

IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("name", ["images", "images.gz"])
def test_what_was_written_is_read_whatever_the_file_is_called(tmp_path: Path, packed: bool, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(idx_bytes(IMAGES)) if packed else idx_bytes(IMAGES))
    np.testing.assert_array_equal(read_images(path), IMAGES[:, None])


def test_labels_are_read(tmp_path: Path) -> None:
    (tmp_path / "labels").write_bytes(idx_bytes(np.array([3, 1, 4])))
    assert read_labels(tmp_path / "labels").tolist() == [3, 1, 4]


GOOD = idx_bytes(IMAGES)
PACKED = gzip.compress(GOOD)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello, this is a text file\n", "not an IDX file of images: it begins with 68 65 6c 6c"),
        (idx_bytes(np.arange(60)), "not an IDX file of images"),
        (GOOD[:10], "truncated: its IDX header"),
        (GOOD[:-1], "truncated: .* are 76 bytes, it has 75"),
        (GOOD + b"x", "too long"),
        (idx_bytes(IMAGES[:0]), "holds no images"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "truncated"),
        (PACKED[:-12], "damaged or truncated gzip"),
        (PACKED[:20] + b"\x00\x01\x02\x03" + PACKED[24:], "damaged or truncated gzip"),
        (PACKED[:4], "damaged or truncated gzip"),
        (PACKED[:-8] + bytes(8), "damaged or truncated gzip"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_bad_file_is_named_and_refused_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "images"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        read_images(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        read_images(tmp_path)
    with pytest.raises(DataError, match="No such file"):
        read_labels(tmp_path / "missing")
