"""From a case that fails to the smallest that still does: fewer calls, changes, layers and pieces, smaller numbers."""

import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

C = TypeVar("C")


def shrunk(case: C, fails: Callable[[C], bool], smaller: Callable[[C], Iterator[C]], seconds: float = 60.0) -> C:
    """The first smaller case that still fails, then the first smaller one of that, until there is none (or no time)."""
    end = time.monotonic() + seconds
    again = True
    while again:
        again = False
        for candidate in smaller(case):
            if time.monotonic() > end:
                return case
            if candidate != case and fails(candidate):
                case, again = candidate, True
                break
    return case


def smaller(value: Any) -> Iterator[Any]:
    """Everything a step simpler: tuples with an item left out or simpler, dataclasses with a simpler field."""
    if isinstance(value, tuple):
        if len(value) > 3:
            yield value[: len(value) // 2]
            yield value[len(value) // 2 :]
        for i in range(len(value) - 1, -1, -1):
            yield (*value[:i], *value[i + 1 :])
        for i, item in enumerate(value):
            if inner := getattr(item, "inner", ()):  # a block becomes what is inside of it
                yield (*value[:i], *inner, *value[i + 1 :])
            yield from ((*value[:i], made, *value[i + 1 :]) for made in smaller(item))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in KEPT:
                yield from (replace(value, **{field.name: made}) for made in smaller(getattr(value, field.name)))
    elif isinstance(value, bool):
        if value:
            yield False
    elif isinstance(value, int):
        for made in (0, 1, value % 12, value // 2, value - 1):
            if 0 <= made < value:
                yield made


KEPT = {"number", "kind"}
"""Fields that say what something is, not how much of it there is."""
