"""What a rule is.

A rule is one function of arrays. It returns its value and one pullback per input:

    y, (pull_x, pull_w) = rule(x, w, option=…)        pull_x(g) = ∂L/∂x  where  g = ∂L/∂y

Inputs are positional, options are keywords. The engine calls only the pullbacks it needs, and undoes
broadcasting afterwards, so a rule never thinks of it: the pullback of `x + y` is g for both.

A rule is written with NumPy's functions and operators and with kernels, and all of these also accept tensors.
Run on tensors instead of arrays, the same rule therefore gives pullbacks that are recorded themselves: this is how
second derivatives come about. Two things follow for whoever writes a rule: it never changes an array in place, and what
has no gradient of its own (a comparison, a sign) is an ordinary array.

Where a rule chooses (the larger one, what is above 0, what a mask keeps), its gradient chooses too, by `np.where` or by
a kernel that does: a mask of zeros and ones times g would be NaN where g is infinite, and 0·∞ where nothing flows.

The letters used in every formula: g = ∂L/∂y, N images, C channels, H×W pixels, F filters,
P×Q a filter's size, K classes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array

Pullback = Callable[[Any], Any]
Ruled = tuple[Any, tuple[Pullback, ...]]
Rule = Callable[..., Ruled]


def detached(x: Any) -> Any:
    """x as a constant: without its history if it is a tensor, for what a formula uses but does not differentiate."""
    return x.detach() if hasattr(x, "detach") else x


def nothing(g: Any) -> Any:
    """0 in the shape of g, whatever g holds: 0·g would be NaN where g is infinite."""
    return np.where(False, g, 0)


def at_zero(g: Any, x: Any, through: Callable[[], Any]) -> Any:
    """The gradient `through()` behind a rule whose slope at x = 0 is ∞: 0 there if nothing flows, instead of 0·∞.

    Nothing flows (g = 0) where a later rule has chosen something else, as in np.where(x > 0, np.log(x), 0).
    """
    with np.errstate(invalid="ignore"):
        return np.where((g == 0) & (x == 0), 0, through())


def once(work: Callable[[Array], Any]) -> Callable[[Array], Any]:
    """Remember what `work` gave for the last g, for pullbacks that share one computation."""
    last: list[Any] = []

    def remembered(g: Array) -> Any:
        if not last or last[0] is not g:
            last[:] = [g, work(g)]
        return last[1]

    return remembered
