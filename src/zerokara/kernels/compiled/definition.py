"""The reference family, as the compiled kernels call it for what they cannot do themselves.

While a step is being recorded such a call cannot be part of the machine code: it raises `NotNativeError`, and whoever
records calls the kernel from Python instead, at every replay.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from zerokara.kernels import reference as _reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.tracing import NotNativeError as NotNativeError

if TYPE_CHECKING:
    from zerokara.kernels.reference import *  # noqa: F403


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Callable[..., Any]:
        """The reference's kernel of this name."""
        kernel = getattr(_reference, name)
        if threads.recording():
            raise NotNativeError(name)
        return kernel
