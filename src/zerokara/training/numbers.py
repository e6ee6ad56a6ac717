"""Labels, answers and scores as arrays, or an error that says what was expected."""

from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor


def numbers(name: str, value: Any, *axes: int, kinds: str = "biuf") -> Array:
    """`value` as an array of numbers with one of the numbers of `axes`; ValueError in words for anything else.

    kinds: NumPy's letters of the dtypes that will do, as "iu" for integers.
    """
    try:
        array = np.asarray(value.data if isinstance(value, Tensor) else value)
    except (TypeError, ValueError):
        array = np.array(None)
    if array.size == 0 and array.dtype.kind == "f" and not isinstance(value, np.ndarray) and "f" not in kinds:
        array = array.astype(np.int64)  # an empty list holds no fractions
    if array.dtype.kind not in kinds or (axes and array.ndim not in axes):
        wanted = "integers" if "f" not in kinds else "numbers"
        shape = f" with {' or '.join(map(str, axes))} ax{'i' if axes == (1,) else 'e'}s" if axes else ""
        raise ValueError(f"{name} are an array of {wanted}{shape}; got {short(value)}")
    return array


def same_length(**arrays: Array) -> None:
    """ValueError unless all have as many rows, at least one."""
    (first, one), *others = arrays.items()
    for name, other in others:
        if len(one) != len(other):
            raise ValueError(f"{first} and {name} have one row an example; got {len(one)} and {len(other)}")
    if not len(one):
        raise ValueError("there are no examples to measure on")
