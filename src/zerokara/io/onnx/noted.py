"""Truth values that a network computes: comparisons of tensors, which leave no node, and what is made of them.

`x > 0` gives an ordinary array, since it has no gradient. While a network is recorded for export, that array remembers
where it came from (`Noted`), and so do the truth values made of it: `(x > 0) & (x < 1)`, `~mask`, `mask.astype(…)`. So
the file compares anew for every input, instead of holding what was true of the random ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.nn import Parameter

BINARY: Mapping[Any, str] = {
    np.less: "Less", np.less_equal: "LessOrEqual", np.greater: "Greater", np.greater_equal: "GreaterOrEqual",
    np.equal: "Equal", np.not_equal: "Equal",
    np.logical_and: "And", np.bitwise_and: "And", np.logical_or: "Or", np.bitwise_or: "Or",
    np.logical_xor: "Xor", np.bitwise_xor: "Xor",
}  # fmt: skip
UNARY: Mapping[Any, str] = {
    np.logical_not: "Not", np.invert: "Not", np.isnan: "IsNaN", np.isinf: "IsInf", np.isfinite: "", np.sign: "Sign",
}  # fmt: skip


class Noted(np.ndarray):
    """An array that remembers the function and the inputs it was computed of. `function` is None where nobody knows."""

    function: Any = None
    inputs: tuple[Any, ...] = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if not all(isinstance(i, np.ndarray | np.generic | bool | int | float) for i in inputs):
            return NotImplemented  # a tensor knows better
        if options.get("out") is not None:
            options["out"] = tuple(_plain(i) for i in options["out"])
        found = getattr(ufunc, method)(*map(_plain, inputs), **options)
        written = method == "__call__" and not options and (ufunc in BINARY or ufunc in UNARY)
        return noted(found, ufunc, *inputs) if written else found

    def astype(self, dtype: Any, *args: Any, **options: Any) -> Any:
        """As NumPy's."""
        found = np.asarray(self).astype(dtype, *args, **options)
        return noted(found, np.ndarray.astype, self)


def noted(found: Any, function: Any, *inputs: Any) -> Noted:
    """An array that remembers. Its memory is its own, so that it is the base of what `np.asarray` makes of it."""
    array = np.ndarray.__new__(Noted, np.shape(found), np.asarray(found).dtype)
    array[...] = found
    array.function, array.inputs = function, inputs
    return array


def _plain(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, Noted) else value


def origin(array: Any) -> Noted | None:
    """The noted array behind an array of the graph: itself, or what `np.asarray` shows in another class."""
    while isinstance(array, np.ndarray) and not isinstance(array, Noted):
        base = array.base
        if not isinstance(base, np.ndarray) or base.shape != array.shape or base.dtype != array.dtype:
            return None
        array = base
    return array if isinstance(array, Noted) and array.function is not None else None


def tensors(array: Noted) -> Iterator[Tensor]:
    """The tensors that it was computed of."""
    for value in array.inputs:
        if isinstance(value, Noted):
            yield from tensors(value)
        elif isinstance(value, Tensor):
            yield value


def depends(array: Noted) -> bool:
    """Whether it was computed of the network's input, and not of its parameters alone."""
    return any(t.requires_grad and not isinstance(t, Parameter) for t in tensors(array))
