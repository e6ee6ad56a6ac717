"""New tensors: zeros, ones, ranges, random numbers. Names and arguments are PyTorch's; fractions are float32."""

from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array, DTypeLike, Shape, default_generator
from zerokara.autodiff.devices import expect_processor
from zerokara.autodiff.dtypes import numeric
from zerokara.autodiff.guards import Memory
from zerokara.autodiff.promotion import fits, numbers, values
from zerokara.autodiff.tensor import Tensor
from zerokara.autodiff.tensor import as_tensor as constant
from zerokara.kernels import tracing
from zerokara.kernels.tracing import Traced

Rng = np.random.Generator | None
DType = DTypeLike | None


def zeros(*size: Any, dtype: DType = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros; the shape is given as 2, 3 or as (2, 3)"""
    return _filled("zeros", size, 0, dtype or np.float32, device, requires_grad)


def ones(*size: Any, dtype: DType = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones; the shape is given as 2, 3 or as (2, 3)"""
    return _filled("ones", size, 1, dtype or np.float32, device, requires_grad)


def empty(*size: Any, dtype: DType = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Numbers that are still to be written. They are zeros: nothing undefined can be read."""
    return _filled("empty", size, 0, dtype or np.float32, device, requires_grad)


def full(size: Any, fill_value: Any, *, dtype: DType = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """One number everywhere; its type decides: a fraction gives float32, a whole number int64, a truth value bool."""
    kind = numbers("full", fill_value).dtype.kind
    own = {"f": np.float32, "b": np.bool_}.get(kind, np.int64)
    return _filled("full", (size,), fill_value, dtype or own, device, requires_grad)


def zeros_like(x: Any, *, dtype: DType = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros in the shape and type of x."""
    return _like("zeros_like", x, 0, dtype, device, requires_grad)


def ones_like(x: Any, *, dtype: DType = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones in the shape and type of x."""
    return _like("ones_like", x, 1, dtype, device, requires_grad)


def empty_like(x: Any, *, dtype: DType = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Numbers that are still to be written (zeros), in the shape and type of x."""
    return _like("empty_like", x, 0, dtype, device, requires_grad)


def full_like(
    x: Any, fill_value: Any, *, dtype: DType = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """One number everywhere, in the shape and type of x."""
    return _like("full_like", x, fill_value, dtype, device, requires_grad)


def eye(
    n: int, m: int | None = None, *, dtype: DType = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Ones on the diagonal of an n×m matrix, else zeros; m is n unless given."""
    expect_processor(device)
    rows, columns = _lengths("eye", (n, n if m is None else m))
    return _made(np.eye(rows, columns, dtype=numeric(dtype or np.float32)), requires_grad)


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: DType = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers start, start + step, … before end; with one number from 0 to it"""
    expect_processor(device)
    first, last = (0, start) if end is None else (start, end)
    first, last, step = (_real("arange", number) for number in (first, last, step))
    if step == 0 or (last - first) / step < 0:
        raise ValueError(f"arange expects a step that leads from {first} to {last}; got {step}")
    found = np.arange(first, last, step)
    own = np.int64 if found.dtype.kind in "iu" else np.float32
    return _made(found.astype(numeric(dtype or own)), requires_grad)


def linspace(
    start: float, end: float, steps: int, *, dtype: DType = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`steps` numbers at equal distances, from start to end, both included"""
    expect_processor(device)
    (count,) = _lengths("linspace", (steps,))
    start, end = _real("linspace", start), _real("linspace", end)
    return _made(np.linspace(start, end, count).astype(numeric(dtype or np.float32)), requires_grad)


# random numbers: from the default generator (`manual_seed`), or from one that is given


def rand(
    *size: Any, generator: Rng = None, dtype: DType = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers, evenly from 0 to below 1"""
    expect_processor(device)
    return _drawn(
        lambda rng, shape, kind: rng.random(shape, kind), _lengths("rand", size), generator, dtype, requires_grad
    )


def randn(
    *size: Any, generator: Rng = None, dtype: DType = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers of the normal distribution with mean 0 and spread 1"""
    expect_processor(device)
    return _drawn(
        lambda rng, shape, kind: rng.standard_normal(shape, kind),
        _lengths("randn", size),
        generator,
        dtype,
        requires_grad,
    )


def rand_like(x: Any, *, generator: Rng = None, dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Random numbers from 0 to below 1, in the shape and type of x"""
    like = _outline(x)
    return rand(like.shape, generator=generator, dtype=dtype or like.dtype, requires_grad=requires_grad)


def randn_like(x: Any, *, generator: Rng = None, dtype: DType = None, requires_grad: bool = False) -> Tensor:
    """Normally distributed random numbers in the shape and type of x"""
    like = _outline(x)
    return randn(like.shape, generator=generator, dtype=dtype or like.dtype, requires_grad=requires_grad)


def randint(
    low: int, high: Any = None, size: Any = None, *, generator: Rng = None, dtype: DType = None, device: Any = None
) -> Tensor:
    """Random whole numbers from low (0 if it is left out) to below high"""
    expect_processor(device)
    if size is None:
        low, high, size = 0, low, high
    if size is None or high is None or isinstance(high, tuple | list):
        raise TypeError("randint expects (high, shape) or (low, high, shape)")
    low, high = (rules.whole_number("randint", number, "whole numbers") for number in (low, high))
    if low >= high:
        raise ValueError(f"randint expects low < high; got {low} and {high}")
    shape, kind = _lengths("randint", (size,)), numeric(dtype or np.int64)
    rng = _generator("randint", generator)
    return _made(tracing.again(lambda: rng.integers(low, high, shape).astype(kind), shape, kind), False)


def randperm(n: int, *, generator: Rng = None, device: Any = None) -> Tensor:
    """The numbers 0 … n−1 in a random order"""
    expect_processor(device)
    shape = _lengths("randperm", (n,))
    rng = _generator("randperm", generator)
    (n,) = shape
    return _made(tracing.again(lambda: rng.permutation(n), shape, np.int64), False)


# from what is there


def from_numpy(array: Array) -> Tensor:
    """The array itself as a tensor, not a copy."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy expects a NumPy array; got {type(array).__name__}: use zk.tensor(…)")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"a tensor holds real numbers or bools; got an array of {array.dtype}")
    return Tensor(array)


def as_tensor(value: Any, dtype: DType = None, device: Any = None) -> Tensor:
    """A tensor of an array, numbers, or a tensor; it shows the same memory where it can."""
    expect_processor(device)
    found = constant(value)
    return found if dtype is None else found.to(dtype)


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor."""
    return isinstance(value, Tensor)


# what they share


def _made(array: Any, requires_grad: bool) -> Tensor:
    made = Tensor(array, requires_grad)
    if not isinstance(array, Traced):
        made._memory = Memory()
    return made


def _filled(name: str, size: Any, value: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    expect_processor(device)
    shape, kind = _lengths(name, size), numeric(dtype)
    return _made(np.full(shape, _single(name, value, kind), kind), requires_grad)


def _like(name: str, x: Any, value: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    like = _outline(x)
    return _filled(name, (like.shape,), value, dtype or like.dtype, device, requires_grad)


def _outline(x: Any) -> Any:
    """What has the shape and type of x; nobody looks at its numbers."""
    return x._data if isinstance(x, Tensor) else values(x)


def _real(name: str, number: Any) -> Any:
    """A plain number of what counts as one: Python's, NumPy's, a tensor's."""
    array = numbers(name, number)
    if array.ndim or not np.isfinite(array):
        raise ValueError(f"{name} expects single, finite numbers; got {rules.in_short(number)}")
    return array.item()


def _single(name: str, value: Any, kind: np.dtype[Any]) -> Any:
    """One number, infinite or not, that a tensor of this type can hold."""
    array = numbers(name, value)
    if array.ndim:
        raise ValueError(f"{name} expects one number; got {rules.in_short(value)}")
    if not fits(array, kind) if kind.kind in "iu" else False:
        raise ValueError(f"{name}: {rules.in_short(value)} does not fit {kind}: give a larger dtype")
    return array.item()


def _lengths(name: str, size: tuple[Any, ...]) -> Shape:
    given = size[0] if len(size) == 1 and isinstance(size[0], tuple | list) else size
    shape = rules.new_shape(name, tuple(given))
    if any(n < 0 for n in shape):
        raise ValueError(f"{name} expects lengths of at least 0; got {shape}")
    return shape


def _generator(name: str, generator: Rng) -> np.random.Generator:
    if generator is None:
        return default_generator()
    if not isinstance(generator, np.random.Generator):
        raise TypeError(f"{name} expects generator=zk.generator(seed); got {type(generator).__name__}")
    return generator


def _drawn(draw: Any, shape: Shape, generator: Rng, dtype: Any, requires_grad: bool) -> Tensor:
    """Numbers in float32, or in float64 if that is wanted; in a recorded step they are drawn at every replay."""
    kind = numeric(dtype or np.float32)
    if kind.kind != "f":
        raise TypeError(f"rand and randn give fractions; got dtype={kind}: zk.randint gives whole numbers")
    rng = _generator("rand", generator)
    drawn = np.float64 if kind == np.float64 else np.float32
    return _made(tracing.again(lambda: draw(rng, shape, drawn).astype(kind), shape, kind), requires_grad)
