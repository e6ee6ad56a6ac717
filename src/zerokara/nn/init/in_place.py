"""Initial values drawn into a tensor that exists: PyTorch's functions, whose names end in `_`.

| function           | values                                                                      |
|--------------------|-----------------------------------------------------------------------------|
| `kaiming_normal_`  | N(0, gain²/n), n = n_in, or n_out with mode="fan_out"        (He et al. 2015) |
| `kaiming_uniform_` | U(−gain·√(3/n), gain·√(3/n)): the same spread, from a range                 |
| `xavier_normal_`   | N(0, gain²·2/(n_in + n_out))        (Glorot, Bengio 2010)                   |
| `xavier_uniform_`  | U(−b, b), b = gain·√(6/(n_in + n_out))                                      |
| `normal_`, `uniform_`, `trunc_normal_` | N(mean, std²), U(a, b), N(mean, std²) within [a, b]     |
| `constant_`, `zeros_`, `ones_`, `eye_` | one number; 1 where output i meets input i, else 0      |
| `orthogonal_`      | rows (or columns) at right angles, of length gain        (Saxe et al. 2013) |

All return the tensor. Numbers are drawn from `rng`, or the default generator. Graphs that need the old values notice.
"""

import math
from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array, default_generator
from zerokara.autodiff import Tensor
from zerokara.kernels import tracing
from zerokara.nn.init.values import fan_in, fan_out

