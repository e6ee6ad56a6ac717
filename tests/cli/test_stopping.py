"""A wish to stop is never lost, wherever it comes."""

import signal
import threading
import time

import pytest

from zerokara.cli.stopping import Stopped, ended_by_signals

LONG = 20.0
"""Seconds that nobody waits if a signal ends the wait."""


class Deleted:
    """Something that is interrupted while it is deleted."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)
        sum(range(10))  # handlers run between two instructions


def delete(number: int) -> None:
    thing = Deleted(number)
    del thing
    time.sleep(LONG)


@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Stopped)])
def test_a_signal_while_something_is_deleted_comes_a_little_later(number: int, error: type[BaseException]) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    began = time.monotonic()
    with pytest.raises(error), ended_by_signals():
        delete(number)
    assert time.monotonic() - began < LONG, "it came only when the wait was over"
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_handlers_of_others_stay() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        with ended_by_signals():
            signal.raise_signal(signal.SIGINT)
        assert seen == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_change_no_handlers() -> None:
    found: list[object] = []

    def work() -> None:
        with ended_by_signals():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]
