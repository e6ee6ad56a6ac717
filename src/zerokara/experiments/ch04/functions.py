"""The functions whose slopes chapter 4 looks at: of one number, of two, and with several valleys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients


@dataclass(frozen=True)
class Function:
    """A function of tensors, and how it is written. Called with arrays or numbers it gives its values there."""

    written: str
    of: Callable[[Tensor], Tensor]

    def __call__(self, x: Any) -> Array:
        """The values at x, in float64."""
        return self.of(Tensor(np.asarray(x, np.float64))).data

    def gradient(self, x: Any) -> Array:
        """The exact slopes at x, by backpropagation. Shape: that of x."""
        at = Tensor(np.asarray(x, np.float64), requires_grad=True)
        (slopes,) = gradients(self.of(at).sum(), at=at)
        return np.asarray(slopes)


CURVES: dict[str, Function] = {
    "quadratic": Function("0.01·x² + 0.1·x", lambda x: 0.01 * x**2 + 0.1 * x),
    "cubic": Function("0.001·x³ − 0.02·x²", lambda x: 0.001 * x**3 - 0.02 * x**2),
    "wave": Function("sin x", F.sin),
}
"""Functions of one number; the first is the book's (§4.3.2)."""

SURFACES: dict[str, Function] = {
    "bowl": Function("x₀² + x₁²", lambda x: x[0] ** 2 + x[1] ** 2),
    "valley": Function("x₀²/20 + x₁²", lambda x: x[0] ** 2 / 20 + x[1] ** 2),
    "saddle": Function("x₀² − x₁²", lambda x: x[0] ** 2 - x[1] ** 2),
}
"""Functions of two numbers x[0], x[1]; the first is the book's (§4.3.3), the second that of its chapter 6."""

VALLEYS: dict[str, Function] = {
    "two-valleys": Function("(x² − 1)² + 0.3·x", lambda x: (x**2 - 1) ** 2 + 0.3 * x),
    "equal-valleys": Function("(x² − 1)²", lambda x: (x**2 - 1) ** 2),
    "waves": Function("0.2·x² + cos 4x", lambda x: 0.2 * x**2 + F.cos(4 * x)),
}
"""Functions of one number with several minima."""
