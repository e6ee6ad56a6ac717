"""The families agree on recurrent networks: lengths, directions, with and without biases, sizes of all kinds."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.families import agree, dtypes, numbers

sizes = st.sampled_from([1, 2, 3, 8, 13, 17, 40])
counts = st.sampled_from([0, 1, 2, 5, 12, 28, 30])  # by three threads: rows for each kind of tile


def drawn(data: st.DataObject, dtype: Any, gates: int) -> tuple[Any, ...]:
    """p, w, two biases or none, h, and lengths or none."""
    steps, count, hidden = data.draw(st.integers(0, 4)), data.draw(counts), data.draw(sizes)
    rows = gates * hidden
    shapes = (steps, count, rows), (rows, hidden), (rows,), (rows,), (count, hidden)
    p, w, b_ih, b_hh, h = (numbers(k, shape, dtype) for k, shape in enumerate(shapes))
    lengths = np.random.default_rng(6).integers(0, steps + 1, count) if data.draw(st.booleans()) else None
    biased = data.draw(st.booleans())
    w = w if data.draw(st.booleans()) else np.asfortranarray(w)
    return p, w / hidden, *((b_ih, b_hh) if biased else (None, None)), h, lengths


@given(data=st.data(), dtype=dtypes, reverse=st.booleans(), relu=st.booleans())
@settings(max_examples=40)
def test_rnn(data: st.DataObject, dtype: Any, reverse: bool, relu: bool) -> None:
    p, w, b_ih, b_hh, h, lengths = drawn(data, dtype, 1)
    y, _ = agree("rnn", p, w, b_ih, b_hh, h, lengths, reverse, relu)
    agree("rnn_grads", numbers(7, y.shape, dtype), y, w, lengths, reverse, relu)


@given(data=st.data(), dtype=dtypes, reverse=st.booleans())
@settings(max_examples=40)
def test_lstm(data: st.DataObject, dtype: Any, reverse: bool) -> None:
    p, w, b_ih, b_hh, h, lengths = drawn(data, dtype, 4)
    c = numbers(8, h.shape, dtype)
    y, _, kept = agree("lstm", p, w, b_ih, b_hh, h, c, lengths, reverse)
    agree("lstm_grads", numbers(7, y.shape, dtype), kept, w, lengths, reverse)


@given(data=st.data(), dtype=dtypes, reverse=st.booleans(), reset_after=st.booleans())
@settings(max_examples=40)
def test_gru(data: st.DataObject, dtype: Any, reverse: bool, reset_after: bool) -> None:
    p, w, b_ih, b_hh, h, lengths = drawn(data, dtype, 3)
    y, before, kept = agree("gru", p, w, b_ih, b_hh, h, lengths, reverse, reset_after)
    agree("gru_grads", numbers(7, y.shape, dtype), before, kept, w, lengths, reverse, reset_after)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_gates_are_0_and_1(dtype: Any) -> None:
    """±1000 and ±∞ before the sigmoid: no overflow, no NaN, in the value and on the way back."""
    far = np.array([1000, -1000, np.inf, -np.inf], dtype)
    for gates, name in ((4, "lstm"), (3, "gru"), (1, "rnn")):
        p = np.repeat(far, gates * 2).reshape(1, 4, gates * 2)
        w, h = np.zeros((gates * 2, 2), dtype), np.ones((4, 2), dtype)
        states = (h, h) if name == "lstm" else (h,)
        options: tuple[Any, ...] = {"lstm": (False,), "gru": (False, True), "rnn": (False, False)}[name]
        y, *kept = agree(name, p, w, None, None, *states, None, *options)
        assert np.isfinite(y).all()
        g = np.ones_like(y)
        given = {"lstm": (kept[-1],), "gru": tuple(kept), "rnn": (y,)}[name]
        for grad in agree(f"{name}_grads", g, *given, w, None, *options):
            assert np.isfinite(grad).all()
