"""Methods that make few numbers of many: sums, means, spreads, extremes, lengths.

Each takes NumPy's words, axis= and keepdims=, or PyTorch's, dim= and keepdim=. Where the two differ in more than the
word, dim= speaks PyTorch: `max` and `min` then tell the places too, `var` and `std` divide by n − 1.
"""

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from zerokara import rules
from zerokara.arrays import Array
from zerokara.autodiff.dispatch import Dispatched
from zerokara.autodiff.noting import noted
from zerokara.autodiff.promotion import values
from zerokara.autodiff.sizes import either
from zerokara.kernels.tracing import as_array
from zerokara.rules import in_short, one_axis, several_axes

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor

Axis = int | tuple[int, ...] | None


class Found(NamedTuple):
    """Numbers chosen along an axis, and where they stood (int64)."""

    values: "Tensor"
    indices: "Tensor"


def kept(keepdims: bool, keepdim: bool = False) -> bool:
    """Whether axes stay, with length 1, under either of the two names."""
    try:
        return bool(keepdims or keepdim)
    except ValueError:
        wrong = keepdim if keepdims is False else keepdims
        raise TypeError(f"keepdims (or keepdim) is True or False; got {in_short(wrong)}") from None


class Reductions(Dispatched):
    """What is summed up of a tensor, over all axes or some."""

    __slots__ = ()

    def sum(self, axis: Axis = None, keepdims: bool = False, *, dim: Axis = None, keepdim: bool = False) -> "Tensor":
        """Σ x"""
        return self._reduced(rules.sum, axis, keepdims, dim, keepdim)

    def mean(self, axis: Axis = None, keepdims: bool = False, *, dim: Axis = None, keepdim: bool = False) -> "Tensor":
        """(1/n) Σ x"""
        return self._reduced(rules.mean, axis, keepdims, dim, keepdim)

    def max(self, axis: Any = None, keepdims: bool = False, *, dim: int | None = None, keepdim: bool = False) -> Any:
        """The largest x; of another tensor, the larger of each two. With dim= as PyTorch: (values, indices).

        g goes to all that are largest in equal parts; with dim= to the first of them, which `indices` names.
        """
        if isinstance(axis, Dispatched):
            return np.maximum(self, axis)  # type: ignore[call-overload]
        if dim is not None and axis is None:
            return self._extreme("max", dim, kept(keepdims, keepdim))
        return self._reduced(rules.max, axis, keepdims, dim, keepdim)

    def min(self, axis: Any = None, keepdims: bool = False, *, dim: int | None = None, keepdim: bool = False) -> Any:
        """The smallest x; of another tensor, the smaller of each two. With dim= as PyTorch: (values, indices)."""
        if isinstance(axis, Dispatched):
            return np.minimum(self, axis)  # type: ignore[call-overload]
        if dim is not None and axis is None:
            return self._extreme("min", dim, kept(keepdims, keepdim))
        return self._reduced(rules.min, axis, keepdims, dim, keepdim)

    def amax(self, dim: Axis = None, keepdim: bool = False) -> "Tensor":
        """The largest x along axes, without its place."""
        return self._apply(
            rules.max, self, axis=None if isinstance(dim, tuple) and not dim else dim, keepdims=kept(keepdim)
        )

    def amin(self, dim: Axis = None, keepdim: bool = False) -> "Tensor":
        """The smallest x along axes, without its place."""
        return self._apply(
            rules.min, self, axis=None if isinstance(dim, tuple) and not dim else dim, keepdims=kept(keepdim)
        )

    def var(self, axis: Axis = None, keepdims: bool = False, ddof: int | None = None, **words: Any) -> "Tensor":
        """(1/(n − ddof)) Σ (x − mean)²: NumPy's convention, ddof = 0 unless asked otherwise.

        In PyTorch's words: dim=, keepdim=, correction= (or unbiased=), which is 1 unless asked otherwise.
        """
        return self._spread("var", axis, keepdims, ddof, **words)

    def std(self, axis: Axis = None, keepdims: bool = False, ddof: int | None = None, **words: Any) -> "Tensor":
        """√var, in the same words."""
        return self._spread("std", axis, keepdims, ddof, **words)

    def norm(
        self,
        p: Any = 2.0,
        dim: Axis = None,
        keepdim: bool = False,
        *,
        axis: Axis = None,
        keepdims: bool = False,
    ) -> "Tensor":
        """(Σ |x|ᵖ)^(1/p), of all numbers or along axes; p = 2 ("fro") is the length, ∞ the largest |x|"""
        power = 2.0 if p is None or (isinstance(p, str) and p == "fro") else p
        if isinstance(power, bool | str) or not isinstance(power, int | float | np.number):
            raise ValueError(f"norm expects a number p or 'fro'; got {in_short(p)}")
        place = either("norm", "axis", axis, "dim", dim)
        x = self if self._data.dtype.kind == "f" else self.astype(np.float32)
        return self._apply(rules.vector_norm, x, p=float(power), axis=place, keepdims=kept(keepdims, keepdim))

    def logsumexp(
        self, axis: Axis = None, keepdims: bool = False, *, dim: Axis = None, keepdim: bool = False
    ) -> "Tensor":
        """ln Σ e^x, which overflows for no x; its gradient is the softmax. Book §3.5"""
        return self._reduced(rules.logsumexp, axis, keepdims, dim, keepdim)

    def argmax(
        self, axis: int | None = None, keepdims: bool = False, *, dim: int | None = None, keepdim: bool = False
    ) -> Array:
        """Where the largest number stands, as an ordinary array."""
        return self._place(np.argmax, either("argmax", "axis", axis, "dim", dim), kept(keepdims, keepdim))

    def argmin(
        self, axis: int | None = None, keepdims: bool = False, *, dim: int | None = None, keepdim: bool = False
    ) -> Array:
        """Where the smallest number stands, as an ordinary array."""
        return self._place(np.argmin, either("argmin", "axis", axis, "dim", dim), kept(keepdims, keepdim))

    def any(self, axis: Any = None, keepdims: bool = False, *, dim: Any = None, keepdim: bool = False) -> Array:
        """Whether any number is not 0, as an ordinary array."""
        place = several_axes("any", either("any", "axis", axis, "dim", dim), self.shape)
        return noted(as_array(np.any(values(self), axis=place, keepdims=kept(keepdims, keepdim))), np.any, self)

    def all(self, axis: Any = None, keepdims: bool = False, *, dim: Any = None, keepdim: bool = False) -> Array:
        """Whether no number is 0, as an ordinary array."""
        place = several_axes("all", either("all", "axis", axis, "dim", dim), self.shape)
        return noted(as_array(np.all(values(self), axis=place, keepdims=kept(keepdims, keepdim))), np.all, self)

    # what they share

    def _reduced(self, rule: Any, axis: Axis, keepdims: bool, dim: Axis, keepdim: bool) -> "Tensor":
        if dim is not None:
            axis = either(rule.__name__, "axis", axis, "dim", dim)
        return self._apply(rule, self, axis=axis, keepdims=kept(keepdims, keepdim))

    def _spread(
        self,
        name: str,
        axis: Axis,
        keepdims: bool,
        ddof: int | None,
        *,
        dim: Axis = None,
        keepdim: bool = False,
        correction: int | None = None,
        unbiased: bool | None = None,
    ) -> "Tensor":
        given = either(name, "correction", correction, "unbiased", unbiased)
        ddof = either(name, "ddof", ddof, "correction", None if given is None else int(given))
        if ddof is None:
            ddof = int(dim is not None)
        place = either(name, "axis", axis, "dim", dim)
        return self._apply(rules.RULES[name], self, axis=place, keepdims=kept(keepdims, keepdim), ddof=ddof)

    def _extreme(self, name: str, dim: int, keepdim: bool) -> Any:
        """The largest or smallest numbers along an axis, and the places of the first of them."""
        place = one_axis(name, dim, self.shape or (1,))
        find = np.argmax if name == "max" else np.argmin
        if not self.ndim:
            return Found(self._apply(rules.reshape, self, shape=()), self._tensor(np.zeros((), np.int64)))
        self._searched(name, place)
        where = as_array(np.expand_dims(find(values(self), axis=place), place))
        found = self._apply(rules.sort, self, axis=place, order=where, descending=name == "max")
        indices = self._tensor(where)
        if keepdim:
            return Found(found, indices)
        shape = (*self.shape[:place], *self.shape[place + 1 :])
        return Found(found.reshape(shape), indices.reshape(shape))

    def _place(self, find: Any, axis: int | None, keepdims: bool) -> Array:
        place = self._searched(find.__name__, axis)
        found = as_array(find(values(self), axis=place))
        if keepdims:
            found = np.reshape(found, tuple(1 if place in (None, i) else n for i, n in enumerate(self.shape)))
        return noted(found, find, self)

    def _searched(self, name: str, axis: int | None) -> int | None:
        """The axis to search along; ValueError if there is nothing to find."""
        place = None if axis is None else one_axis(name, axis, self.shape or (1,))
        if not (math.prod(self.shape) if place is None else (*self.shape, 1)[place]):
            raise ValueError(f"{name} expects at least one number to choose from; got the shape {self.shape}")
        return place
