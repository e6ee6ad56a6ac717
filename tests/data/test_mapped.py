"""Batches out of a mapped file are those of the array in memory; no more of the file is asked for than they need."""

import copy
import mmap
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zerokara.data import Loader
from zerokara.data.mapped import Mapped, mapped
from zerokara.data.transforms import Affine, Compose

COUNT, SHAPE = 50, (3, 40, 41)
EXAMPLES = np.random.default_rng(0).integers(0, 256, (COUNT, *SHAPE), np.uint8)
LABELS = np.arange(COUNT) % 10

advised = pytest.mark.skipif(not hasattr(mmap.mmap, "madvise"), reason="this system takes no advice")


@pytest.fixture
def in_file(tmp_path: Path) -> Any:
    np.save(tmp_path / "pictures.npy", EXAMPLES)  # its header comes before them
    return np.load(tmp_path / "pictures.npy", mmap_mode="r")


@pytest.mark.parametrize("transform", [None, Compose([Affine(rotate=20, shift=1)])])
@pytest.mark.parametrize("options", [{}, {"shuffle": False}, {"sampling": "replacement"}, {"drop_last": True}])
def test_batches_are_those_of_an_array(in_file: Any, options: Any, transform: Any) -> None:
    loaders = [Loader((x, LABELS), 8, transform=transform, **options) for x in (in_file, EXAMPLES)]
    for one, other in zip(*(loader.epoch(1) for loader in loaders), strict=True):
        for found, expected in zip(one, other, strict=True):
            np.testing.assert_array_equal(found, expected)


class Watched(mmap.mmap):
    """A mapping that keeps what it was advised."""

    asked: list[tuple[int, ...]]

    def madvise(self, *advice: int) -> None:
        """Keep it, and do as the system does."""
        self.__dict__.setdefault("asked", []).append(advice)
        super().madvise(*advice)


def watched(folder: Path) -> tuple[Watched, Any]:
    path = folder / "pictures"
    path.write_bytes(b"head" + EXAMPLES.tobytes())
    with path.open("rb") as file:
        mapping = Watched(file.fileno(), 0, access=mmap.ACCESS_READ)
    return mapping, np.frombuffer(mapping, np.uint8, offset=4).reshape(COUNT, *SHAPE)


@advised
def test_each_example_is_asked_for_before_it_is_read(tmp_path: Path) -> None:
    mapping, pictures = watched(tmp_path)
    size = pictures[0].nbytes
    loader = Loader((pictures[10:], LABELS[10:]), 8)
    next(loader.epoch(0))
    (first, *asked) = mapping.asked
    assert first == (mmap.MADV_RANDOM,)
    assert [advice for advice, _, _ in asked] == [mmap.MADV_WILLNEED] * 8
    for (_, start, length), index in zip(asked, loader.order(0)[:8].tolist(), strict=True):
        place = 4 + (10 + index) * size
        assert start % mmap.PAGESIZE == 0
        assert start <= place < start + mmap.PAGESIZE
        assert start + length == place + size


@advised
def test_a_part_of_a_batch_asks_for_its_own(tmp_path: Path) -> None:
    mapping, pictures = watched(tmp_path)
    next(Loader((pictures, LABELS), 8).epoch(0, part=lambda count: (2, 5)))
    assert len(mapping.asked) == 1 + 3


@advised
def test_who_reads_in_order_says_nothing(tmp_path: Path) -> None:
    mapping, pictures = watched(tmp_path)
    next(Loader((pictures, LABELS), 8, shuffle=False).epoch(0))
    assert "asked" not in mapping.__dict__


@pytest.mark.parametrize("turned", [EXAMPLES, EXAMPLES[:0], EXAMPLES[:, ::2]])
def test_an_array_in_memory_is_no_file(turned: Any) -> None:
    assert mapped(turned) is None


def test_a_loader_of_a_file_is_copied_with_its_examples(in_file: Any) -> None:
    loader = Loader((in_file, LABELS), 8)
    assert isinstance(loader._mapped, Mapped) or sys.platform == "win32"
    for other in (copy.deepcopy(loader), pickle.loads(pickle.dumps(loader))):
        assert other._mapped is None
        np.testing.assert_array_equal(next(other.epoch(0))[0], next(loader.epoch(0))[0])
