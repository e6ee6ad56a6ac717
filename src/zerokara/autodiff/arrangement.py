"""Methods that bring the numbers of a tensor into another arrangement, or take some of them."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Shape
from zerokara.autodiff.dispatch import Dispatched
from zerokara.autodiff.sizes import either
from zerokara.rules import in_short, new_shape, one_axis, several_axes, whole_number

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor

Axis = int | tuple[int, ...] | None


class Arrangement(Dispatched):
    """How the numbers of a tensor are arranged, in NumPy's words and in PyTorch's."""

    __slots__ = ()

    def reshape(self, *shape: int | Shape) -> "Tensor":
        """The same numbers in another shape; one length may be −1."""
        return self._apply(rules.reshape, self, shape=flat(shape))

    def view(self, *shape: int | Shape) -> "Tensor":
        """As `reshape`: PyTorch's word. Memory is shown where it can be, copied where it cannot."""
        if len(shape) == 1 and not isinstance(shape[0], int | np.integer | tuple | list):
            raise TypeError(
                f"view takes lengths of axes; got {in_short(shape[0])}: use .to(dtype) for numbers of another type"
            )
        return self.reshape(*shape)

    def view_as(self, other: "Tensor") -> "Tensor":
        """In the shape of another."""
        return self.reshape(self._tensor(other).shape)

    reshape_as = view_as

    def flatten(self, start_axis: int | None = None, end_dim: int = -1, *, start_dim: int | None = None) -> "Tensor":
        """The axes from the first to `end_dim` become one: all of them, unless told otherwise."""
        first = either("flatten", "start_axis", start_axis, "start_dim", start_dim)
        start = one_axis("flatten", 0 if first is None else first, self.shape or (1,))
        end = one_axis("flatten", end_dim, self.shape or (1,)) + 1
        if end <= start:
            raise ValueError(f"flatten expects its first axis before its last; got {first} and {end_dim}")
        return self.reshape(*self.shape[:start], math.prod(self.shape[start:end]), *self.shape[end:])

    def permute(self, *dims: int | Shape) -> "Tensor":
        """Axes in another order, each named once."""
        return self._apply(rules.transpose, self, axes=flat(dims))

    def transpose(self, *axes: int | Shape, dim0: int | None = None, dim1: int | None = None) -> "Tensor":
        """Two axes exchanged (PyTorch's), or all axes in another order (NumPy's); all reversed if none are given.

        For a matrix transpose(0, 1) would mean the one to PyTorch and the other to NumPy: a ValueError says so.
        """
        if dim0 is not None and dim1 is not None and not axes:
            return self.swapaxes(dim0, dim1)
        if len(axes) == 2 and all(isinstance(axis, int | np.integer) for axis in axes):
            if self.ndim > 2:
                return self.swapaxes(*axes)  # type: ignore[arg-type]
            if [one_axis("transpose", axis, self.shape) for axis in axes] == [0, 1]:
                raise ValueError(
                    "transpose(0, 1) of a matrix exchanges its axes in PyTorch and leaves them in NumPy: write .T to "
                    "exchange them"
                )
        order = flat(axes) or tuple(reversed(range(self.ndim)))
        return self._apply(rules.transpose, self, axes=order)

    def swapaxes(self, a: int, b: int) -> "Tensor":
        """Two axes exchanged."""
        order = list(range(self.ndim))
        first, second = (one_axis("swapaxes", axis, self.shape) for axis in (a, b))
        order[first], order[second] = second, first
        return self.permute(*order)

    def t(self) -> "Tensor":
        """A matrix with rows and columns exchanged."""
        if self.ndim > 2:
            raise ValueError(f"t() expects a matrix; got {self.shape}: use .transpose(a, b), or .mT for every matrix")
        return self.permute(*reversed(range(self.ndim)))

    @property
    def T(self) -> "Tensor":  # noqa: N802  (NumPy's name)
        """All axes reversed."""
        return self.permute(*reversed(range(self.ndim)))

    @property
    def mT(self) -> "Tensor":  # noqa: N802  (NumPy's name)
        """The last two axes exchanged."""
        return self.swapaxes(-2, -1)

    def squeeze(self, axis: Axis = None, *, dim: Axis = None) -> "Tensor":
        """Without the axes of length 1, or without the given ones.

        With axis= they must have the length 1 (NumPy's way); with dim= one that has another stays (PyTorch's).
        """
        single = tuple(i for i, n in enumerate(self.shape) if n == 1)
        given = either("squeeze", "axis", axis, "dim", dim)
        away = single if given is None else several_axes("squeeze", given, self.shape)
        if dim is None and not set(away) <= set(single):
            raise ValueError(f"squeeze expects axes of length 1; got axis {axis} for the shape {self.shape}")
        return self.reshape(tuple(n for i, n in enumerate(self.shape) if i not in away or n != 1))

    def expand_dims(self, axis: int) -> "Tensor":
        """With a new axis of length 1."""
        place = one_axis("expand_dims", axis, (*self.shape, 1))
        return self.reshape((*self.shape[:place], 1, *self.shape[place:]))

    def unsqueeze(self, dim: int) -> "Tensor":
        """With a new axis of length 1: PyTorch's word for `expand_dims`."""
        return self.expand_dims(dim)

    def broadcast_to(self, shape: Shape) -> "Tensor":
        """The numbers repeated to fill a larger shape."""
        return self._apply(rules.broadcast_to, self, shape=shape)

    def expand(self, *sizes: int | Shape) -> "Tensor":
        """As `broadcast_to`; −1 leaves an axis as long as it is."""
        wanted = new_shape("expand", flat(sizes))
        new = len(wanted) - self.ndim
        if new < 0 or any(n < 0 for n in wanted[:new]):
            raise ValueError(
                f"expand of the shape {self.shape} expects a length for every axis, new ones >= 0; got {wanted}"
            )
        return self.broadcast_to(
            tuple(self.shape[i - new] if n == -1 and i >= new else n for i, n in enumerate(wanted))
        )

    def expand_as(self, other: "Tensor") -> "Tensor":
        """Repeated to fill the shape of another."""
        return self.broadcast_to(self._tensor(other).shape)

    def repeat(self, *sizes: int | Shape) -> "Tensor":
        """The whole tensor, so many times along each axis: PyTorch's repeat, which NumPy calls tile."""
        times = new_shape("repeat", flat(sizes))
        new = len(times) - self.ndim
        if new < 0 or any(n < 0 for n in times):
            raise ValueError(f"repeat of the shape {self.shape} expects how often for every axis, or more; got {times}")
        shape = (1,) * new + self.shape
        apart = tuple(length for n in shape for length in (1, n))
        spread = tuple(length for n, k in zip(shape, times, strict=True) for length in (k, n))
        return self.reshape(apart).broadcast_to(spread).reshape(tuple(k * n for n, k in zip(shape, times, strict=True)))

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> "tuple[Tensor, ...]":
        """Parts along an axis: of this length (the last may be shorter), or of these lengths."""
        place = one_axis("split", dim, self.shape)
        n = self.shape[place]
        if not isinstance(split_size, list | tuple):
            split_size = whole_number("split", split_size, "a length, or a list of lengths")
            if split_size < 1:
                raise ValueError(f"split expects parts of at least 1; got {split_size}")
            lengths = [min(split_size, n - start) for start in range(0, n, split_size)] or [0]
        else:
            lengths = [whole_number("split", length, "lengths that are whole numbers") for length in split_size]
            if sum(lengths) != n or any(length < 0 for length in lengths):
                raise ValueError(f"split of an axis of {n} expects lengths that add up to it; got {lengths}")
        ends = np.cumsum(lengths).tolist()
        before = (slice(None),) * place
        return tuple(self[(*before, slice(end - length, end))] for length, end in zip(lengths, ends, strict=True))

    def chunk(self, chunks: int, dim: int = 0) -> "tuple[Tensor, ...]":
        """At most so many parts of one length along an axis; the last may be shorter."""
        chunks = whole_number("chunk", chunks, "a number of parts")
        if chunks < 1:
            raise ValueError(f"chunk expects at least 1 part; got {chunks}")
        n = self.shape[one_axis("chunk", dim, self.shape)]
        return self.split(max(1, -(-n // chunks)), dim)

    def unbind(self, dim: int = 0) -> "tuple[Tensor, ...]":
        """The parts of length 1 along an axis, without that axis."""
        place = one_axis("unbind", dim, self.shape)
        return tuple(self[(slice(None),) * place + (i,)] for i in range(self.shape[place]))

    def __getitem__(self, index: Any) -> "Tensor":
        return self._apply(rules.getitem, self, index=plain_index(index))


def flat(numbers: tuple[Any, ...]) -> Shape:
    """(2, 3) from either f(2, 3) or f((2, 3))."""
    row = len(numbers) == 1 and (isinstance(numbers[0], tuple | list) or np.ndim(numbers[0]) == 1)
    return tuple(numbers[0]) if row else numbers


def plain_index(index: Any) -> Any:
    """An index whose tensors have become arrays."""
    if isinstance(index, tuple):
        return tuple(plain_index(i) for i in index)
    if isinstance(index, list):  # a list may change until the way back
        try:
            array = np.array(index)
        except ValueError:
            raise IndexError(
                f"an index is made of whole numbers, slices, and rectangular lists of whole numbers or bools; got "
                f"{in_short(index)}"
            ) from None
        return array if array.size else array.astype(np.intp)
    return index.data if isinstance(index, Dispatched) else index
