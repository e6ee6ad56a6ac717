"""Softmax followed by cross-entropy, row by row in one pass."""

import math

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import adds_up, compilable, inner, kernel
from zerokara.kernels.compiled.exponential import exp
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.rows import empty_row
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Writer, instructions
from zerokara.kernels.reference.loss import check_labels

_BLOCK = 4096  # scores that are worked on together, in the first cache
_VECTORS = 4  # of scores of a row that are compared side by side: so that none waits for the one before
SIDE = _VECTORS * VECTOR_BYTES // 4  # numbers, of the smallest type


def cross_entropy(scores: Array, labels: Array) -> tuple[Array, Array]:
    """Losses and softmax probabilities of a batch. See the reference.

    While a step is being recorded, nobody knows the labels of later; where one of them does not fit, the loss is NaN.
    """
    _check(scores, labels)
    if not compilable(scores):
        return reference.cross_entropy(scores, labels)
    scores, numbers = plain(scores), _whole_numbers(labels)
    losses, probabilities = empty((len(scores),), scores.dtype), empty(scores.shape, scores.dtype)
    ranges = threads.parts(len(scores), 10 * scores.size)
    threads.share(_cross_entropy.on(scores.dtype), [(scores, numbers, losses, probabilities, *r) for r in ranges])
    return losses, probabilities


def cross_entropy_grad(g: Array, probabilities: Array, labels: Array) -> Array:
    """∂L/∂z_nk = g_n·(p_nk − t_nk). See the reference."""
    if (
        not compilable(probabilities, g)
        or probabilities.ndim != 2
        or g.shape != labels.shape != probabilities.shape[:1]
    ):
        return reference.cross_entropy_grad(g, probabilities, labels)
    d = empty(probabilities.shape, probabilities.dtype)
    arrays = plain(g), plain(probabilities), _whole_numbers(labels), d
    ranges = threads.parts(len(d), d.size)
    threads.share(_cross_entropy_grad.on(d.dtype), [(*arrays, *r) for r in ranges])
    return d


def cross_entropy_mean(scores: Array, labels: Array) -> tuple[Array, Array]:
    """(the mean of the losses, its gradient (p − t)/N): `cross_entropy`, the mean and `cross_entropy_grad` in one pass.

    Shapes: scores (N, K), labels (N,)  →  (), (N, K).
    """
    _check(scores, labels)
    if not compilable(scores) or not len(scores):
        losses, probabilities = reference.cross_entropy(scores, labels)
        share = np.full(len(scores), 1 / max(len(scores), 1), scores.dtype)
        return np.asarray(losses.mean()), reference.cross_entropy_grad(share, probabilities, labels)
    scores, numbers = plain(scores), _whole_numbers(labels)
    slopes, loss = empty(scores.shape, scores.dtype), empty((1,), scores.dtype)
    ranges = threads.parts(len(scores), 10 * scores.size)
    sums = empty((len(ranges), 1), np.float64)
    calls = [(scores, numbers, slopes, sums[k], *r) for k, r in enumerate(ranges)]
    threads.share(_cross_entropy_mean.on(scores.dtype), calls)
    threads.share(_mean_loss.on(scores.dtype), [(loss, sums, len(scores))])
    return loss.reshape(()), slopes


def _check(scores: Array, labels: Array) -> None:
    """Refuse labels that do not fit; while a step is being recorded, as far as shapes and types tell."""
    if threads.recording() and labels.shape == scores.shape[:1]:
        scores, labels = scores[:0], labels[:0]  # stand-ins: only their kinds are known
    check_labels(scores, labels)


def _whole_numbers(labels: Array) -> Array:
    """The labels as int64."""
    if labels.dtype == np.int64:
        return plain(labels)
    if labels.dtype not in (np.int32, np.uint8):
        if threads.recording():
            raise reference.NotNativeError(f"labels of {labels.dtype}")
        return labels.astype(np.int64)
    numbers = empty(labels.shape, np.int64)
    widen = _widen_int32 if labels.dtype == np.int32 else _widen_uint8
    threads.share(widen.on(np.dtype(np.float32)), [(plain(labels), numbers)])
    return numbers


@kernel("void(i4[::1], i8[::1])", writes=("numbers",))
def _widen_int32(labels, numbers):  # type: ignore[no-untyped-def]
    """int32 → int64."""
    for n in range(labels.size):
        numbers[n] = labels[n]


@kernel("void(u1[::1], i8[::1])", writes=("numbers",))
def _widen_uint8(labels, numbers):  # type: ignore[no-untyped-def]
    """uint8 → int64."""
    for n in range(labels.size):
        numbers[n] = labels[n]


