"""Keep the memory of one training step for the next.

A step allocates and frees the same large arrays again and again. By default the C library gives each of them back to
the system, which then hands out new pages, one fault and one page of zeros at a time: about half of the time of a step
of a small network. Told to keep them, it reuses memory that is still in the cache. This concerns the whole process;
up to 1 GiB of free memory is kept. Only glibc (Linux) has these settings; elsewhere nothing happens.
"""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the numbers that malloc.h gives to these settings
_KEPT = 1 << 30


def keep_freed_memory() -> bool:
    """Raise malloc's limits. True if the C library has them."""
    if not sys.platform.startswith("linux"):
        return False
    set_limit = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_limit is None:
        return False
    raised = set_limit(_MMAP_THRESHOLD, _KEPT) or set_limit(_MMAP_THRESHOLD, 32 << 20)
    return bool(raised and set_limit(_TRIM_THRESHOLD, _KEPT))
