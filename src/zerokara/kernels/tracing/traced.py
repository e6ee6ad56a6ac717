"""The stand-ins for arrays, which write what is done with them into a trace."""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.kernels import reference
from zerokara.kernels.tracing.operation import CHANGING, WRITTEN, NotNativeError, refuse, replaced

if TYPE_CHECKING:
    from zerokara.kernels.tracing.trace import Trace

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


writing: ContextVar["Trace | None"] = ContextVar("writing", default=None)
"""The trace that is being written, if one is."""


def current() -> "Trace | None":
    """The trace that is being written, if one is."""
    return writing.get()


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

    def __init__(self, array: Array, trace: "Trace", number: int) -> None:
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
        plain_args = plain(args)
        if name == "scatter":
            plain_args = plain_args[0], any_index(args[1]), *plain_args[2:]
        try:
            found = self.trace.outline(call, plain_args, plain(kwargs))
        except NotNativeError:
            call = getattr(reference, name)
            found = None if name in CHANGING else call(*plain_args, **plain(kwargs))
        return self.trace.note(name, call, args, kwargs, found)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        if _taken_over((*inputs, *(out or ()))):
            return NotImplemented
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if _elsewhere(self):
            return function(*_numbers(inputs), **({} if out is None else {"out": _numbers(out)}), **_numbers(kwargs))
        found = self.trace.outline(function, plain(inputs), plain(kwargs)) if method != "at" else None
        if method == "at":
            refuse(f"change an array in place by np.{ufunc.__name__}.at: write what it is to hold as an expression")
        if out is None:
            return self.trace.note(ufunc.__name__ if function is ufunc else method, function, inputs, kwargs, found)
        self._write(out[0], function, inputs, kwargs)
        return out[0]

    def __array_function__(self, function: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        if _taken_over(flat((args, kwargs))):
            return NotImplemented
        name = function.__name__
        if _elsewhere(self):
            return function(*_numbers(args), **_numbers(kwargs))
        if name in _ABOUT_SHAPES:
            return function(*plain(args), **plain(kwargs))
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
        found = function(*plain(args), **plain(kwargs))
        if isinstance(found, list):  # np.split and its like
            results = self.trace.note(name, lambda *a, **k: tuple(function(*a, **k)), args, kwargs, tuple(found))
            return list(results)
        return self.trace.note(name, function, args, kwargs, found)

    def __getitem__(self, index: Any) -> Any:
        if _elsewhere(self):
            return _numbers(self)[_numbers(index)]
        name = "gather" if any(isinstance(i, Traced | np.ndarray | list) for i in flat((index,))) else "getitem"
        return self.trace.note(name, _getitem, (self, index), {}, self.array[any_index(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        if _elsewhere(self):
            _numbers(self)[_numbers(index)] = _numbers(value)
            return
        any_index(index)
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
    return writing.get() is not traced.trace


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


def flat(value: Any) -> Iterator[Any]:
    """What is in a nest of tuples, lists and dictionaries, one after another."""
    if isinstance(value, tuple | list):
        for v in value:
            yield from flat(v)
    elif isinstance(value, dict):
        yield from flat(tuple(value.values()))
    else:
        yield value


def any_index(index: Any) -> Any:
    """An index as far as the shape of the result depends on it: whole numbers in arrays are taken for 0."""
    if isinstance(index, tuple):
        return tuple(any_index(i) for i in index)
    if isinstance(index, list):
        return [any_index(i) for i in index]
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


def _getitem(x: Array, index: Any) -> Any:
    return x[index]


def _astype(x: Array, dtype: np.dtype[Any]) -> Array:
    return x.astype(dtype)


def plain(value: Any) -> Any:
    """The arguments with plain arrays in the place of traced ones."""
    return replaced(value, Traced, lambda traced: traced.array)
