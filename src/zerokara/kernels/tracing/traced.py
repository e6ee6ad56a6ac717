"""A trace, and the stand-ins for arrays that write themselves into it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.kernels import reference
from zerokara.kernels.tracing.operation import CHANGING, WRITTEN, NotNativeError, Operation, Value, refuse, replaced

_ABOUT_SHAPES = frozenset({"shape", "ndim", "size", "result_type", "can_cast", "common_type", "iscomplexobj"})
_SHAPED_BY_NUMBERS = frozenset(
    {
        "nonzero", "flatnonzero", "argwhere",
        "unique", "unique_values", "unique_counts", "unique_inverse", "unique_all",
        "compress", "extract", "trim_zeros", "setdiff1d", "intersect1d", "union1d", "setxor1d", "bincount", "delete",
        "histogram", "histogram_bin_edges", "histogram2d", "histogramdd", "ix_",
    }
)  # fmt: skip
_METHODS = frozenset(
    {
        "all", "any", "argmax", "argmin", "argsort", "clip", "cumprod", "cumsum", "diagonal", "dot", "max", "min",
        "nonzero", "prod", "ravel", "repeat", "round", "squeeze", "std", "swapaxes", "take", "trace", "var", "compress",
    }
)  # fmt: skip
"""Methods of arrays that NumPy has as functions, too."""


@dataclass
class Trace:
    """What a step does, in order. `kernel` finds the function of a kernel by its name."""

    kernel: Callable[[str], Callable[..., Any]]
    outline: Callable[..., Any] = lambda function, args, kwargs: function(*args, **kwargs)
    """Calls a kernel for the shape of what it gives: with kernels that can be told to compute nothing, they are."""
    operations: list[Operation] = field(default_factory=list)
    before: list[Operation] = field(default_factory=list)
    """What happens outside the arrays, at the beginning of every replay."""
    specs: list[tuple[Shape, np.dtype[Any]]] = field(default_factory=list)
    """Shape and dtype of every value, by number."""
    constants: dict[int, Array] = field(default_factory=dict)
    """The values that are arrays from outside, such as parameters: by number. Read-only while the trace is written."""
    inputs: list[int] = field(default_factory=list)
    assumptions: list[Callable[[], bool]] = field(default_factory=list)
    shows: dict[int, tuple[Value | Array, ...]] = field(default_factory=dict)
    """The values that are views, as NumPy gives them: by number, the arrays whose memory they show."""
    picked: dict[int, int] = field(default_factory=dict)
    """The values that are a single number out of an array from outside, such as sizes[0]: out of which."""
    superseded: set[int] = field(default_factory=set)
    """The values in whose place others have come: see `placed`."""
    _replaced: dict[int, tuple[int, set[int]]] = field(default_factory=dict)
    """By number, what `placed` gave: in whose place, and the values that went out of use with that."""
    leaves: dict[int, Any] = field(default_factory=dict)
    """The tensors that got gradients, by id: after a replay they have none."""
    zeroed: set[int] = field(default_factory=set)
    """The ids of tensors whose gradient the step has forgotten, so far."""
    fresh: set[int] = field(default_factory=set)
    """The ids of those that were forgotten before they got a new one: what it was at the beginning is no matter."""
    _known: dict[int, "Traced"] = field(default_factory=dict)
    _locked: list[Array] = field(default_factory=list)
    _versions: dict[int, int] = field(default_factory=dict)  # id of the owner of the memory → writes so far
    _looked_at: set[int] = field(default_factory=set)

    def new(self, array: Array) -> "Traced":
        """The next value, shaped like this array."""
        self.specs.append((array.shape, array.dtype))
        return Traced(array, self, len(self.specs) - 1)

    def input(self, array: Array) -> "Traced":
        """A value that is given anew at every replay."""
        traced = self.new(array)
        self.inputs.append(traced.number)
        return traced

    def constant(self, array: Array) -> "Traced":
        """An array from outside: the same array at every replay, with whatever it then holds.

        Until the trace is written the array itself is read-only: whoever changes it behind the back of the trace gets
        an error at that line.
        """
        if id(array) not in self._known:
            traced = self._known[id(array)] = self.new(array)
            self.constants[traced.number] = array
            if array.flags.writeable:
                array.flags.writeable = False
                self._locked.append(array)
        return self._known[id(array)]

    def unlock(self) -> None:
        """Let the arrays from outside be changed again."""
        waiting, self._locked = self._locked, []
        while waiting:  # a view may be written to only when its base may: bases first
            left = [array for array in waiting if not _unlocked(array)]
            if len(left) == len(waiting):
                return
            waiting = left

    def version(self, number: int) -> int:
        """How often the step has written, so far, to the memory that this value shows."""
        root = self.root(number)
        return 0 if root is None else self._versions.get(id(_owner(self.constants[root])), 0)

    def root(self, number: int) -> int | None:
        """The array from outside that a value is, or whose memory it shows; None if it is another's."""
        if number in self.constants:
            return number
        shown = (self.root(s.number) for s in self.shows.get(number, ()) if isinstance(s, Value))
        return next((root for root in shown if root is not None), None)

    def mutable(self, number: int) -> bool:
        """Whether a value is an array from outside, or a view of one: only these are changed in place."""
        shown = self.shows.get(number, ())
        return number in self.constants or any(not isinstance(s, Value) or self.mutable(s.number) for s in shown)

    def among(self, values: Any) -> bool:
        """Whether there is a traced array in a nest of values."""
        return any(isinstance(value, Traced) for value in _flat(values))

    def placed(self, array: Any, place: Any, new: Any) -> "Traced":
        """A new value: the array, with other numbers at a place. For what the step has computed or made itself.

        The old value, and all that shows its memory, are used no more: as the step is written they would have changed.
        """
        old = array if isinstance(array, Traced) else self.constant(array)
        self._assign_back(old.number, place, new)
        family = self._same_memory(old.number)
        if not family.isdisjoint(self.inputs):
            refuse("change in place what it was given: write y = y + x, or change y = x.clone()")
        found = np.array(old.array)
        if not any(isinstance(part, Traced) and part.dtype == np.bool_ for part in _flat((place,))):
            found[_any_index(place)] = _plain(new)
        result = cast("Traced", self.note("placed", _placed, (old, place, new), {}, found))
        self._replaced[result.number] = old.number, family - self.superseded
        self.superseded |= family
        return result

    def _assign_back(self, number: int, place: Any, new: Any) -> None:
        """In `h[:2] += x` the new h[:2] is assigned to h[:2]: then h has not gone out of use in between."""
        view, family = self._replaced.get(new.number, (-1, set())) if isinstance(new, Traced) else (-1, set())
        if number not in family:
            return
        for operation in reversed(self.operations):
            if operation.results == (view,):
                source, index = operation.args[0], operation.args[1] if operation.name == "getitem" else None
                if source == Value(number) and _parts(index) == _parts(self._values(place)):
                    self.superseded -= family - {view}
                return

    def _same_memory(self, number: int) -> set[int]:
        """A value, all whose memory it shows, and all that show that memory."""
        family, before = {number}, 0
        while len(family) != before:
            before = len(family)
            for result, shown in self.shows.items():
                numbers = {value.number for value in shown if isinstance(value, Value)}
                if result in family or not family.isdisjoint(numbers):
                    family |= {result, *numbers}
        return family

    def expect_current(self, array: Any) -> None:
        """Refuse a value that was changed in place since it was made, or whose memory was."""
        traced = array if isinstance(array, Traced) else self._known.get(id(array))
        if traced is not None and traced.number in self.superseded:
            refuse(
                "use numbers that were changed in place under another name (h[0] and h, t and t.detach()): "
                "take .clone() of them before, or write y = y + x"
            )

    def writes(self, value: Any) -> int:
        """The same for any traced array, views of arrays from outside included, or for an array from outside."""
        return self._versions.get(id(_owner(value.array if isinstance(value, Traced) else value)), 0)

    def assume_same(self, array: Array) -> None:
        """The trace may be replayed only while this array from outside holds the numbers that it holds now."""
        if id(array) in self._looked_at:
            return
        self._looked_at.add(id(array))
        kept = array.copy()
        self.assumptions.append(lambda: kept.tobytes() == array.tobytes())

    def note(self, name: str, function: Callable[..., Any], args: Any, kwargs: Any, found: Any) -> Any:
        """Write down an operation; returns what it gave as traced arrays."""
        several = isinstance(found, tuple)
        arrays = found if several else () if found is None else (found,)
        results = tuple(self.new(np.asarray(a)) for a in arrays)
        numbers = tuple(r.number for r in results)
        for traced in results:
            self._note_view(name, traced, (args, kwargs))
        operation = Operation(name, function, self._values(args), self._values(kwargs), numbers)
        for target in operation.written:
            self._count_write(target)
        self.operations.append(operation)
        return results if several else results[0] if results else None

    def _note_view(self, name: str, result: "Traced", arguments: Any) -> None:
        """A view sees what is later written into the array it shows; so it is kept which array that is."""
        shown: list[Value | Array] = []

        def look_at(given: Any) -> None:
            array = given.array if isinstance(given, Traced) else given
            if np.may_share_memory(result.array, array):
                shown.append(self._value(given))

        replaced(arguments, (Traced, np.ndarray), look_at)
        if shown:
            self.shows[result.number] = tuple(shown)
        elif name == "getitem" and result.ndim == 0:
            root = self.root(arguments[0][0].number)
            if root is not None and not self.version(root):
                self.picked[result.number] = root

    def _count_write(self, target: Any) -> None:
        array = target
        if isinstance(target, Value):
            root = self.root(target.number)
            array = None if root is None else self.constants[root]
        if array is not None:
            owner = id(_owner(array))
            self._versions[owner] = self._versions.get(owner, 0) + 1

    def _values(self, arguments: Any) -> Any:
        """The arguments with values in the place of traced arrays and of known arrays from outside."""
        return replaced(arguments, (Traced, np.ndarray), self._value)

    def _value(self, array: Any) -> Any:
        traced = array if isinstance(array, Traced) else self._known.get(id(array))
        if self.superseded:
            self.expect_current(array)
        return array if traced is None else Value(traced.number)


