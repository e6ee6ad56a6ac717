"""Comparisons, truth values, choices, and changes of type: what has no gradient of its own."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.io.onnx.graph import BFLOAT16, DTYPES
from zerokara.io.onnx.operator import Call, Value, is_tensor, numbers_of, operator


def _of_arrays(function: Callable[..., Any]) -> Callable[..., Value]:
    return lambda call, *values: function(*(numbers_of(v) for v in values))


operator("Equal", quiet=True)(_of_arrays(np.equal))
operator("Greater", quiet=True)(_of_arrays(np.greater))
operator("GreaterOrEqual", quiet=True)(_of_arrays(np.greater_equal))
operator("Less", quiet=True)(_of_arrays(np.less))
operator("LessOrEqual", quiet=True)(_of_arrays(np.less_equal))
operator("And", quiet=True)(_of_arrays(np.logical_and))
operator("Or", quiet=True)(_of_arrays(np.logical_or))
operator("Xor", quiet=True)(_of_arrays(np.logical_xor))
operator("Not", quiet=True)(_of_arrays(np.logical_not))
operator("IsNaN", quiet=True)(_of_arrays(np.isnan))


@operator("IsInf", quiet=True)
def is_infinite(call: Call, x: Value) -> Value:
    """Whether x is +∞ or −∞, as far as asked for."""
    x = numbers_of(x)
    above = call.get("detect_positive", 1) * (x > 0)
    below = call.get("detect_negative", 1) * (x < 0)
    return np.isinf(x) & ((above + below) > 0)


@operator("Where")
def where(call: Call, condition: Value, x: Value, y: Value) -> Value:
    """x where the condition holds, else y."""
    condition = numbers_of(condition)
    return F.where(condition, x, y) if is_tensor(x, y) else np.where(condition, x, y)


@operator("Cast", quiet=True)
def cast(call: Call, x: Value) -> Value:
    """The same numbers in the type `to`. Beyond its ends: whole numbers keep their last bits, fractional ones are ±∞.

    A fractional number that no whole number of the type is near (NaN, ∞, 10¹⁰ as int32) is not defined by ONNX; it
    becomes what NumPy makes of it. bfloat16 is computed in float32.
    """
    number = int(call.get("to", 0))
    if number not in DTYPES and number != BFLOAT16:
        raise ValueError(f"a Cast to ONNX's type {number} is not supported: NumPy has no such numbers")
    return _as_type(x, np.dtype(np.float32) if number == BFLOAT16 else DTYPES[number])


@operator("CastLike", quiet=True)
def cast_like(call: Call, x: Value, like: Value) -> Value:
    """The same numbers in the type of `like`, as `Cast` makes them."""
    return _as_type(x, like.dtype)


def _as_type(x: Value, dtype: "np.dtype[Any]") -> Value:
    """Between floating types a tensor stays one, with its gradient; whole numbers are arrays."""
    if isinstance(x, Tensor) and np.issubdtype(dtype, np.floating):
        return x if x.dtype == dtype else x.astype(dtype)
    return numbers_of(x).astype(dtype)


def _extreme(find: Callable[..., Any]) -> Callable[..., Value]:
    """Where the extreme stands: the first of equals, or the last if `select_last_index`."""

    def compute(call: Call, x: Value) -> Value:
        x, axis = numbers_of(x), call.get("axis", 0)
        if call.get("select_last_index", 0):
            found = x.shape[axis] - 1 - find(np.flip(x, axis), axis)
        else:
            found = find(x, axis)
        return np.expand_dims(found, axis) if call.get("keepdims", 1) else found

    return compute


operator("ArgMax", quiet=True)(_extreme(np.argmax))
operator("ArgMin", quiet=True)(_extreme(np.argmin))
