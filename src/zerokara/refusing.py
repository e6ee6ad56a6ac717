"""What NumPy or Python say in the middle of a computation is said again in words, where a user came in.

Most wrong arguments are refused by a check that knows what is meant. Checks cost time in every call, and no list of
them is ever whole; so there is a net below them, which costs nothing while all goes well. An error that no `raise` of
ours has made has a text for programmers of NumPy ("operands could not be broadcast …"). It is caught where the user's
call came in, and told again: the function, the argument whose kind is not what its annotation asks for, and what came.
The original stays as the cause.
"""

import dis
import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Final, TypeVar

import numpy as np

from zerokara.annotations import ANYTHING, kinds, misplaced, named
from zerokara.arguments import Kind, short

C = TypeVar("C", bound=Callable[..., Any])

CAUGHT: Final = (TypeError, AttributeError, ValueError, LookupError, ArithmeticError, AssertionError)
"""What a wrong argument ends in. Errors of files, of memory and of capturing speak for themselves."""

OURS = "zerokara"
RAISE = dis.opmap["RAISE_VARARGS"]
PLACES = frozenset({OURS, "numpy", "numba", *sys.stdlib_module_names}) - {"__main__"}


def unwritten(error: BaseException) -> bool:
    """Whether nobody wrote the text of an error for the user: it came up in code of ours, not by a `raise` there.

    An error that came up in code of the user (a loss function, a data set, a layer) is the user's to read as it is.
    """
    place: TracebackType | None = error.__traceback__
    last = place
    ours = False
    while place is not None:
        where = str(place.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if ours and where not in PLACES:
            return False
        ours = ours or where == OURS
        last, place = place, place.tb_next
    if last is None or not ours:
        return False
    if (inner := first(error)) is not error:
        place = inner.__traceback__
        while place is not None:
            last, place = place, place.tb_next
    inside = str(last.tb_frame.f_globals.get("__name__", "")).partition(".")[0] == OURS
    return not inside or last.tb_frame.f_code.co_code[last.tb_lasti] != RAISE


def first(error: BaseException) -> BaseException:
    """The error that came up first, where an inner floor has told it in words already; else the error itself."""
    came_up: BaseException = getattr(error, "came_up", error)
    return came_up


def retold(error: Exception, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Exception:
    """What came up in a function of an inner floor, in words; an outer one that was called tells it in its own."""
    said = told(error, function.__name__, function, named(function, args, kwargs))
    said.came_up = error  # type: ignore[attr-defined]
    return said


def told(error: Exception, name: str, function: Callable[..., Any], given: dict[str, Any]) -> Exception:
    """An error that names the function, what it expects of the argument that is to blame, and what came."""
    if blamed := wrong_kind(name, function, given):
        return blamed
    came = ", ".join(f"{argument} = {outline(value)}" for argument, value in given.items()) or "no arguments"
    kind = type(error) if type(error) in (TypeError, ValueError, IndexError) else _kin(error)
    return kind(f"{name} expects arguments that fit together, as its help() says; got {came}")


def wrong_kind(name: str, function: Callable[..., Any], given: dict[str, Any]) -> TypeError | None:
    """What is said of the first argument that is not of the kind of its annotation; None if all are."""
    asked = kinds(function)
    several = {p.name for p in _parameters(function) if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    defaults = {p.name: p.default for p in _parameters(function)}
    for argument, value in given.items():
        wanted = asked.get(argument, ANYTHING)
        if argument not in several and value is not defaults.get(argument, given) and not _holds(wanted, value):
            return TypeError(f"{name} expects {wanted.words} for {argument}; got {outline(value)}")
    return None


def _holds(wanted: Kind, value: Any) -> bool:
    """Whether a value is of a kind; not, where it will not even be asked."""
    try:
        return wanted.holds(value)
    except Exception:
        return False


def _kin(error: Exception) -> type[Exception]:
    return TypeError if isinstance(error, TypeError | AttributeError) else ValueError


def _parameters(function: Callable[..., Any]) -> Iterable[inspect.Parameter]:
    try:
        return inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()


def outline(value: Any) -> str:
    """A value in a few words: of an array or a tensor its type and shape."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and isinstance(dtype, np.dtype) and (shape or isinstance(value, np.ndarray)):
        kind = "an array" if isinstance(value, np.ndarray) else f"a {type(value).__name__.lower()}"
        return f"{kind} {dtype} {shape}"
    try:
        return short(value)
    except Exception:
        return f"a {type(value).__name__}"


def in_words(function: C, name: str = "", *, naming: bool = False) -> C:
    """The function; what goes wrong in it without words is told in words.

    `naming`: a sentence of ours that names neither the function nor a parameter, as those about tensors of any kind,
    is told with the name of the function in front.
    """
    name = name or function.__name__

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except CAUGHT as error:
            if unwritten(error):
                said = _made(args, name, function)
                if unfit := misplaced(said, function, args, kwargs):
                    raise TypeError(unfit) from first(error)
                raise told(error, said, function, named(function, args, kwargs)) from first(error)
            if "\n" in str(error) and (blamed := wrong_kind(name, function, named(function, args, kwargs))):
                raise blamed from error
            if naming:
                _name(error, name, {name, *(p.name for p in _parameters(function))})
            raise

    return called  # type: ignore[return-value]


def _name(error: Exception, name: str, known: Iterable[str]) -> None:
    """Put the name of the function in front of a sentence that does not say where it belongs, once."""
    plain = type(error) in (TypeError, ValueError) and len(error.args) == 1 and isinstance(error.args[0], str)
    if plain and not getattr(error, "named", False):
        if not set(known) & set(re.findall(r"\w+", error.args[0])):
            error.args = (f"{name}: {error.args[0]}",)
        error.named = True  # type: ignore[attr-defined]  # so that no caller further out adds its own name


def _made(args: tuple[Any, ...], name: str, function: Callable[..., Any]) -> str:
    """The class that is being made, if one is: a layer whose `__init__` is another's has its own name."""
    made = type(args[0]) if args else object
    own = made.__module__.startswith(OURS) and any(one.__name__ == name for one in made.__mro__)
    inherited = getattr(made.__init__, "__wrapped__", None) is function
    return made.__name__ if own or inherited else name


def speaking(namespace: dict[str, Any], names: Iterable[str], *, naming: bool = False) -> None:
    """Let the public functions of a package, and the classes when they are made, tell in words what goes wrong.

    To be called at the end of the package's `__init__`: `speaking(globals(), __all__)`. Exceptions, protocols and types
    of annotations stay as they are.
    """
    for name in names:
        thing = namespace.get(name)
        if inspect.isclass(thing):
            _speaking_class(thing)
        elif inspect.isfunction(thing) and not hasattr(thing, "__wrapped__"):
            namespace[name] = in_words(thing, naming=naming)


def speaking_methods(made: type[Any], *names: str, naming: bool = True) -> None:
    """Let these methods of a class tell in words what goes wrong; `naming` as in `in_words`.

    For methods that a step does not call: a call more costs some hundred nanoseconds. Where a step comes past (a
    tensor's `sum`, a module's call) what fails is told further inside, by `apply` and `Module.__call__`.
    """
    for name in names:
        owner = next(one for one in made.__mro__ if name in vars(one))
        method = vars(owner)[name]
        if inspect.isfunction(method) and not hasattr(method, "__wrapped__"):
            setattr(owner, name, in_words(method, naming=naming))


def _speaking_class(made: type[Any]) -> None:
    if issubclass(made, BaseException) or not made.__module__.startswith(OURS):
        return
    owner = next((one for one in made.__mro__ if "__init__" in vars(one)), object)
    init = vars(owner).get("__init__")
    if inspect.isfunction(init) and owner.__module__.startswith(OURS) and not hasattr(init, "__wrapped__"):
        owner.__init__ = in_words(init, owner.__name__)  # type: ignore[misc]
