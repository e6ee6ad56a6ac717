"""A small modern network for small pictures: what `zerokara demo` trains."""

import numpy as np

from zerokara.nn import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from zerokara.nn.init import Init

FILTERS = (16, 16, 32, 32)


class SmallConvNet(Sequential):
    """Twice (3×3 conv – batch norm – ReLU, twice, and a pool), then one Linear; returns scores.

    17,754 parameters for 1×8×8 images. Filters 16, 16, 32, 32, padding 1, no bias before a batch norm; He's initial
    values. `input_shape` is (channels, height, width), at least 4×4 pixels.
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 8, 8),
        output_size: int = 10,
        *,
        init: Init = "he",
        rng: np.random.Generator | None = None,
    ) -> None:
        channels, height, width = input_shape
        if height < 4 or width < 4:
            raise ValueError(f"SmallConvNet needs images of at least 4×4 pixels; got {input_shape}")
        super().__init__(
            **_convolutions(channels, init, rng),
            flatten=Flatten(),
            fc=Linear(FILTERS[-1] * (height // 4) * (width // 4), output_size, init=init, rng=rng),
        )


def _convolutions(channels: int, init: Init, rng: np.random.Generator | None) -> dict[str, Module]:
    layers: dict[str, Module] = {}
    for i, filters in enumerate(FILTERS, start=1):
        layers[f"conv{i}"] = Conv2d(channels, filters, 3, padding=1, bias=False, init=init, rng=rng)
        layers[f"norm{i}"] = BatchNorm2d(filters)
        layers[f"relu{i}"] = ReLU()
        if i % 2 == 0:
            layers[f"pool{i // 2}"] = MaxPool2d(2)
        channels = filters
    return layers
