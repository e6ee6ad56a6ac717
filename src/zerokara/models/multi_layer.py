"""The book's fully connected network of any depth (chapter 6)."""

from collections.abc import Sequence

import numpy as np

from zerokara.nn import BatchNorm1d, Dropout, Flatten, Linear, Module, Sequential, activation_by_name
from zerokara.nn.init import Init


class MultiLayerNet(Sequential):
    """Linear – [batch norm] – activation – [dropout], once per hidden layer, and a last Linear; returns scores.

    `MultiLayerNet(784, [100] * 4, 10, batch_norm=True, dropout=0.2)`. Input: (N, input_size), or images with as many
    pixels. `init` is "he" (for ReLU), "xavier" (for sigmoid and tanh), a standard deviation, …; biases start at 0.
    """

    def __init__(
        self,
        input_size: int,
        hidden_sizes: Sequence[int],
        output_size: int,
        *,
        activation: str = "relu",
        init: Init = "he",
        batch_norm: bool = False,
        dropout: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> None:
        layers: dict[str, Module] = {"flatten": Flatten()}
        size = input_size
        for i, hidden in enumerate(hidden_sizes, start=1):
            layers[f"fc{i}"] = Linear(size, hidden, init=init, rng=rng)
            if batch_norm:
                layers[f"bn{i}"] = BatchNorm1d(hidden)
            layers[f"act{i}"] = activation_by_name(activation)
            if dropout:
                layers[f"dropout{i}"] = Dropout(dropout)
            size = hidden
        layers[f"fc{len(hidden_sizes) + 1}"] = Linear(size, output_size, init=init, rng=rng)
        super().__init__(**layers)
