"""Batch and layer normalisation, with as few passes over the memory as the formulas allow. See the reference.

Per-channel sums run over blocks of rows in the arrays' own type and are then added up in float64.
"""

import math

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import Kernel, compilable, expect_shape, inner, kernel
from zerokara.kernels.compiled.layout import channels_last, plain


def batch_statistics(x: Array) -> tuple[Array, Array]:
    """Mean and biased variance of every channel."""
    if not compilable(x) or x.size == 0:
        return reference.batch_statistics(x)
    rows = channels_last(x).reshape(-1, x.shape[1])
    nothing = np.zeros(x.shape[1])
    mean = _per_channel(_sums, rows, nothing) / len(rows)
    return mean.astype(x.dtype), (_per_channel(_squares, rows, mean) / len(rows)).astype(x.dtype)


def batch_norm(x: Array, mean: Array, variance: Array, weight: Array | None, bias: Array | None, eps: float) -> Array:
    """y = weight · (x − mean) / √(variance + ε) + bias, as one multiplication and one addition."""
    given = [a for a in (mean, variance, weight, bias) if a is not None]
    if not compilable(x, *given) or x.size == 0:
        return reference.batch_norm(x, mean, variance, weight, bias, eps)
    for array in given:
        expect_shape("every statistic, weight and bias", array, x.shape[1:2])
    scale = 1 / np.sqrt(variance + x.dtype.type(eps))
    scale = scale if weight is None else scale * weight
    offset = np.zeros_like(mean) if bias is None else plain(bias)
    last = channels_last(x)
    y = np.empty_like(last)
    rows, target = last.reshape(-1, x.shape[1]), y.reshape(-1, x.shape[1])
    args = rows, plain(mean), scale, offset, target
    threads.share(_normalise.on(x.dtype), [(*args, *r) for r in threads.parts(len(rows), x.size)])
    return _channels_second(y)


