"""How long something takes."""

import time
from collections.abc import Callable


def best_time(step: Callable[[], object], count: int) -> float:
    """Seconds of the fastest of so many calls: others were held up by something else."""
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return max(min(seconds), 1e-9)
