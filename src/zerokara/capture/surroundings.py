"""What a step can reach without being given it: functions, their globals and closures, modules, settings, arrays.

A step is an ordinary function. What it computes depends on its arguments and on everything that it finds by a name: a
network in a global variable, a number in a closure, an attribute of an object, an item of a list. All of this is walked
before a step is recorded, by the names that stand in the code of the functions that can be reached. It serves twice:

- while the step is recorded, stand-ins take the place of the arrays (`stand_ins.py`), so that whatever is done with
  them is written down and nothing is frozen;
- afterwards the recording holds only as long as everything is what it was (`watch.py`).

Code of this package, of the standard library and of installed packages is not walked: what it reads, it is given.
"""

import functools
import sys
import types
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.autodiff import Tensor

_PACKAGE = Path(__file__).parents[1]
_DYNAMIC = {"getattr", "setattr", "vars", "__dict__", "globals", "locals", "eval", "exec", "attrgetter", "hasattr"}
_MANY = 10_000  # items of a list, above which only its length is looked at
_LEAVES = (
    int, float, complex, str, bytes, type(None), slice, np.generic, np.dtype, np.ufunc, np.random.Generator,
    types.BuiltinFunctionType, types.CodeType,
)  # fmt: skip
_SELDOM = {
    "__init__", "__new__", "__repr__", "__str__", "__setattr__", "__delattr__", "__init_subclass__", "__del__",
    "__hash__", "__format__", "__reduce__", "__dir__", "__eq__",
    "__dict__", "__weakref__",  # made anew each time that they are asked for
}  # fmt: skip

MISSING = object()
"""In the place of what is not there."""


@dataclass(frozen=True, eq=False)
class Place:
    """Where something stands: under a name in a namespace, in a closure, in an attribute, in a list."""

    kind: str  # "entry" of a dictionary, "cell", "attribute", "item"
    holder: Any
    key: Any

    def get(self) -> Any:
        """What stands there now; MISSING if nothing does."""
        try:
            if self.kind == "entry":
                return self.holder.get(self.key, MISSING)
            if self.kind == "cell":
                return self.holder.cell_contents
            if self.kind == "attribute":
                return getattr(self.holder, self.key, MISSING)
            return self.holder[self.key]
        except (ValueError, IndexError):
            return MISSING

    def put(self, value: Any) -> None:
        """Let something stand there."""
        if self.kind == "cell":
            self.holder.cell_contents = value
        elif self.kind == "attribute":
            setattr(self.holder, self.key, value)
        elif value is MISSING:
            self.holder.pop(self.key, None)
        else:
            self.holder[self.key] = value

    def __str__(self) -> str:
        if self.kind == "cell":
            return f"the variable {self.key!r}"
        return f"{self.key!r}" if self.kind != "item" else f"item {self.key} of a list"


