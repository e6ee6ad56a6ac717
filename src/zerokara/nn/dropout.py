"""Dropout (Srivastava et al. 2014; the book's chapter 6.4)."""

import numpy as np

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module


class Dropout(Module):
    """In training mode every value is dropped with probability p, the others become x/(1 − p); else y = x.

    Scaling up in training ("inverted") keeps the expected value, so that evaluation needs no factor.
    `inverted=False` is the book's form: 0 or x in training, (1 − p)·x in evaluation.
    The mask is drawn from `rng`, or from the default generator, whose state checkpoints keep.
    """

    def __init__(self, p: float = 0.5, *, inverted: bool = True, rng: np.random.Generator | None = None) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"Dropout expects p of at least 0 and below 1; got {short(p)}")
        self.p = float(p)
        self.inverted = inverted
        self.rng = rng

    def forward(self, x: Tensor) -> Tensor:
        """x with some of its values dropped."""
        y = F.dropout(x, self.p, self.training, self.rng)
        return y if self.inverted else y * (1 - self.p)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}" if self.inverted else f"p={self.p}, inverted=False"


class Dropout2d(Module):
    """In training mode every channel (N, C, …) is dropped with probability p, the others become x/(1 − p); else y = x.

    Neighbouring pixels know of one another, so that dropping single ones hides little (Tompson et al. 2015).
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"Dropout2d expects p of at least 0 and below 1; got {short(p)}")
        self.p = float(p)
        self.rng = rng

    def forward(self, x: Tensor) -> Tensor:
        """x with some of its channels dropped."""
        return F.dropout2d(x, self.p, self.training, self.rng)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}"
