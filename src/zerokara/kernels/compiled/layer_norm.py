"""Layer normalisation: each sample by itself, while it is in the cache. See the reference."""

import math

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import adds_up, compilable, inner, kernel
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.rows import empty_row, zero_row


def layer_norm(x: Array, weight: Array | None, bias: Array | None, axes_count: int, eps: float) -> Array:
    """Each sample normalised over its last axes, in one go per sample."""
    given = [a for a in (weight, bias) if a is not None]
    if not compilable(x, *given) or x.size == 0:
        return reference.layer_norm(x, weight, bias, axes_count, eps)
    rows, scale, offset = _samples(x, weight, bias, axes_count)
    y = empty(x.shape, x.dtype)
    flags = int(weight is not None), int(bias is not None)
    args = rows, scale, offset, flags, eps, y.reshape(rows.shape)
    threads.share(_layer_norm.on(x.dtype), [(*args, *r) for r in threads.parts(len(rows), x.size)])
    return y


def layer_norm_grads(
    g: Array, x: Array, weight: Array | None, axes_count: int, eps: float
) -> tuple[Array, Array, Array]:
    """Gradients (dx, dweight, dbias) of `layer_norm`."""
    given = [] if weight is None else [weight]
    if not compilable(x, g, *given) or x.size == 0:
        return reference.layer_norm_grads(g, x, weight, axes_count, eps)
    rows, scale, _ = _samples(x, weight, None, axes_count)
    slopes = plain(g).reshape(rows.shape)
    dx = empty(x.shape, x.dtype)
    ranges = threads.parts(len(rows), x.size)
    sums = empty((len(ranges), 2, rows.shape[1]), np.float64)
    args = slopes, rows, scale, int(weight is not None), eps, dx.reshape(rows.shape)
    threads.share(_layer_norm_grad.on(x.dtype), [(*args, sums[k], *r) for k, r in enumerate(ranges)])
    dweight, dbias = (empty(x.shape[x.ndim - axes_count :], x.dtype) for _ in range(2))
    threads.share(merge_sums.on(x.dtype), [(dweight.reshape(-1), dbias.reshape(-1), sums)])
    return dx, dweight, dbias


def _samples(x: Array, weight: Array | None, bias: Array | None, axes_count: int) -> tuple[Array, Array, Array]:
    """x as one row per sample; weight and bias as rows of the same length (any row if there are none)."""
    length = math.prod(x.shape[x.ndim - axes_count :])
    rows = plain(x).reshape(-1, length)
    scale = rows[0] if weight is None else plain(weight).reshape(length)
    offset = rows[0] if bias is None else plain(bias).reshape(length)
    return rows, scale, offset


@adds_up
def _mean(row):  # type: ignore[no-untyped-def]
    """The mean of a row."""
    total = row.dtype.type(0)
    for k in range(row.size):
        total += row[k]
    return total / row.dtype.type(row.size)


@inner
def _centre(row, centred, squares, eps):  # type: ignore[no-untyped-def]
    """centred = row − its mean; returns 1/√(variance + ε).

    The mean is that of the differences from the first number: rounded as finely as the spread asks for, however far
    from zero the numbers are, and exactly 0 where all are equal.
    """
    for k in range(row.size):
        centred[k] = row[k] - row[0]
    mean = _mean(centred)
    for k in range(row.size):
        centred[k] -= mean
        squares[k] = centred[k] * centred[k]
    return row.dtype.type(1) / np.sqrt(_mean(squares) + row.dtype.type(eps))


@kernel("void(T[:, ::1], T[::1], T[::1], UniTuple(i8, 2), f8, T[:, ::1], i8, i8)", writes=("y",))
def _layer_norm(rows, weight, bias, flags, eps, y, start, stop):  # type: ignore[no-untyped-def]
    """y = (x − mean) · scale · weight + bias, row by row. Flags: is there a weight, is there a bias."""
    factor, offset = np.ones(weight.size, rows.dtype), zero_row(weight.size, rows.dtype)
    centred, squares = empty_row(weight.size, rows.dtype), empty_row(weight.size, rows.dtype)
    for k in range(weight.size):
        if flags[0]:
            factor[k] = weight[k]
        if flags[1]:
            offset[k] = bias[k]
    for n in range(start, stop):
        target = y[n]
        scale = _centre(rows[n], centred, squares, eps)
        for k in range(target.size):
            target[k] = centred[k] * scale * factor[k] + offset[k]


@kernel("void(T[:, ::1], T[:, ::1], T[::1], i8, f8, T[:, ::1], f8[:, ::1], i8, i8)", writes=("dx", "sums"))
def _layer_norm_grad(slopes, rows, weight, weighted, eps, dx, sums, start, stop):  # type: ignore[no-untyped-def]
    """dx = scale · (h − mean h − x̂ · mean(h·x̂)) with h = g·weight; sums of g·x̂ and of g."""
    sums[:] = 0
    factor = np.ones(weight.size, rows.dtype)
    size, dtype = factor.size, factor.dtype
    normal, room, h = empty_row(size, dtype), empty_row(size, dtype), empty_row(size, dtype)
    if weighted:
        for k in range(weight.size):
            factor[k] = weight[k]
    for n in range(start, stop):
        g, target = slopes[n], dx[n]
        scale = _centre(rows[n], normal, room, eps)
        for k in range(g.size):
            normal[k] *= scale
            h[k] = g[k] * factor[k]
            room[k] = h[k] * normal[k]
            sums[0, k] += g[k] * normal[k]
            sums[1, k] += g[k]
        mean_h, mean_hx = _mean(h), _mean(room)
        for k in range(g.size):
            target[k] = scale * (h[k] - mean_h - normal[k] * mean_hx)


@kernel("void(T[::1], T[::1], f8[:, :, ::1])", writes=("dweight", "dbias"))
def merge_sums(dweight, dbias, sums):  # type: ignore[no-untyped-def]
    """Add up what the threads have summed."""
    for k in range(dweight.size):
        weighted, plain_sum = 0.0, 0.0
        for part in range(sums.shape[0]):
            weighted += sums[part, 0, k]
            plain_sum += sums[part, 1, k]
        dweight[k], dbias[k] = weighted, plain_sum
