"""Ctrl-C while machine code is compiled does not wait for the compiler."""

import signal
import sys
import types

import pytest

from zerokara.training import Interrupted
from zerokara.training.interrupts import Signals, compiling


def within(module_name, call):
    """Call from a function that stands in a module of that name."""
    module = types.ModuleType(module_name)
    exec("def run(call):\n    return call()\n", module.__dict__)
    return module.run(call)


def test_the_compiler_is_known_from_the_frames_that_run():
    assert within("numba.core.compiler_lock", lambda: compiling(sys._getframe()))
    assert within("llvmlite.binding.newpassmanagers", lambda: compiling(sys._getframe()))
    assert not within("numbas", lambda: compiling(sys._getframe()))
    assert not compiling(sys._getframe())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_a_compile_stops_at_once_with_a_sentence(number):
    with (
        pytest.raises(
            Interrupted, match=f"{signal.Signals(number).name} while machine code was being compiled"
        ) as caught,
        Signals(),
    ):
        within("numba.core.compiler", lambda: signal.raise_signal(number))
    assert caught.value.signal_number == number


def test_a_signal_between_is_remembered():
    with Signals() as signals:
        signal.raise_signal(signal.SIGINT)
        assert signals.received == signal.SIGINT
