"""How fast a training is going: of the steps that only computed, not of those that compiled something first."""

from collections import deque

LATELY = 50
"""So many of the last timed steps make the rate."""

NEEDED = 2


class Pace:
    """The rate of the steps so far.

    Not timed are the first step, the first one of each number of examples, and steps in which something was recorded or
    compiled: they say nothing of the rest.
    """

    def __init__(self) -> None:
        self._steps: deque[tuple[int, float]] = deque()
        self._examples, self._seconds = 0, 0.0
        self._sizes: set[int] = set()

    def see(self, examples: int, seconds: float, *, compiled: bool = False) -> None:
        """Take in a step."""
        if examples in self._sizes and not compiled:
            self._steps.append((examples, seconds))
            self._examples += examples
            self._seconds += seconds
        if len(self._steps) > LATELY:
            old_examples, old_seconds = self._steps.popleft()
            self._examples -= old_examples
            self._seconds -= old_seconds
        self._sizes.add(examples)

    @property
    def rate(self) -> float:
        """Examples a second, lately; 0 while fewer than two steps were timed."""
        if len(self._steps) < NEEDED or self._seconds <= 0:
            return 0.0
        return self._examples / self._seconds
