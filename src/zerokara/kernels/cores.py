"""How many threads share a kernel call."""

import os


def thread_count() -> int:
    """ZEROKARA_THREADS, else OMP_NUM_THREADS, else the number of processors that this process may use.

    Raises ValueError for a ZEROKARA_THREADS that is no whole number above 0.
    """
    own = os.environ.get("ZEROKARA_THREADS", "")
    if own and not (own.isdigit() and int(own) > 0):
        raise ValueError(f"ZEROKARA_THREADS is a whole number above 0; got {own!r}")
    general = os.environ.get("OMP_NUM_THREADS", "")
    if own or (general.isdigit() and int(general) > 0):
        return int(own or general)
    return processor_count()


def processor_count() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
