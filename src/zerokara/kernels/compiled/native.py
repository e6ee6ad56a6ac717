"""Which operations of a trace become machine code, and by which function."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels import compiled
from zerokara.kernels.compiled.layout import new_images
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.strided import copy_into
from zerokara.kernels.reference import __all__ as _DEFINED
from zerokara.kernels.tracing import NotNativeError

VIEWS = frozenset({"reshape", "transpose", "swapaxes", "broadcast_to", "getitem"})
"""NumPy's functions that mostly show the same memory in another shape."""


def _global_mean(x: Array) -> Array:
    """The mean of every map: (N, C, H, W) → (N, C)."""
    return compiled.avg_pool2d(x, x.shape[2:], x.shape[2:], (0, 0), False, True).reshape(x.shape[:2])


def _concatenate(xs: tuple[Array, ...], axis: int = 0) -> Array:
    """Arrays one after another along an axis; images with their channels innermost, as all kernels make them."""
    if any(x.dtype != xs[0].dtype for x in xs):
        raise NotNativeError("concatenate")
    place = axis % xs[0].ndim
    ends = np.cumsum([x.shape[place] for x in xs])
    shape = (*xs[0].shape[:place], int(ends[-1]), *xs[0].shape[place + 1 :])
    target = new_images(shape, xs[0].dtype)[0] if len(shape) == 4 else empty(shape, xs[0].dtype)
    for x, end in zip(xs, ends, strict=True):
        copy_into(target[(slice(None),) * place + (slice(int(end) - x.shape[place], int(end)),)], x)
    return target


def dense(x: Array) -> Array:
    """The array itself if its numbers lie side by side, rows or channels innermost; else a copy that does."""
    if x.flags.c_contiguous or (x.ndim == 4 and x.transpose(0, 2, 3, 1).flags.c_contiguous):
        return x
    return _copy(x)


def _copy(x: Array) -> Array:
    """The numbers as they are now."""
    target = new_images(x.shape, x.dtype)[0] if x.ndim == 4 else empty(x.shape, x.dtype)
    copy_into(target, x)
    return target


NATIVE: dict[str, Callable[..., Any]] = {
    **{name: getattr(compiled, name) for name in _DEFINED if hasattr(compiled, name)},
    **compiled.FUSED,
    "global_mean": _global_mean,
    "concatenate": _concatenate,
    "copy": _copy,
}
"""Name of an operation → the function that writes its calls down."""
