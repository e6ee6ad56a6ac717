"""What would make it a 9? The picture is changed, little by little, in the direction that speaks for another class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.digits import Reader
from zerokara.digits.strokes import Together
from zerokara.explain import evaluation

RATE = 0.06
"""How much ink the most changed pixel gains or loses in a step."""


@dataclass(frozen=True, eq=False)
class Step:
    """The picture (28, 28) in 0..1 after `number` steps, and what the reader says to it: probabilities (10,)."""

    number: int
    picture: Array
    probabilities: Array

    def change(self, start: Array) -> Array:
        """(28, 28) in −1..1: above 0 the ink that was added to `start`, below the ink that was taken away."""
        return np.asarray(self.picture - start)


def become(view: Array, target: int, reader: Reader, steps: int) -> Iterator[Step]:
    """x ← clip(x + r · g / max|g|, 0, 1),   g = ∂/∂x (s_target − log Σ_{k≠target} e^{s_k}):  gradient ascent on ink.

    s are the networks' scores together; the sum over the other classes is a soft maximum, so the strongest rival is
    pushed down most. Shapes: view (28, 28) in 0..1. The first step given is number 0, the view itself. Szegedy et al.,
    "Intriguing properties of neural networks" (2013), took the same way: how little is enough is the lesson.
    """
    if not 0 <= target <= 9:
        raise ValueError(f"a digit to become is 0 to 9; got {target}")
    model = Together(reader)
    x = np.asarray(view, np.float32)[None, None]
    others = [k for k in range(10) if k != target]
    for number in range(steps + 1):
        yield Step(number, x[0, 0].copy(), reader.probabilities(x[:, 0])[0])
        t = Tensor(x, requires_grad=True)
        with evaluation(model):
            scores = model(t)
            rival = F.log(F.sum(F.exp(scores[:, others] - float(scores.data.max())))) + float(scores.data.max())
            (g,) = gradients(F.sum(scores[:, target]) - rival, at=[t])
        g = np.asarray(g)
        largest = float(np.abs(g).max())
        if largest == 0:
            return
        x = np.clip(x + np.float32(RATE / largest) * g, 0, 1)