Rng = np.random.Generator | None

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 0.75}
_GAINS |= {f"conv{kind}": 1.0 for kind in ("1d", "2d", "3d", "_transpose1d", "_transpose2d", "_transpose3d")}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """How much a layer's weights are scaled up for the spread that an activation takes away

    1 for none and for the sigmoid, 5/3 for tanh, √2 for ReLU, √(2/(1 + slope²)) for LeakyReLU with `param` as slope.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else float(param)
        return math.sqrt(2 / (1 + slope * slope))
    if nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ValueError(f"unknown nonlinearity {nonlinearity!r}: choose one of {known}")
    return _GAINS[nonlinearity]


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, rng: Rng = None) -> Tensor:
    """w ~ U(a, b)"""
    if not a <= b:
        raise ValueError(f"uniform_ expects a of at most b; got {short(a)} and {b!r}")
    return _filled("uniform_", tensor, lambda shape: _generator(rng).uniform(a, b, shape))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, rng: Rng = None) -> Tensor:
    """w ~ N(mean, std²)"""
    if not std >= 0:
        raise ValueError(f"normal_ expects std of at least 0; got {short(std)}")
    return _filled("normal_", tensor, lambda shape: mean + std * _generator(rng).standard_normal(shape))


def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, rng: Rng = None
) -> Tensor:
    """w ~ N(mean, std²), drawn again as long as it is not between a and b"""
    low, high = ((end - mean) / std if std > 0 else math.nan for end in (a, b))
    likely = 0.5 * (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2)))
    if not likely > 0.001:
        raise ValueError(
            f"trunc_normal_ expects a range from a to b in which N(mean, std²) mostly falls; got a={a}, b={b}, "
            f"mean={mean}, std={std}"
        )

    def draw(shape: tuple[int, ...]) -> Array:
        generator = _generator(rng)
        values = generator.standard_normal(shape)
        while (far := (values < low) | (values > high)).any():
            values[far] = generator.standard_normal(int(far.sum()))
        return mean + std * values

    return _filled("trunc_normal_", tensor, draw)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """w = val everywhere"""
    return _filled("constant_", tensor, lambda shape: val)


def zeros_(tensor: Tensor) -> Tensor:
    """w = 0"""
    return _filled("zeros_", tensor, lambda shape: 0)


def ones_(tensor: Tensor) -> Tensor:
    """w = 1"""
    return _filled("ones_", tensor, lambda shape: 1)


def eye_(tensor: Tensor) -> Tensor:
    """w[i, j] = 1 where i = j, else 0"""
    if tensor.ndim != 2:
        raise ValueError(f"eye_ expects a matrix; got {tensor.shape}")
    return _filled("eye_", tensor, lambda shape: np.eye(*shape))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, rng: Rng = None) -> Tensor:
    """w ~ U(−b, b), b = gain·√(6/(n_in + n_out))"""
    bound = gain * math.sqrt(6 / sum(_fans("xavier_uniform_", tensor)))
    return _filled("xavier_uniform_", tensor, lambda shape: _generator(rng).uniform(-bound, bound, shape))


def xavier_normal_(tensor: Tensor, gain: float = 1.0, rng: Rng = None) -> Tensor:
    """w ~ N(0, gain²·2/(n_in + n_out))"""
    std = gain * math.sqrt(2 / sum(_fans("xavier_normal_", tensor)))
    return _filled("xavier_normal_", tensor, lambda shape: std * _generator(rng).standard_normal(shape))


def kaiming_uniform_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", rng: Rng = None
) -> Tensor:
    """w ~ U(−b, b), b = gain·√(3/n): n = n_in, or n_out with mode="fan_out"; gain = calculate_gain(nonlinearity, a)"""
    bound = math.sqrt(3) * _kaiming("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return _filled("kaiming_uniform_", tensor, lambda shape: _generator(rng).uniform(-bound, bound, shape))


def kaiming_normal_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", rng: Rng = None
) -> Tensor:
    """w ~ N(0, gain²/n): n = n_in or, with mode="fan_out", n_out; gain as `calculate_gain(nonlinearity, a)`"""
    std = _kaiming("kaiming_normal_", tensor, a, mode, nonlinearity)
    return _filled("kaiming_normal_", tensor, lambda shape: std * _generator(rng).standard_normal(shape))


def orthogonal_(tensor: Tensor, gain: float = 1.0, rng: Rng = None) -> Tensor:
    """W·Wᵀ = gain²·1 (or Wᵀ·W, if there are more rows than columns), W the tensor as a matrix (out, everything else)"""
    if tensor.ndim < 2:
        raise ValueError(f"orthogonal_ expects two axes or more; got {tensor.shape}")

    def draw(shape: tuple[int, ...]) -> Array:
        rows, columns = shape[0], math.prod(shape[1:])
        drawn = _generator(rng).standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(drawn)
        q = q * np.copysign(1.0, np.diag(r))  # else some rotations would be more likely than others
        return gain * (q if rows >= columns else q.T).reshape(shape)

    return _filled("orthogonal_", tensor, draw)


def _kaiming(name: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    """gain/√n"""
    modes = ("fan_in", "fan_out")
    if mode not in modes:
        raise ValueError(f"{name} expects mode 'fan_in' or 'fan_out'; got {short(mode)}")
    return calculate_gain(nonlinearity, a) / math.sqrt(_fans(name, tensor)[modes.index(mode)])


def _fans(name: str, tensor: Tensor) -> tuple[int, int]:
    """(n_in, n_out)"""
    if tensor.ndim < 2 or not tensor.size:
        raise ValueError(f"{name} is for weights (out, in, …), which tell n_in and n_out; got the shape {tensor.shape}")
    return fan_in(tensor.shape), fan_out(tensor.shape)


def _generator(rng: Rng) -> np.random.Generator:
    return default_generator() if rng is None else rng


def _filled(name: str, tensor: Tensor, draw: Any) -> Tensor:
    """Write what is drawn into the tensor."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name} changes a tensor in place; got a {type(tensor).__name__}")
    if tracing.current() is not None:
        tracing.refuse(f"draw initial values ({name}), which are drawn once: do it before the step")
    if tensor.node is not None:
        raise ValueError(f"{name} is for parameters; this tensor was computed by {tensor.node.rule.__name__}")
    if tensor.dtype.kind != "f":
        raise TypeError(f"{name} is for floating-point numbers; got {tensor.dtype}")
    values = draw(tensor.shape)
    tensor.write()[...] = values
    return tensor
