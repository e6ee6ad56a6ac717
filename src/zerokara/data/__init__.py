"""Data sets, batches and augmentation. Arrays only: a loader never meets a gradient."""

from zerokara.data import sequences, text, transforms
from zerokara.data.catalogue import DATASETS, Entry, is_here, load, place
from zerokara.data.dataset import DataError, Dataset, Split, split
from zerokara.data.files import data_root
from zerokara.data.idx import read_images, read_labels
from zerokara.data.loader import Loader, Transform, normalized, scaled
from zerokara.data.progress import Progress, Transfer, show_transfers, silent

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
