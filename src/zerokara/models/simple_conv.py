"""The book's small convolutional network (chapter 7)."""

import numpy as np

from zerokara.kernels import conv_output_size
from zerokara.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from zerokara.nn.init import Init


class SimpleConvNet(Sequential):
    """Conv – ReLU – pool – Linear – ReLU – Linear, 433,890 parameters for 1×28×28 images; returns scores.

    The book's sizes: 30 filters of 5×5 without padding, pool 2, 100 hidden units; its initial values: N(0, 0.01²).
    `input_shape` is (channels, height, width).
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 28, 28),
        output_size: int = 10,
        *,
        filters: int = 30,
        filter_size: int = 5,
        stride: int = 1,
        padding: int = 0,
        hidden_size: int = 100,
        init: Init = 0.01,
        rng: np.random.Generator | None = None,
    ) -> None:
        channels, *image = input_shape
        height, width = (conv_output_size(size, filter_size, stride, padding, 1) // 2 for size in image)
        if height < 1 or width < 1:
            raise ValueError(f"SimpleConvNet needs larger images: of {input_shape} nothing is left after pooling")
        super().__init__(
            conv1=Conv2d(channels, filters, filter_size, stride, padding, init=init, rng=rng),
            relu1=ReLU(),
            pool1=MaxPool2d(2),
            flatten=Flatten(),
            fc1=Linear(filters * height * width, hidden_size, init=init, rng=rng),
            relu2=ReLU(),
            fc2=Linear(hidden_size, output_size, init=init, rng=rng),
        )
