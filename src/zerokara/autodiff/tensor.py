"""The tensor: an array that remembers how it was computed."""

import inspect
from functools import cache
from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.annotations import named
from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.autodiff.arrangement import Arrangement
from zerokara.autodiff.conversion import Conversion
from zerokara.autodiff.devices import expect_processor
from zerokara.autodiff.dtypes import numeric
from zerokara.autodiff.elsewhere import Elsewhere
from zerokara.autodiff.formulas import FORMULAS
from zerokara.autodiff.functions import Functions
from zerokara.autodiff.graph import Node, again, leaves, nodes, pull_back, recording
from zerokara.autodiff.guards import Guards, Memory, hand_out, result_memory
from zerokara.autodiff.in_place import InPlace
from zerokara.autodiff.operators import Operators
from zerokara.autodiff.picking import Picking
from zerokara.autodiff.promotion import as_native
from zerokara.autodiff.reductions import Reductions
from zerokara.autodiff.sizes import Size
from zerokara.kernels import tracing
from zerokara.kernels.tracing import Traced, as_array
from zerokara.refusing import CAUGHT, first, told, unwritten
from zerokara.rules import RULES, Rule, in_short


class Tensor(Operators, Functions, Reductions, Arrangement, Picking, Conversion, InPlace, Elsewhere):
    """An array, the gradient of a loss in it, and the node of the graph that it came out of.

    `data` is the NumPy array, `grad` the accumulated gradient (an array, None before the first backward pass),
    `requires_grad` says whether gradients are wanted. Operators and methods are NumPy's and PyTorch's.

    The library itself reads the array as `_data`: asking for `data` means that somebody may write to it from now on,
    and `_memory` notes that (None: somebody always may, as the array came from outside). See `guards.py`.
    """

    __slots__ = ("__weakref__", "_data", "_memory", "grad", "node", "requires_grad")

    def __init__(self, data: Array, requires_grad: bool = False) -> None:
        if type(data) is not np.ndarray or not data.dtype.isnative:
            data = as_native(data)
        try:
            if requires_grad and not np.issubdtype(data.dtype, np.floating):
                raise TypeError(
                    f"only floating-point tensors can require gradients; got {data.dtype}: "
                    "use .astype(np.float32) first"
                )
        except ValueError:
            raise TypeError(f"requires_grad is True or False; got {in_short(requires_grad)}") from None
        self._data = data
        self._memory: Memory | None = None
        self.grad: Array | None = None
        self.node: Node | None = None
        self.requires_grad = requires_grad

    @property
    def data(self) -> Array:
        """The array itself, not a copy. A change in place that a backward pass would trip over is noticed there."""
        if self._memory is not None:
            self._memory.share(self._data)
        return self._data

    @data.setter
    def data(self, array: Array) -> None:
        if array is self._data:
            return
        if isinstance(array, Tensor):
            array = array.data
        elif isinstance(array, np.generic):  # what NumPy makes of arrays without axes: nobody could write to it
            array = np.array(array)
        elif not isinstance(array, np.ndarray | Traced):
            raise TypeError(f"data is a NumPy array; got {in_short(array)}: write p.data[...] = … for its numbers")
        self._data, self._memory = array, None

    def write(self) -> Array:
        """The array, for the library to write to now: graphs that need the old numbers will say so."""
        if tracing.current() is not None:
            return self.data  # not now, but whenever the step is replayed
        if self._memory is not None:
            self._memory.write()
        return self._data

    # what an array tells about itself

    @property
    def shape(self) -> Shape:
        """The lengths of the axes."""
        return self._data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the numbers."""
        return self._data.dtype

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return self._data.ndim

    @property
    def size(self) -> Size:
        """How many numbers there are; called, as in PyTorch, the shape or the length of an axis."""
        return Size(self._data.size, self._data.shape)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("a tensor without axes has no len()")
        return len(self._data)

    def __repr__(self) -> str:
        numbers = np.array2string(self._data, separator=", ", prefix="tensor(")
        notes = [f"dtype={self.dtype}"] if self.dtype not in (np.dtype(np.float32), np.dtype(np.int64)) else []
        if self.node is not None:
            notes.append(f"rule={self.node.rule.__name__}")
        elif self.requires_grad:
            notes.append("requires_grad=True")
        return f"tensor({', '.join([numbers, *notes])})"

    def item(self) -> float | int | bool:
        """The single number of a tensor of size 1, as a Python number."""
        if self._data.size != 1:
            raise ValueError(
                f"only a tensor of one number is a Python number; this one has the shape {self.shape}: "
                "use .tolist(), or reduce it first, as .mean() does"
            )
        self._expect_kept()
        return self._data.item()  # type: ignore[no-any-return]

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.ndim or self._data.dtype.kind not in "iu":
            raise TypeError(f"only one whole number counts or names a place; got {self.dtype} of shape {self.shape}")
        return int(self._data.item())

    def __bool__(self) -> bool:
        if self._data.size != 1:
            raise ValueError(f"the truth of a tensor of shape {self.shape} is ambiguous: use (t > 0).all() or .any()")
        return bool(self._data.item())

    # to and from NumPy

    def numpy(self) -> Array:
        """The array itself, not a copy."""
        return self.data

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        self._expect_kept()
        if isinstance(self._data, Traced):
            return self._data.__array__(dtype, copy)
        return np.array(self._data if copy else self.data, dtype=dtype, copy=copy)

    def _expect_kept(self) -> None:
        """In a rule that is run for second derivatives, a tensor that became plain numbers would lose its history."""
        if self.requires_grad and (rule := again()) is not None:
            raise NotImplementedError(
                f"the second derivative through {rule} is not available: it makes an array of a tensor, and so forgets "
                "where that came from; write it with NumPy's functions of whole arrays"
            )

    def detach(self) -> "Tensor":
        """The same numbers (not a copy), without their history."""
        detached = Tensor(self._data)
        detached._memory = self._memory
        return detached

    def detach_(self) -> "Tensor":
        """Forget its history."""
        self.node, self.requires_grad = None, False
        return self

    # gradients

    def backward(self, gradient: Any = None, *, retain_graph: bool | None = None, create_graph: bool = False) -> None:
        """Add ∂self/∂leaf to the `grad` of every leaf that requires a gradient, as PyTorch does.

        `gradient` = ∂L/∂self, in the shape of self; for a scalar it is 1. The graph is released afterwards, and with it
        the memory of the step, unless `retain_graph`.
        """
        if not self.requires_grad:
            raise RuntimeError(
                "this tensor does not require gradients: none of its inputs does, or it was computed under no_grad()"
            )
        seed = seed_gradient(self, gradient, create_graph)
        keep = create_graph if retain_graph is None else retain_graph
        ordered = nodes(self)
        wanted: list[Any] = leaves(self, ordered)
        found = pull_back(self, seed, wanted, ordered, create_graph=create_graph, retain_graph=keep)
        handed_out = {id(seed)}
        for leaf in wanted:
            part = as_array(found[id(leaf)])
            if isinstance(part, Traced):
                _keep_traced(leaf, part)
            elif leaf.grad is not None:
                leaf.grad = leaf.grad + part
            else:  # a view, or an array that another leaf has too, is copied: a gradient belongs to its leaf alone
                leaf.grad = part if part.base is None and id(part) not in handed_out else np.array(part)
            handed_out.add(id(part))

    def zero_grad(self) -> None:
        """Forget the gradient."""
        tracing.forgotten(self)
        self.grad = None

    # rules

    @staticmethod
    def _tensor(value: Any) -> "Tensor":
        return as_tensor(value)

    def _apply(self, rule: Rule, *inputs: Any, **options: Any) -> "Tensor":
        return apply(rule, *inputs, **options)

    def __kernel__(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> "Tensor":
        """A kernel called with tensors, inside a rule that is run on tensors: its formula, or the rule of its name."""
        if name in FORMULAS:
            formula: Tensor = FORMULAS[name](*arguments, **keywords)
            return formula
        inputs, options = _kernel_call(name)
        if inputs is None:
            raise NotImplementedError(f"the second derivative through {name} is not available")
        bound = inspect.signature(getattr(kernels, name)).bind(*arguments, **keywords)
        bound.apply_defaults()
        values = bound.arguments
        return apply(RULES[name], *(values[i] for i in inputs), **{o: values[o] for o in options})


for _part in Tensor.__mro__[1:-1]:
    for _method in filter(inspect.isfunction, vars(_part).values()):
        _method.__qualname__ = f"Tensor.{_method.__name__}"  # Python's own messages name the tensor


@cache
def _kernel_call(name: str) -> tuple[list[str] | None, list[str]]:
    """Which arguments of a kernel are inputs of the rule of the same name, and which are its options."""
    if name not in RULES:
        return None, []
    known = set(inspect.signature(getattr(kernels, name)).parameters)
    rule = inspect.signature(RULES[name]).parameters.values()
    inputs = [p.name for p in rule if p.kind is p.POSITIONAL_OR_KEYWORD]
    # what a rule can do besides, unless it is asked to, is no matter of the kernel
    options = [p.name for p in rule if p.kind is p.KEYWORD_ONLY and (p.name in known or p.default is p.empty)]
    return (inputs if known == {*inputs, *options} else None), options


def tensor(value: Any, dtype: DTypeLike | None = None, requires_grad: bool = False, *, device: Any = None) -> Tensor:
    """A tensor of an array, a number, or nested lists of numbers.

    NumPy arrays are copied and keep their dtype; Python's fractions become float32 and its integers int64, as PyTorch.
    With `requires_grad`, integers become float32, since a gradient is asked for.
    """
    expect_processor(device)
    dtype = dtype if dtype is None else numeric(dtype)
    own = not isinstance(value, np.ndarray | np.generic | Tensor | Traced)
    given = value._data if isinstance(value, Tensor) else value
    try:
        data = as_array(given, dtype) if isinstance(given, Traced) else np.array(given, dtype=dtype)
    except OverflowError:
        raise ValueError(f"{_short(value)} does not fit {np.dtype(dtype)}: give a larger dtype") from None
    except (ValueError, TypeError):
        data = np.array(None)
    if data.dtype.kind not in "biuf":
        raise ValueError(f"a tensor is made of numbers in a rectangular arrangement; got {_short(value)}")
    if dtype is None and own and np.issubdtype(data.dtype, np.floating):
        data = data.astype(np.float32)
    if dtype is None and requires_grad and np.issubdtype(data.dtype, np.integer):
        data = data.astype(np.float32)
    made = Tensor(data, requires_grad)
    made._memory = Memory()
    return made


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def as_tensor(value: Any) -> Tensor:
    """The tensor itself, or a constant tensor of an array or a number, sharing its memory where possible."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, np.ndarray | Traced):
        if value.dtype.kind not in "biuf":
            raise TypeError(f"a tensor is made of real numbers and bools; got an array of {value.dtype}")
        return Tensor(as_array(value))  # which converts the byte order
    return tensor(value)


