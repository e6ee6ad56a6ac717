"""A parameter: a tensor that an optimizer may change."""

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.autodiff.guards import Memory
from zerokara.kernels import tracing


class Parameter(Tensor):
    """A tensor that a `Module` finds among its fields and that training changes.

    It owns its memory: the values are copied into a C-contiguous array, so that optimizers may write into it.
    Python numbers become float32, floating arrays keep their dtype; anything else raises `TypeError`.
    """

    counts_changes = True

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(_owned(data), requires_grad=requires_grad)
        self._memory = Memory()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("data", "requires_grad"):  # recordings depend on them
            tracing.count_change()
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"Parameter(shape={self.shape}, dtype={self.dtype})"


def _owned(data: Any) -> Array:
    given = data._data if isinstance(data, Tensor) else data
    dtype = given.dtype if isinstance(given, np.ndarray | np.generic) else np.dtype(np.float32)
    if not np.issubdtype(dtype, np.floating):
        raise TypeError(f"a Parameter holds floating-point numbers; got dtype {dtype}: convert with .astype('float32')")
    if isinstance(given, np.ndarray) and given.size and not any(given.strides) and not given.flat[0]:
        return np.zeros(given.shape, dtype)  # a single 0 seen everywhere: takes memory only when it is written to
    return np.array(given, dtype=dtype, order="C", copy=True)