@instructions
def _compare_side_by_side(write: Writer, row, count, top) -> None:  # type: ignore[no-untyped-def]
    """top[k] = the largest of row[k], row[k + S], … of `count` times S = 4·L numbers; NaN is passed over."""
    best = [write.variable(write.constant(-math.inf)) for _ in range(_VECTORS)]
    with write.repeated(count) as k:
        at = write.times(k, _VECTORS * write.lanes)
        for j, place in enumerate(best):
            write.assign(write.larger(write.load(row, write.plus(at, j * write.lanes)), write.read(place)), place)
    for j, place in enumerate(best):
        write.store(write.read(place), top, write.integer(j * write.lanes))


@inner
def largest_of(row, top):  # type: ignore[no-untyped-def]
    """The largest score; NaN is passed over, since it spoils the sum anyway. Long rows are compared side by side."""
    side = _VECTORS * VECTOR_BYTES // row.itemsize
    whole = row.size - row.size % side
    largest = row.dtype.type(-np.inf)
    if whole:
        _compare_side_by_side(row, whole // side, top)
        for k in range(side):
            largest = top[k] if top[k] > largest else largest
    for k in range(whole, row.size):
        largest = row[k] if row[k] > largest else largest
    return largest


@inner
def _exponentials(scores, shifted, largest, room, begin, end):  # type: ignore[no-untyped-def]
    """shifted = exp(z − max z) of the rows begin…end−1. The rows lie one after the other: one long loop does them."""
    for n in range(begin, end):
        row, target = scores[n], shifted[n]
        most = largest_of(row, room)
        for k in range(row.size):
            target[k] = row[k] - most
        largest[n - begin] = most
    flat = shifted[begin:end].reshape(-1)
    for k in range(flat.size):
        flat[k] = exp(flat[k])


@adds_up
def total_of(row):  # type: ignore[no-untyped-def]
    """Σ of a row."""
    total = row.dtype.type(0)
    for k in range(row.size):
        total += row[k]
    return total


@inner
def _sum_and_loss(row, exponentials, largest, label):  # type: ignore[no-untyped-def]
    """(Σ exp(z − m), log Σ exp(z − m) − (z_label − m)), the latter NaN for a label that does not exist.

    z − m comes first: of large scores it is exact, while log Σ + m would round the logarithm to the digits of m.
    """
    total = total_of(exponentials)
    if label < 0 or label >= row.size:
        return total, row.dtype.type(np.nan)
    return total, np.log(total) - (row[label] - largest)


@kernel("void(T[:, ::1], i8[::1], T[::1], T[:, ::1], i8, i8)", writes=("losses", "probabilities"))
def _cross_entropy(scores, labels, losses, probabilities, start, stop):  # type: ignore[no-untyped-def]
    """The rows start…stop−1."""
    size = max(1, _BLOCK // scores.shape[1])
    largest, room = empty_row(size, scores.dtype), empty_row(SIDE, scores.dtype)
    for begin in range(start, stop, size):
        end = min(begin + size, stop)
        _exponentials(scores, probabilities, largest, room, begin, end)
        for n in range(begin, end):
            p = probabilities[n]
            total, losses[n] = _sum_and_loss(scores[n], p, largest[n - begin], labels[n])
            inverse = p.dtype.type(1) / total
            for k in range(p.size):
                p[k] *= inverse


@kernel("void(T[::1], T[:, ::1], i8[::1], T[:, ::1], i8, i8)", writes=("d",))
def _cross_entropy_grad(g, probabilities, labels, d, start, stop):  # type: ignore[no-untyped-def]
    """d = g·(p − t) for the rows start…stop−1."""
    for n in range(start, stop):
        p, target, slope, label = probabilities[n], d[n], g[n], labels[n]
        for k in range(p.size):
            target[k] = slope * p[k]
        if 0 <= label < p.size:
            target[label] -= slope


@kernel("void(T[:, ::1], i8[::1], T[:, ::1], f8[::1], i8, i8)", writes=("d", "sums"))
def _cross_entropy_mean(scores, labels, d, sums, start, stop):  # type: ignore[no-untyped-def]
    """d = (p − t)/N for the rows start…stop−1, and the sum of their losses."""
    size = max(1, _BLOCK // scores.shape[1])
    largest, room = empty_row(size, scores.dtype), empty_row(SIDE, scores.dtype)
    share = scores.dtype.type(1 / scores.shape[0])
    sums[0] = 0
    for begin in range(start, stop, size):
        end = min(begin + size, stop)
        _exponentials(scores, d, largest, room, begin, end)
        for n in range(begin, end):
            target, label = d[n], labels[n]
            total, loss = _sum_and_loss(scores[n], target, largest[n - begin], label)
            sums[0] += loss
            factor = share / total
            for k in range(target.size):
                target[k] *= factor
            if 0 <= label < target.size:
                target[label] -= share


@kernel("void(T[::1], f8[:, ::1], i8)", writes=("loss",))
def _mean_loss(loss, sums, count):  # type: ignore[no-untyped-def]
    """The mean of all losses."""
    total = 0.0
    for k in range(sums.shape[0]):
        total += sums[k, 0]
    loss[0] = total / count