def apply(rule: Rule, *inputs: Any, **options: Any) -> Tensor:
    """Run a rule on the arrays of the inputs, and record it where a gradient may be wanted.

    Inputs are tensors, arrays, numbers or None (an input that is left out, such as a bias).
    """
    tensors = tuple([i if i is None or isinstance(i, Tensor) else as_tensor(i) for i in inputs])
    trace = tracing.current()
    if trace is None:
        arrays = [None if t is None else t._data for t in tensors]
    else:
        arrays = [None if t is None else _traced(t) for t in tensors]
    try:
        hand_out(rule, tensors)
        value, pullbacks = rule(*arrays, **options)
    except CAUGHT as error:
        if not unwritten(error):
            raise
        if not callable(rule):
            raise TypeError(f"apply expects a rule, as in zerokara.rules; got {in_short(rule)}") from None
        given = named(rule, tuple(None if t is None else t._data for t in tensors), options)
        raise told(error, getattr(rule, "__name__", "a rule"), rule, given) from first(error)
    result = Tensor(value if isinstance(value, np.ndarray) else as_array(value))
    if trace is None:
        result._memory = result_memory(rule, tensors, result._data)
    wanted = [t is not None and t.requires_grad for t in tensors]
    if True in wanted and recording() and result._data.dtype.kind == "f":
        result.requires_grad = True
        guards = Guards(rule, tensors, result, pullbacks, options, trace)
        result.node = Node(rule, tensors, options, pullbacks, guards)
    return result