def batch_norm_grads(
    g: Array, x: Array, mean: Array, variance: Array, weight: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """Gradients (dx, dweight, dbias): one pass for the two sums, one for dx."""
    given = [] if weight is None else [weight]
    if not compilable(x, g, mean, variance, *given) or x.size == 0:
        return reference.batch_norm_grads(g, x, mean, variance, weight, eps)
    expect_shape("g", g, x.shape)
    for array in (mean, variance, weight):
        expect_shape("every statistic and weight", array, x.shape[1:2])
    last = channels_last(x)
    rows, slopes = last.reshape(-1, x.shape[1]), channels_last(g).reshape(-1, x.shape[1])
    scale = 1 / np.sqrt(variance + x.dtype.type(eps))
    mean = plain(mean)
    ranges = threads.parts(len(rows), x.size)
    sums = np.zeros((len(ranges), 2, x.shape[1]))
    threads.share(
        _slope_sums.on(x.dtype), [(slopes, rows, mean, scale, sums[k], *ranges[k]) for k in range(len(ranges))]
    )
    dbias, dweight = sums.sum(axis=0).astype(x.dtype)
    dx = np.empty_like(last)
    outer = scale if weight is None else scale * weight
    count = x.dtype.type(1 / len(rows))
    args = slopes, rows, mean, scale, outer, dbias * count, dweight * count, dx.reshape(-1, x.shape[1])
    threads.share(_normalise_grad.on(x.dtype), [(*args, *r) for r in ranges])
    return _channels_second(dx), dweight, dbias


def layer_norm(x: Array, weight: Array | None, bias: Array | None, axes_count: int, eps: float) -> Array:
    """Each sample normalised over its last axes, in one go per sample."""
    given = [a for a in (weight, bias) if a is not None]
    if not compilable(x, *given) or x.size == 0:
        return reference.layer_norm(x, weight, bias, axes_count, eps)
    rows, scale, offset = _samples(x, weight, bias, axes_count)
    y = np.empty(x.shape, x.dtype)
    args = rows, scale, offset, eps, y.reshape(rows.shape)
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
    dx = np.empty(x.shape, x.dtype)
    ranges = threads.parts(len(rows), x.size)
    sums = np.zeros((len(ranges), 2, rows.shape[1]))
    args = slopes, rows, scale, eps, dx.reshape(rows.shape)
    threads.share(_layer_norm_grad.on(x.dtype), [(*args, sums[k], *ranges[k]) for k in range(len(ranges))])
    dweight, dbias = sums.sum(axis=0).astype(x.dtype).reshape(2, *x.shape[x.ndim - axes_count :])
    return dx, dweight, dbias


def _samples(x: Array, weight: Array | None, bias: Array | None, axes_count: int) -> tuple[Array, Array, Array]:
    """x as one row per sample; weight and bias (1 and 0 if there are none) as rows of the same length."""
    length = math.prod(x.shape[x.ndim - axes_count :])
    scale = np.ones(length, x.dtype) if weight is None else plain(weight).reshape(length)
    offset = np.zeros(length, x.dtype) if bias is None else plain(bias).reshape(length)
    return plain(x).reshape(-1, length), scale, offset


def _per_channel(summing: Kernel, rows: Array, mean: Array) -> Array:
    """The sum of a kernel over all rows, shared among the threads, in float64."""
    ranges = threads.parts(len(rows), rows.size)
    sums = np.zeros((len(ranges), rows.shape[1]))
    centre = mean.astype(rows.dtype)
    threads.share(summing.on(rows.dtype), [(rows, centre, sums[k], *ranges[k]) for k in range(len(ranges))])
    total: Array = sums.sum(axis=0)
    return total


def _channels_second(last: Array) -> Array:
    """(N, …, C) memory as an array (N, C, …)."""
    return last.transpose(0, last.ndim - 1, *range(1, last.ndim - 1))


@kernel("void(T[:, ::1], T[::1], f8[::1], i8, i8)")
def _sums(rows, centre, sums, start, stop):  # type: ignore[no-untyped-def]
    """sums[c] += Σ (x − centre) over the rows start…stop−1, 256 rows at a time."""
    part = np.empty(sums.size, rows.dtype)
    for first in range(start, stop, 256):
        part[:] = 0
        for row in rows[first : min(first + 256, stop)]:
            for c in range(part.size):
                part[c] += row[c] - centre[c]
        for c in range(part.size):
            sums[c] += part[c]


@kernel("void(T[:, ::1], T[::1], f8[::1], i8, i8)")
def _squares(rows, centre, sums, start, stop):  # type: ignore[no-untyped-def]
    """sums[c] += Σ (x − centre)²."""
    part = np.empty(sums.size, rows.dtype)
    for first in range(start, stop, 256):
        part[:] = 0
        for row in rows[first : min(first + 256, stop)]:
            for c in range(part.size):
                part[c] += (row[c] - centre[c]) ** 2
        for c in range(part.size):
            sums[c] += part[c]


@kernel("void(T[:, ::1], T[::1], T[::1], T[::1], T[:, ::1], i8, i8)")
def _normalise(rows, mean, scale, offset, y, start, stop):  # type: ignore[no-untyped-def]
    """y = (x − mean) · scale + offset."""
    for n in range(start, stop):
        row, target = rows[n], y[n]
        for c in range(mean.size):
            target[c] = (row[c] - mean[c]) * scale[c] + offset[c]


@kernel("void(T[:, ::1], T[:, ::1], T[::1], T[::1], f8[:, ::1], i8, i8)")
def _slope_sums(slopes, rows, mean, scale, sums, start, stop):  # type: ignore[no-untyped-def]
    """sums[0] += Σ g and sums[1] += Σ g·x̂."""
    plain, weighted = np.empty(mean.size, rows.dtype), np.empty(mean.size, rows.dtype)
    for first in range(start, stop, 256):
        plain[:] = 0
        weighted[:] = 0
        for n in range(first, min(first + 256, stop)):
            g, row = slopes[n], rows[n]
            for c in range(mean.size):
                plain[c] += g[c]
                weighted[c] += g[c] * ((row[c] - mean[c]) * scale[c])
        for c in range(mean.size):
            sums[0, c] += plain[c]
            sums[1, c] += weighted[c]


@kernel("void(T[:, ::1], T[:, ::1], T[::1], T[::1], T[::1], T[::1], T[::1], T[:, ::1], i8, i8)")
def _normalise_grad(slopes, rows, mean, scale, outer, mean_g, mean_gx, dx, start, stop):  # type: ignore[no-untyped-def]
    """dx = outer · (g − mean g − x̂ · mean(g·x̂))."""
    for n in range(start, stop):
        g, row, target = slopes[n], rows[n], dx[n]
        for c in range(mean.size):
            normal = (row[c] - mean[c]) * scale[c]
            target[c] = outer[c] * (g[c] - mean_g[c] - normal * mean_gx[c])


@inner
def _mean_and_scale(row, eps):  # type: ignore[no-untyped-def]
    """Mean of a row, and 1/√(variance + ε)."""
    mean = row.dtype.type(0)
    for k in range(row.size):
        mean += row[k]
    mean /= row.dtype.type(row.size)
    variance = row.dtype.type(0)
    for k in range(row.size):
        variance += (row[k] - mean) ** 2
    return mean, row.dtype.type(1) / np.sqrt(variance / row.dtype.type(row.size) + row.dtype.type(eps))


@kernel("void(T[:, ::1], T[::1], T[::1], f8, T[:, ::1], i8, i8)")
def _layer_norm(rows, weight, bias, eps, y, start, stop):  # type: ignore[no-untyped-def]
    """y = (x − mean) · scale · weight + bias, row by row."""
    for n in range(start, stop):
        row, target = rows[n], y[n]
        mean, scale = _mean_and_scale(row, eps)
        for k in range(row.size):
            target[k] = (row[k] - mean) * scale * weight[k] + bias[k]


@kernel("void(T[:, ::1], T[:, ::1], T[::1], f8, T[:, ::1], f8[:, ::1], i8, i8)")
def _layer_norm_grad(slopes, rows, weight, eps, dx, sums, start, stop):  # type: ignore[no-untyped-def]
    """dx = scale · (h − mean h − x̂ · mean(h·x̂)) with h = g·weight; sums of g·x̂ and of g."""
    for n in range(start, stop):
        g, row, target = slopes[n], rows[n], dx[n]
        mean, scale = _mean_and_scale(row, eps)
        mean_h, mean_hx = row.dtype.type(0), row.dtype.type(0)
        for k in range(row.size):
            normal = (row[k] - mean) * scale
            mean_h += g[k] * weight[k]
            mean_hx += g[k] * weight[k] * normal
            sums[0, k] += g[k] * normal
            sums[1, k] += g[k]
        mean_h /= row.dtype.type(row.size)
        mean_hx /= row.dtype.type(row.size)
        for k in range(row.size):
            target[k] = scale * (g[k] * weight[k] - mean_h - (row[k] - mean) * scale * mean_hx)
