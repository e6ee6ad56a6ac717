"""What the signature of a function asks for, in words, and whether arguments are that.

Nothing here is asked while all goes well: only when a call has failed already, to find the argument that was wrong.
"""

import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from zerokara.arguments import NUMBER, TEXT, TRUTH, WHOLE, Kind, counted, short

ANYTHING = Kind("anything", lambda value: True)
NOTHING = Kind("None", lambda value: value is None)
PLAIN: dict[Any, Kind] = {int: WHOLE, float: NUMBER, str: TEXT, bool: TRUTH, type(None): NOTHING, None: NOTHING}
LOOKED_AT = 100  # members of a collection whose kinds are looked at


def kinds(function: Callable[..., Any]) -> dict[str, Kind]:
    """The kind of every parameter that has an annotation; none where the annotations cannot be read."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    try:
        hints = get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError):
        return {}
    return {name: kind(hint) for name, hint in hints.items() if name != "return"}


def kind(hint: Any) -> Kind:
    """The kind that an annotation means."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return next((part for part in parts[1:] if isinstance(part, Kind)), kind(parts[0]))
    if origin in (Union, types.UnionType):
        return _either([kind(part) for part in parts])
    if origin is Literal:
        known = [(type(part), part) for part in parts]
        return Kind(f"one of {', '.join(map(repr, parts))}", lambda value: _among(value, known))
    if origin is tuple:
        return _tuple([kind(part) for part in parts if part is not Ellipsis], Ellipsis in parts)
    if isinstance(origin, type) and issubclass(origin, np.ndarray):
        return Kind("an array", lambda value: isinstance(value, np.ndarray))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*(kind(part) for part in parts))
    if Callable in (origin, hint):
        return Kind("a function", callable)
    if isinstance(origin, type) and issubclass(origin, Iterable) and len(parts) == 1:
        return _collection(origin, kind(parts[0]))
    return _instance(origin or hint)


def _among(value: Any, known: list[tuple[type[Any], Any]]) -> bool:
    return any(type(value) is kind and value == one for kind, one in known)


def _instance(hint: Any) -> Kind:
    """An instance of a class; of a protocol, which cannot be asked, anything that has its attributes."""
    if not isinstance(hint, type) or hint in (object, Any):
        return ANYTHING
    if getattr(hint, "_is_protocol", False):
        names = [name for name in vars(hint) if not name.startswith("_")]
        return Kind(f"something with {', '.join(names)}", lambda value: all(hasattr(value, name) for name in names))
    return Kind(_article(hint.__name__), lambda value: isinstance(value, hint))


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


def _either(choices: list[Kind]) -> Kind:
    if ANYTHING in choices:
        return ANYTHING
    words = dict.fromkeys(choice.words for choice in sorted(choices, key=lambda one: one is NOTHING))
    return Kind(" or ".join(words), lambda value: any(choice.holds(value) for choice in choices))


def _tuple(members: list[Kind], endless: bool) -> Kind:
    if not members:
        return Kind("a tuple", lambda value: isinstance(value, tuple))
    if endless:
        return _collection(tuple, members[0])
    return Kind(
        f"({', '.join(member.words for member in members)})",
        lambda value: (
            isinstance(value, tuple)
            and len(value) == len(members)
            and all(member.holds(one) for member, one in zip(members, value, strict=True))
        ),
    )


def _collection(origin: type[Any], member: Kind) -> Kind:
    name = {"list": "a list", "tuple": "a tuple", "set": "a set"}.get(origin.__name__, "a sequence")
    of = "" if member is ANYTHING else f", each {member.words}"

    def holds(value: Any) -> bool:
        if not isinstance(value, origin) or isinstance(value, str | bytes):
            return False
        sized = isinstance(value, list | tuple | set | dict | range)  # an iterator would be used up by looking
        return not sized or all(member.holds(one) for one in islice(value, LOOKED_AT))

    return Kind(name + of, holds)


def _mapping(key: Kind = ANYTHING, value: Kind = ANYTHING) -> Kind:
    def holds(given: Any) -> bool:
        return isinstance(given, Mapping) and all(
            key.holds(k) and value.holds(v) for k, v in islice(given.items(), LOOKED_AT)
        )

    return Kind("a dictionary" if value is ANYTHING else f"a dictionary of {value.words} by {key.words}", holds)


def named(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call by the names of the parameters, without `self`."""
    try:
        bound = inspect.signature(function).bind_partial(*args, **kwargs).arguments
    except (TypeError, ValueError):
        bound = {**{f"argument {place}": value for place, value in enumerate(args, 1)}, **kwargs}
    return {name: value for name, value in bound.items() if name != "self"}


OTHERWISE: Final = {
    "inplace": "leave it out, a result never takes the place of what came in",
    "device": "leave it out, everything runs on the processor",
    "padding_mode": "put F.pad(x, pad, mode) before the layer",
    "approximate": "leave it out, GELU is exact",
    "size_average": "reduction='mean', 'sum' or 'none' says it",
    "reduce": "reduction='mean', 'sum' or 'none' says it",
    "learning_rate": "it is called lr",
    "foreach": "leave it out, there is one way to compute it",
    "fused": "leave it out, there is one way to compute it",
    "capturable": "leave it out, zk.capture records every optimizer",
}
"""What is given to PyTorch's functions and has no place here: the end of the sentence "… has no argument 'name': "."""


def misplaced(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """What is said of arguments that a function has no place for, or lacks; "" if they fit its signature."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        pass
    else:
        return ""
    parameters = list(signature.parameters.values())
    if parameters and parameters[0].name == "self":
        parameters, args = parameters[1:], args[1:]
    known = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    these = f"its arguments are {', '.join(known)}" if known else "it takes none"
    if unknown := next((word for word in kwargs if word not in known), None):
        return f"{name} has no argument {unknown!r}: {OTHERWISE.get(unknown, these)}"
    placed = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(args) > len(placed):
        takes = f"{counted(len(placed), 'argument')} by position ({', '.join(placed)})" if placed else "no arguments"
        return f"{name} takes {takes}; got {len(args)}, the last of them {short(args[-1])}"
    if twice := next((word for word in placed[: len(args)] if word in kwargs), None):
        return f"{name} got {twice} twice, by position and by name"
    needed = [p.name for p in parameters if p.default is p.empty and p.name in known and p.name not in kwargs]
    lacking = [word for word in needed if word not in placed[: len(args)]]
    return f"{name} needs {' and '.join(lacking)}; {these}"
