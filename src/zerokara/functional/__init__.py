"""Every rule lifted to tensors: the catalogue. Names and order of arguments are PyTorch's.

Arguments may be tensors or arrays. The formulas stand in `zerokara.rules`, under the same names.
"""

import builtins
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from zerokara import kernels, rules
from zerokara.arrays import Array, default_generator
from zerokara.autodiff import Tensor, apply, as_tensor, joining
from zerokara.autodiff.dispatch import chosen
from zerokara.autodiff.promotion import alike, combined
from zerokara.functional.classes import embedding as embedding
from zerokara.functional.classes import one_hot as one_hot
from zerokara.functional.images import avg_pool1d as avg_pool1d
from zerokara.functional.images import conv1d as conv1d
from zerokara.functional.images import conv_transpose2d as conv_transpose2d
from zerokara.functional.images import max_pool1d as max_pool1d
from zerokara.functional.loss import binary_cross_entropy as binary_cross_entropy
from zerokara.functional.loss import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from zerokara.functional.loss import cross_entropy as cross_entropy
from zerokara.functional.loss import huber_loss as huber_loss
from zerokara.functional.loss import kl_div as kl_div
from zerokara.functional.loss import l1_loss as l1_loss
from zerokara.functional.loss import mse_loss as mse_loss
from zerokara.functional.loss import nll_loss as nll_loss
from zerokara.functional.loss import smooth_l1_loss as smooth_l1_loss
from zerokara.functional.loss import squared_error as squared_error
from zerokara.functional.norm import group_norm as group_norm
from zerokara.functional.norm import instance_norm as instance_norm
from zerokara.functional.padding import around
from zerokara.functional.padding import pad as pad
from zerokara.functional.resampling import interpolate as interpolate
from zerokara.functional.shared import Like, Size, pair
from zerokara.functional.shared import fractional as _fractional
from zerokara.functional.shared import fractions as _fractions
from zerokara.functional.shared import images as _images
from zerokara.functional.units import elu as elu
from zerokara.functional.units import glu as glu
from zerokara.functional.units import hardsigmoid as hardsigmoid
from zerokara.functional.units import hardswish as hardswish
from zerokara.functional.units import hardtanh as hardtanh
from zerokara.functional.units import logsigmoid as logsigmoid
from zerokara.functional.units import mish as mish
from zerokara.functional.units import prelu as prelu
from zerokara.functional.units import relu6 as relu6
from zerokara.functional.units import silu as silu
from zerokara.kernels import tracing
from zerokara.refusing import speaking
from zerokara.rules import Rule

Axis = int | tuple[int, ...] | None

# arithmetic


def add(x: Like, y: Like) -> Tensor:
    """x + y"""
    return _combined(rules.add, x, y)


def subtract(x: Like, y: Like) -> Tensor:
    """x − y"""
    return _combined(rules.subtract, x, y, bools=False)


def multiply(x: Like, y: Like) -> Tensor:
    """x · y"""
    return _combined(rules.multiply, x, y)


def divide(x: Like, y: Like) -> Tensor:
    """x / y"""
    return _combined(rules.divide, x, y, fractions=True)


def negative(x: Like) -> Tensor:
    """−x"""
    return as_tensor(x).__neg__()


def power(x: Like, p: Like) -> Tensor:
    """xᵖ"""
    raised: Tensor = as_tensor(x) ** p
    return raised


def matmul(x: Like, y: Like) -> Tensor:
    """x @ y: inner products of vectors, matrix products, and batches of them."""
    return as_tensor(x).__matmul__(y)


def exp(x: Like) -> Tensor:
    """eˣ"""
    return apply(rules.exp, _fractional(x))


def log(x: Like) -> Tensor:
    """ln x"""
    return apply(rules.log, _fractional(x))


def logaddexp(x: Like, y: Like) -> Tensor:
    """ln(eˣ + eʸ), never overflowing"""
    return _combined(rules.logaddexp, x, y, fractions=True)


def sqrt(x: Like) -> Tensor:
    """√x"""
    return apply(rules.sqrt, _fractional(x))


def sin(x: Like) -> Tensor:
    """sin x"""
    return apply(rules.sin, _fractional(x))


