"""Group normalisation: one sample after the other, while it is in the cache. See the reference.

A sample is rows of C channels, one a pixel. Several are taken as one long row, as in `norm`, along which whatever
belongs to a channel is repeated. Every sample is read three times (backwards four), from the second-level cache mostly:
for the means of its groups, for their variances, and for the result.
"""

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, expect_shape, inner, kernel
from zerokara.kernels.compiled.layer_norm import merge_sums
from zerokara.kernels.compiled.layout import channels_last, new_images, plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.rows import empty_row, zero_row

_LONG = 512  # numbers in a long row, about
_ROWS = 256  # long rows that are summed up in the arrays' own type: more would cost digits
_WORK = 4  # operations a number, about


def group_norm(x: Array, weight: Array | None, bias: Array | None, groups: int, eps: float) -> Array:
    """Each group of channels of a sample normalised by itself; the samples are shared among the threads."""
    given = [a for a in (weight, bias) if a is not None]
    if not compilable(x, *given) or x.size == 0:
        return reference.group_norm(x, weight, bias, groups, eps)
    for array in given:
        expect_shape("weight and bias", array, x.shape[1:2])
    memory = channels_last(x).reshape(-1)
    y, y_memory = new_images(x.shape, x.dtype)
    flags = int(weight is not None), int(bias is not None)
    scale, shift = (memory[:1] if a is None else plain(a) for a in (weight, bias))
    args = memory, scale, shift, flags, _sizes(x, groups), eps, y_memory
    threads.share(_group_norm.on(x.dtype), [(*args, *r) for r in threads.parts(len(x), _WORK * x.size)])
    return y


def group_norm_grads(g: Array, x: Array, weight: Array | None, groups: int, eps: float) -> tuple[Array, Array, Array]:
    """Gradients (dx, dweight, dbias) of `group_norm`."""
    given = [] if weight is None else [weight]
    if not compilable(x, g, *given) or x.size == 0:
        return reference.group_norm_grads(g, x, weight, groups, eps)
    expect_shape("g", g, x.shape)
    expect_shape("weight", weight, x.shape[1:2])
    memory, slopes = channels_last(x).reshape(-1), channels_last(g).reshape(-1)
    dx, dx_memory = new_images(x.shape, x.dtype)
    ranges = threads.parts(len(x), 2 * _WORK * x.size)
    sums = empty((len(ranges), 2, x.shape[1]), np.float64)
    scale = memory[:1] if weight is None else plain(weight)
    args = slopes, memory, scale, int(weight is not None), _sizes(x, groups), eps, dx_memory
    threads.share(_group_norm_grad.on(x.dtype), [(*args, sums[k], *r) for k, r in enumerate(ranges)])
    dweight, dbias = (empty((x.shape[1],), x.dtype) for _ in range(2))
    threads.share(merge_sums.on(x.dtype), [(dweight, dbias, sums)])
    return dx, dweight, dbias


