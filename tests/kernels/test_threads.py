"""Sharing a call among threads."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.kernels.families import numbers
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.cores import thread_count


def test_parts_cover_everything_once() -> None:
    for total in (0, 1, 2, 7, 100):
        ranges = threads.parts(total, 1e9)
        assert [k for start, stop in ranges for k in range(start, stop)] == list(range(total))


def test_several_python_threads_may_call_kernels_at_once() -> None:
    """As a server does that answers two requests."""
    x, w = numbers(0, (6, 3, 9, 9), np.float32), numbers(1, (5, 3, 3, 3), np.float32)
    options = (1, 1), (1, 1), (1, 1), 1
    expected = reference.conv2d(x, w, None, *options)
    with ThreadPoolExecutor(4) as pool:
        for y in pool.map(lambda _: compiled.conv2d(x, w, None, *options), range(40)):
            np.testing.assert_allclose(y, expected, atol=1e-5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_starts_its_own_threads() -> None:
    """The parent's threads do not exist in the child; waiting for them would never end."""
    x = numbers(0, (4, 50), np.float32)
    compiled.relu(x)
    child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(compiled.relu(x), reference.relu(x)) else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(("name", "value", "expected"), [("ZEROKARA_THREADS", "3", 3), ("OMP_NUM_THREADS", "5", 5)])
def test_the_number_of_threads_can_be_set(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: int
) -> None:
    for each in ("ZEROKARA_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(each, raising=False)
    assert thread_count() >= 1
    monkeypatch.setenv(name, value)
    assert thread_count() == expected


def test_a_number_of_threads_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("0", "-1", "two", "1.5"):
        monkeypatch.setenv("ZEROKARA_THREADS", value)
        with pytest.raises(ValueError, match="a whole number above 0"):
            thread_count()
