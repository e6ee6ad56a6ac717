"""Which bytes a call touches, and what may run at the same time: laws, judged byte by byte."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zerokara.kernels.compiled.spans import Access, Intervals, conflict, levels, span

spans = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda s: (s[0], s[0] + s[1]))
accesses = st.builds(lambda r, w: Access(tuple(r), tuple(w)), st.lists(spans, max_size=3), st.lists(spans, max_size=2))


def _bytes(places: Any) -> set[int]:
    return {k for start, end in places for k in range(start, end)}


@given(st.lists(st.tuples(spans, st.integers(0, 9)), max_size=20), spans)
def test_intervals_are_a_value_for_every_byte(puts: list[Any], asked: tuple[int, int]) -> None:
    intervals: Intervals[int] = Intervals()
    expected: dict[int, int] = {}
    for place, value in puts:
        intervals.put(place, value)
        expected.update(dict.fromkeys(range(*place), value))
    found = {k: value for start, end, value in intervals.over(asked) for k in range(start, end)}
    assert found == {k: v for k, v in expected.items() if asked[0] <= k < asked[1]}
    assert _bytes(intervals.gaps(asked)) == set(range(*asked)) - found.keys()


@given(accesses, accesses)
def test_two_calls_conflict_where_one_writes_what_the_other_touches(one: Access, other: Access) -> None:
    writes, others = _bytes(one.writes), _bytes(other.writes)
    expected = writes & (_bytes(other.reads) | others) or others & _bytes(one.reads)
    assert (conflict(one, other) is not None) == bool(expected)


@given(st.lists(accesses, max_size=12))
def test_calls_of_one_round_do_not_conflict_and_those_that_do_keep_their_order(calls: list[Access]) -> None:
    found = levels(calls)
    for k, later in enumerate(calls):
        for j, earlier in enumerate(calls[:k]):
            if conflict(earlier, later):
                assert found[j] < found[k]


@given(st.lists(accesses, max_size=12))
def test_nobody_waits_without_a_reason(calls: list[Access]) -> None:
    """A call in a later round than the first comes after one of the round before that reads or writes near it."""
    found = levels(calls)
    apart = [Access(c.reads[:1], c.writes[:1]) for c in calls]
    for k, level in enumerate(levels(apart)):
        assert level <= found[k]
    assert all(level <= k for k, level in enumerate(found))


def test_the_span_of_an_array_goes_from_its_first_byte_to_its_last() -> None:
    x = np.zeros((4, 6), np.float32)
    start = x.ctypes.data
    assert span(x) == span(x.T) == span(x[::-1]) == (start, start + 96)
    assert span(x[:, 1]) == (start + 4, start + 4 + 3 * 24 + 4)
