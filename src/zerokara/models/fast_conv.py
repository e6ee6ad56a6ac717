"""A network that learns to read digits in a few seconds."""

import numpy as np

from zerokara.kernels import conv_output_size
from zerokara.nn import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from zerokara.nn.init import Init

FILTERS = (16, 16, 32, 32)
WIDE = (16, 32, 64, 64)
ROOMY = 20  # pixels a side from which on two of the convolutions do without padding


class FastConvNet(Sequential):
    """5×5 conv of stride 2 – 3×3 conv – pool – 3×3 conv – 3×3 conv – pool – Linear; returns scores.

    Batch norm and ReLU follow each convolution (and its pool, if one stands before the next). 18,010 parameters for
    1×28×28 pictures. All is done on few pixels: the first convolution skips every second place, and it and the third
    have no padding (except for pictures smaller than 20×20). So the sizes are 28 → 12 → 6 → 4 → 2: a 3×3 convolution is
    computed in tiles of 4×4 results, which cover 12 and 4 without waste.

    `stride=1` looks at every place and pools instead: slower, and a little better after several passes. He's initial
    values. `input_shape` is (channels, height, width), at least 8×8 pixels.
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 28, 28),
        output_size: int = 10,
        *,
        filters: tuple[int, int, int, int] = FILTERS,
        stride: int = 2,
        init: Init = "he",
        rng: np.random.Generator | None = None,
    ) -> None:
        channels, *image = input_shape
        if min(image) < 8:
            raise ValueError(f"FastConvNet needs pictures of at least 8×8 pixels; got {input_shape}")
        if stride not in (1, 2):
            raise ValueError(f"stride is 2, or 1 with a pool behind it; got {stride}")
        padding = int(min(image) < ROOMY)
        a, b, c, d = filters
        height, width = (_left(size, padding, stride) for size in image)
        super().__init__(
            conv1=Conv2d(channels, a, 5, stride, padding=2 * padding, bias=False, init=init, rng=rng),
            **({"pool1": MaxPool2d(2)} if stride == 1 else {}),
            norm1=BatchNorm2d(a),
            relu1=ReLU(),
            conv2=Conv2d(a, b, 3, padding=1, bias=False, init=init, rng=rng),
            pool2=MaxPool2d(2),
            norm2=BatchNorm2d(b),
            relu2=ReLU(),
            conv3=Conv2d(b, c, 3, padding=padding, bias=False, init=init, rng=rng),
            norm3=BatchNorm2d(c),
            relu3=ReLU(),
            conv4=Conv2d(c, d, 3, padding=1, bias=False, init=init, rng=rng),
            norm4=BatchNorm2d(d),
            relu4=ReLU(),
            pool4=MaxPool2d(2),
            flatten=Flatten(),
            fc=Linear(d * height * width, output_size, init=init, rng=rng),
        )


def _left(size: int, padding: int, stride: int) -> int:
    """Pixels a side in the end: 28 → 12 → 6 → 4 → 2 without padding."""
    first = conv_output_size(size, 5, stride, 2 * padding, 1)
    return (first // (3 - stride) // 2 - 2 + 2 * padding) // 2