@dataclass
class Surroundings:
    """All that was found around a step."""

    places: list[Place] = field(default_factory=list)
    """Looked at one by one: globals, closures, attributes of objects and classes."""
    fields: list[dict[str, Any]] = field(default_factory=list)
    """The attributes of modules, and dictionaries."""
    of_modules: set[int] = field(default_factory=set)
    """The ids of those `fields` that are the attributes of a module."""
    lists: list[list[Any]] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Every name in the code; an attribute that is not among them is not read."""
    dynamic: bool = False
    """Whether the code may read attributes whose names do not stand in it."""

    def reads(self, name: Any) -> bool:
        """Whether the code may read an attribute of this name."""
        return self.dynamic or name in self.names or not isinstance(name, str)

    def array_places(self) -> Iterator[Place]:
        """The places that may hold arrays from outside."""
        yield from self.places
        for namespace in self.fields:
            yield from (Place("entry", namespace, key) for key in namespace)
        for items in self.lists:
            yield from (Place("item", items, k) for k in range(min(len(items), _MANY)))


def surroundings(step: Callable[..., Any], args: Any, kwargs: Any) -> Surroundings:
    """Everything that a step reaches, and its arguments with it."""
    walk = _Walk()
    walk.visit(step, owner=True)
    for value in _flat((args, kwargs)):
        if not isinstance(value, Tensor | np.ndarray):
            walk.visit(value)
    walk.finish()
    return walk.found


def _flat(value: Any) -> Iterator[Any]:
    """What stands in a nest of arguments."""
    if isinstance(value, tuple | list | dict):
        for v in value.values() if isinstance(value, dict) else value:
            yield from _flat(v)
    else:
        yield value


class _Walk:
    def __init__(self) -> None:
        self.found = Surroundings()
        self._seen: dict[int, Any] = {}
        self._holders: list[Any] = []  # objects, classes and Python modules: what the code names in them is looked at
        self._done: set[tuple[int, str]] = set()

    def visit(self, value: Any, owner: bool = False) -> None:
        """Look at a value, whatever it is. `owner`: what the step belongs to, looked into whoever wrote its class."""
        waiting = [(value, owner)]
        while waiting:
            value, owner = waiting.pop()
            if isinstance(value, (*_LEAVES, np.ndarray)) or id(value) in self._seen:
                continue
            self._seen[id(value)] = value
            waiting.extend(self._into(value, owner))

    def finish(self) -> None:
        """Look at what the code names in objects and classes, until there are no new names and objects."""
        before, now = -1, 0
        while before != now:
            for holder in list(self._holders):
                self._look_into(holder)
            before, now = now, len(self._done) + len(self._holders) + len(self.found.names)

    def _into(self, value: Any, owner: bool) -> Iterator[tuple[Any, bool]]:
        if isinstance(value, Tensor):
            self.found.tensors.append(value)
        elif isinstance(value, types.FunctionType):
            yield from self._function(value)
        elif isinstance(value, types.MethodType):
            yield from ((value.__func__, False), (value.__self__, owner))
        elif isinstance(value, functools.partial):
            yield from ((v, False) for v in (value.func, *value.args, *value.keywords.values()))
        elif isinstance(value, weakref.ref):
            yield value(), owner
        elif isinstance(value, staticmethod | classmethod):
            yield value.__func__, False
        elif isinstance(value, property):
            yield from ((f, False) for f in (value.fget, value.fset))
        elif isinstance(value, types.ModuleType):
            if not _installed(getattr(value, "__file__", None)):
                self._holders.append(value)
        elif isinstance(value, type):
            self._holders.append(value)
            yield from ((base, False) for base in value.__mro__[1:-1])
        elif isinstance(value, dict):
            self.found.fields.append(value)
            yield from ((v, False) for v in list(value.values())[:_MANY])
        elif isinstance(value, list):
            self.found.lists.append(value)
            yield from ((v, False) for v in value[:_MANY])
        elif isinstance(value, tuple | set | frozenset | deque):
            yield from ((v, False) for v in tuple(value)[:_MANY])
        else:
            yield from self._object(value, owner)

    def _function(self, function: types.FunctionType) -> Iterator[tuple[Any, bool]]:
        code = function.__code__
        for cell, name in zip(function.__closure__ or (), code.co_freevars, strict=True):
            place = Place("cell", cell, name)
            self.found.places.append(place)
            yield place.get(), False
        names = _names(code)
        self.found.names |= names
        if _installed(code.co_filename):
            return
        self.found.dynamic |= bool(_DYNAMIC & names)
        yield from ((v, False) for v in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()))
        for name in names & function.__globals__.keys():
            self.found.places.append(Place("entry", function.__globals__, name))
            yield function.__globals__[name], False

    def _object(self, value: Any, owner: bool) -> Iterator[tuple[Any, bool]]:
        kind = type(value)
        if hasattr(value, "__wrapped__"):
            yield value.__wrapped__, owner
        elif hasattr(kind, "named_modules"):
            self.found.fields.append(vars(value))
            self.found.of_modules.add(id(vars(value)))
            self._holders.append(value)
            yield kind, False
            yield from ((v, False) for v in vars(value).values() if is_part(v))
        elif hasattr(kind, "step_array"):  # an optimizer says itself what it depends on; what it changes is followed
            yield from ((p, False) for _, p in value.named_parameters())
            asked = vars(value).get("_parameters")
            if isinstance(asked, types.MethodType):
                yield asked.__self__, False
        elif owner or not _installed_class(kind):
            self._holders.append(value)
            yield kind, False
        elif hasattr(value, "__dict__") and not kind.__module__.startswith("zerokara."):  # an argparse.Namespace, say
            self._holders.append(value)

    def _look_into(self, holder: Any) -> None:
        """What the code names in an object, a class or a Python module."""
        for name in self._named(holder):
            if (id(holder), name) in self._done:
                continue
            self._done.add((id(holder), name))
            if isinstance(holder, type):
                value = vars(holder).get(name)
                if isinstance(value, types.FunctionType | property | staticmethod | classmethod):
                    self.visit(value)
                    continue
                if _installed_class(holder):
                    continue
            value = getattr(holder, name, MISSING)
            if not hasattr(type(holder), "named_modules"):  # whose attributes are looked at all together
                kept = not isinstance(holder, type) and name in getattr(holder, "__dict__", ())
                place = ("entry", vars(holder)) if kept else ("attribute", holder)
                self.found.places.append(Place(*place, name))
            self.visit(value)

    def _named(self, holder: Any) -> set[str]:
        """The attributes of a holder that the code may read."""
        own, names = _namespace(holder), self.found.names
        if isinstance(holder, type):
            return {
                n
                for n in own
                if n in names or n in ("forward", "__call__") or (n.startswith("__") and n not in _SELDOM)
            }
        if self.found.dynamic and not isinstance(holder, types.ModuleType):
            return own
        return own & names


def is_part(value: Any) -> bool:
    """Whether an attribute of a module is read whatever its name: a module, a tensor, an array."""
    return isinstance(value, Tensor | np.ndarray) or hasattr(type(value), "named_modules")


@functools.cache
def _names(code: types.CodeType) -> frozenset[str]:
    """The names in a piece of code and in the functions that are written inside it."""
    inner = (_names(constant) for constant in code.co_consts if isinstance(constant, types.CodeType))
    return frozenset(code.co_names).union(*inner)


def _namespace(holder: Any) -> set[str]:
    """The attributes that an object, a class (with those above it) or a Python module keeps, by name."""
    if isinstance(holder, type):
        return set(vars(holder))
    slots = {s for base in type(holder).__mro__ for s in getattr(base, "__slots__", ()) if isinstance(s, str)}
    return {n for n in {*getattr(holder, "__dict__", ()), *slots} if not n.startswith("__")}


@functools.cache
def _installed(file: str | None) -> bool:
    """Whether code belongs to this package, to Python or to something installed, and not to the user."""
    if file is None or file.startswith("<frozen"):
        return True
    if file.startswith("<"):  # typed into an interpreter or a notebook
        return False
    path = Path(file)
    return (
        _PACKAGE in path.parents
        or any(part in ("site-packages", "dist-packages") for part in path.parts)
        or Path(functools.__file__).parent in path.parents
    )


def _installed_class(kind: type) -> bool:
    module = sys.modules.get(kind.__module__)
    return kind.__module__ == "builtins" or (module is not None and _installed_module(module))


def _installed_module(module: types.ModuleType) -> bool:
    if module.__name__ == "__main__":
        return False
    return _installed(getattr(module, "__file__", None))
