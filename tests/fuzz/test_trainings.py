"""Random trainings come out the same in every way: written out with either kernels, captured, by `fit`, in PyTorch."""

import pytest

from tests.fuzz import trainings
from tests.sweeps import sweep

CHUNK = 25


@pytest.mark.parametrize("first", sweep(range(0, 200, CHUNK), [0]))
def test_random_trainings_agree(first: int) -> None:
    """A failure names its case: `python -m tests.fuzz --only training --case …` makes it small."""
    recorded = 0
    for number in range(first, first + CHUNK):
        try:
            report = trainings.check(trainings.case(number))
        except Exception as error:
            pytest.fail(f"{error}\npython -m tests.fuzz --only {trainings.NAME} --case {number}")
        recorded += not report.refused and report.calls > 0
    assert recorded >= CHUNK // 2, "half of the steps and more can be recorded, or this test shows little"


def test_a_loss_that_is_no_number_ends_a_training_in_words() -> None:
    """Of this case the written step goes on with infinity; `fit` ends with Diverged, and nothing else will do."""
    report = trainings.check(trainings.case(1907, 0))
    assert "fit" in report.ways
    assert not report.invalid
