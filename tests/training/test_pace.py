"""Rates and times left tell of steps that only computed."""

import numpy as np

from zerokara import nn, optim
from zerokara.arrays import generator
from zerokara.data import Loader
from zerokara.training import fit
from zerokara.training.pace import Pace


def test_no_rate_before_two_steps_were_timed():
    pace = Pace()
    rates = []
    for seconds in (30.0, 0.5, 0.5, 0.5):
        pace.see(100, seconds)
        rates.append(pace.rate)
    assert rates == [0, 0, 200, 200], "the first step, which compiles, says nothing"


def test_a_step_that_compiles_later_says_nothing_either():
    pace = Pace()
    for _ in range(4):
        pace.see(100, 0.5)
    pace.see(60, 20.0)  # the last, smaller batch of an epoch: another recording
    pace.see(100, 25.0, compiled=True)
    assert pace.rate == 200


def test_the_rate_is_that_of_late():
    """A machine that becomes busy is not promised the speed of an hour ago."""
    pace = Pace()
    for seconds in [0.1] * 500 + [0.4] * 50:
        pace.see(100, seconds)
    assert abs(pace.rate - 250) < 1e-9


def test_the_time_left_of_a_training_never_counts_the_first_step():
    """A clock on which the first step takes a minute, as where kernels are compiled, and others a second."""
    now, steps = [0.0], [0]

    def transform(x, rng):
        now[0] += 60.0 if steps[0] == 0 else 1.0
        steps[0] += 1
        return x

    x = generator(0, "pace").random((40, 3), np.float32)
    model = nn.Linear(3, 2)
    loader = Loader((x, np.arange(40) % 2), 10, transform=transform)
    records = list(fit(model, loader, optim.SGD(model, lr=0.1), epochs=3, clock=lambda: now[0]))
    etas = [r.eta for r in records if r.kind == "step"]
    assert etas == [None, None, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]
    assert records[-1].seconds == 71.0, "the time of the training is all of it"
