"""The five sights of a digit: what the reader looks at, and what it answers to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.digits import Reader
from zerokara.models.committee import sights, softmax


@dataclass(frozen=True, eq=False)
class Sights:
    """pictures: (5, H, W), as the network sees them: as it is, turned either way, larger, smaller.

    probabilities: (5, 10), the answer to each. together: (10,), softmax of the mean of their scores: the answer.
    """

    pictures: Array
    probabilities: Array
    together: Array


def five_sights(view: Array, reader: Reader) -> Sights:
    """p_k = softmax(s_k / T),  p = softmax(mean_k s_k / T),  s_k the networks' mean log-probabilities of sight k.

    Shapes: view (28, 28) in 0..1. `together` is `reader.probabilities(view[None])[0]`.
    """
    pictures = np.concatenate(list(sights(np.asarray(view, np.float32)[None, None])))
    scores = reader.answers(pictures[None, :, 0])[0]
    together = softmax(scores.mean(axis=0) / reader.temperature)
    return Sights(pictures[:, 0], softmax(scores / reader.temperature), together)
