"""Which operations of a trace become machine code, and by which function."""

from collections.abc import Callable
from typing import Any

from zerokara.arrays import Array
from zerokara.kernels import compiled
from zerokara.kernels.reference import __all__ as _DEFINED
from zerokara.kernels.tracing import CHANGING

VIEWS = frozenset({"reshape", "transpose", "swapaxes", "broadcast_to", "getitem"})
"""NumPy's functions that mostly show the same memory in another shape."""

IN_PLACE = CHANGING - {"update_running"}
"""Steps of an optimizer."""


def _global_mean(x: Array) -> Array:
    """The mean of every map: (N, C, H, W) → (N, C)."""
    return compiled.avg_pool2d(x, x.shape[2:], x.shape[2:], (0, 0), False, True).reshape(x.shape[:2])


NATIVE: dict[str, Callable[..., Any]] = {
    **{name: getattr(compiled, name) for name in _DEFINED if hasattr(compiled, name)},
    **compiled.FUSED,
    "global_mean": _global_mean,
}
"""Name of an operation → the function that writes its calls down."""
