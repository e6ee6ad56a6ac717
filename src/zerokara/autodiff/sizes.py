"""How many numbers a tensor has, and how long its axes are: NumPy's `t.size` and PyTorch's `t.size()` in one."""

from typing import Any

from zerokara.arguments import short
from zerokara.arrays import Shape


class Size(int):
    """A whole number, how many numbers there are. Called, it gives the shape, or the length of one axis.

    t.size == 6,  t.size() == (2, 3),  t.size(0) == 2
    """

    shape: Shape

    def __new__(cls, count: int, shape: Shape) -> "Size":
        """The number of numbers in an array of this shape."""
        made = super().__new__(cls, count)
        made.shape = shape
        return made

    def __call__(self, dim: int | None = None) -> Any:
        """The shape, or the length of the axis `dim`."""
        if dim is None:
            return self.shape
        if not -len(self.shape) <= dim < len(self.shape):
            raise IndexError(f"size expects an axis of the shape {self.shape}; got {dim}")
        return self.shape[dim]

    def __reduce__(self) -> Any:
        return Size, (int(self), self.shape)


def either(function: str, ours: str, own: Any, theirs: str, other: Any, unset: Any = None) -> Any:
    """The value of an argument that has two names, such as axis= (NumPy's) and dim= (PyTorch's)."""
    if other is unset:
        return own
    if own is not unset:
        raise TypeError(
            f"{function} takes {ours}= or {theirs}=, not both; got {ours}={short(own)} and {theirs}={short(other)}"
        )
    return other
