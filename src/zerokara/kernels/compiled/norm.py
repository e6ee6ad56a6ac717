"""Batch normalisation, with as few passes over the memory as the formulas allow. See the reference.

All other axes are rows of C channels. Few channels do not fill a vector register, and a loop over 16 numbers is hardly
begun when it ends; so several rows are taken as one long row of `_width` numbers, and whatever belongs to a channel
(mean, scale, sums) is repeated along it. The end of the rows may be a part of a long row: a multiple of C all the same.

Sums run over blocks of some thousand numbers in the arrays' own type, and are added up in float64.
"""

import math

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, expect_shape, inner, kernel
from zerokara.kernels.compiled.layout import channels_last, new_images, plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.rows import empty_row, zero_row
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Writer, instructions

_LONG = 256  # numbers in a long row, at least; and up to four times as many, if that makes it whole vectors
_FIRST = 8192  # numbers in the first block of sums, which is read twice: it has to fit into the first cache
_UNTYPED = np.dtype(np.float32)  # any of the dtypes, for a kernel in which none of them occurs
_BLOCK = 65536  # numbers in the other blocks: more would cost digits, fewer the time to add up the blocks


def batch_statistics(x: Array) -> tuple[Array, Array]:
    """Mean and biased variance of every channel."""
    if not compilable(x) or x.size == 0:
        return reference.batch_statistics(x)
    return _statistics_of(channels_last(x).reshape(-1), x.shape[1])


def batch_norm(x: Array, mean: Array, variance: Array, weight: Array | None, bias: Array | None, eps: float) -> Array:
    """y = weight · (x − mean) / √(variance + ε) + bias, as one multiplication and one addition."""
    given = [a for a in (mean, variance, weight, bias) if a is not None]
    if not compilable(x, *given) or x.size == 0:
        return reference.batch_norm(x, mean, variance, weight, bias, eps)
    for array in given:
        expect_shape("every statistic, weight and bias", array, x.shape[1:2])
    return _normalised(x, channels_last(x).reshape(-1), plain(mean), plain(variance), weight, bias, eps, False)


def batch_norm_train(
    x: Array, weight: Array | None, bias: Array | None, eps: float, relu: bool
) -> tuple[Array, Array, Array]:
    """(y, mean, variance): `batch_statistics`, `batch_norm` with them and, if asked for, `relu`; x is read twice."""
    given = [a for a in (weight, bias) if a is not None]
    if not compilable(x, *given) or x.size == 0:
        mean, variance = reference.batch_statistics(x)
        y = reference.batch_norm(x, mean, variance, weight, bias, eps)
        return reference.relu(y) if relu else y, mean, variance
    for array in given:
        expect_shape("weight and bias", array, x.shape[1:2])
    memory = channels_last(x).reshape(-1)
    mean, variance = _statistics_of(memory, x.shape[1])
    return _normalised(x, memory, mean, variance, weight, bias, eps, relu), mean, variance


