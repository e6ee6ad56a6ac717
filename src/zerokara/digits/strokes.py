"""Which strokes decided: a digit that was read, explained by the ink that spoke for it."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.explain import Explanation, integrated_gradients
from zerokara.kernels import use_kernels
from zerokara.models.committee import Reader
from zerokara.nn import Module

INK = 0.2
STEPS = 64
"""Points of the integral: with 16 the sum of a map may miss the lead by a third, with 64 by a few hundredths."""

PLACES = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)
"""The nine parts of a digit's box, row by row."""


class Together(Module):
    """The networks of a reader as one: the mean of their scores, of each class the lead over the mean of all classes.

    s_c = mean over networks of (z_c − mean_k z_k): what speaks for every class alike speaks for none.
    """

    def __init__(self, reader: Reader) -> None:
        self.networks = list(reader.networks)

    def forward(self, x: Tensor) -> Tensor:
        """The leads of the ten classes, (N, 10)."""
        scores = [network(x) for network in self.networks]
        mean = scores[0] if len(scores) == 1 else sum(scores[1:], scores[0]) / len(scores)
        return mean - F.mean(mean, axis=1, keepdims=True)


@dataclass(frozen=True)
class Decided:
    """What decided: the explanation of one view, and each part's share of what spoke for the digit."""

    explanation: Explanation
    places: dict[str, float]

    @property
    def map(self) -> Array:
        """(28, 28): above 0 where ink speaks for the digit, below where it speaks against it; 0 on blank paper."""
        return np.asarray(self.explanation.map[0])

    @property
    def sentence(self) -> str:
        """The two parts that said most, in words."""
        told = [f"{place} ({share:.0%})" for place, share in self.places.items() if share >= 0.1][:3]
        return "decided by the strokes at the " + ", ".join(told) if told else "no stroke speaks for it"


def decided(view: Array, digit: int, reader: Reader) -> Decided:
    """Integrated gradients of the digit's score from blank paper on, for a view (28, 28) of `Digit`.

    Blank paper is what the network is compared with, so only ink has a part in it, and all parts together are the lead
    that the ink gave the digit over the mean of the others. The reader's turned and resized sights are left out.
    """
    x = np.asarray(view, np.float32)[None, None]
    with nullcontext() if "numba" in sys.modules else use_kernels("reference"):
        found = integrated_gradients(Together(reader), x, digit, steps=STEPS)
    return Decided(found, places(np.asarray(found.map[0]), np.asarray(view)))


def places(heat: Array, view: Array) -> dict[str, float]:
    """The share of the positive heat in each of nine parts of the ink's box, the largest first, where there is any."""
    rows, columns = np.nonzero(view > INK)
    good = np.maximum(heat, 0)
    if not len(rows) or not good.any():
        return {}
    down, across = (_thirds(inked, size) for inked, size in ((rows, view.shape[0]), (columns, view.shape[1])))
    shares = {
        PLACES[i][j]: float(good[np.ix_(down == i, across == j)].sum() / good.sum()) for i in range(3) for j in range(3)
    }
    return dict(sorted(((p, s) for p, s in shares.items() if s > 0), key=lambda pair: -pair[1]))


def _thirds(inked: Array, size: int) -> Array:
    """For each row (or column) of the view: in which third of the ink it lies, 0, 1 or 2."""
    first, last = int(inked.min()), int(inked.max()) + 1
    return np.asarray(np.clip((np.arange(size) - first) * 3 // (last - first), 0, 2))
