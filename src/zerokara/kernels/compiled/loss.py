"""Softmax followed by cross-entropy, row by row in one pass."""

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, kernel
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.reference.loss import check_labels


def cross_entropy(scores: Array, labels: Array) -> tuple[Array, Array]:
    """Losses and softmax probabilities of a batch. See the reference."""
    check_labels(scores, labels)
    if not compilable(scores):
        return reference.cross_entropy(scores, labels)
    scores = plain(scores)
    losses = np.empty(len(scores), scores.dtype)
    probabilities = np.empty_like(scores)
    numbers = plain(labels.astype(np.int64, copy=False))
    ranges = threads.parts(len(scores), 10 * scores.size)
    threads.share(_cross_entropy.on(scores.dtype), [(scores, numbers, losses, probabilities, *r) for r in ranges])
    return losses, probabilities


@kernel("void(T[:, ::1], i8[::1], T[::1], T[:, ::1], i8, i8)")
def _cross_entropy(scores, labels, losses, probabilities, start, stop):  # type: ignore[no-untyped-def]
    """The rows start…stop−1."""
    for n in range(start, stop):
        row, p = scores[n], probabilities[n]
        largest = row[0]
        for k in range(row.size):
            largest = max(largest, row[k])
        total = row.dtype.type(0)
        for k in range(row.size):
            p[k] = np.exp(row[k] - largest)
            total += p[k]
        losses[n] = np.log(total) - (row[labels[n]] - largest)
        for k in range(row.size):
            p[k] /= total
