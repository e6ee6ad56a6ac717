"""LeNet-5: the network that read cheques."""

import math

import numpy as np

from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.nn import AvgPool2d, Conv2d, Flatten, Linear, Sequential, activation_by_name
from zerokara.nn.init import Init, fan_in

PADDED = 32  # pixels a side up to which the first convolution pads: 28×28 pictures then are the paper's 32×32


def fan_in_2_4(shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    """w ~ U(−2.4/n_in, 2.4/n_in): the paper's initial values."""
    bound = 2.4 / fan_in(shape)
    return rng.uniform(-bound, bound, shape).astype(dtype)


class LeNet5(Sequential):
    """Conv 5×5 (6) – mean pool – conv 5×5 (16) – mean pool – 120 – 84 – scores, with tanh between them.

    61,706 parameters for 1×32×32 pictures, and for 28×28 ones, to which the first convolution adds the border that the
    paper's pictures have. This is the variant that is usually counted: the second convolution sees all six maps (in the
    paper, a part of them each), pools have no weights, and the last layer is an ordinary one instead of distances to
    drawn digits. `init` is the paper's U(−2.4/n_in, 2.4/n_in) unless given; biases start at 0.

    LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998.
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 32, 32),
        output_size: int = 10,
        *,
        activation: str = "tanh",
        init: Init = fan_in_2_4,
        rng: np.random.Generator | None = None,
    ) -> None:
        channels, *image = input_shape
        padding = 2 if min(image) < PADDED else 0
        sides = [((size - 4 + 2 * padding) // 2 - 4) // 2 for size in image]
        if min(sides) < 1:
            raise ValueError(f"LeNet5 needs pictures of at least 12×12 pixels; got {image[0]}×{image[1]}")
        super().__init__(
            conv1=Conv2d(channels, 6, 5, padding=padding, init=init, rng=rng),
            act1=activation_by_name(activation),
            pool1=AvgPool2d(2),
            conv2=Conv2d(6, 16, 5, init=init, rng=rng),
            act2=activation_by_name(activation),
            pool2=AvgPool2d(2),
            flatten=Flatten(),
            fc1=Linear(16 * math.prod(sides), 120, init=init, rng=rng),
            act3=activation_by_name(activation),
            fc2=Linear(120, 84, init=init, rng=rng),
            act4=activation_by_name(activation),
            fc3=Linear(84, output_size, init=init, rng=rng),
        )
