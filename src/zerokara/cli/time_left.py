"""How long the rest of a work will take, from steps of which a few compile something first."""

from collections import deque
from statistics import median

LATELY, NEEDED = 50, 2


class TimeLeft:
    """seconds(done, planned) left = (planned − done) · the median time of a step, lately.

    The first step is not timed, and a median is not moved by the few others that compile. None until two are timed.
    """

    def __init__(self) -> None:
        self._last: tuple[int, float] | None = None
        self._each: deque[float] = deque(maxlen=LATELY)

    def see(self, done: int, now: float) -> None:
        """So many steps are done at this time."""
        if self._last is not None and done > self._last[0]:
            before, then = self._last
            self._each.append((now - then) / (done - before))
        if self._last is None or done > self._last[0]:
            self._last = done, now

    def seconds(self, done: int, planned: int) -> float | None:
        """Seconds left, or None while too little is known."""
        return median(self._each) * max(planned - done, 0) if len(self._each) >= NEEDED else None
