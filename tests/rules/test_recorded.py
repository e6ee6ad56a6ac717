"""Every rule, recorded and replayed, gives what it gives written out: value, gradient and second gradient."""

from typing import Any

import numpy as np
import pytest
from tests.cases import CASES, Case, normal

import zerokara as zk
from zerokara.autodiff import apply, gradients
from zerokara.rules import RULES

NOT_RECORDED = {"getitem", "scatter"}
"""Their index is an option here; with indices that a step is given they are tested with the step."""


def derivatives(case: Case, dtype: type) -> Any:
    """A step that returns the value of a rule, its gradients and, where there are some, the gradients of those."""
    moving = range(len(case.inputs)) if case.at is None else case.at

    def step(*arrays: zk.Tensor) -> list[zk.Tensor]:
        inputs = [zk.Tensor(a.data, requires_grad=i in moving) for i, a in enumerate(arrays)]
        y = apply(RULES[case.rule], *inputs, **case.options)
        v = normal(5, *y.shape)[0].astype(dtype)
        wanted = [inputs[i] for i in moving]
        first = gradients((y * v).sum(), wanted, create_graph=case.twice)
        y = y * 1.0  # a result of its own, no view of an input
        if not case.twice:
            return [y, *(zk.Tensor(g) for g in first)]
        total = sum(((g * g).sum() for g in first), start=zk.tensor(np.zeros((), dtype)))
        second = gradients(total, wanted) if total.requires_grad else []
        return [y, *first, *(zk.Tensor(g) for g in second)]

    return step


CHOSEN = [case for case in CASES if case.rule not in NOT_RECORDED and all(x.size for x in case.inputs)]


@pytest.mark.parametrize("case", CHOSEN, ids=[str(case) for case in CHOSEN])
def test_recorded_as_written(case: Case) -> None:
    step = derivatives(case, np.float64)
    inputs = [zk.Tensor(x) for x in case.inputs]
    written = step(*inputs)
    recorded = zk.capture(step)
    for _ in range(2):
        for a, b in zip(recorded(*inputs), written, strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a.data, b.data, rtol=1e-11, atol=1e-12)
