"""Ctrl-C while machine code is compiled does not wait for the compiler."""

import signal
import sys
import types

import numpy as np
import pytest

import zerokara as zk
from zerokara import nn, optim
from zerokara.arrays import generator
from zerokara.data import Loader
from zerokara.training import Interrupted, fit, read_history
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


def test_a_run_that_was_stopped_in_the_compiler_goes_on(tmp_path):
    """Nothing was learned yet, and the folder holds the beginning."""
    x = generator(0, "interrupts").random((20, 3), np.float32)

    def trained(transform, **options):
        zk.manual_seed(0)
        model = nn.Linear(3, 2)
        loader = Loader((x, np.arange(20) % 2), 5, transform=transform)
        list(fit(model, loader, optim.Adam(model), epochs=2, run_dir=tmp_path / "run", **options))
        return model.state_dict()

    stop = [True]

    def shifted(batch, rng):
        if stop[0]:
            within("numba.core.compiler", lambda: signal.raise_signal(signal.SIGINT))
        return batch + rng.random()

    with pytest.raises(Interrupted, match=r"being compiled.*run holds the run: continue with --resume"):
        trained(shifted)
    stop[0] = False
    resumed = trained(shifted, resume=True)
    assert len(read_history(tmp_path / "run")["epoch"]) == 2
    assert all(np.isfinite(array).all() for array in resumed.values())
