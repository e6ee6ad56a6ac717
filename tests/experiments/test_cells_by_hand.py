"""The gradients of every cell, step by step: shares add up, and the program that is shown gives the same."""

import numpy as np
import pytest

from zerokara.experiments import Verdict, run
from zerokara.experiments.programs import program
from zerokara.experiments.seq3.unrolled import GATES


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("every", [True, False])
def test_the_shares_of_all_steps_are_the_gradient(cell: str, every: bool) -> None:
    result = run("bptt-by-hand", cell=cell, every=every, steps=5)
    assert result["d_hh"].shape == (3 * GATES[cell], 3)
    assert np.abs(result["share_hh"][1:]).min() > 0
    assert result.verdict is not Verdict.OUTSIDE
    assert all(check.holds for check in result.checks())
    for lang in ("en", "ja"):
        assert len(result.figures(lang)) == 3
    names: dict[str, object] = {}
    exec(program(result.experiment), names)
    np.testing.assert_allclose(names["shares"], result["share_hh"][::-1], atol=1e-12)


def test_a_wrong_share_would_be_found() -> None:
    """The check is one: without the way through the memory the shares of an LSTM are not its gradient."""
    result = run("bptt-by-hand", cell="lstm")
    wrong = result["share_hh"].copy()
    wrong[1] *= 0.9
    assert np.abs(wrong.sum(axis=0) - result["d_hh"]).max() > 1e-4