def _traced(t: Tensor) -> Any:
    """The data of a tensor in a trace: a parameter, say, is looked at anew at every replay."""
    array = t.data  # a recording may write to it at any time
    trace = tracing.current()
    outside = not isinstance(array, Traced)
    if t.node is not None and (outside or trace is None or array.number in trace.constants):  # type: ignore[attr-defined]
        tracing.refuse("use a result with a history that was computed outside of it: detach() it, or compute it inside")
    if not outside:
        return array
    if t.requires_grad:
        tracing.assume(lambda: t._data is array and t.requires_grad)
    return tracing.constant(array)


def _keep_traced(leaf: Tensor, part: Any) -> None:
    """As in `backward`, in a trace: afterwards the gradient is gone, for in a replay it lives only inside."""
    if leaf.grad is None:
        tracing.leaf(leaf)
    elif not isinstance(leaf.grad, Traced):
        tracing.refuse("add to gradients from before it: call zero_grad() first, inside the step")
    leaf.grad = part if leaf.grad is None else leaf.grad + part


def seed_gradient(y: Tensor, gradient: Any, create_graph: bool) -> Any:
    """∂L/∂y to begin with: 1 for a scalar, or what the caller gives, in the shape of y."""
    if gradient is None:
        if y._data.size != 1:
            raise ValueError(
                f"a result of shape {y.shape} needs a `gradient` of that shape to start from: only a scalar has its own"
            )
        seed = np.ones(y.shape, y.dtype)
    else:
        if isinstance(gradient, Tensor) and create_graph:
            return gradient
        seed = as_array(gradient.data if isinstance(gradient, Tensor) else gradient, y.dtype)
        if seed.shape != y.shape:
            raise ValueError(f"the gradient must have the shape of the result {y.shape}; got {seed.shape}")
    return Tensor(seed) if create_graph else seed