def _unlocked(array: Array) -> bool:
    try:
        array.flags.writeable = True
    except ValueError:
        return False
    return True


def _owner(array: Any) -> Any:
    """What owns the memory that an array shows."""
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return array


_trace: ContextVar[Trace | None] = ContextVar("_trace", default=None)


def current() -> Trace | None:
    """The trace that is being written, if one is."""
    return _trace.get()


@contextmanager
def tracing(trace: Trace) -> Iterator[None]:
    """A block whose operations on traced arrays are written into `trace`."""
    token = _trace.set(trace)
    try:
        with np.errstate(all="ignore"):  # stand-ins hold any numbers
            yield
    finally:
        _trace.reset(token)


def as_array(value: Any, dtype: DTypeLike | None = None) -> Array:
    """`np.asarray`, which leaves a traced array what it is, also inside a tensor."""
    if type(value) is not np.ndarray and not isinstance(value, Traced) and hasattr(type(value), "__kernel__"):
        value = value.data  # a tensor
    if isinstance(value, Traced):
        return cast(Array, value if dtype is None else value.astype(dtype))
    return np.asarray(value, dtype)


class Traced(NDArrayOperatorsMixin):
    """A stand-in for an array. NumPy's operators, functions and methods on it are written down.

    Another thread, which writes no trace, sees the arrays from outside as they are.
    """

    __slots__ = ("array", "number", "trace")

    def __init__(self, array: Array, trace: Trace, number: int) -> None:
        self.array, self.trace, self.number = array, trace, number

    # what an array tells about itself

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """An array's, for code that asks: `isinstance(x, np.ndarray)` says the same as in the written step."""
        return np.ndarray

    @property
    def shape(self) -> Shape:
        """The lengths of the axes."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the numbers."""
        return self.array.dtype

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return self.array.ndim

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.array.size

    @property
    def base(self) -> None:
        """What owns the memory: nobody, for there is none; see `Trace.shows` for views."""
        return None

    @property
    def nbytes(self) -> int:
        """How much memory the numbers take."""
        return self.array.nbytes

    @property
    def itemsize(self) -> int:
        """How much memory a number takes."""
        return self.array.itemsize

    @property
    def T(self) -> Any:  # noqa: N802  (NumPy's name)
        """The axes reversed."""
        return self.transpose()

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        return f"Traced({self.number}, shape={self.shape}, dtype={self.dtype})"

    # what is written down

    def __kernel__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        call = self.trace.kernel(name)
        if _elsewhere(self):
            return call(*_numbers(args), **_numbers(kwargs))
        if name in CHANGING:  # what it changes is an array from outside
            args = tuple(self._changeable(a) if k in WRITTEN[name] else a for k, a in enumerate(args))
        plain_args = _plain(args)
        if name == "scatter":
            plain_args = plain_args[0], _any_index(args[1]), *plain_args[2:]
        try:
            found = self.trace.outline(call, plain_args, _plain(kwargs))
        except NotNativeError:
            call = getattr(reference, name)
            found = None if name in CHANGING else call(*plain_args, **_plain(kwargs))
        return self.trace.note(name, call, args, kwargs, found)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        if _taken_over((*inputs, *(out or ()))):
            return NotImplemented
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if _elsewhere(self):
            return function(*_numbers(inputs), **({} if out is None else {"out": _numbers(out)}), **_numbers(kwargs))
        found = function(*_plain(inputs), **_plain(kwargs)) if method != "at" else None
        if method == "at":
            refuse(f"change an array in place by np.{ufunc.__name__}.at: write what it is to hold as an expression")
        if out is None:
            return self.trace.note(ufunc.__name__ if function is ufunc else method, function, inputs, kwargs, found)
        self._write(out[0], function, inputs, kwargs)
        return out[0]

    def __array_function__(self, function: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        if _taken_over(_flat((args, kwargs))):
            return NotImplemented
        name = function.__name__
        if _elsewhere(self):
            return function(*_numbers(args), **_numbers(kwargs))
        if name in _ABOUT_SHAPES:
            return function(*_plain(args), **_plain(kwargs))
        if (
            name in _SHAPED_BY_NUMBERS
            or (name == "where" and len(args) + len(kwargs) == 1)
            or _repeats(name, args, kwargs)
        ):
            refuse(f"use np.{name}, whose shape depends on numbers: keep the shape (F.where), or do it outside")
        if name == "copyto":
            self._write(args[0], _copied, (args[1],), kwargs)
            return None
        target = kwargs.get("out")
        if target is not None:
            rest = {k: v for k, v in kwargs.items() if k != "out"}
            self._write(target, function, args, rest)
            return target
        found = function(*_plain(args), **_plain(kwargs))
        if isinstance(found, list):  # np.split and its like
            results = self.trace.note(name, lambda *a, **k: tuple(function(*a, **k)), args, kwargs, tuple(found))
            return list(results)
        return self.trace.note(name, function, args, kwargs, found)

    def __getitem__(self, index: Any) -> Any:
        if _elsewhere(self):
            return _numbers(self)[_numbers(index)]
        name = "gather" if any(isinstance(i, Traced | np.ndarray | list) for i in _flat((index,))) else "getitem"
        return self.trace.note(name, _getitem, (self, index), {}, self.array[_any_index(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        if _elsewhere(self):
            _numbers(self)[_numbers(index)] = _numbers(value)
            return
        _any_index(index)
        target = self._changeable(self)
        self.trace.note("in_place", _put, (target, index, value), {}, None)

    def reshape(self, *shape: Any, **options: Any) -> Any:
        """As NumPy's."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **options)

    def flatten(self) -> Any:
        """As NumPy's."""
        return self.reshape(-1)

    def transpose(self, *axes: Any) -> Any:
        """As NumPy's."""
        order = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple | list) else axes
        return np.transpose(self, order or None)

    def astype(self, dtype: DTypeLike, copy: bool = True) -> Any:
        """As NumPy's."""
        if np.dtype(dtype) == self.dtype:
            return self.copy() if copy else self
        if _elsewhere(self):
            return _numbers(self).astype(dtype)
        return self.trace.note("astype", _astype, (self, np.dtype(dtype)), {}, self.array.astype(dtype))

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        """As NumPy's."""
        return np.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        """As NumPy's."""
        return np.mean(self, axis=axis, keepdims=keepdims)

    def copy(self) -> Any:
        """A copy of what shows an array from outside, which may change; what the step has computed is never changed."""
        return np.copy(self) if _elsewhere(self) or self.trace.mutable(self.number) else self

    def fill(self, value: Any) -> None:
        """As NumPy's: changes an array from outside."""
        self[...] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in Traced.__slots__:
            raise AttributeError(name)
        if _elsewhere(self):
            return getattr(_numbers(self), name)
        if name in _METHODS:
            function = getattr(np, name)
            return lambda *args, **kwargs: function(self, *args, **kwargs)
        if name == "flags":
            return self.array.flags
        if hasattr(np.ndarray, name):
            refuse(f"use .{name} of an array")
        raise AttributeError(f"an array has no attribute {name!r}")

    def _write(self, target: Any, function: Callable[..., Any], inputs: Any, kwargs: Any) -> None:
        """Note: target ← function(inputs)."""
        place = self._changeable(target[0] if isinstance(target, tuple) else target)
        self.trace.note("in_place", _into, (place, function, inputs, kwargs), {}, None)

    def _changeable(self, target: Any) -> "Traced":
        """The stand-in of an array that a step may change in place: one from outside."""
        traced = self.trace.constant(target) if type(target) is np.ndarray else target
        if not isinstance(traced, Traced) or self.trace.root(traced.number) is None:
            refuse(
                "change an array in place that it has computed itself or was given: write y = y + x instead of y += x"
            )
        return traced

    # what can be known only of arrays from outside

    def known_numbers(self, what: str) -> Array:
        """The numbers of an array from outside that the step leaves alone: the recording holds while they stay."""
        if _elsewhere(self):
            return cast(Array, _numbers(self))
        root = self.trace.picked.get(self.number, self.trace.root(self.number))
        if root is None or self.trace.version(self.number):
            refuse(what)
        self.trace.assume_same(self.trace.constants[root])
        return self.array

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        what = "hand its results to code that needs their numbers: return them, and use them outside"
        return np.array(self.known_numbers(what), dtype=dtype, copy=copy)

    def item(self, *index: int) -> Any:
        """The number of an array from outside."""
        return self.known_numbers(_LOOK).item(*index)

    def tolist(self) -> Any:
        """The numbers of an array from outside."""
        return self.known_numbers(_LOOK).tolist()

    def __float__(self) -> float:
        return float(self.known_numbers(_LOOK))

    def __int__(self) -> int:
        return int(self.known_numbers(_LOOK))

    def __index__(self) -> int:
        return int(self.known_numbers(_LOOK).__index__())

    def __bool__(self) -> bool:
        return bool(self.known_numbers("decide by a number (if …, while …): decide outside, or use F.where"))

    __hash__ = None  # type: ignore[assignment]


_LOOK = "look at a number (float(…), .item()): return the tensor, and look at it outside"


def _elsewhere(traced: Traced) -> bool:
    """Whether this is no part of the trace that is being written: another thread, or the trace has ended."""
    return _trace.get() is not traced.trace


def _numbers(value: Any) -> Any:
    """The arguments with the arrays from outside in the place of their stand-ins."""

    def numbers(traced: Traced) -> Array:
        found = traced.trace.constants.get(traced.number)
        if found is None:
            refuse("keep a result in a place outside of it (an attribute, a list): return it")
        return found

    return replaced(value, Traced, numbers)


def _taken_over(values: Any) -> bool:
    """Whether a tensor is among them, whose own operators come first."""
    return any(hasattr(type(v), "__kernel__") and not isinstance(v, Traced) for v in values)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list):
        for v in value:
            yield from _flat(v)
    elif isinstance(value, dict):
        yield from _flat(tuple(value.values()))
    else:
        yield value


def _any_index(index: Any) -> Any:
    """An index as far as the shape of the result depends on it: whole numbers in arrays are taken for 0."""
    if isinstance(index, tuple):
        return tuple(_any_index(i) for i in index)
    if isinstance(index, list):
        return [_any_index(i) for i in index]
    if not isinstance(index, Traced):
        return index
    if index.dtype == np.bool_:
        return index.known_numbers("choose by a mask: how many it chooses depends on numbers; use F.where(mask, x, 0)")
    return np.zeros(index.shape, index.dtype)


def _repeats(name: str, args: Any, kwargs: Any) -> bool:
    return name == "repeat" and isinstance(kwargs.get("repeats", args[1] if len(args) > 1 else None), Traced)


def _copied(source: Array, out: Array, **options: Any) -> None:
    np.copyto(out, source, **options)


def _into(target: Array, function: Callable[..., Any], inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """target ← function(inputs)."""
    function(*inputs, out=target, **kwargs)


def _put(target: Array, index: Any, value: Any) -> None:
    """target[index] ← value."""
    target[index] = value


def _parts(index: Any) -> tuple[Any, ...]:
    """The parts of an index, to be compared; "…" behind them says nothing."""
    parts = index if isinstance(index, tuple) else (index,)
    parts = parts[:-1] if parts and parts[-1] is Ellipsis else parts
    return tuple((part.start, part.stop, part.step) if isinstance(part, slice) else part for part in parts)


def _placed(array: Array, index: Any, value: Any) -> Array:
    """A copy with array[index] ← value."""
    copy = np.array(array)
    copy[index] = value
    return copy


def _getitem(x: Array, index: Any) -> Any:
    return x[index]


def _astype(x: Array, dtype: np.dtype[Any]) -> Array:
    return x.astype(dtype)


def _plain(value: Any) -> Any:
    """The arguments with plain arrays in the place of traced ones."""
    return replaced(value, Traced, lambda traced: traced.array)