def cos(x: Like) -> Tensor:
    """cos x"""
    return apply(rules.cos, _fractional(x))


def erf(x: Like) -> Tensor:
    """The error function"""
    return apply(rules.erf, _fractional(x))


def ndtr(x: Like) -> Tensor:
    """Φ(x), the normal distribution"""
    return apply(rules.ndtr, _fractional(x))


def absolute(x: Like) -> Tensor:
    """|x|"""
    return apply(rules.absolute, x)


def maximum(x: Like, y: Like) -> Tensor:
    """The larger of x and y"""
    return _combined(rules.maximum, x, y)


def minimum(x: Like, y: Like) -> Tensor:
    """The smaller of x and y"""
    return _combined(rules.minimum, x, y)


def clip(x: Like, low: Like | None = None, high: Like | None = None) -> Tensor:
    """min(max(x, low), high)"""
    return as_tensor(x).clip(low, high)


def where(condition: Like, x: Like, y: Like) -> Tensor:
    """The value x where the condition holds, else y"""
    return as_tensor(chosen(apply, condition, x, y))


# reductions, in NumPy's words (axis, keepdims) or PyTorch's (dim, keepdim): see `autodiff/reductions.py`


def sum(x: Like, axis: Axis = None, keepdims: bool = False, **words: Any) -> Tensor:
    """Σ x"""
    return as_tensor(x).sum(axis, keepdims, **words)


def mean(x: Like, axis: Axis = None, keepdims: bool = False, **words: Any) -> Tensor:
    """(1/n) Σ x"""
    return as_tensor(x).mean(axis, keepdims, **words)


def var(x: Like, axis: Axis = None, keepdims: bool = False, ddof: int | None = None, **words: Any) -> Tensor:
    """(1/(n − ddof)) Σ (x − mean)²"""
    return as_tensor(x).var(axis, keepdims, ddof, **words)


def std(x: Like, axis: Axis = None, keepdims: bool = False, ddof: int | None = None, **words: Any) -> Tensor:
    """√var"""
    return as_tensor(x).std(axis, keepdims, ddof, **words)


def max(x: Like, axis: Any = None, keepdims: bool = False, **words: Any) -> Any:
    """The largest x; with dim= its places too; of two tensors the larger of each two numbers"""
    return as_tensor(x).max(axis, keepdims, **words)


def min(x: Like, axis: Any = None, keepdims: bool = False, **words: Any) -> Any:
    """The smallest x; with dim= its places too; of two tensors the smaller of each two numbers"""
    return as_tensor(x).min(axis, keepdims, **words)


def vector_norm(x: Like, p: float = 2.0, axis: Axis = None, keepdims: bool = False, **words: Any) -> Tensor:
    """(Σ |x|ᵖ)^(1/p)"""
    return as_tensor(x).norm(p, axis=axis, keepdims=keepdims, **words)


def cumsum(x: Like, axis: int) -> Tensor:
    """yᵢ = x₁ + … + xᵢ along an axis"""
    return as_tensor(x).cumsum(axis)


# arrangement


def clone(x: Like) -> Tensor:
    """A copy"""
    return as_tensor(x).clone()


def reshape(x: Like, shape: tuple[int, ...]) -> Tensor:
    """The same numbers in another shape"""
    return as_tensor(x).reshape(shape)


def transpose(x: Like, axes: tuple[int, ...] | None = None) -> Tensor:
    """Axes in another order; all reversed by default"""
    t = as_tensor(x)
    return t.permute(*axes) if axes else t.T


def broadcast_to(x: Like, shape: tuple[int, ...]) -> Tensor:
    """The numbers repeated to fill a larger shape"""
    return as_tensor(x).broadcast_to(shape)


def flatten(x: Like, start_axis: int = 1) -> Tensor:
    """All axes from `start_axis` on become one: (N, C, H, W) → (N, C·H·W)"""
    return as_tensor(x).flatten(start_axis)


def getitem(x: Like, index: Any) -> Tensor:
    """x[index]"""
    return as_tensor(x)[index]


