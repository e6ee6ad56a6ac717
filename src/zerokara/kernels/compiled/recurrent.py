"""Recurrent networks over whole sequences: the sequences shared among the cores, the weights kept in their caches.

Each core takes its sequences through all steps, so none ever waits for another. What needs no loop over time, the
products with the inputs and the gradients of the weights, stands in the rule, as large products of matrices.
"""

import math
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import Kernel, compilable, expect_shape
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.recurrent_back import gru_back, lstm_back, rnn_back
from zerokara.kernels.compiled.recurrent_steps import gru_steps, lstm_steps, rnn_steps

_FEW = 4
"""Steps of sequences, all together, for which packing the weights would take longer than the products themselves."""


def rnn(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, lengths: Array | None, reverse: bool,
    relu: bool,
) -> tuple[Array, Array]:  # fmt: skip
    """Elman's network; see the reference."""
    if not _possible(p, h, lengths, w, b_ih, b_hh):
        return reference.rnn(p, w, b_ih, b_hh, h, lengths, reverse, relu)
    _expect(p, w, 1, b_ih, b_hh, h)
    steps, (count, size) = len(p), h.shape
    y, before = empty((steps + 1, count, size), p.dtype), empty((steps, count, size), p.dtype)
    given = *_rows(p, w, *_biases(p, b_ih, b_hh), h), _counts(lengths), *_rows(y, before)
    _run(rnn_steps, given, p, h, reverse, int(relu))
    return y, before


def rnn_grads(g: Array, y: Array, w: Array, lengths: Array | None, reverse: bool, relu: bool) -> tuple[Array, Array]:
    """Back through Elman's network; see the reference."""
    if not _possible(y[:-1], y[-1], lengths, g, w):
        return reference.rnn_grads(g, y, w, lengths, reverse, relu)
    expect_shape("the gradient", g, y.shape)
    da, dh = empty((len(y) - 1, *y.shape[1:]), y.dtype), empty(y.shape[1:], y.dtype)
    given = *_rows(g, y, w), _counts(lengths), *_rows(da, dh)
    _run(rnn_back, given, da, dh, reverse, int(relu))
    return da, dh


