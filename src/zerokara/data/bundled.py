"""The handwritten digits that come with scikit-learn: real data without a network."""

from __future__ import annotations

import gzip
from importlib import util
from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.data.dataset import Dataset, Split, stratified

_TEST_COUNT = 360


def load_digits() -> Dataset:
    """1,797 digits of 8×8 pixels by 43 writers (UCI, "Optical Recognition of Handwritten Digits", 1998).

    1,437 for training and 360 for testing, each digit with its share of both; always the same cut.
    Shapes: images (N, 1, 8, 8) uint8; the 17 grey levels 0..16 of the original are spread over 0..255.
    """
    rows = _rows()
    images = np.rint(rows[:, :-1].reshape(-1, 1, 8, 8) * (255 / 16)).astype(np.uint8)
    every = Split(images, rows[:, -1].astype(np.int64))
    test = stratified(every.labels, _TEST_COUNT, seed=0)
    return Dataset(
        "digits", every.select(~test), every.select(test), tuple("0123456789"), source="bundled with scikit-learn"
    )


def _rows() -> Array:
    """64 grey levels and the digit in each row, float64 (1797, 65).

    They are read from the library's own file: importing the library itself, with SciPy's statistics, takes a second.
    """
    found = util.find_spec("sklearn")
    for folder in (found and found.submodule_search_locations) or ():
        path = Path(folder, "datasets", "data", "digits.csv.gz")
        if path.is_file():
            with gzip.open(path, "rt", encoding="ascii") as file:
                return np.loadtxt(file, delimiter=",")
    from sklearn import datasets  # it keeps them elsewhere by now

    bunch = datasets.load_digits()
    return np.column_stack([bunch.data, bunch.target])
