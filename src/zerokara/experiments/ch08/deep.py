"""Chapter 8's deep convolutional network, with dropout as the book has it, and its trainings."""

from dataclasses import replace
from typing import Any

import numpy as np

from zerokara.data import Dataset
from zerokara.models import DeepConvNet
from zerokara.nn import Dropout

PLACES = ("both", "hidden", "none")
INITS: dict[str, Any] = {"he": "he", "xavier": "xavier", "0.01": 0.01}


def deep_net(
    data: Dataset,
    rng: np.random.Generator,
    *,
    places: str = "hidden",
    dropout: float = 0.5,
    inverted: bool = True,
    init: str = "he",
) -> DeepConvNet:
    """DeepConvNet for the pictures of `data`; places "both" drops the scores too, as the book does."""
    channels, height, width = picture_shape(data)
    p = dropout if places != "none" else 0.0
    model = DeepConvNet((channels, height, width), len(data.classes), dropout=p, init=INITS[init], rng=rng)
    if places == "both":
        setattr(model, "output_dropout", Dropout(p))  # noqa: B010  (the last layer is the one set last)
    for layer in model:
        if isinstance(layer, Dropout):
            layer.inverted = inverted
    return model


def picture_shape(data: Dataset) -> tuple[int, int, int]:
    """(channels, height, width); ValueError for what are no pictures."""
    if len(data.train.shape) != 3:
        raise ValueError(f"DeepConvNet looks at pictures; {data.name} has examples of shape {data.train.shape}")
    channels, height, width = data.train.shape
    return channels, height, width


def fewer(data: Dataset, images: int, test_images: int) -> Dataset:
    """The first images of both parts."""
    return replace(data, train=data.train.take(images), test=data.test.take(test_images))
