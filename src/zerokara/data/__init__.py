"""Data sets, batches and augmentation. Arrays only: a loader never meets a gradient."""

from zerokara.data import transforms
from zerokara.data.catalogue import DATASETS, Entry, load
from zerokara.data.dataset import DataError, Dataset, Split, split
from zerokara.data.loader import Loader, Transform, normalized, scaled

__all__ = [
    "DATASETS",
    "DataError",
    "Dataset",
    "Entry",
    "Loader",
    "Split",
    "Transform",
    "load",
    "normalized",
    "scaled",
    "split",
    "transforms",
]
