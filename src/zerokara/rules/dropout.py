"""Dropout: units switched off at random while learning."""

from zerokara.arrays import Array
from zerokara.rules.rule import Ruled


def dropout(x: Array, *, mask: Array) -> Ruled:
    """y = x·mask        ∂L/∂x = g·mask

    `mask` is 1/(1 − p) with probability 1 − p, else 0. Dividing by 1 − p keeps the expectation, so that nothing need
    be scaled at test time ("inverted" dropout; the book scales there instead). Srivastava et al., 2014; book §6.4.3.
    """
    return x * mask, (lambda g: g * mask,)
