"""Dropout: units switched off at random while learning."""

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.rule import Ruled


def dropout(x: Array, *, mask: Array) -> Ruled:
    """y = x·mask where the mask is not 0, else 0        ∂L/∂x = g·mask, likewise: what is dropped is gone, even ∞

    `mask` is 1/(1 − p) with probability 1 − p, else 0. Dividing by 1 − p keeps the expectation, so that nothing need
    be scaled at test time ("inverted" dropout; the book scales there instead). Srivastava et al., 2014; book §6.4.3.
    """
    return kernels.relu_grad(x, mask) * mask, (lambda g: kernels.relu_grad(g, mask) * mask,)
