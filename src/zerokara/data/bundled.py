"""The handwritten digits that come with scikit-learn: real data without a network."""

from __future__ import annotations

import numpy as np

from zerokara.data.dataset import Dataset, Split, stratified

_TEST_COUNT = 360


def load_digits() -> Dataset:
    """1,797 digits of 8×8 pixels by 43 writers (UCI, "Optical Recognition of Handwritten Digits", 1998).

    1,437 for training and 360 for testing, each digit with its share of both; always the same cut.
    Shapes: images (N, 1, 8, 8) uint8; the 17 grey levels 0..16 of the original are spread over 0..255.
    """
    from sklearn import datasets

    bunch = datasets.load_digits()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)[:, None]
    every = Split(images, bunch.target.astype(np.int64))
    test = stratified(every.labels, _TEST_COUNT, seed=0)
    return Dataset(
        "digits", every.select(~test), every.select(test), tuple("0123456789"), source="bundled with scikit-learn"
    )