def concatenate(xs: Sequence[Like], axis: int = 0) -> Tensor:
    """Tensors one after another along an axis"""
    return apply(rules.concatenate, *alike(*(as_tensor(x) for x in xs)), axis=axis)


def stack(xs: Sequence[Like], axis: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis"""
    return joining.stack(xs, axis)


def einsum(equation: str, *xs: Like) -> Tensor:
    """Σ of products, told by letters: "ij,jk->ik" is the matrix product"""
    return joining.einsum(equation, *xs)


def sort(x: Like, axis: int = -1, descending: bool = False) -> Any:
    """(values, indices): the numbers in order along an axis, equal ones as they stood"""
    return as_tensor(x).sort(axis, descending)


# activations


def step(x: Like) -> Tensor:
    """1 where x > 0, else 0"""
    return apply(rules.step, x)


def sigmoid(x: Like) -> Tensor:
    """1 / (1 + e⁻ˣ)"""
    return apply(rules.sigmoid, _fractional(x))


def tanh(x: Like) -> Tensor:
    """tanh x"""
    return apply(rules.tanh, _fractional(x))


def relu(x: Like) -> Tensor:
    """max(x, 0)"""
    return apply(rules.relu, x)


def leaky_relu(x: Like, negative_slope: float = 0.01) -> Tensor:
    """x where x > 0, else negative_slope·x"""
    return apply(rules.leaky_relu, _fractional(x), negative_slope=negative_slope)


def gelu(x: Like) -> Tensor:
    """x·Φ(x), Φ the normal distribution"""
    return apply(rules.gelu, _fractional(x))


def softplus(x: Like, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """ln(1 + e^(βx)) / β"""
    return apply(rules.softplus, _fractional(x), beta=beta, threshold=threshold)


def softmax(x: Like, axis: int | None = None, *, dim: int | None = None) -> Tensor:
    """Scores become probabilities along an axis, the last unless told otherwise"""
    return as_tensor(x).softmax(dim, axis=axis)


def log_softmax(x: Like, axis: int | None = None, *, dim: int | None = None) -> Tensor:
    """The logarithm of softmax, without ever forming a probability that rounds to 0"""
    return as_tensor(x).log_softmax(dim, axis=axis)


# layers


def linear(x: Like, weight: Like, bias: Like | None = None) -> Tensor:
    """x·weightᵀ + bias        x (N, in), weight (out, in), bias (out,)"""
    x, weight = as_tensor(x), as_tensor(weight)
    if weight.ndim != 2 or (bias is not None and bias.shape != weight.shape[:1]):
        raise ValueError(
            "linear expects a weight (out, in) and a bias (out,); "
            f"got {weight.shape} and {None if bias is None else bias.shape}"
        )
    if x.ndim < 1 or x.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"linear expects (N, {weight.shape[1]}) inputs for a weight of shape {weight.shape}; got {x.shape}"
            + (": put a Flatten before it" if x.ndim > 2 else "")
        )
    x, weight, bias = _fractions(x, weight, bias)
    if x.ndim == 2:
        return apply(rules.linear, x, weight, bias)
    rows = apply(rules.linear, x.reshape(-1, x.shape[-1]), weight, bias)
    return rows.reshape(*x.shape[:-1], weight.shape[0])


def conv2d(
    x: Like,
    weight: Like,
    bias: Like | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Slide filters over images        x (N, C, H, W), weight (F, C/groups, P, Q), bias (F,)

    `padding` is a number of zeros on all sides, "valid" (none) or "same" (as many as keep the size).
    """
    x, weight = as_tensor(x), as_tensor(weight)
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError(
            f"conv2d expects (N, C, H, W) images and (F, C, P, Q) filters; got {x.shape} and {weight.shape}"
        )
    if groups < 1:
        raise ValueError(f"conv2d expects groups of at least 1; got {groups}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"conv2d with {weight.shape[0]} filters expects a bias ({weight.shape[0]},); got {bias.shape}")
    if x.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        raise ValueError(
            f"conv2d: filters of shape {weight.shape} in {groups} group(s) expect {weight.shape[1] * groups} channels "
            f"and a multiple of {groups} filters; the images have shape {x.shape}"
        )
    if isinstance(padding, str):
        padding, more = around("conv2d", padding, weight.shape[2:], pair(stride), pair(dilation))
        x = pad(x, (0, more[1], 0, more[0])) if any(more) else x
    window = {"stride": pair(stride), "padding": pair(padding), "dilation": pair(dilation)}
    return apply(rules.conv2d, *_fractions(x, weight, bias), groups=groups, **window)


def max_pool2d(
    x: Like,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest pixel of each window; the stride is the window's size unless given"""
    step = kernel_size if stride is None else stride
    window = {"kernel": pair(kernel_size), "stride": pair(step), "padding": pair(padding), "dilation": pair(dilation)}
    return apply(rules.max_pool2d, _images("max_pool2d", x), ceil_mode=ceil_mode, **window)


def avg_pool2d(
    x: Like,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window; the stride is the window's size unless given"""
    step = kernel_size if stride is None else stride
    window = {"kernel": pair(kernel_size), "stride": pair(step), "padding": pair(padding)}
    return apply(
        rules.avg_pool2d,
        _fractional(_images("avg_pool2d", x)),
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        **window,
    )


def global_avg_pool2d(x: Like) -> Tensor:
    """The mean of every channel: (N, C, H, W) → (N, C)"""
    return mean(_images("global_avg_pool2d", x), axis=(2, 3))


def adaptive_avg_pool2d(x: Like, output_size: Size) -> Tensor:
    """As many means as wanted: (N, C, H, W) → (N, C, *output_size).

    Row i is the mean of the rows ⌊i·H/h⌋ … ⌈(i+1)·H/h⌉ − 1, columns alike; windows overlap where h does not divide H.
    With A[i,r] = 1/(rows of window i) inside the window and 0 outside, and B alike for columns:  y = A·x·Bᵀ
    """
    t, (rows, columns) = _fractional(_images("adaptive_avg_pool2d", x)), pair(output_size)
    height, width = t.shape[2:]
    if builtins.min(rows, columns, height, width) < 1:
        raise ValueError(f"adaptive_avg_pool2d expects pixels and a size of at least 1; got {t.shape}, {output_size}")
    if (rows, columns) == (height, width):
        return t
    if (rows, columns) == (1, 1):
        return mean(t, axis=(2, 3), keepdims=True)
    if height % rows == 0 and width % columns == 0:
        return avg_pool2d(t, (height // rows, width // columns))
    by_rows, by_columns = _window_means(height, rows, t.dtype.char), _window_means(width, columns, t.dtype.char)
    return matmul(matmul(by_rows, t), by_columns.T)


def local_response_norm(x: Like, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """y[n,c] = x[n,c] / (k + α/size · Σ x[n,j]²)^β        j from c − ⌊size/2⌋ to c + ⌊(size−1)/2⌋

    Images (N, C, H, W); a channel that does not exist counts as 0. The means over channels are those of `avg_pool2d`,
    with the channels as rows and the pixels as columns. Krizhevsky, Sutskever and Hinton, 2012, section 3.3; α is
    divided by `size` as in PyTorch.
    """
    t = _fractional(_images("local_response_norm", x))
    if size < 1:
        raise ValueError(f"local_response_norm expects a size of at least 1 channel; got {size}")
    n, c, h, w = t.shape
    planes = reshape(t * t, (n, 1, c, h * w))
    means = avg_pool2d(planes, (size, 1), 1, (size // 2, 0))
    if size % 2 == 0:  # padded alike on both sides, there is a window too many
        means = means[:, :, :c]
    return t / (reshape(means, t.shape) * alpha + k) ** beta


def batch_norm(
    x: Like,
    running_mean: Array | None = None,
    running_var: Array | None = None,
    weight: Like | None = None,
    bias: Like | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Batch normalisation of (N, C) or (N, C, H, W).

    In training with the statistics of the batch, and the running arrays are updated in place:
    running ← (1 − momentum)·running + momentum·batch, with the unbiased variance, as PyTorch.
    Otherwise with the running arrays.
    """
    x = as_tensor(x)
    if x.ndim not in (2, 4):
        raise ValueError(f"batch_norm expects (N, C) or (N, C, H, W); got {x.shape}")
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, value in given.items():
        if value is not None and value.shape != (x.shape[1],):
            raise ValueError(f"batch_norm of {x.shape} expects {name} of shape ({x.shape[1]},); got {value.shape}")
    x, weight, bias = _fractions(x, weight, bias)
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("batch_norm outside training needs running_mean and running_var")
        return apply(rules.batch_norm_inference, x, weight, bias, mean=running_mean, variance=running_var, eps=eps)
    m = x.size // x.shape[1] if x.shape[1] else 0
    if m == 1:
        raise ValueError(
            f"batch_norm cannot learn from one value per channel; got {x.shape}: use a batch of at least 2"
        )
    batch_mean, variance = kernels.batch_statistics(x._data)
    if running_mean is not None and running_var is not None and m:
        kernels.update_running(running_mean, batch_mean, momentum, 1.0)
        kernels.update_running(running_var, variance, momentum, m / (m - 1))
    return apply(rules.batch_norm, x, weight, bias, mean=batch_mean, variance=variance, eps=eps)


def layer_norm(
    x: Like,
    normalized_shape: int | tuple[int, ...],
    weight: Like | None = None,
    bias: Like | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Each sample brought to mean 0 and spread 1 over its last axes, whose lengths are `normalized_shape`"""
    x = as_tensor(x)
    shape = rules.new_shape("layer_norm", normalized_shape)
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(f"layer_norm over {shape} expects inputs that end in {shape}; got {x.shape}")
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None and value.shape != shape:
            raise ValueError(f"layer_norm over {shape} expects {name} of that shape; got {value.shape}")
    return apply(rules.layer_norm, *_fractions(x, weight, bias), axes_count=len(shape), eps=eps)


def dropout(x: Like, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None) -> Tensor:
    """Each number is 0 with probability p, else divided by 1 − p. Outside training, nothing happens"""
    t = as_tensor(x)
    if not 0 <= p < 1:
        raise ValueError(f"dropout needs 0 <= p < 1; got {p}")
    if not training or p == 0:
        return t
    t = _fractional(t)
    shape, scale = t.shape, t.dtype.type(1 / (1 - p))

    def draw() -> Array:
        kept = (rng or default_generator()).random(shape, dtype=np.float32) >= p
        return np.asarray(kept * scale)

    return apply(rules.dropout, t, mask=tracing.again(draw, shape, t.dtype))


def dropout2d(x: Like, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None) -> Tensor:
    """Whole channels are 0 with probability p, else divided by 1 − p: neighbouring pixels know of one another"""
    t = as_tensor(x)
    if t.ndim < 3:
        raise ValueError(f"dropout2d expects (N, C, …) with pixels behind the channels; got {t.shape}: use dropout")
    if not training or p == 0:
        return dropout(t, p, training)
    ones = np.ones((*t.shape[:2], *(1,) * (t.ndim - 2)), _fractional(t).dtype)
    mask = dropout(ones, p, training, rng)._data
    return apply(rules.dropout, _fractional(t), mask=np.broadcast_to(mask, t.shape))


# what the functions above share


def _combined(rule: Rule, x: Like, y: Like, **ways: bool) -> Tensor:
    """A rule of two operands of any types and shapes that fit together."""
    return as_tensor(combined(apply, rule, x, y, **ways))


@lru_cache(maxsize=64)
def _window_means(size: int, count: int, dtype: str) -> Array:
    """(count, size): row i averages the i-th of `count` windows that cover `size` pixels."""
    starts, stops = np.arange(count) * size // count, -(-np.arange(1, count + 1) * size // count)
    places = np.arange(size)
    inside = (places >= starts[:, None]) & (places < stops[:, None])
    means: Array = (inside / (stops - starts)[:, None]).astype(dtype)
    means.flags.writeable = False
    return means


CATALOGUE = tuple(
    name
    for name, thing in globals().items()
    if not name.startswith("_")
    and getattr(thing, "__module__", "").startswith(__name__)
    and thing not in (around, pair)
)
"""The names of all functions that stand here."""

speaking(globals(), CATALOGUE, naming=True)
