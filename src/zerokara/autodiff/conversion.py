"""Methods that give the same numbers in another type, as a copy, or as Python's numbers; and where they lie."""

from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import rules
from zerokara.arrays import DTypeLike
from zerokara.autodiff.devices import device, expect_processor, is_place
from zerokara.autodiff.dispatch import Dispatched
from zerokara.autodiff.dtypes import numeric

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor


class Conversion(Dispatched):
    """Types, copies, and the place of a tensor."""

    __slots__ = ()

    def astype(self, dtype: DTypeLike) -> "Tensor":
        """The same numbers in another dtype, always a copy; gradients pass through."""
        return self._apply(rules.cast, self, dtype=numeric(dtype))

    def to(self, *wanted: Any, dtype: Any = None, device: Any = None, copy: bool = False, **ignored: Any) -> "Tensor":
        """In another type (`to(zk.float64)`, `to(other)`); itself if it has it. The only device is "cpu"."""
        if unknown := set(ignored) - {"non_blocking", "memory_format"}:
            raise TypeError(f"to expects a dtype, a tensor or 'cpu'; got {', '.join(sorted(unknown))}=")
        for one in wanted:
            if isinstance(one, Dispatched):
                dtype = one.dtype
            elif is_place(one):
                device = one
            elif not isinstance(one, bool):
                dtype = one
        expect_processor(device)
        goal = self.dtype if dtype is None else numeric(dtype)
        if goal != self.dtype:
            return self.astype(goal)
        return self.clone() if copy else self._tensor(self)

    def type(self, dtype: Any = None) -> Any:
        """In another type; without one, the name of its own."""
        return str(self.dtype) if dtype is None else self.to(dtype)

    def type_as(self, other: "Tensor") -> "Tensor":
        """In the type of another."""
        return self.to(self._tensor(other))

    def float(self) -> "Tensor":
        """In float32."""
        return self.to(np.float32)

    def double(self) -> "Tensor":
        """In float64."""
        return self.to(np.float64)

    def half(self) -> "Tensor":
        """In float16."""
        return self.to(np.float16)

    def long(self) -> "Tensor":
        """In int64; fractions lose what stands behind the point."""
        return self.to(np.int64)

    def int(self) -> "Tensor":
        """In int32; fractions lose what stands behind the point."""
        return self.to(np.int32)

    def bool(self) -> "Tensor":
        """Whether each number is not 0."""
        return self.to(np.bool_)

    def clone(self) -> "Tensor":
        """A copy, through which gradients pass."""
        return self._apply(rules.clone, self)

    def contiguous(self) -> "Tensor":
        """Itself: `view` and `reshape` take any order of memory."""
        return self._tensor(self)

    def cpu(self) -> "Tensor":
        """Itself: everything lies in the processor's memory."""
        return self._tensor(self)

    def cuda(self, *place: Any, **options: Any) -> "Tensor":
        """There is no GPU here: a ValueError that says to leave it out."""
        raise ValueError("there is no GPU here: leave .cuda() out; everything runs on the processor")

    @property
    def device(self) -> device:
        """Where the numbers lie: "cpu"."""
        return device("cpu")

    @property
    def is_cuda(self) -> "bool":  # type: ignore[valid-type]
        """False"""
        return False

    @property
    def is_leaf(self) -> "bool":  # type: ignore[valid-type]
        """Whether it came out of no rule."""
        return self.node is None

    def is_floating_point(self) -> "bool":  # type: ignore[valid-type]
        """Whether it holds fractions."""
        return self.dtype.kind == "f"

    # how many, and Python's numbers

    def dim(self) -> Any:
        """How many axes there are."""
        return self.ndim

    def numel(self) -> Any:
        """How many numbers there are."""
        return self._data.size

    def tolist(self) -> Any:
        """The numbers as Python's, in nested lists."""
        return self._data.tolist()
