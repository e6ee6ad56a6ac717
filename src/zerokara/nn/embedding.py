"""A table of vectors, one for each word (or any other whole number)."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import DTypeLike, default_generator
from zerokara.autodiff import Tensor
from zerokara.nn.init import Init, Normal, initializer
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import whole
from zerokara.rules import one_axis


class Embedding(Module):
    """y[…] = weight[x[…]]: every whole number is looked up in a table

    Shapes: x (…) of whole numbers from 0 to num_embeddings − 1, weight (num_embeddings, embedding_dim)  →
    y (…, embedding_dim). Initial values: N(0, 1), as PyTorch; the row `padding_idx` is 0 and stays so.
    """

    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        init: Init = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.num_embeddings = whole("Embedding", "num_embeddings", num_embeddings)
        self.embedding_dim = whole("Embedding", "embedding_dim", embedding_dim)
        shape = (self.num_embeddings, self.embedding_dim)
        self.padding_idx = None if padding_idx is None else one_axis("Embedding", padding_idx, (0,) * shape[0])
        rng = default_generator() if rng is None else rng
        values = np.array(initializer(Normal(1.0) if init is None else init)(shape, rng, dtype))
        if self.padding_idx is not None:
            values[self.padding_idx] = 0
        self.weight = Parameter(values)

    def forward(self, x: Tensor) -> Tensor:
        """The rows that x asks for."""
        return F.embedding(x, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        """The sizes."""
        pad = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{pad}"