def _sizes(x: Array, groups: int) -> tuple[int, int, int, int]:
    """Numbers of a sample, channels, groups, numbers of a long row: whole pixels."""
    size, channels = x.size // len(x), x.shape[1]
    if groups < 1 or channels % groups:
        raise ValueError(f"{channels} channels cannot be cut into {groups} groups")
    return size, channels, groups, min(size, -(-_LONG // channels) * channels)


@inner
def _repeat(row, count):  # type: ignore[no-untyped-def]
    """The first `count` numbers of a row once more, and again, to its end."""
    for k in range(count, row.size):
        row[k] = row[k - count]


@inner
def _add_to(totals, sums):  # type: ignore[no-untyped-def]
    """The sums of a long row to those of its channels; then they begin at 0 again."""
    for begin in range(0, sums.size, totals.size):
        for c in range(totals.size):
            totals[c] += sums[begin + c]
    sums[:] = 0


@inner
def _deviations(row, sums, first):  # type: ignore[no-untyped-def]
    """Σ (x − first), number by number of a long row."""
    for k in range(row.size):
        sums[k] += row[k] - first[k]


@inner
def _squares(row, sums, first, mean):  # type: ignore[no-untyped-def]
    """Σ ((x − first) − mean)², number by number of a long row."""
    for k in range(row.size):
        centred = row[k] - first[k] - mean[k]
        sums[k] += centred * centred


@inner
def _slopes(row, g, sums, leans, first, mean):  # type: ignore[no-untyped-def]
    """Σ g and Σ g·((x − first) − mean), number by number of a long row."""
    for k in range(row.size):
        sums[k] += g[k]
        leans[k] += g[k] * (row[k] - first[k] - mean[k])


@inner
def _statistics(sample, sizes, eps, first, mean, inverse, sums, totals):  # type: ignore[no-untyped-def]
    """Of every group: first its first number, mean of what the others are apart from that, inverse = 1/√(variance + ε).

    `first` and `mean` are as long as a long row, `inverse` has a number a channel. The differences from the first
    number are rounded as finely as the spread asks for, however far from zero the numbers are.
    """
    size, channels, groups, width = sizes
    each = channels // groups
    count = size // channels * each
    for c in range(channels):
        first[c] = sample[c // each * each]
    _repeat(first, channels)
    for squared in range(2):
        totals[:], sums[:] = 0, 0
        for block in range(0, size, _ROWS * width):
            for at in range(block, min(size, block + _ROWS * width), width):
                row = sample[at : min(size, at + width)]
                if squared:
                    _squares(row, sums, first, mean)
                else:
                    _deviations(row, sums, first)
            _add_to(totals, sums)
        for group in range(groups):
            total = 0.0
            for c in range(group * each, (group + 1) * each):
                total += totals[c]
            for c in range(group * each, (group + 1) * each):
                if squared:
                    inverse[c] = 1 / np.sqrt(total / count + eps)
                else:
                    mean[c] = total / count
        if not squared:
            _repeat(mean, channels)


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 2), UniTuple(i8, 4), f8, T[::1], i8, i8)", writes=("y",))
def _group_norm(x, weight, bias, flags, sizes, eps, y, start, stop):  # type: ignore[no-untyped-def]
    """The samples start…stop−1. Flags: is there a weight, is there a bias."""
    size, channels, _, width = sizes
    first, mean, sums = empty_row(width, x.dtype), empty_row(width, x.dtype), zero_row(width, x.dtype)
    factor, offset = empty_row(width, x.dtype), empty_row(width, x.dtype)
    inverse, totals = empty_row(channels, np.float64), zero_row(channels, np.float64)
    for n in range(start, stop):
        sample, target = x[n * size : (n + 1) * size], y[n * size : (n + 1) * size]
        _statistics(sample, sizes, eps, first, mean, inverse, sums, totals)
        for c in range(channels):
            scale = inverse[c] * weight[c] if flags[0] else inverse[c]
            factor[c], offset[c] = scale, (bias[c] if flags[1] else 0.0) - scale * mean[c]
        _repeat(factor, channels)
        _repeat(offset, channels)
        for at in range(0, size, width):
            row, into = sample[at : min(size, at + width)], target[at : min(size, at + width)]
            for k in range(row.size):
                into[k] = (row[k] - first[k]) * factor[k] + offset[k]


@kernel("void(T[::1], T[::1], T[::1], i8, UniTuple(i8, 4), f8, T[::1], f8[:, ::1], i8, i8)", writes=("dx", "sums"))
def _group_norm_grad(g, x, weight, weighted, sizes, eps, dx, sums, start, stop):  # type: ignore[no-untyped-def]
    """dx = s·(h − mean h − x̂·mean(h·x̂)) with h = γ·g, s = 1/√(σ² + ε); sums of g·x̂ and of g a channel."""
    size, channels, groups, width = sizes
    each = channels // groups
    count = size // channels * each
    first, mean, room, leans = (
        empty_row(width, x.dtype), empty_row(width, x.dtype), zero_row(width, x.dtype), zero_row(width, x.dtype)
    )  # fmt: skip
    of_g, of_x, offset = empty_row(width, x.dtype), empty_row(width, x.dtype), empty_row(width, x.dtype)
    inverse, totals, leaning = (
        empty_row(channels, np.float64), zero_row(channels, np.float64), zero_row(channels, np.float64)
    )  # fmt: skip
    sums[:] = 0
    for n in range(start, stop):
        sample, slopes = x[n * size : (n + 1) * size], g[n * size : (n + 1) * size]
        target = dx[n * size : (n + 1) * size]
        _statistics(sample, sizes, eps, first, mean, inverse, room, totals)
        totals[:], leaning[:] = 0, 0
        for block in range(0, size, _ROWS * width):
            for at in range(block, min(size, block + _ROWS * width), width):
                stop_at = min(size, at + width)
                _slopes(sample[at:stop_at], slopes[at:stop_at], room, leans, first, mean)
            _add_to(totals, room)
            _add_to(leaning, leans)
        for group in range(groups):
            mean_h, mean_hx = 0.0, 0.0
            for c in range(group * each, (group + 1) * each):
                leaning[c] *= inverse[c]
                sums[0, c] += leaning[c]
                sums[1, c] += totals[c]
                gamma = weight[c] if weighted else 1.0
                mean_h += gamma * totals[c] / count
                mean_hx += gamma * leaning[c] / count
            for c in range(group * each, (group + 1) * each):
                gamma = weight[c] if weighted else 1.0
                of_g[c], of_x[c] = inverse[c] * gamma, -inverse[c] * inverse[c] * mean_hx
                offset[c] = -inverse[c] * mean_h - of_x[c] * mean[c]
        _repeat(of_g, channels)
        _repeat(of_x, channels)
        _repeat(offset, channels)
        for at in range(0, size, width):
            row, slope = sample[at : min(size, at + width)], slopes[at : min(size, at + width)]
            into = target[at : min(size, at + width)]
            for k in range(row.size):
                into[k] = slope[k] * of_g[k] + (row[k] - first[k]) * of_x[k] + offset[k]
