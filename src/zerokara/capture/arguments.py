"""The arguments of a step: which of them are inputs, and on which a recording depends."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.kernels.tracing import CaptureError, Trace, Traced, replaced

_KINDS = (Tensor, np.ndarray)


def inputs(args: Any, kwargs: Any) -> tuple[list[Array], Any]:
    """The arrays among the arguments, nests included, and what else a recording depends on, hashable."""
    arrays: list[Array] = []
    signature = [_described(value, arrays, i) for i, value in enumerate(args)]
    for name, value in kwargs.items():
        signature += [name, _described(value, arrays, name)]
    return arrays, tuple(signature)


def _described(value: Any, arrays: list[Array], name: Any) -> Any:
    """One argument: shape and dtype of an array, which is an input; type and value of everything else."""
    kind = type(value)
    if isinstance(value, Tensor):
        if value.requires_grad:
            raise CaptureError(
                "the inputs of a captured step cannot require gradients: make them inside, or give arrays"
            )
        arrays.append(value._data)
        return Tensor, value._data.shape, value._data.dtype
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return np.ndarray, value.shape, value.dtype
    if isinstance(value, tuple | list):
        return kind, tuple(_described(v, arrays, name) for v in value)
    if isinstance(value, dict):
        return kind, tuple((k, _described(v, arrays, name)) for k, v in value.items())
    if isinstance(value, float | complex):
        return kind, repr(value)  # 0.0 and −0.0 are equal, and different
    if isinstance(value, np.generic):
        return kind, value.dtype, value.tobytes()
    try:
        hash(value)
    except TypeError:
        raise CaptureError(
            f"a captured step takes arrays, tensors, plain values and nests of them; argument {name!r} is a "
            f"{kind.__name__}: give what it holds"
        ) from None
    return kind, value


def stand_ins(trace: Trace, value: Any) -> Any:
    """The arguments that the step gets while it is being recorded, in the order of `inputs`."""
    return replaced(value, _KINDS, lambda array: _stand_in(trace, array))


def _stand_in(trace: Trace, value: Any) -> Any:
    if isinstance(value, Tensor):
        return Tensor(trace.input(value.data))  # type: ignore[arg-type]
    return trace.input(value)


def results(value: Any, output: Callable[[Any], Any]) -> Any:
    """What a step returned, with every tensor and traced array in it replaced."""
    return replaced(value, (Tensor, Traced), output)
