"""Which arrays a function can look at besides its arguments: how the engine knows what a pullback keeps.

A rule says nothing about what its pullbacks need; they are ordinary functions, and what they need stands in their
closures. So rules stay as the textbook writes them, and nothing can be declared wrongly.
"""

import dis
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import pairwise
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from zerokara.autodiff.sizes import Size
from zerokara.kernels.tracing import Traced

IMMUTABLE = frozenset({int, float, bool, complex, str, bytes, type(None), slice, type(...), type, np.dtype, Size})
_HARMLESS = np.dtype | np.ufunc | BuiltinFunctionType | type | range
_ABOUT = frozenset({"shape", "ndim", "size", "dtype"})  # what may be asked of an array without looking at its numbers
_DEEP = 6  # functions within functions that are looked into


class _Unknown:
    """Stands for an object that cannot be looked into."""


UNKNOWN = _Unknown()


def collect(value: Any, found: list[Any], depth: int = 0) -> None:
    """Add the arrays in a function's reach, in a tensor, or in a nest of containers.

    NumPy's numbers, which cannot change, are added too; `UNKNOWN` is, for an object that cannot be looked into.
    """
    kind = type(value)
    if kind in IMMUTABLE:
        return
    if kind is np.ndarray or kind is Traced:
        found.append(value)
    elif kind is FunctionType:
        if depth == _DEEP:
            found.append(UNKNOWN)
        else:
            for part in _parts(value):
                collect(part, found, depth + 1)
    elif kind in (tuple, list, set, frozenset):
        for part in value:
            if type(part) not in IMMUTABLE:
                collect(part, found, depth)
    elif kind is dict:
        collect(tuple(value.values()), found, depth)
    elif kind is partial:
        collect((value.func, value.args, value.keywords), found, depth)
    elif kind is MethodType:
        collect((value.__func__, value.__self__), found, depth)
    elif isinstance(value, np.ndarray | np.generic):
        found.append(value)
    elif hasattr(kind, "_memory"):  # a tensor
        collect(value.data, found, depth)
    elif not isinstance(value, _HARMLESS):
        found.append(UNKNOWN)


def _parts(function: FunctionType) -> Iterator[Any]:
    """What stands in a function's closure, in its defaults, and the arrays that it names among its globals."""
    closure = function.__closure__
    for place in _looked_at(function.__code__) if closure else ():
        try:
            yield closure[place].cell_contents  # type: ignore[index]
        except ValueError:  # a name that has no value yet
            continue
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    if not str(function.__module__).startswith("zerokara."):  # ours use no global arrays
        for name in function.__code__.co_names:
            value = function.__globals__.get(name)
            if isinstance(value, np.ndarray) or hasattr(type(value), "_memory"):
                yield value


@lru_cache(maxsize=4096)
def _looked_at(code: CodeType) -> tuple[int, ...]:
    """The places in its closure of whose values the code uses more than the shape (`x.shape`) or the type.

    Told by the instructions: a variable that is loaded is asked for one of these at once, every time. Whatever looks
    different counts as used.
    """
    used: set[str] = set()
    for one, following in pairwise((*dis.get_instructions(code), None)):
        assert one is not None
        if isinstance(one.argval, str) and one.argval in code.co_freevars:
            about = following is not None and following.opname == "LOAD_ATTR" and following.argval in _ABOUT
            if one.opname != "LOAD_DEREF" or not about:
                used.add(one.argval)
    return tuple(place for place, name in enumerate(code.co_freevars) if name in used)