def batch_norm_grads(
    g: Array, x: Array, mean: Array, variance: Array, weight: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """Gradients (dx, dweight, dbias): one pass for the two sums, one for dx."""
    return batch_norm_train_grads(g, x, None, mean, variance, weight, eps)


def batch_norm_train_grads(
    g: Array, x: Array, y: Array | None, mean: Array, variance: Array, weight: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """Gradients (dx, dweight, dbias). If y is given, it is the result of a ReLU, and g counts only where y > 0."""
    given = [a for a in (y, weight) if a is not None]
    if not compilable(x, g, mean, variance, *given) or x.size == 0:
        slopes = g if y is None else reference.relu_grad(g, y)
        return reference.batch_norm_grads(slopes, x, mean, variance, weight, eps)
    for name, array in (("g", g), ("y", y)):
        expect_shape(name, array, x.shape)
    for array in (mean, variance, weight):
        expect_shape("every statistic and weight", array, x.shape[1:2])
    channels, rows = x.shape[1], x.size // x.shape[1]
    memory, slopes = channels_last(x).reshape(-1), channels_last(g).reshape(-1)
    result = slopes if y is None else channels_last(y).reshape(-1)
    mean, variance = plain(mean), plain(variance)
    ranges = threads.parts(rows, x.size)
    sums = empty((len(ranges), 2, channels), np.float64)
    masked = int(y is not None)
    arrays = slopes, memory, result, masked, mean
    threads.share(_slope_sums.on(x.dtype), [(*arrays, sums[k], *r) for k, r in enumerate(ranges)])
    dweight, dbias = empty((channels,), x.dtype), empty((channels,), x.dtype)
    threads.share(_merge_slopes.on(x.dtype), [(variance, eps, sums, dweight, dbias)])
    dx, dx_memory = new_images(x.shape, x.dtype)
    scaled = variance if weight is None else plain(weight)
    arguments = *arrays, variance, scaled, int(weight is not None), dweight, dbias, eps, rows, dx_memory
    threads.share(_normalise_grad.on(x.dtype), [(*arguments, *r) for r in ranges])
    return dx, dweight, dbias


def count_up(counter: Array) -> None:
    """counter ← counter + 1, in place."""
    if (
        counter.dtype != np.int64 or not counter.flags.carray or not threads.recording()
    ):  # one number: NumPy is as quick
        reference.count_up(counter)
        return
    threads.share(_count_up.on(_UNTYPED), [(counter.reshape(-1),)])


def update_running(running: Array, new: Array, momentum: float, factor: float) -> None:
    """running ← (1 − momentum)·running + momentum·factor·new, in place."""
    if not compilable(running, new) or not running.flags.carray:
        reference.update_running(running, new, momentum, factor)
        return
    expect_shape("the new statistic", new, running.shape)
    threads.share(_update_running.on(running.dtype), [(running.reshape(-1), plain(new).reshape(-1), momentum, factor)])


def _statistics_of(memory: Array, channels: int) -> tuple[Array, Array]:
    """Mean and variance of rows of channels."""
    rows = memory.size // channels
    ranges = threads.parts(rows, memory.size)
    found = empty((len(ranges), 3, channels), np.float64)
    threads.share(_statistics.on(memory.dtype), [(memory, found[k], *r) for k, r in enumerate(ranges)])
    mean, variance = empty((channels,), memory.dtype), empty((channels,), memory.dtype)
    threads.share(_merge_statistics.on(memory.dtype), [(mean, variance, found, rows)])
    return mean, variance


def _normalised(
    x: Array,
    memory: Array,
    mean: Array,
    variance: Array,
    weight: Array | None,
    bias: Array | None,
    eps: float,
    relu: bool,
) -> Array:
    """y = weight · (x − mean) / √(variance + ε) + bias, x being an array with this memory."""
    y, y_memory = new_images(x.shape, x.dtype)
    scaled = mean if weight is None else plain(weight)
    offset = mean if bias is None else plain(bias)
    flags = int(weight is not None), int(bias is not None), int(relu)
    arguments = memory, mean, variance, scaled, offset, flags, eps, y_memory
    ranges = threads.parts(memory.size // mean.size, memory.size)
    threads.share(_normalise.on(x.dtype), [(*arguments, *r) for r in ranges])
    return y


@inner
def _width(channels, lanes):  # type: ignore[no-untyped-def]
    """How long a long row is: whole rows, if possible whole vectors, and neither very short nor very long."""
    whole = channels * (lanes // math.gcd(channels, lanes))
    width = whole if whole <= 4 * _LONG else channels
    return width * max(1, _LONG // width)


@inner
def _repeat(values, row):  # type: ignore[no-untyped-def]
    """Fill a long row with one value per channel."""
    for first in range(0, row.size, values.size):
        part = row[first : first + values.size]
        for c in range(values.size):
            part[c] = values[c]


@inner
def _repeat_sum(values, more, row):  # type: ignore[no-untyped-def]
    """The same for the sums of two values per channel."""
    for first in range(0, row.size, values.size):
        part = row[first : first + values.size]
        for c in range(values.size):
            part[c] = values[c] + more[c]


@inner
def _repeated(values, width):  # type: ignore[no-untyped-def]
    """A long row of one value per channel."""
    row = empty_row(width, values.dtype)
    _repeat(values, row)
    return row


@inner
def _fold(row, channels):  # type: ignore[no-untyped-def]
    """Add up what belongs to the same channel: the first C numbers of a long row become the sums of the channels."""
    for first in range(channels, row.size, channels):
        part = row[first : first + channels]
        for c in range(channels):
            row[c] += part[c]


def _adder(rows: int):  # type: ignore[no-untyped-def]
    """Instructions that add this many long rows to sums, which are loaded and stored once for all of them."""

    @instructions
    def add(write: Writer, x, at, step, centre, sums, squares, k) -> None:  # type: ignore[no-untyped-def]
        """sums[k…] += Σ d and squares[k…] += Σ d² with d = x − centre."""
        middle, total, square = write.load(centre, k), write.load(sums, k), write.load(squares, k)
        for row in range(rows):
            d = write.load(x, write.plus(at, write.times(step, row))) - middle
            total, square = total + d, write.multiply_add(d, d, square)
        write.store(total, sums, k)
        write.store(square, squares, k)

    return add


def _slope_adder(rows: int, masked: bool):  # type: ignore[no-untyped-def]
    """The same for the sums of the gradient."""

    @instructions
    def add(write: Writer, g, x, y, at, step, centre, sums, products, k) -> None:  # type: ignore[no-untyped-def]
        """sums[k…] += Σ g and products[k…] += Σ g·(x − centre), where y > 0 if y is asked."""
        middle, total, product = write.load(centre, k), write.load(sums, k), write.load(products, k)
        for row in range(rows):
            place = write.plus(at, write.times(step, row))
            slope = write.load(g, place)
            if masked:
                slope = write.zero_unless_positive(slope, write.load(y, place))
            total = total + slope
            product = write.multiply_add(slope, write.load(x, place) - middle, product)
        write.store(total, sums, k)
        write.store(product, products, k)

    return add


_add_four, _add_one = _adder(4), _adder(1)
_add_four_slopes, _add_one_slope = _slope_adder(4, False), _slope_adder(1, False)
_add_four_masked, _add_one_masked = _slope_adder(4, True), _slope_adder(1, True)


@inner
def _sum_block(x, begin, end, channels, centre, sums, squares):  # type: ignore[no-untyped-def]
    """Per channel: sums = Σ d and squares = Σ d² with d = x − centre, for the long rows begin…end−1."""
    lanes, width, at = VECTOR_BYTES // x.itemsize, centre.size, begin
    sums[:] = 0
    squares[:] = 0
    while width % lanes == 0 and at + 4 * width <= end:
        for k in range(0, width, lanes):
            _add_four(x, at + k, width, centre, sums, squares, k)
        at += 4 * width
    while at < end:
        count = min(width, end - at)
        for k in range(0, count - lanes + 1, lanes):
            _add_one(x, at + k, width, centre, sums, squares, k)
        for k in range(count - count % lanes, count):
            d = x[at + k] - centre[k]
            sums[k] += d
            squares[k] += d * d
        at += width
    _fold(sums, channels)
    _fold(squares, channels)


@kernel("void(T[::1], f8[:, ::1], i8, i8)", writes=("found",))
def _statistics(x, found, start, stop):  # type: ignore[no-untyped-def]
    """found = (first row, mean − first row, Σ (x − mean)²) of every channel, over the rows start…stop−1.

    Each block is summed as differences from the mean so far, so that Σd² − (Σd)²/n loses no digits, and two sets
    of n₁ and n₂ numbers are joined by M = M₁ + M₂ + (mean₂ − mean₁)² · n₁n₂/(n₁ + n₂)  (Chan et al., 1979).
    The first block has no mean so far: it is summed twice, first as differences from its first row, so that the mean of
    equal numbers is that number, and their spread 0. Means are kept as differences from that row: a mean far from 0
    would round off what two of them differ by.
    """
    channels = found.shape[1]
    width = _width(channels, VECTOR_BYTES // x.itemsize)
    centre, sums, squares = zero_row(width, x.dtype), empty_row(width, x.dtype), empty_row(width, x.dtype)
    first, mean, spread = found[0], found[1], found[2]
    mean[:] = 0
    spread[:] = 0
    begin, before = start * channels, 0
    while begin < stop * channels:
        size = max((_BLOCK if before else _FIRST) // width, 4) * width
        end = min(begin + size, stop * channels)
        added = (end - begin) // channels
        if before == 0:
            for c in range(channels):
                first[c] = x[begin + c] if np.isfinite(x[begin + c]) else 0
            _repeat(first, centre)
            _sum_block(x, begin, end, channels, centre, sums, squares)
            for c in range(channels):
                mean[c] = sums[c] / np.float64(added)
        _repeat_sum(first, mean, centre)
        _sum_block(x, begin, end, channels, centre, sums, squares)
        inverse, share, weight = 1 / added, added / (before + added), before * added / (before + added)
        for c in range(channels):
            total, shift, so_far = np.float64(sums[c]), centre[c] - first[c], mean[c] if before else 0.0
            apart = shift + total * inverse - so_far
            spread[c] += squares[c] - total * total * inverse + apart * apart * weight
            mean[c] = so_far + apart * share
        begin, before = end, before + added
    for c in range(channels):
        if mean[c] != mean[c]:  # some number is no number, or infinite: then so is the mean, with the sign of the sum
            first[c] = mean[c] = 0
            for at in range(start * channels + c, stop * channels, channels):
                mean[c] += x[at]


@kernel("void(T[::1], T[::1], f8[:, :, ::1], i8)", writes=("mean", "variance"))
def _merge_statistics(mean, variance, found, rows):  # type: ignore[no-untyped-def]
    """Join what the threads have found; the k-th of P had the rows rows·k/P … rows·(k + 1)/P."""
    pieces = found.shape[0]
    for c in range(mean.size):
        middle, spread, before = 0.0, 0.0, 0
        for k in range(pieces):
            added = rows * (k + 1) // pieces - rows * k // pieces
            apart = (found[k, 0, c] - found[0, 0, c]) + found[k, 1, c] - middle
            middle = middle + apart * added / (before + added) if k > 0 else found[k, 1, c]
            spread += found[k, 2, c]
            if k > 0:
                spread += apart * apart * before * added / (before + added)
            before += added
        if middle != middle:  # some mean is infinite or no number: then so is the whole, with the sign of the sum
            middle = 0.0
            for k in range(pieces):
                middle += found[k, 0, c] + found[k, 1, c]
        else:
            middle += found[0, 0, c]
        mean[c], variance[c] = middle, max(spread, 0.0) / rows if spread == spread else spread


@inner
def _inverse_deviation(variance, eps):  # type: ignore[no-untyped-def]
    """1 / √(variance + ε)."""
    scale = empty_row(variance.size, variance.dtype)
    for c in range(variance.size):
        scale[c] = variance.dtype.type(1) / np.sqrt(variance[c] + variance.dtype.type(eps))
    return scale


@kernel("void(T[::1], T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 3), f8, T[::1], i8, i8)", writes=("y",))
def _normalise(x, mean, variance, weight, bias, flags, eps, y, start, stop):  # type: ignore[no-untyped-def]
    """y = (x − mean) · scale + offset, and 0 instead of less if the last flag is set. Flags: weight? bias? ReLU?"""
    channels = mean.size
    width = _width(channels, VECTOR_BYTES // x.itemsize)
    factor = _inverse_deviation(variance, eps)
    for c in range(channels):
        factor[c] *= weight[c] if flags[0] else x.dtype.type(1)
    centre, scale, offset = _repeated(mean, width), _repeated(factor, width), zero_row(width, x.dtype)
    if flags[1]:
        offset = _repeated(bias, width)
    for begin in range(start * channels, stop * channels, width):
        end = min(begin + width, stop * channels)
        row, target = x[begin:end], y[begin:end]
        if flags[2]:
            for k in range(row.size):
                normal = (row[k] - centre[k]) * scale[k] + offset[k]
                target[k] = x.dtype.type(0) if normal <= 0 else normal
        else:
            for k in range(row.size):
                target[k] = (row[k] - centre[k]) * scale[k] + offset[k]


@inner
def _sum_slopes(g, x, y, masked, begin, end, channels, centre, sums, products):  # type: ignore[no-untyped-def]
    """Per channel: sums = Σ g and products = Σ g·(x − centre), for the long rows begin…end−1."""
    lanes, width, at = VECTOR_BYTES // x.itemsize, centre.size, begin
    sums[:] = 0
    products[:] = 0
    while width % lanes == 0 and at + 4 * width <= end:
        if masked:
            for k in range(0, width, lanes):
                _add_four_masked(g, x, y, at + k, width, centre, sums, products, k)
        else:
            for k in range(0, width, lanes):
                _add_four_slopes(g, x, y, at + k, width, centre, sums, products, k)
        at += 4 * width
    while at < end:
        count = min(width, end - at)
        for k in range(0, count - lanes + 1, lanes):
            if masked:
                _add_one_masked(g, x, y, at + k, width, centre, sums, products, k)
            else:
                _add_one_slope(g, x, y, at + k, width, centre, sums, products, k)
        for k in range(count - count % lanes, count):
            slope = g[at + k] if y[at + k] > 0 or not masked else x.dtype.type(0)
            sums[k] += slope
            products[k] += slope * (x[at + k] - centre[k])
        at += width
    _fold(sums, channels)
    _fold(products, channels)


@kernel("void(T[::1], T[::1], T[::1], i8, T[::1], f8[:, ::1], i8, i8)", writes=("found",))
def _slope_sums(g, x, y, masked, mean, found, start, stop):  # type: ignore[no-untyped-def]
    """found = (Σ g, Σ g·(x − mean)) of every channel, over the rows start…stop−1."""
    channels = mean.size
    width = _width(channels, VECTOR_BYTES // x.itemsize)
    centre, sums, products = _repeated(mean, width), empty_row(width, x.dtype), empty_row(width, x.dtype)
    found[:] = 0
    size = max(_BLOCK // width, 4) * width
    for begin in range(start * channels, stop * channels, size):
        _sum_slopes(g, x, y, masked, begin, min(begin + size, stop * channels), channels, centre, sums, products)
        for c in range(channels):
            found[0, c] += sums[c]
            found[1, c] += products[c]


@kernel("void(T[::1], f8, f8[:, :, ::1], T[::1], T[::1])", writes=("dweight", "dbias"))
def _merge_slopes(variance, eps, found, dweight, dbias):  # type: ignore[no-untyped-def]
    """dbias = Σ g and dweight = Σ g·x̂, of all threads."""
    for c in range(variance.size):
        total, product = 0.0, 0.0
        for k in range(found.shape[0]):
            total += found[k, 0, c]
            product += found[k, 1, c]
        scale = variance.dtype.type(1) / np.sqrt(variance[c] + variance.dtype.type(eps))
        dbias[c], dweight[c] = total, product * scale


@kernel(
    "void(T[::1], T[::1], T[::1], i8, T[::1], T[::1], T[::1], i8, T[::1], T[::1], f8, i8, T[::1], i8, i8)",
    writes=("dx",),
)
def _normalise_grad(  # type: ignore[no-untyped-def]
    g, x, y, masked, mean, variance, weight, weighted, dweight, dbias, eps, rows, dx, start, stop
):
    """dx = outer · (g − mean g − x̂ · mean(g·x̂)), as  outer·(g − mean g) + slope·(x − mean).

    The differences come first: of large slopes that are nearly equal, outer·g − outer·mean g would leave no digit.
    """
    channels = mean.size
    width = _width(channels, VECTOR_BYTES // x.itemsize)
    outer = _inverse_deviation(variance, eps)
    slope, middle = empty_row(channels, mean.dtype), empty_row(channels, mean.dtype)
    share = x.dtype.type(1 / rows)
    for c in range(channels):
        scale = outer[c]
        outer[c] *= weight[c] if weighted else x.dtype.type(1)
        slope[c] = -outer[c] * scale * (dweight[c] * share)
        middle[c] = dbias[c] * share
    outer, slope = _repeated(outer, width), _repeated(slope, width)
    middle, centre = _repeated(middle, width), _repeated(mean, width)
    for begin in range(start * channels, stop * channels, width):
        end = min(begin + width, stop * channels)
        slopes, row, target = g[begin:end], x[begin:end], dx[begin:end]
        if masked:
            result = y[begin:end]
            for k in range(row.size):
                counted = slopes[k] if result[k] > 0 else x.dtype.type(0)
                target[k] = outer[k] * (counted - middle[k]) + slope[k] * (row[k] - centre[k])
        else:
            for k in range(row.size):
                target[k] = outer[k] * (slopes[k] - middle[k]) + slope[k] * (row[k] - centre[k])


@kernel("void(i8[::1])", writes=("counter",))
def _count_up(counter):  # type: ignore[no-untyped-def]
    for k in range(counter.size):
        counter[k] += 1


@kernel("void(T[::1], T[::1], f8, f8)", writes=("running",))
def _update_running(running, new, momentum, factor):  # type: ignore[no-untyped-def]
    """running ← (1 − momentum)·running + momentum·factor·new, rounded once."""
    for c in range(running.size):
        running[c] = (1 - momentum) * np.float64(running[c]) + momentum * factor * np.float64(new[c])
