"""Data sets, batches and augmentation. Arrays only: a loader never meets a gradient."""

import importlib
from typing import TYPE_CHECKING, Any

from zerokara.data import transforms
from zerokara.data.catalogue import DATASETS, Entry, is_here, load, place
from zerokara.data.dataset import DataError, Dataset, Split, split
from zerokara.data.files import data_root
from zerokara.data.idx import read_images, read_labels
from zerokara.data.loader import Loader, Transform, normalized, scaled
from zerokara.data.progress import Progress, Transfer, show_transfers, silent

if TYPE_CHECKING:
    from zerokara.data import sequences, text

LAZY = ("sequences", "text")
"""Sub-packages that are imported when they are first asked for: pictures need none of them."""

__all__ = [
    "DATASETS",
    "DataError",
    "Dataset",
    "Entry",
    "Loader",
    "Progress",
    "Split",
    "Transfer",
    "Transform",
    "data_root",
    "is_here",
    "load",
    "normalized",
    "place",
    "read_images",
    "read_labels",
    "scaled",
    "sequences",
    "show_transfers",
    "silent",
    "split",
    "text",
    "transforms",
]


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return importlib.import_module(f"zerokara.data.{name}")
    raise AttributeError(f"module 'zerokara.data' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
