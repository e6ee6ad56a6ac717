"""The book's first network (chapters 4 and 5)."""

import numpy as np

from zerokara.nn import Flatten, Linear, Sequential, activation_by_name
from zerokara.nn.init import Init


class TwoLayerNet(Sequential):
    """Linear – activation – Linear, 784-50-10 and 39,760 parameters for MNIST; returns scores, not probabilities.

    Input: (N, input_size), or images with as many pixels. The book's initial values: N(0, 0.01²), biases 0.
    """

    def __init__(
        self,
        input_size: int = 784,
        hidden_size: int = 50,
        output_size: int = 10,
        *,
        activation: str = "relu",
        init: Init = 0.01,
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__(
            flatten=Flatten(),
            fc1=Linear(input_size, hidden_size, init=init, rng=rng),
            act1=activation_by_name(activation),
            fc2=Linear(hidden_size, output_size, init=init, rng=rng),
        )
