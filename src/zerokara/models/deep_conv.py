"""The book's deep convolutional network (chapter 8)."""

import numpy as np

from zerokara.nn import Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from zerokara.nn.init import Init

FILTERS = (16, 16, 32, 32, 64, 64)
PADDINGS = (1, 1, 1, 2, 1, 1)


class DeepConvNet(Sequential):
    """Three times (3×3 conv – ReLU, twice, and a pool), then Linear – ReLU – dropout – Linear; returns scores.

    123,552 parameters for 1×28×28 images. Filters 16, 16, 32, 32, 64, 64; the fourth has padding 2, the others 1;
    50 hidden units; He's initial values. The book also drops half of the scores themselves while training; here the
    output is never dropped, so that the loss shown is the loss. `input_shape` is (channels, height, width).
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 28, 28),
        output_size: int = 10,
        *,
        hidden_size: int = 50,
        dropout: float = 0.5,
        init: Init = "he",
        rng: np.random.Generator | None = None,
    ) -> None:
        channels, *image = input_shape
        height, width = (_after_pools(size) for size in image)
        if height < 1 or width < 1:
            raise ValueError(f"DeepConvNet needs images of at least 4×4 pixels; got {input_shape}")
        super().__init__(
            **_convolutions(channels, init, rng),
            flatten=Flatten(),
            fc1=Linear(FILTERS[-1] * height * width, hidden_size, init=init, rng=rng),
            relu7=ReLU(),
            dropout=Dropout(dropout),
            fc2=Linear(hidden_size, output_size, init=init, rng=rng),
        )


def _convolutions(channels: int, init: Init, rng: np.random.Generator | None) -> dict[str, Module]:
    layers: dict[str, Module] = {}
    for i, (filters, padding) in enumerate(zip(FILTERS, PADDINGS, strict=True), start=1):
        layers[f"conv{i}"] = Conv2d(channels, filters, 3, padding=padding, init=init, rng=rng)
        layers[f"relu{i}"] = ReLU()
        if i % 2 == 0:
            layers[f"pool{i // 2}"] = MaxPool2d(2)
        channels = filters
    return layers


def _after_pools(size: int) -> int:
    """28 → 14 → (14 + 2) → 8 → 4: only the padding of 2 changes the size between the pools."""
    return (size // 2 + 2) // 2 // 2
