"""Random expressions on awkward shapes, numbers and dtypes have NumPy's values and PyTorch's gradients."""

import pytest

from tests.fuzz import expressions
from tests.sweeps import sweep

CHUNK = 200


@pytest.mark.parametrize("first", sweep(range(0, 1000, CHUNK), [0]))
def test_random_expressions_agree(first: int) -> None:
    """A failure names its case: `python -m tests.fuzz --only expressions --case …` makes it small."""
    refused = 0
    for number in range(first, first + CHUNK):
        try:
            report = expressions.check(expressions.case(number))
        except Exception as error:
            pytest.fail(f"{error}\npython -m tests.fuzz --only {expressions.NAME} --case {number}")
        refused += bool(report.refused)
    assert refused <= CHUNK // 4, "most expressions can be computed, or this test shows little"
