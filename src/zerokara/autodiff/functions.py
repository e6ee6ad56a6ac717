"""Methods that compute something of each number, and softmax, which looks at its neighbours too."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array
from zerokara.autodiff.dispatch import Dispatched
from zerokara.autodiff.promotion import combined, common_dtype, converted, is_number
from zerokara.autodiff.sizes import either
from zerokara.kernels.tracing import Traced

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor


class Functions(Dispatched):
    """Functions of one tensor, in its own shape. The formulas stand in `rules`."""

    __slots__ = ()

    def exp(self) -> "Tensor":
        """eˣ"""
        return self._apply(rules.exp, self._fractional())

    def log(self) -> "Tensor":
        """ln x"""
        return self._apply(rules.log, self._fractional())

    def sqrt(self) -> "Tensor":
        """√x"""
        return self._apply(rules.sqrt, self._fractional())

    def sin(self) -> "Tensor":
        """sin x"""
        return self._apply(rules.sin, self._fractional())

    def cos(self) -> "Tensor":
        """cos x"""
        return self._apply(rules.cos, self._fractional())

    def tanh(self) -> "Tensor":
        """tanh x"""
        return self._apply(rules.tanh, self._fractional())

    def abs(self) -> "Tensor":
        """|x|"""
        return self._apply(rules.absolute, self)

    def clip(self, low: Any = None, high: Any = None, *, min: Any = None, max: Any = None) -> "Tensor":
        """min(max(x, low), high); a bound may be a number, or a tensor or array that fits x."""
        low, high = either("clip", "low", low, "min", min), either("clip", "high", high, "max", max)
        bounds = [bound for bound in (low, high) if bound is not None]
        x = converted(self, common_dtype(self, *bounds))
        if not all(is_number(bound) and not isinstance(bound, Traced) for bound in bounds):
            return _clip_between(x, low, high)  # type: ignore[no-any-return]
        return self._apply(rules.clip, x, low=_bound(low, x, "low"), high=_bound(high, x, "high"))

    def clamp(self, min: Any = None, max: Any = None) -> "Tensor":
        """As `clip`: PyTorch's word."""
        return self.clip(min, max)

    def pow(self, exponent: Any) -> "Tensor":
        """xᵖ"""
        raised: Tensor = self._tensor(self) ** exponent
        return raised

    def square(self) -> "Tensor":
        """x²"""
        return self._apply(rules.multiply, self, self)

    def relu(self) -> "Tensor":
        """max(x, 0)"""
        return self._apply(rules.relu, self)

    def sigmoid(self) -> "Tensor":
        """1 / (1 + e⁻ˣ)"""
        return self._apply(rules.sigmoid, self._fractional())

    def softmax(self, dim: int | None = None, *, axis: int | None = None) -> "Tensor":
        """Scores become probabilities along an axis, the last unless told otherwise."""
        place = either("softmax", "axis", axis, "dim", dim)
        return self._apply(rules.softmax, self._fractional(), axis=-1 if place is None else place)

    def log_softmax(self, dim: int | None = None, *, axis: int | None = None) -> "Tensor":
        """The logarithm of softmax, without ever forming a probability that rounds to 0"""
        place = either("log_softmax", "axis", axis, "dim", dim)
        return self._apply(rules.log_softmax, self._fractional(), axis=-1 if place is None else place)

    def _fractional(self) -> Any:
        """Itself, or float32 where it holds integers or bools."""
        return self if self._data.dtype.kind == "f" else self.astype(np.float32)


def _bound(bound: Any, x: "Tensor", side: str) -> float | int | None:
    """A bound as a plain number of the tensor's type. An integer beyond the type's range bounds nothing."""
    if bound is None:
        return None
    number = np.asarray(bound).item()
    if x.dtype.kind == "f":
        return float(number)
    limits = np.iinfo(x.dtype) if x.dtype.kind in "iu" else None
    if limits is None or limits.min <= number <= limits.max:
        return number  # type: ignore[no-any-return]
    if (number > limits.max) == (side == "low"):
        raise ValueError(f"clip: {side}={number} does not fit {x.dtype}: use .astype(np.int64) first")
    return None


def _clip_between(x: Any, low: Any, high: Any) -> Any:
    """Clip with bounds of the shape of x, or that fit it: min(max(x, low), high), x itself where it equals a bound."""
    for bound, beyond in ((low, np.less), (high, np.greater)):
        if bound is not None:
            x = combined(_choosing(x, beyond(x, bound)), rules.where, bound, x)
    return x


def _choosing(owner: Any, condition: Array) -> Callable[..., Any]:
    return lambda rule, *xs: owner._apply(rule, *xs, condition=condition)
