"""Windows over a text: each goes on where the one before ended, every token is predicted once."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.data import DataError
from zerokara.data.text import Snippets, Windows


@given(st.integers(2, 200), st.integers(1, 7), st.integers(1, 12))
def test_the_windows_of_a_stream_are_the_stream(count: int, streams: int, time: int) -> None:
    ids = np.arange(count)
    if (count - 1) // streams < time:
        with pytest.raises(DataError, match=f"need at least {streams * time + 1}"):
            Windows(ids, streams, time)
        return
    windows = Windows(ids, streams, time)
    pairs = list(windows.epoch(0))
    assert len(pairs) == len(windows)
    x, y = (np.concatenate(parts, axis=1) for parts in zip(*pairs, strict=True))
    np.testing.assert_array_equal(y, x + 1)
    np.testing.assert_array_equal(x.ravel(), np.arange(windows.predicted))  # no token twice, none left out between
    assert windows.predicted > count - 1 - streams
    for (_, before), (after, _) in itertools.pairwise(pairs):
        np.testing.assert_array_equal(before[:, -1], after[:, 0])
    middle = len(windows) // 2
    for one, other in zip(windows.epoch(3, start=middle), pairs[middle:], strict=True):
        np.testing.assert_array_equal(one[0], other[0])


def test_a_batch_is_the_readers_own() -> None:
    """Writing into a window does not change the text."""
    windows = Windows(np.arange(20), 2, 3)
    x, _ = windows.window(0)
    x[:] = 0
    np.testing.assert_array_equal(windows.window(0)[0], [[0, 1, 2], [9, 10, 11]])


def test_snippets_are_a_function_of_seed_epoch_and_batch() -> None:
    ids = np.arange(100) % 7
    snippets = Snippets(ids, 4, 9, batches=5, seed=1)
    pairs = list(snippets.epoch(2))
    assert [x.shape for x, _ in pairs] == [(4, 9)] * 5
    for x, y in pairs:
        np.testing.assert_array_equal(x[:, 1:], y[:, :-1])
        np.testing.assert_array_equal((x + 1) % 7, y)
    for one, other in zip(snippets.epoch(2, start=3), pairs[3:], strict=True):
        np.testing.assert_array_equal(one[0], other[0])
    assert not np.array_equal(pairs[0][0], next(snippets.epoch(1))[0])
    ends = {int(start) for e in range(40) for x, _ in Snippets(np.arange(11), 4, 9, 1).epoch(e) for start in x[:, 0]}
    assert ends == {0, 1}  # the last piece that fits is drawn too


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Windows(np.arange(10), 2, 5), "the text has 10 tokens; 2 streams of 5 steps need at least 11"),
        (lambda: Windows(np.arange(10.0), 2, 5), "whole numbers"),
        (lambda: Windows(np.arange(10), 0, 5), "batch_size is a whole number, at least 1"),
        (lambda: Windows(np.arange(10), 1, True), "time is a whole number"),
        (lambda: Windows([-1, 2, 3], 1, 1), "from 0 on"),  # type: ignore[arg-type]
        (lambda: Snippets(np.arange(5), 2, 5, 1), "a context of 5 tokens needs at least 6"),
        (lambda: Snippets(np.arange(9), 2, 5, 0), "batches is a whole number"),
        (lambda: Windows(np.arange(10), 1, 3).epoch(0, start=4), "a window from 0 to 3"),
        (lambda: Snippets(np.arange(9), 2, 5, 1).epoch(-1), "an epoch ≥ 0"),
    ],
)
def test_what_cannot_be_is_said(make, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=says):
        make()
