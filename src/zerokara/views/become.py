"""What would make it a 9? The picture is changed, little by little, in the direction that speaks for another class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.digits import Reader
from zerokara.explain import class_scores, evaluation
from zerokara.views.answers import Answers, ReaderAnswers

RATE = 0.06
"""How much ink the most changed pixel gains or loses in a step."""


@dataclass(frozen=True, eq=False)
class Step:
    """The view in 0..1 after `number` steps, and what the network says to it: probabilities (K,)."""

    number: int
    picture: Array
    probabilities: Array

    def change(self, start: Array) -> Array:
        """In −1..1: above 0 the ink that was added to `start`, below the ink that was taken away."""
        return np.asarray(self.picture - start)


def become(view: Array, target: int, reader: Reader, steps: int) -> Iterator[Step]:
    """`towards` for the reader of drawn digits. Shapes: view (28, 28) in 0..1."""
    return towards(view, target, ReaderAnswers(reader), steps)


def towards(view: Array, target: int, network: Answers, steps: int) -> Iterator[Step]:
    """x ← clip(x + r · g / max|g|, 0, 1),   g = ∂/∂x (s_target − log Σ_{k≠target} e^{s_k}):  gradient ascent on ink.

    s are the network's scores; the sum over the other classes is a soft maximum, so the strongest rival is pushed down
    most. Shapes: view (H, W) or (H, W, 3) in 0..1, as `network.shape`. The first step given is number 0, the view
    itself. Szegedy et al., "Intriguing properties of neural networks" (2013), took the same way: how little is enough
    is the lesson.
    """
    x = np.asarray(view, np.float32)
    for number in range(steps + 1):
        probabilities = network.probabilities(x)
        if not 0 <= target < len(probabilities):
            raise ValueError(f"a class to become is 0 to {len(probabilities) - 1}; got {target}")
        yield Step(number, x.copy(), probabilities)
        t = Tensor(network.x(x), requires_grad=True)
        with evaluation(network.about.model):
            scores = class_scores(network.about.model, t)
            others = [k for k in range(scores.shape[1]) if k != target]
            rival = F.log(F.sum(F.exp(scores[:, others] - float(scores.data.max())))) + float(scores.data.max())
            (g,) = gradients(F.sum(scores[:, target]) - rival, at=[t])
        g = np.moveaxis(np.asarray(g)[0], 0, 2).reshape(x.shape) / np.asarray(network.how.std, np.float32)
        largest = float(np.abs(g).max())
        if largest == 0:
            return
        x = np.clip(x + np.float32(RATE / largest) * g, 0, 1)
