"""Arguments of a wrong kind, refused in words where a function is entered: the kinds are declared once, by name."""

import difflib
import functools
import inspect
import numbers
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")


class UsageError(ValueError):
    """What was asked for does not exist or cannot be: on the command line, wrong usage."""


@dataclass(frozen=True)
class Kind:
    """What an argument is, in words, and whether a value is that."""

    words: str
    holds: Callable[[Any], bool]


def is_whole(value: Any) -> bool:
    """Whether it is a whole number, not a truth."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether it is a real number, not a truth."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


WHOLE = Kind("a whole number", is_whole)
NUMBER = Kind("a number", lambda value: is_number(value) and value == value)
TEXT = Kind("a text", lambda value: isinstance(value, str))
TRUTH = Kind("True or False", lambda value: isinstance(value, bool | np.bool_))
FUNCTION = Kind("a function", callable)


def of(kind: type[Any], example: str) -> Kind:
    """An instance of a class, such as `example`."""
    return Kind(f"a {kind.__name__}, as {example}", lambda value: isinstance(value, kind))


def array(*axes: int) -> Kind:
    """An array of real numbers, or what becomes one, with one of these numbers of axes (any, if none is named)."""
    told = f" with {' or '.join(map(str, axes))} axes" if axes else ""
    return Kind(f"an array of numbers{told}", lambda value: _is_array(value, axes))


def _is_array(value: Any, axes: tuple[int, ...]) -> bool:
    if isinstance(value, numbers.Number | str | bytes):
        return False
    try:
        found = np.asarray(getattr(value, "data", value) if hasattr(value, "node") else value)
    except (TypeError, ValueError):
        return False
    return found.dtype.kind in "biuf" and (not axes or found.ndim in axes)


def checked(kinds: Mapping[str, Kind]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The function, with a TypeError in words for an argument that is not of its kind.

    `kinds` go by the names of parameters; a table may have more than a function uses. The default of a parameter, such
    as None, is always right.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        known = {name: kinds[name] for name in signature.parameters if name in kinds}
        defaults = {name: signature.parameters[name].default for name in known}

        @functools.wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            given = signature.bind(*args, **kwargs).arguments
            for name, kind in known.items():
                if name in given and given[name] is not defaults[name] and not kind.holds(given[name]):
                    raise TypeError(f"{function.__name__}: {name} is {kind.words}; got {short(given[name])}")
            return function(*args, **kwargs)

        return called

    return decorate


def counted(n: int, one: str) -> str:
    """“1 channel”, “3 channels”: a number of things whose plural ends in s."""
    return f"{n} {one}" if n == 1 else f"{n} {one}s"


def short(value: Any) -> str:
    """A value in a line of at most 60 characters, for an error."""
    if isinstance(value, np.ndarray):
        return f"an array {value.dtype} {value.shape}"
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


MANY = 40
"""More names than these are not listed: the three nearest are."""


def known(kind: str, name: Any, table: Iterable[str], of: str = "") -> str:
    """`name` if it stands in the table; else a ValueError: there is no KIND of that name (OF has none); the nearest."""
    names = list(table)
    if not isinstance(name, str):
        raise ValueError(f"the name of a {kind} is a text; got {short(name)}")
    if name in names:
        return name
    there_is = f"{of} has" if of else "there is"
    raise ValueError(f"{there_is} no {kind} {name!r}: {nearest(name, names)}")


def nearest(name: str, names: list[str]) -> str:
    """The names that somebody may have meant, as the end of a sentence; all of them where none is like it."""
    if near := difflib.get_close_matches(name, names, n=3, cutoff=0.5):
        return f"did you mean {' or '.join(near)}?"
    if len(names) > MANY:
        return f"the nearest of {len(names)} are {', '.join(difflib.get_close_matches(name, names, n=3, cutoff=0.0))}"
    return f"known are {', '.join(names)}"
