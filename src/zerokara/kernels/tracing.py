"""Writing down what a computation does, instead of doing it: traced arrays.

Inside `tracing()` the arrays of a step are stand-ins. They have a shape and a dtype, and whatever is done with them, by
kernels or by NumPy's functions, becomes an `Operation` in a list, with a running number for each result. The numbers in
them mean nothing: a trace costs no more than looking at shapes, and nothing outside is changed.

What depends on the values themselves (`float(loss)`, `if x > 0`) cannot be written down and raises `CaptureError`. What
happens outside the arrays and has to happen at every step (drawing a dropout mask, counting steps, reading the learning
rate) is said with `again`; what must stay as it was, with `assume`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.kernels import reference


class CaptureError(TypeError):
    """A step does something that cannot be recorded and replayed."""


class NotNativeError(Exception):
    """While calls are written down: the compiled kernels leave this one to the reference."""


CHANGING = frozenset({"sgd_step", "momentum_step", "adagrad_step", "rmsprop_step", "adam_step", "update_running"})
"""The kernels that change their arguments and return nothing."""


@dataclass(frozen=True, slots=True)
class Value:
    """Stands for a traced array in the arguments of an operation."""

    number: int


@dataclass(slots=True)
class Operation:
    """One thing done to arrays: the name and function, its arguments with values in them, and what came out."""

    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    results: tuple[int, ...]


@dataclass
class Trace:
    """What a step does, in order. `kernel` finds the function of a kernel by its name."""

    kernel: Callable[[str], Callable[..., Any]]
    operations: list[Operation] = field(default_factory=list)
    before: list[Operation] = field(default_factory=list)
    """What happens outside the arrays, at the beginning of every replay."""
    specs: list[tuple[Shape, np.dtype[Any]]] = field(default_factory=list)
    """Shape and dtype of every value, by number."""
    constants: dict[int, Array] = field(default_factory=dict)
    """The values that are arrays from outside, such as parameters: by number."""
    inputs: list[int] = field(default_factory=list)
    assumptions: list[Callable[[], bool]] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    _known: dict[int, "Traced"] = field(default_factory=dict)

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
        """An array from outside: the same array at every replay, with whatever it then holds."""
        if id(array) not in self._known:
            traced = self._known[id(array)] = self.new(array)
            self.constants[traced.number] = array
        return self._known[id(array)]

    def note(self, name: str, function: Callable[..., Any], args: Any, kwargs: Any, found: Any) -> Any:
        """Write down an operation; returns what it gave as traced arrays."""
        several = isinstance(found, tuple)
        arrays = found if several else () if found is None else (found,)
        results = tuple(self.new(np.asarray(a)) for a in arrays)
        numbers = tuple(r.number for r in results)
        self.operations.append(Operation(name, function, self._values(args), self._values(kwargs), numbers))
        return results if several else results[0] if results else None

    def _values(self, arguments: Any) -> Any:
        """The arguments with values in the place of traced arrays and of known arrays from outside."""
        return replaced(arguments, (Traced, np.ndarray), self._value)

    def _value(self, array: Any) -> Any:
        traced = array if isinstance(array, Traced) else self._known.get(id(array))
        return array if traced is None else Value(traced.number)


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


def again(work: Callable[[], Any], shape: Shape, dtype: DTypeLike) -> Any:
    """The array that `work()` gives. In a trace: it is called at every replay, before everything else."""
    trace = _trace.get()
    if trace is None:
        return np.asarray(work(), dtype)
    traced = trace.new(np.zeros(shape, dtype))
    trace.before.append(Operation("again", work, (), {}, (traced.number,)))
    return traced


def repeat(work: Callable[..., None], *args: Any) -> None:
    """Call `work(*args)`. In a trace: at every replay, before everything else; traced arguments must be inputs."""
    trace = _trace.get()
    if trace is None:
        work(*args)
        return
    for value in args:
        if isinstance(value, Traced) and value.number not in trace.inputs:
            raise CaptureError(f"{work.__name__} looks at numbers that are only known while the step runs")
    trace.before.append(Operation("repeat", work, _values(args), {}, ()))


def look(work: Callable[[Any], None], value: Any) -> None:
    """Call `work(value)`. In a trace: at every replay, at this point of the step; it may raise, which ends the step."""
    trace = _trace.get()
    if trace is None:
        work(value)
    else:
        trace.operations.append(Operation("look", work, _values((value,)), {}, ()))


def assume(holds: Callable[[], bool]) -> None:
    """In a trace: it may be replayed only while this is true; else the step is traced anew."""
    trace = _trace.get()
    if trace is not None:
        trace.assumptions.append(holds)


def constant(array: Any) -> Any:
    """In a trace, the traced array that stands for an array from outside; else the array itself."""
    trace = _trace.get()
    return array if trace is None or type(array) is not np.ndarray else trace.constant(array)


def known(array: Array) -> bool:
    """In a trace: whether this array from outside has been met before."""
    trace = _trace.get()
    return trace is not None and id(array) in trace._known


def afterwards(work: Callable[[], None]) -> None:
    """In a trace: call this when it is written."""
    trace = _trace.get()
    if trace is not None:
        trace.afterwards.append(work)


def as_array(value: Any, dtype: DTypeLike | None = None) -> Array:
    """`np.asarray`, which leaves a traced array what it is."""
    if isinstance(value, Traced):
        return cast(Array, value if dtype is None else value.astype(dtype))
    return np.asarray(value, dtype)


def refuse(what: str) -> NoReturn:
    """Say that something cannot be captured."""
    raise CaptureError(f"a captured step cannot {what}")


class Traced(NDArrayOperatorsMixin):
    """A stand-in for an array. NumPy's operators, functions and methods on it are written down."""

    __slots__ = ("array", "number", "trace")

    def __init__(self, array: Array, trace: Trace, number: int) -> None:
        self.array, self.trace, self.number = array, trace, number

    # what an array tells about itself

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
        try:
            found = call(*_plain(args), **_plain(kwargs))
        except NotNativeError:
            call = getattr(reference, name)
            found = None if name in CHANGING else call(*_plain(args), **_plain(kwargs))
        return self.trace.note(name, call, args, kwargs, found)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        if any(_tensorlike(type(i)) for i in inputs):
            return NotImplemented
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        found = function(*(_plain(i) for i in inputs), **kwargs)
        if out is None:
            return self.trace.note(ufunc.__name__ if function is ufunc else method, function, inputs, kwargs, found)
        target = constant(out[0])
        if target.number not in self.trace.constants:
            refuse("change an array in place that it has computed itself: write y = y + x instead of y += x")
        self.trace.note("in_place", _into, (target, function, inputs, kwargs), {}, None)
        return out[0]

    def __array_function__(self, function: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        if any(map(_tensorlike, kinds)):
            return NotImplemented
        if kwargs.get("out") is not None:
            refuse(f"give {function.__name__} an array to write into (out=…)")
        plain_args, plain_kwargs = _plain(args), _plain(kwargs)
        return self.trace.note(function.__name__, function, args, kwargs, function(*plain_args, **plain_kwargs))

    def __getitem__(self, index: Any) -> Any:
        return self.trace.note("getitem", _getitem, (self, index), {}, _getitem(self.array, _plain(index)))

    def __setitem__(self, index: Any, value: Any) -> None:
        refuse("write into an array that it has computed itself")

    def reshape(self, *shape: Any, **options: Any) -> Any:
        """As NumPy's."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **options)

    def transpose(self, *axes: Any) -> Any:
        """As NumPy's."""
        order = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple) else axes
        return np.transpose(self, order or None)

    def astype(self, dtype: DTypeLike, copy: bool = True) -> Any:
        """As NumPy's."""
        if np.dtype(dtype) == self.dtype:
            return self
        return self.trace.note("astype", _astype, (self, np.dtype(dtype)), {}, self.array.astype(dtype))

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        """As NumPy's."""
        return np.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        """As NumPy's."""
        return np.mean(self, axis=axis, keepdims=keepdims)

    def copy(self) -> "Traced":
        """Itself: a traced array is never changed."""
        return self

    # what cannot be written down

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        refuse("hand its results to code that needs their numbers: return them, and use them outside")

    def __float__(self) -> NoReturn:
        refuse("look at a number (float(…), .item()): return the tensor, and look at it outside")

    __int__ = __index__ = item = tolist = __float__

    def __bool__(self) -> NoReturn:
        refuse("decide by a number (if …, while …): decide outside, or use F.where")

    __hash__ = None  # type: ignore[assignment]


