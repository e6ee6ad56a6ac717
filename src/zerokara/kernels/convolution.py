"""How convolutions of 3×3 and 5×5 are computed: directly, or with fewer multiplications where that is faster.

`fast`, the default, lets the compiled kernels use Winograd's method for float32: half to a third of the time, with
rounding errors about five times those of the plain sum (see `compiled/winograd.py`). `direct` is the plain sum always.
The environment variable ZEROKARA_CONVOLUTION or `use_convolution("direct")` chooses.
"""

import os
from types import TracebackType

WAYS = ("fast", "direct")

_chosen: str | None = None


class use_convolution:  # noqa: N801  (reads as a function, and is one that `with` can undo)
    """Switch to a way: `use_convolution("direct")`, for good or, as `with use_convolution("direct"):`, for a block."""

    def __init__(self, way: str) -> None:
        self._before = convolution_way()
        _switch(way)

    def __enter__(self) -> None:
        """The switch was made when the object was."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Back to the way of before."""
        _switch(self._before)


def convolution_way() -> str:
    """The way in use: "fast" or "direct"."""
    if _chosen is None:
        _switch(os.environ.get("ZEROKARA_CONVOLUTION") or "fast")
    return str(_chosen)


def _switch(way: str) -> None:
    global _chosen
    if way not in WAYS:
        raise ValueError(f"there is no way of convolution {way!r}; choose {' or '.join(WAYS)}")
    _chosen = way