def lstm(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, c: Array, lengths: Array | None,
    reverse: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """An LSTM; see the reference."""
    if not _possible(p, h, lengths, w, c, b_ih, b_hh):
        return reference.lstm(p, w, b_ih, b_hh, h, c, lengths, reverse)
    _expect(p, w, 4, b_ih, b_hh, h, c)
    steps, (count, size) = len(p), h.shape
    y, before = empty((steps + 2, count, size), p.dtype), empty((steps, count, size), p.dtype)
    kept = empty((steps, count, 6 * size), p.dtype)
    given = *_rows(p, w, *_biases(p, b_ih, b_hh), h, c), _counts(lengths), *_rows(y, before, kept)
    _run(lstm_steps, given, p, h, reverse)
    return y, before, kept


def lstm_grads(g: Array, kept: Array, w: Array, lengths: Array | None, reverse: bool) -> tuple[Array, Array, Array]:
    """Back through an LSTM; see the reference."""
    steps, count, size = *kept.shape[:2], w.shape[1]
    if not _possible(kept, g[-1], lengths, g, w):
        return reference.lstm_grads(g, kept, w, lengths, reverse)
    expect_shape("the gradient", g, (steps + 2, count, size))
    expect_shape("what the forward pass kept", kept, (steps, count, 6 * size))
    da = empty((steps, count, 4 * size), kept.dtype)
    dh, dc = empty((count, size), kept.dtype), empty((count, size), kept.dtype)
    given = *_rows(g, kept, w), _counts(lengths), *_rows(da, dh, dc)
    _run(lstm_back, given, da, dh, reverse)
    return da, dh, dc


def gru(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, lengths: Array | None, reverse: bool,
    reset_after: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """A GRU; see the reference."""
    if not _possible(p, h, lengths, w, b_ih, b_hh):
        return reference.gru(p, w, b_ih, b_hh, h, lengths, reverse, reset_after)
    _expect(p, w, 3, b_ih, b_hh, h)
    steps, (count, size) = len(p), h.shape
    y, before = empty((steps + 1, count, size), p.dtype), empty((steps, count, size), p.dtype)
    kept = empty((steps, count, 4 * size), p.dtype)
    given = *_rows(p, w, *_biases(p, b_ih, b_hh), h), _counts(lengths), *_rows(y, before, kept)
    _run(gru_steps, given, p, h, reverse, int(reset_after))
    return y, before, kept


def gru_grads(
    g: Array, before: Array, kept: Array, w: Array, lengths: Array | None, reverse: bool, reset_after: bool
) -> tuple[Array, Array, Array]:
    """Back through a GRU; see the reference."""
    steps, count, size = *kept.shape[:2], w.shape[1]
    if not _possible(kept, g[-1], lengths, g, before, w):
        return reference.gru_grads(g, before, kept, w, lengths, reverse, reset_after)
    expect_shape("the gradient", g, (steps + 1, count, size))
    expect_shape("the states before", before, (steps, count, size))
    expect_shape("what the forward pass kept", kept, (steps, count, 4 * size))
    da, inner = empty((steps, count, 3 * size), kept.dtype), empty((steps, count, 3 * size), kept.dtype)
    dh = empty((count, size), kept.dtype)
    given = *_rows(g, before, kept, w), _counts(lengths), *_rows(da, inner, dh)
    _run(gru_back, given, da, dh, reverse, int(reset_after))
    return da, inner, dh


def _possible(p: Array, h: Array, lengths: Array | None, *others: Array | None) -> bool:
    """Whether kernels are made for this: one dtype, something to do, whole lengths of 8 bytes."""
    fit = compilable(p, h, *(a for a in others if a is not None)) and 0 not in (*p.shape, *h.shape)
    whole = lengths is None or (lengths.dtype == np.int64 and lengths.shape == h.shape[:1])
    return fit and whole and p.ndim == 3 and h.ndim == 2 and math.prod(p.shape[:2]) > _FEW


def _expect(p: Array, w: Array, gates: int, b_ih: Array | None, b_hh: Array | None, *states: Array) -> None:
    """Shapes that the machine code counts on."""
    count, size = states[0].shape
    rows = gates * size
    for name, array, shape in (
        ("the products", p, (len(p), count, rows)),
        ("the weights", w, (rows, size)),
        ("the biases", b_ih, (rows,)),
        ("the biases", b_hh, (rows,)),
        ("the states", states[-1], (count, size)),
    ):
        expect_shape(name, array, shape)


def _biases(p: Array, b_ih: Array | None, b_hh: Array | None) -> tuple[Array, Array]:
    """Both biases; empty rows where there are none."""
    nothing = p.reshape(-1)[:0] if p.flags.c_contiguous else plain(p).reshape(-1)[:0]
    return (nothing, nothing) if b_ih is None or b_hh is None else (b_ih, b_hh)


def _rows(*arrays: Array) -> list[Array]:
    """The numbers of each in the order of rows."""
    return [plain(a).reshape(-1) for a in arrays]


def _counts(lengths: Array | None) -> Array:
    """The lengths; no number where every sequence has all steps."""
    return np.zeros(0, np.int64) if lengths is None else plain(lengths)


def _run(kernel: Kernel, given: tuple[Any, ...], p: Array, h: Array, reverse: bool, *options: int) -> None:
    """Each core with sequences of its own; `p` has a row of gates for each step, `h` a row of units."""
    (steps, count, rows), size = p.shape, h.shape[1]
    plan = steps, count, size, int(reverse)
    parts = threads.parts(count, 2.0 * steps * count * rows * size)
    threads.share(kernel.on(p.dtype), [(*given, plan, *options, *part) for part in parts])
