"""Where types meet: one rule, PyTorch's. See "Which type comes out" in docs/autodiff.md.

There are three categories: bools, integers, fractions. Three kinds of operands decide, in this order: tensors and
arrays with axes, tensors without axes, numbers (Python's, NumPy's, lists of them, and arrays without axes). Within one
kind the higher category wins, and in it the type that holds both. The next kind counts only where its category is
higher; a number then brings int64 or float32. So float32 stays float32, whatever whole and single numbers it meets.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import DTypeLike, native
from zerokara.kernels.tracing import Traced, as_array
from zerokara.rules import in_short

DType = np.dtype[Any]

_CATEGORY = {"b": 0, "i": 1, "u": 1, "f": 2}
_DEFAULT = {"b": np.dtype(np.bool_), "i": np.dtype(np.int64), "u": np.dtype(np.int64), "f": np.dtype(np.float32)}
_PLAIN = (bool, int, float)


def common_dtype(*operands: Any) -> DType:
    """The type in which operands (tensors, arrays, numbers) are combined."""
    axes: DType | None = None
    single: DType | None = None
    number: DType | None = None
    own: DType | None = None
    for operand in operands:
        dtype = _dtype(operand)
        if is_number(operand):
            number = _joined(number, _DEFAULT[dtype.kind])
            own = _joined(own, _DEFAULT[dtype.kind] if isinstance(operand, (*_PLAIN, list, tuple)) else dtype)
        elif operand.ndim:
            axes = _joined(axes, dtype)
        else:
            single = _joined(single, dtype)
    if axes is None and single is None:
        single = own
    found = _over(axes, _over(single, number))
    assert found is not None
    return found


def alike(*operands: Any) -> tuple[Any, ...]:
    """The operands as tensors and arrays of their common type."""
    if len(operands) == 2 and (quick := _two_alike(*operands)):
        return quick
    if not operands:
        return ()
    common = common_dtype(*operands)
    return tuple(converted(operand, common) for operand in operands)


def _two_alike(x: Any, y: Any) -> tuple[Any, Any] | None:
    """The two commonest cases, without asking the rule: equal types, and a fraction that meets a plain number."""
    a: Any = getattr(x, "dtype", None)
    b: Any = getattr(y, "dtype", None)
    if a is b:
        return (x, y) if a is not None and a.isnative else None
    if b is None and a.kind == "f" and type(y) in (float, int) and not isinstance(x, np.generic):
        return x, np.asarray(y, a)
    if a is None and b.kind == "f" and type(x) in (float, int) and not isinstance(y, np.generic):
        return np.asarray(x, b), y
    return None


def floating(*operands: Any) -> tuple[Any, ...]:
    """As `alike`, for functions whose results are fractions: bools and integers become float32."""
    if len(operands) == 2 and (quick := _two_alike(*operands)) and quick[0].dtype.kind == "f":
        return quick
    common = common_dtype(*operands)
    return tuple(converted(o, common if common.kind == "f" else _DEFAULT["f"]) for o in operands)


def comparable(x: Any, y: Any) -> tuple[Any, Any]:
    """Two operands as arrays, ready to be compared: fractions in their common type, so 0.1 equals a float32 of 0.1."""
    if (_kind(x) == "f" and (_kind(y) == "f" or isinstance(y, _PLAIN))) or (_kind(y) == "f" and isinstance(x, _PLAIN)):
        x, y = alike(x, y)
    return values(x), values(y)


def values(x: Any) -> Any:
    """The array of a tensor; anything else as an array."""
    return as_array(x)


def numbers(what: str, value: Any) -> Any:
    """The array of a tensor, or anything else as an array of numbers; TypeError in words if it is none."""
    try:
        array = as_array(value)
    except ValueError:
        array = as_array(None)
    if array.dtype.kind not in _CATEGORY:
        raise TypeError(f"{what} expects real numbers or bools; got {in_short(value)}")
    return array


def compared(ufunc: np.ufunc, x: Any, y: Any) -> Any:
    """The truth values of a comparison, number by number."""
    try:
        a, b = comparable(x, y)
    except ValueError:  # a list that is no rectangle
        raise TypeError(f"np.{ufunc.__name__} compares tensors, arrays and numbers; got {in_short(y)}") from None
    if any(side.dtype.kind not in _CATEGORY and given is not None for side, given in ((a, x), (b, y))):
        raise TypeError(f"np.{ufunc.__name__} compares tensors, arrays and numbers; got {in_short(y)}")
    try:
        return as_array(ufunc(a, b))
    except ValueError as error:
        raise refusal(ufunc, a, b, error) from None
    except TypeError:
        raise TypeError(f"np.{ufunc.__name__} compares tensors, arrays and numbers; got {in_short(y)}") from None


def is_number(operand: Any) -> bool:
    """Whether an operand counts as a number: it has no axes and is no tensor, or it is a list."""
    if isinstance(operand, np.ndarray | Traced):
        return not operand.ndim
    return isinstance(operand, (*_PLAIN, np.generic, list, tuple))


def converted(operand: Any, dtype: DTypeLike) -> Any:
    """A tensor or array in this type: itself if it has it already."""
    if not isinstance(operand, (*_PLAIN, np.generic, list, tuple)):
        return operand if operand.dtype == dtype else operand.astype(dtype)
    wanted = np.dtype(dtype)
    array = np.asarray(operand)
    if wanted.kind in "iu" and array.size and not fits(array, wanted):
        raise ValueError(f"{operand!r} does not fit {wanted}: use .astype(np.int64) on the tensor that it meets")
    return array.astype(wanted)


def combined(
    apply: Callable[..., Any], rule: Callable[..., Any], x: Any, y: Any, *, fractions: bool = False, bools: bool = True
) -> Any:
    """Apply a rule of two operands to tensors, arrays and numbers of any type and shape that fit together."""
    x, y = floating(x, y) if fractions else alike(x, y)
    if not bools and x.dtype == np.bool_:
        raise TypeError(f"{rule.__name__} is not defined for bools: use .astype(np.int64), or x != y for a difference")
    try:
        return apply(rule, x, y)
    except ValueError as error:
        raise refusal(rule, x, y, error) from None


def refusal(rule: Callable[..., Any], x: Any, y: Any, error: ValueError) -> ValueError:
    """Why a rule of two operands has failed."""
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return ValueError(
            f"{rule.__name__}: the shapes {x.shape} and {y.shape} do not fit: "
            "counted from the last, axes must be equal or 1"
        )
    if "negative integer powers" in f"{error} {error.__cause__}":
        return ValueError("an integer to a negative power is a fraction: use .astype(np.float32) first")
    return error


def _dtype(operand: Any) -> DType:
    if isinstance(operand, np.ndarray | np.generic | Traced) or hasattr(operand, "requires_grad"):
        dtype: DType = operand.dtype
    elif isinstance(operand, (*_PLAIN, list, tuple)):
        dtype = numbers("a tensor that meets a list", operand).dtype
    else:
        raise TypeError(f"a tensor meets tensors, arrays and numbers; got {type(operand).__name__}")
    if dtype.kind not in _CATEGORY:
        raise TypeError(f"a tensor meets real numbers and bools; got {dtype}")
    return dtype


def _kind(x: Any) -> str:
    dtype = getattr(x, "dtype", None)
    return "" if dtype is None else str(dtype.kind)


def fits(array: Any, dtype: DType) -> bool:
    """Whether whole numbers lie in the range of a type of whole numbers."""
    if array.dtype.kind not in "iu" or not array.size:
        return True
    limits = np.iinfo(dtype)
    return bool(limits.min <= int(array.min()) and int(array.max()) <= limits.max)


def _joined(a: DType | None, b: DType) -> DType:
    """The type that holds both: that of the higher category, or the common one of one category."""
    if a is None or a == b:
        return b if b.isnative else b.newbyteorder("=")
    if _CATEGORY[a.kind] != _CATEGORY[b.kind]:
        return max(a, b, key=lambda dtype: _CATEGORY[dtype.kind])
    joined = np.promote_types(a, b)
    if joined.kind != "f" or a.kind == "f":
        return joined
    raise TypeError(f"{a} and {b} have no integer type in common: convert one of them with .astype first")


def _over(higher: DType | None, lower: DType | None) -> DType | None:
    """The type where operands of a higher kind meet those of a lower one, which count by their category only."""
    if higher is None or lower is None:
        return lower if higher is None else higher
    return lower if _CATEGORY[lower.kind] > _CATEGORY[higher.kind] else higher


def as_native(value: Any) -> Any:
    """An array as tensors hold it: of NumPy's plain class, in this machine's byte order."""
    if isinstance(value, Traced):
        return value
    try:
        return native(np.asarray(value))
    except (TypeError, ValueError):
        raise TypeError(f"a tensor is made of numbers in a rectangular arrangement; got {in_short(value)}") from None
