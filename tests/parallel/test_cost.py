"""Laws of the model of cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.parallel.cost import Link, fitted, speed_up, step_seconds
from zerokara.parallel.shares import share_of

LINK = Link(1e-4, 1e8)
sizes = st.lists(st.floats(1e3, 1e8), min_size=1, max_size=4)


@given(st.floats(1e-3, 10), st.integers(1, 1024), sizes, st.integers(0, 5000))
def test_nobody_is_faster_than_the_number_of_processes(
    compute: float, processes: int, messages: list[float], more: int
) -> None:
    """Nor, where they share a batch, than whole examples allow."""
    assert 0 < speed_up(compute, processes, messages, LINK) <= processes * (1 + 1e-12)
    batch = processes + more
    largest = max(share.stop - share.start for share in (share_of(batch, k, processes) for k in range(processes)))
    assert 0 < speed_up(compute, processes, messages, LINK, shared=batch) <= batch / largest * (1 + 1e-12)


def test_a_hundred_examples_are_at_most_fifty_times_as_fast_on_64_processes() -> None:
    """Somebody has two of them."""
    assert speed_up(0.2, 64, [], LINK, shared=100) == pytest.approx(50)
    assert speed_up(0.2, 50, [], LINK, shared=100) == pytest.approx(50)
    assert speed_up(0.2, 4, [1e6], LINK, shared=100) == pytest.approx(0.2 / step_seconds(0.05, 4, [1e6], LINK))


@given(st.floats(1e-3, 10), st.integers(2, 1024), sizes)
def test_a_better_link_is_never_slower(compute: float, processes: int, messages: list[float]) -> None:
    better = Link(LINK.latency / 2, LINK.bandwidth * 10)
    assert step_seconds(compute, processes, messages, better) <= step_seconds(compute, processes, messages, LINK)


def test_without_messages_the_step_is_computing_alone() -> None:
    assert step_seconds(0.5, 8, [], LINK) == 0.5
    assert step_seconds(0.5, 1, [1e9], LINK) == 0.5


def test_the_last_message_cannot_be_hidden() -> None:
    """A long backward pass hides all but the last one."""
    assert step_seconds(100.0, 2, [1e6, 1e6], LINK) == pytest.approx(100 + LINK.seconds(2, 1e6))
    assert step_seconds(1e-9, 2, [1e6, 1e6], LINK) == pytest.approx(2 * LINK.seconds(2, 1e6), rel=1e-6)


@given(st.floats(1e-6, 1e-2), st.floats(1e6, 1e10))
def test_a_link_is_found_from_its_times(latency: float, bandwidth: float) -> None:
    link = Link(latency, bandwidth)
    measured = [(p, size, link.seconds(p, size)) for p in (2, 3, 8) for size in (1.0, 1e4, 1e6, 1e8)]
    found = fitted(measured)
    np.testing.assert_allclose([found.latency, found.bandwidth], [latency, bandwidth], rtol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Link(-1, 1),
        lambda: Link(0, 0),
        lambda: LINK.seconds(0, 1),
        lambda: speed_up(1.0, 64, [1e6], LINK, shared=32),
        lambda: fitted([(2, 1e3, 1.0)]),
        lambda: fitted([(2, 1e3, 1.0), (2, 1e6, 1e-3)]),
    ],
)
def test_what_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"link|process|times"):
        wrong()  # type: ignore[operator]
