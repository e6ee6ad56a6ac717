import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import optim

rates = st.floats(1e-5, 10)


def torch_rates(make, lr, steps):
    """The learning rate that PyTorch uses in each of the steps."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def ours(schedule, steps):
    return [schedule(step) for step in range(steps)]


@given(lr=rates, size=st.integers(1, 9), gamma=st.floats(0.1, 1))
def test_step_agrees_with_pytorch(lr, size, gamma):
    theirs = torch_rates(lambda s, o: s.StepLR(o, size, gamma), lr, 30)
    assert ours(optim.StepLR(lr, size, gamma), 30) == pytest.approx(theirs, rel=1e-9)


@given(lr=rates, steps=st.integers(2, 40), share=st.floats(0, 1))
def test_cosine_agrees_with_pytorch(lr, steps, share):
    theirs = torch_rates(lambda s, o: s.CosineAnnealingLR(o, steps, lr * share), lr, steps + 1)
    assert ours(optim.CosineLR(lr, steps, minimum=lr * share), steps + 1) == pytest.approx(theirs, rel=1e-8, abs=1e-12)


@pytest.mark.filterwarnings("ignore:The epoch parameter")
@given(lr=rates, steps=st.integers(3, 40), data=st.data())
def test_warm_up_agrees_with_pytorch(lr, steps, data):
    warmup = data.draw(st.integers(1, steps - 2))

    def make(s, o):
        up = s.LinearLR(o, 1 / (warmup + 1), total_iters=warmup)
        return s.SequentialLR(o, [up, s.CosineAnnealingLR(o, steps - warmup)], [warmup])

    theirs = torch_rates(make, lr, steps)
    assert ours(optim.CosineLR(lr, steps, warmup), steps) == pytest.approx(theirs, rel=1e-8, abs=1e-12)


@given(lr=rates, steps=st.integers(5, 60), start=st.sampled_from([0.25, 0.3, 0.5]), div=st.sampled_from([1.0, 25.0]))
def test_one_cycle_agrees_with_pytorch(lr, steps, start, div):
    def make(s, o):
        return s.OneCycleLR(o, lr, steps, pct_start=start, div_factor=div, cycle_momentum=False)

    theirs = torch_rates(make, lr, steps - 1)
    assert ours(optim.OneCycleLR(lr, steps, start, div), steps - 1) == pytest.approx(theirs, rel=1e-8, abs=1e-12)


def test_the_corners_by_hand():
    cosine = optim.CosineLR(1.0, 10, warmup=4, minimum=0.2)
    assert ours(cosine, 5) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert cosine(7) == pytest.approx(0.6)
    assert cosine(10) == cosine(1000) == pytest.approx(0.2)
    cycle = optim.OneCycleLR(1.0, 101, pct_start=0.5)
    assert cycle(0) == pytest.approx(1 / 25)
    assert max(ours(cycle, 101)) == pytest.approx(1.0, rel=1e-3)
    assert cycle(100) == cycle(1000) == pytest.approx(1 / 25 / 1e4)
    assert optim.StepLR(1.0, 3)(7) == pytest.approx(0.01)
    assert {optim.Constant(0.1)(step) for step in range(5)} == {0.1}


@pytest.mark.parametrize("name", optim.SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_every_schedule_of_the_table_stays_between_zero_and_its_rate(name, steps):
    schedule = optim.schedule_by_name(name, 0.5, steps)
    values = ours(schedule, steps + 3)
    assert all(0 <= value <= 0.5 * (1 + 1e-12) for value in values)
    assert max(values) > 0.2
    assert all(map(math.isfinite, values))


@pytest.mark.parametrize("name", optim.SCHEDULES)
def test_a_schedule_is_a_frozen_value(name):
    """A function of the step alone: nothing to save, and nothing that one training could change for another."""
    schedule = optim.schedule_by_name(name, 0.5, 10)
    assert schedule == optim.schedule_by_name(name, 0.5, 10)
    assert schedule(3) == schedule(3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        schedule.lr = 1.0


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="unknown schedule 'cosin': choose one of constant, step, cosine, one-cycle"):
        optim.schedule_by_name("cosin", 0.1, 10)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: optim.Constant(-1), "Constant expects lr"),
        (lambda: optim.StepLR(0.1, 0), "StepLR expects step_size ≥ 1; got 0"),
        (lambda: optim.CosineLR(0.1, 0), "CosineLR expects steps"),
        (lambda: optim.CosineLR(0.1, 5, warmup=5), "CosineLR expects warmup"),
        (lambda: optim.CosineLR(0.1, 5, minimum=0.2), "CosineLR expects minimum"),
        (lambda: optim.OneCycleLR(0.1, 5, pct_start=2), "OneCycleLR expects pct_start"),
    ],
)
def test_impossible_settings_are_named(make, named):
    with pytest.raises(ValueError, match=named):
        make()
