"""Dropout: units switched off at random while learning."""

from zerokara.arrays import Array
from zerokara.rules.rule import Ruled


def dropout(x: Array, *, kept: Array, p: float) -> Ruled:
    """y = x·kept/(1 − p)        ∂L/∂x = g·kept/(1 − p)

    `kept` is 1 with probability 1 − p, else 0. Dividing by 1 − p keeps the expectation, so that nothing need be scaled
    at test time ("inverted" dropout; the book scales at test time instead). Srivastava et al., 2014; book §6.4.3.
    """
    mask = (kept / (1 - p)).astype(x.dtype)
    return x * mask, (lambda g: g * mask,)
