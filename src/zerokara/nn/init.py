"""Initial values: where learning starts (the book's chapter 6.2).

n_in is the number of inputs that one output sums over: `in_features`, or channels · rows · columns of a filter.

| name          | class           | values                                                                          |
|---------------|-----------------|---------------------------------------------------------------------------------|
| "default"     | `FanInUniform`  | U(−1/√n_in, 1/√n_in): PyTorch's own default (Kaiming uniform with a = √5)       |
| "he"          | `He`            | N(0, 2/n_in): keeps the spread of activations through ReLU (He et al. 2015)     |
| "xavier"      | `Xavier`        | N(0, 1/n_in): for sigmoid and tanh, as the book gives it                        |
| "glorot"      | `Glorot`        | N(0, 2/(n_in + n_out)): what PyTorch calls `xavier_normal_` (Glorot, Bengio 2010) |
| "identity"    | `Identity`      | 1 where output i meets input i (for filters: at the centre), else 0             |
| a number s    | `Normal(s)`     | N(0, s²): the book's `weight_init_std=0.01`                                     |
| –             | `Constant(c)`   | c everywhere                                                                    |
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array, DTypeLike, Shape

Initializer = Callable[[Shape, np.random.Generator, DTypeLike], Array]
Init = Initializer | str | float | None


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
            raise ValueError(f"the standard deviation of initial values is a number ≥ 0; got {self.std!r}")

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        return (self.std * rng.standard_normal(shape)).astype(dtype)


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
class FanInUniform:
    """w ~ U(−1/√n_in, 1/√n_in)."""

    def __call__(self, shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Array:
        """The values."""
        bound = 1 / math.sqrt(fan_in(shape))
        return rng.uniform(-bound, bound, shape).astype(dtype)


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
}


def fan_in(shape: Shape) -> int:
    """n_in of a weight (out, in) or (F, C, P, Q): how many inputs one output sums over."""
    return math.prod(shape[1:])


def fan_out(shape: Shape) -> int:
    """n_out of a weight (out, in) or (F, C, P, Q): how many outputs one input reaches."""
    return shape[0] * math.prod(shape[2:])


def initializer(init: Init) -> Initializer:
    """The initializer meant by a name, a number (the std of a normal distribution), None (the default) or itself."""
    if init is None:
        return FanInUniform()
    if isinstance(init, str):
        return _named(init)
    if callable(init):
        return init
    if isinstance(init, int | float | np.number) and not isinstance(init, bool):
        return Normal(float(init))
    raise TypeError(f"init is a name, a standard deviation or a function (shape, rng, dtype) → array; got {init!r}")


def bias_initializer(init: Init, weight_shape: Shape) -> Initializer:
    """Biases start like PyTorch's, U(−1/√n_in, 1/√n_in) with the weight's n_in, or at 0 where `init` is given."""
    if init is not None and init != "default":
        return Constant(0.0)
    bound = 1 / math.sqrt(fan_in(weight_shape))
    return lambda shape, rng, dtype: rng.uniform(-bound, bound, shape).astype(dtype)


def _named(name: str) -> Initializer:
    if name not in INITIALIZERS:
        raise ValueError(f"unknown init {name!r}: choose one of {', '.join(INITIALIZERS)}, or a standard deviation")
    return INITIALIZERS[name]
