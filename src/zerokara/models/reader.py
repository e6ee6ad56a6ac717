"""The network that reads drawn digits."""

import numpy as np

from zerokara.nn import BatchNorm1d, BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential

FILTERS = (16, 48, 96)
HIDDEN = 160


class ReaderNet(Sequential):
    """Three times (3×3 conv – batch norm – ReLU, twice, and a pool), then a hidden layer and ten scores.

    295,322 parameters for 1×28×28 pictures, 10 million multiplications a picture. Most filters stand behind the first
    pool, where the picture has a quarter of the pixels. Convolutions have no bias: the batch norm behind them has one.
    `input_shape` is (channels, height, width); returns scores (N, output_size).
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 28, 28),
        output_size: int = 10,
        *,
        filters: tuple[int, ...] = FILTERS,
        hidden_size: int = HIDDEN,
        dropout: float = 0.3,
        rng: np.random.Generator | None = None,
    ) -> None:
        channels, height, width = input_shape
        shrink = 2 ** len(filters)
        if height < shrink or width < shrink:
            raise ValueError(f"ReaderNet needs pictures of at least {shrink}×{shrink} pixels; got {input_shape}")
        pixels = (height // shrink) * (width // shrink)
        super().__init__(
            **_convolutions(channels, filters, rng),
            flatten=Flatten(),
            dropout1=Dropout(dropout),
            fc1=Linear(filters[-1] * pixels, hidden_size, bias=False, rng=rng),
            norm=BatchNorm1d(hidden_size),
            relu=ReLU(),
            dropout2=Dropout(dropout),
            fc2=Linear(hidden_size, output_size, rng=rng),
        )


def _convolutions(channels: int, filters: tuple[int, ...], rng: np.random.Generator | None) -> dict[str, Module]:
    layers: dict[str, Module] = {}
    for block, count in enumerate(filters, start=1):
        for half in "ab":
            layers[f"conv{block}{half}"] = Conv2d(channels, count, 3, padding=1, bias=False, rng=rng)
            layers[f"norm{block}{half}"] = BatchNorm2d(count)
            layers[f"relu{block}{half}"] = ReLU()
            channels = count
        layers[f"pool{block}"] = MaxPool2d(2)
    return layers
