"""Initial values: where learning starts (the book's chapter 6.2).

n_in is the number of inputs that one output sums over: `in_features`, or channels · rows · columns of a filter.

| name          | class           | values                                                                          |
|---------------|-----------------|---------------------------------------------------------------------------------|
| "default"     | `FanInUniform`  | U(−1/√n_in, 1/√n_in): PyTorch's own default (Kaiming uniform with a = √5)       |
| "he"          | `He`            | N(0, 2/n_in): keeps the spread of activations through ReLU (He et al. 2015)     |
| "xavier"      | `Xavier`        | N(0, 1/n_in): for sigmoid and tanh, as the book gives it                        |
| "he-out"      | `HeOut`         | N(0, 2/n_out): keeps the spread of gradients instead (torchvision's convolutions) |
| "he-uniform"  | `HeUniform`     | U(−√(6/n_in), √(6/n_in)): He's spread, drawn from a range                       |
| "glorot"      | `Glorot`        | N(0, 2/(n_in + n_out)): what PyTorch calls `xavier_normal_` (Glorot, Bengio 2010) |
| "identity"    | `Identity`      | 1 where output i meets input i (for filters: at the centre), else 0             |
| a number s    | `Normal(s)`     | N(0, s²): the book's `weight_init_std=0.01`                                     |
| –             | `Uniform(b)`    | U(−b, b)                                                                        |
| –             | `Cut(s)`        | N(0, s²) without what is farther than 2·s from 0                                |
| –             | `Constant(c)`   | c everywhere                                                                    |

n_out is the number of outputs that one input reaches. `with unset():` draws nothing, for models that get their values
from a file, or are only looked at.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array, DTypeLike, Shape

Initializer = Callable[[Shape, np.random.Generator, DTypeLike], Array]
Init = Initializer | str | float | None

_AT_ONCE = 1 << 20
_unset: ContextVar[bool] = ContextVar("_unset", default=False)


@dataclass(frozen=True)
class Constant:
    """w = value everywhere. All units then learn alike: for biases and demonstrations, not for weights."""

    value: float

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return np.full(shape, self.value, dtype)


@dataclass(frozen=True)
class Normal:
    """w ~ N(0, std²)."""

    std: float

    def __post_init__(self) -> None:
        if not 0 <= self.std < math.inf:
            raise ValueError(f"the standard deviation of initial values is a number ≥ 0; got {short(self.std)}")

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return _in_pieces(lambda count: self.std * rng.standard_normal(count), shape, dtype)


@dataclass(frozen=True)
class Uniform:
    """w ~ U(−bound, bound)."""

    bound: float

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return _in_pieces(lambda count: rng.uniform(-self.bound, self.bound, count), shape, dtype)


def _in_pieces(draw: Callable[[int], Array], shape: Shape, dtype: DTypeLike) -> Array:
    """An array of what `draw(count)` draws in double precision, which is never there as a whole."""
    values = np.empty(math.prod(shape), dtype)
    for start in range(0, len(values), _AT_ONCE):
        piece = values[start : start + _AT_ONCE]
        piece[...] = draw(len(piece))
    return values.reshape(shape)


@dataclass(frozen=True)
class Cut:
    """w ~ N(0, std²), drawn again as long as |w| > 2·std."""

    std: float

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        values = rng.standard_normal(shape)
        while (far := np.abs(values) > 2).any():
            values[far] = rng.standard_normal(int(far.sum()))
        return (self.std * values).astype(dtype)


@dataclass(frozen=True)
class Xavier:
    """w ~ N(0, 1/n_in), the book's Xavier."""

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return Normal(math.sqrt(1 / fan_in(shape)))(shape, rng, dtype)


@dataclass(frozen=True)
class Glorot:
    """w ~ N(0, 2/(n_in + n_out)), the mean of what the way forward and the way back ask for."""

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return Normal(math.sqrt(2 / (fan_in(shape) + fan_out(shape))))(shape, rng, dtype)


@dataclass(frozen=True)
class He:
    """w ~ N(0, 2/n_in): twice Xavier's variance, because ReLU drops half."""

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return Normal(math.sqrt(2 / fan_in(shape)))(shape, rng, dtype)


@dataclass(frozen=True)
class HeOut:
    """w ~ N(0, 2/n_out): He's variance by the way back, "fan out" in PyTorch."""

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return Normal(math.sqrt(2 / fan_out(shape)))(shape, rng, dtype)


@dataclass(frozen=True)
class HeUniform:
    """w ~ U(−√(6/n_in), √(6/n_in)): the variance of `He`."""

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return Uniform(math.sqrt(6 / fan_in(shape)))(shape, rng, dtype)


@dataclass(frozen=True)
class FanInUniform:
    """w ~ U(−1/√n_in, 1/√n_in)."""

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return Uniform(1 / math.sqrt(fan_in(shape)))(shape, rng, dtype)


@dataclass(frozen=True)
class Identity:
    """w[i, i] = 1, else 0; filters have their 1 at the centre, so that output channel i is input channel i."""

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        weight = np.zeros(shape, dtype)
        centre = tuple(size // 2 for size in shape[2:])
        for i in range(min(shape[:2])):
            weight[(i, i, *centre)] = 1
        return weight


INITIALIZERS: dict[str, Initializer] = {
    "default": FanInUniform(),
    "he": He(),
    "xavier": Xavier(),
    "glorot": Glorot(),
    "identity": Identity(),
    "he-out": HeOut(),
    "he-uniform": HeUniform(),
}


def fan_in(shape: Shape) -> int:
    """n_in of a weight (out, in) or (F, C, P, Q): how many inputs one output sums over."""
    return math.prod(shape[1:])


def fan_out(shape: Shape) -> int:
    """n_out of a weight (out, in) or (F, C, P, Q): how many outputs one input reaches."""
    return shape[0] * math.prod(shape[2:])


@contextmanager
def unset() -> Iterator[None]:
    """Within the block new layers draw no initial values; weights and biases are 0 until somebody sets them.

    For loading weights into a large model, and for looking at its shape: zeros cost neither time nor memory.
    """
    token = _unset.set(True)
    try:
        yield
    finally:
        _unset.reset(token)


def initializer(init: Init) -> Initializer:
    """The initializer meant by a name, a number (the std of a normal distribution), None (the default) or itself."""
    meant = _meant(init)
    return _zeros if _unset.get() else meant


def _zeros(shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    return np.broadcast_to(np.zeros((), dtype), shape)


def _meant(init: Init) -> Initializer:
    if init is None:
        return FanInUniform()
    if isinstance(init, str):
        return _named(init)
    if callable(init):
        return init
    if isinstance(init, int | float | np.number) and not isinstance(init, bool):
        return Normal(float(init))
    raise TypeError(
        f"init is a name, a standard deviation or a function (shape, rng, dtype) → array; got {short(init)}"
    )


def bias_initializer(init: Init, weight_shape: Shape) -> Initializer:
    """Biases start like PyTorch's, U(−1/√n_in, 1/√n_in) with the weight's n_in, or at 0 where `init` is given."""
    if _unset.get():
        return _zeros
    if init is not None and init != "default":
        return Constant(0.0)
    return Uniform(1 / math.sqrt(fan_in(weight_shape)))


def _named(name: str) -> Initializer:
    if name not in INITIALIZERS:
        raise ValueError(f"unknown init {name!r}: choose one of {', '.join(INITIALIZERS)}, or a standard deviation")
    return INITIALIZERS[name]
