"""The types of numbers by the field's names: zk.float32, zk.long."""

from typing import Any

import numpy as np

from zerokara.rules import in_short

float16 = half = np.dtype(np.float16)
float32 = float = np.dtype(np.float32)
float64 = double = np.dtype(np.float64)
int8 = np.dtype(np.int8)
int16 = short = np.dtype(np.int16)
int32 = int = np.dtype(np.int32)
int64 = long = np.dtype(np.int64)
uint8 = np.dtype(np.uint8)
bool = np.dtype(np.bool_)

NAMES = (
    "float16", "half", "float32", "float", "float64", "double", "int8", "int16", "short", "int32", "int", "int64",
    "long", "uint8", "bool",
)  # fmt: skip


def numeric(dtype: Any) -> np.dtype[Any]:
    """A type of real numbers or bools, in the byte order of this machine; TypeError in words for any other."""
    try:
        wanted: np.dtype[Any] = np.dtype(dtype).newbyteorder("=")
    except TypeError:
        raise TypeError(f"expected a type of numbers such as zk.float32 or np.int64; got {in_short(dtype)}") from None
    if wanted.kind not in "biuf":
        raise TypeError(f"a tensor holds real numbers or bools; got {wanted}")
    return wanted
