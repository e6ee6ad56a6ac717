"""Methods that pick numbers by place or by size: gather, sorting, the largest k, masks; and running sums."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array
from zerokara.autodiff.dispatch import Dispatched, chosen, truth
from zerokara.autodiff.noting import noted
from zerokara.autodiff.promotion import numbers, values
from zerokara.autodiff.reductions import Found
from zerokara.autodiff.sizes import either
from zerokara.kernels import tracing
from zerokara.kernels.tracing import as_array
from zerokara.rules import along, one_axis, whole_number

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor


class Picking(Dispatched):
    """What is taken out of a tensor, and in which order."""

    __slots__ = ()

    def gather(self, dim: int, index: Any) -> "Tensor":
        """y[i, j] = x[i, index[i, j]] for dim = 1, and so on: along `dim` as `index` tells, else where it stands.

        `index` holds whole numbers from 0 on; it has as many axes as x, and is no longer than x but along `dim`.
        """
        place = one_axis("gather", dim, self.shape)
        where = _places("gather", index)
        fits = where.ndim == self.ndim and all(
            i == place or m <= n for i, (m, n) in enumerate(zip(where.shape, self.shape, strict=True))
        )
        if not fits:
            raise ValueError(
                f"gather along axis {place} of {self.shape} expects an index with as many axes, no longer than these "
                f"but along it; got {where.shape}"
            )
        _expect_inside("gather", where, self.shape[place])
        return self._apply(rules.getitem, self, index=along(place, where))

    def index_select(self, dim: int, index: Any) -> "Tensor":
        """The parts at these places along an axis: `index` is a row of whole numbers."""
        place = one_axis("index_select", dim, self.shape)
        where = _places("index_select", index)
        _expect_inside("index_select", where, self.shape[place])
        return self._apply(rules.getitem, self, index=(*(slice(None),) * place, where))

    def masked_fill(self, mask: Any, value: Any) -> "Tensor":
        """`value` where the mask holds, else x. ∂L/∂x = g where it does not"""
        return self._tensor(chosen(self._apply, mask, value, self))

    def masked_select(self, mask: Any) -> "Tensor":
        """The numbers at which the mask holds, in a row."""
        return self._apply(rules.getitem, self, index=truth(mask))

    def sort(
        self, dim: int | None = None, descending: bool = False, stable: bool = True, *, axis: int | None = None
    ) -> Found:
        """(values, indices): numbers in order along an axis (the last), equal ones as they stood; NaN is largest."""
        given = either("sort", "axis", axis, "dim", dim)
        place = -1 if given is None else given
        order = self._order("sort", place, descending)
        return Found(self._sorted(place, order, descending), self._tensor(order))

    def argsort(self, dim: int = -1, descending: bool = False, stable: bool = True) -> "Tensor":
        """The places of the numbers in order along an axis."""
        return self._tensor(self._order("argsort", dim, descending))

    def topk(self, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Found:
        """(values, indices): the k largest numbers along an axis, the largest first; or the smallest."""
        place = one_axis("topk", dim, self.shape or (1,))
        n = (self.shape or (1,))[place]
        k = whole_number("topk", k, "a whole number k")
        if not 0 <= k <= n:
            raise ValueError(f"topk along an axis of {n} expects k from 0 to {n}; got {k}")
        order = self._order("topk", place, largest)
        if self.ndim:
            order = order[(slice(None),) * place + (slice(0, k),)]
        return Found(self._sorted(place, order, largest), self._tensor(order))

    def cumsum(self, dim: int | None = None, *, axis: int | None = None) -> "Tensor":
        """yᵢ = x₁ + … + xᵢ along an axis"""
        place = either("cumsum", "axis", axis, "dim", dim)
        if place is None:
            raise TypeError(
                "cumsum expects an axis to sum along: cumsum(dim=0); x.flatten().cumsum(0) goes through all"
            )
        if not self.ndim:
            one_axis("cumsum", place, (1,))
            return self._apply(rules.sum, self)
        return self._apply(rules.cumsum, self, axis=place)

    # what they share

    def _order(self, name: str, dim: int, descending: bool) -> Array:
        """The places of the numbers in order along an axis, equal ones as they stood."""
        place = one_axis(name, dim, self.shape or (1,))
        x = values(self)
        if not self.ndim:
            return np.zeros((), np.int64)
        if not descending:
            return noted(as_array(np.argsort(x, axis=place, kind="stable")), np.argsort, self)
        back = (slice(None),) * place + (slice(None, None, -1),)  # backwards, so that equal ones stay in order
        found = self.shape[place] - 1 - np.argsort(x[back], axis=place, kind="stable")[back]
        return noted(as_array(found), np.argsort, self)

    def _sorted(self, dim: int, order: Array, descending: bool) -> "Tensor":
        if not self.ndim:
            return self._apply(rules.reshape, self, shape=())
        return self._apply(rules.sort, self, axis=dim, order=order, descending=descending)


def _places(name: str, index: Any) -> Array:
    where = numbers(name, index)
    if where.dtype.kind not in "iu":
        raise TypeError(f"{name} expects whole numbers as index; got {where.dtype}: use .long() on it")
    return as_array(where)


def _expect_inside(name: str, where: Array, length: int) -> None:
    """In a recorded step: at every replay."""
    tracing.look(partial(_refuse_outside, name, length), where)


def _refuse_outside(name: str, length: int, where: Array) -> None:
    if where.size and not (where.min() >= 0 and where.max() < length):
        raise IndexError(f"{name} expects places from 0 to {length - 1}; got {where.min()} to {where.max()}")
