"""Averaged weights: what the weights were on average lately, which is often better than what they are now."""

from collections.abc import Mapping

import numpy as np

from zerokara.arrays import Array


class Average:
    """The exponential moving average of a model's weights.

    a ← d·a + (1 − d)·w after every step,  d = min(decay, (1 + t) / (10 + t)) with t the number of steps so far, so that
    the first, random weights are soon forgotten. Integers (counters) are copied. Running statistics are averaged too.
    Source: Polyak and Juditsky 1992; the warm-up is that of TensorFlow's `ExponentialMovingAverage`.
    """

    def __init__(self, decay: float, weights: Mapping[str, Array]) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"the decay of averaged weights lies in 0 ≤ decay < 1; got {decay}")
        self.decay = decay
        self.weights = {name: array.copy() for name, array in weights.items()}

    def update(self, weights: Mapping[str, Array], step: int) -> None:
        """Take in the weights after step `step` (from 1)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, array in weights.items():
            average = self.weights[name]
            if np.issubdtype(average.dtype, np.floating):
                average += average.dtype.type(1 - decay) * (array - average)
            else:
                average[...] = array