def alike(one: Trace, other: Trace) -> bool:
    """Whether two traces of a step say the same, so that it may be believed that the next one will, too."""
    return one.specs == other.specs and _alike(_said(one), _said(other))


def _said(trace: Trace) -> list[Any]:
    operations = [(o.name, o.args, o.kwargs, o.results) for o in (*trace.before, *trace.operations)]
    return [trace.constants, *operations]


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a is b or (a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(map(_alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_alike(a[k], b[k]) for k in a)
    if callable(a) and callable(b):
        return True  # functions made anew; what they compute with is compared
    return bool(a == b)


def _into(target: Array, function: Callable[..., Any], inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """target ← function(inputs)."""
    function(*inputs, out=target, **kwargs)


def _tensorlike(kind: type) -> bool:
    """Whether objects of this kind know better what to do with NumPy's functions: tensors, which hold traced arrays."""
    return hasattr(kind, "__kernel__") and not issubclass(kind, Traced)


def _getitem(x: Array, index: Any) -> Any:
    return x[index]


def _astype(x: Array, dtype: np.dtype[Any]) -> Array:
    return x.astype(dtype)


def _plain(value: Any) -> Any:
    """The arguments with plain arrays in the place of traced ones."""
    return replaced(value, Traced, lambda traced: traced.array)


def _values(value: Any) -> Any:
    """The arguments with values in the place of traced arrays."""
    return replaced(value, Traced, lambda traced: Value(traced.number))


def replaced(value: Any, kind: type | tuple[type, ...], by: Callable[[Any], Any]) -> Any:
    """A nest of tuples, lists and dictionaries with everything of one kind replaced."""
    if isinstance(value, kind):
        return by(value)
    if isinstance(value, tuple | list):
        return type(value)(replaced(v, kind, by) for v in value)
    if isinstance(value, dict):
        return {k: replaced(v, kind, by) for k, v in value.items()}
    return value
