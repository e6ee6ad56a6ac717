"""Recurrent networks. See the reference."""

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference


def rnn(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, lengths: Array | None, reverse: bool,
    relu: bool,
) -> tuple[Array, Array]:  # fmt: skip
    """See the reference."""
    return reference.rnn(p, w, b_ih, b_hh, h, lengths, reverse, relu)


def rnn_grads(g: Array, y: Array, w: Array, lengths: Array | None, reverse: bool, relu: bool) -> tuple[Array, Array]:
    """See the reference."""
    return reference.rnn_grads(g, y, w, lengths, reverse, relu)


def lstm(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, c: Array, lengths: Array | None,
    reverse: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """See the reference."""
    return reference.lstm(p, w, b_ih, b_hh, h, c, lengths, reverse)


def lstm_grads(g: Array, kept: Array, w: Array, lengths: Array | None, reverse: bool) -> tuple[Array, Array, Array]:
    """See the reference."""
    return reference.lstm_grads(g, kept, w, lengths, reverse)


def gru(
    p: Array, w: Array, b_ih: Array | None, b_hh: Array | None, h: Array, lengths: Array | None, reverse: bool,
    reset_after: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """See the reference."""
    return reference.gru(p, w, b_ih, b_hh, h, lengths, reverse, reset_after)


def gru_grads(
    g: Array, before: Array, kept: Array, w: Array, lengths: Array | None, reverse: bool, reset_after: bool
) -> tuple[Array, Array, Array]:
    """See the reference."""
    return reference.gru_grads(g, before, kept, w, lengths, reverse, reset_after)
