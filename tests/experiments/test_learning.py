"""The trainings of the laboratory."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.data import load
from zerokara.experiments import Lab
from zerokara.experiments.learning import batches, learn, smooth
from zerokara.models import MultiLayerNet
from zerokara.optim import SGD


@given(st.integers(0, 40), st.sampled_from([1, 3, 11]))
def test_smoothing_keeps_length_mean_level_and_constants(length: int, width: int) -> None:
    """A smoothed constant is that constant, and a curve of any length keeps its length."""
    assert np.allclose(smooth(np.full(length, 2.5), width), 2.5)
    values = np.arange(length, dtype=float)
    assert len(smooth(values, width)) == length
    if length > 2 * width:
        assert np.allclose(smooth(values, width)[width:-width], values[width:-width])


@given(st.integers(1, 50), st.integers(1, 60))
def test_a_shuffled_epoch_sees_each_example_at_most_once(examples: int, size: int) -> None:
    order = batches(examples, size, "shuffle", np.random.default_rng(0))
    size = min(size, examples)
    seen = np.concatenate(list(islice(order, examples // size)))
    assert len(seen) == len(set(seen.tolist())) == examples // size * size


def test_drawing_with_replacement_sees_63_percent_an_epoch() -> None:
    order = batches(10_000, 100, "replacement", np.random.default_rng(0))
    seen = set(np.concatenate(list(islice(order, 100))).tolist())
    assert len(seen) / 10_000 == pytest.approx(1 - np.exp(-1), abs=0.01)


def train(seed: int, iterations: int = 9, **settings: object) -> tuple[Lab, object]:
    lab = Lab(seed)
    digits = lab.load("digits")
    model = MultiLayerNet(64, [8], 10, rng=lab.rng("weights"))
    part = digits.train.take(40)
    lab.plan(iterations)
    learned = learn(
        lab,
        model,
        SGD(model, lr=0.1),
        part,
        iterations=iterations,
        batch_size=10,
        judge=[part, digits.test],
        **settings,
    )  # type: ignore[arg-type]
    return lab, learned


def test_a_training_is_judged_when_the_book_judges() -> None:
    """After updates 1, 1 + N/batch, … and after the last."""
    learned = train(0)[1]
    assert learned.at.tolist() == [1, 5, 9]  # type: ignore[attr-defined]
    assert learned.scores.shape == (2, 3)  # type: ignore[attr-defined]
    assert train(0, 8)[1].at.tolist() == [1, 5, 8]  # type: ignore[attr-defined]


def test_the_seed_decides_everything() -> None:
    one, same, other = (train(seed)[1] for seed in (3, 3, 4))
    assert (one.losses == same.losses).all()  # type: ignore[attr-defined]
    assert (one.losses != other.losses).any()  # type: ignore[attr-defined]


def test_the_schedule_sets_the_learning_rate() -> None:
    """A learning rate of 0 changes nothing: the loss of the same batch stays."""
    still = train(0, schedule=lambda i: 0.0)[1]
    assert np.ptp(still.judged_losses[0]) == 0  # type: ignore[attr-defined]


def test_every_step_is_told() -> None:
    told: list[tuple[int, int]] = []
    lab = Lab(0, tell=lambda done, planned: told.append((done, planned)))
    lab.plan(3)
    assert list(lab.steps(3)) == [0, 1, 2]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_data_that_cannot_be_had_offer_the_digits(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from zerokara.data import DataError
    from zerokara.experiments import lab as laboratory

    def missing(name: str, data_dir: str | None) -> None:
        raise DataError(f"{name}: not here")

    monkeypatch.setattr(laboratory, "_load", missing)
    with pytest.raises(DataError, match=r"mnist: not here; or use the 8×8 digits .* --data digits"):
        Lab(0).load("mnist")


def test_the_source_of_the_data_is_written_down() -> None:
    lab = Lab(0)
    lab.load("digits")
    assert lab.source == f"digits: {load('digits').source}"
