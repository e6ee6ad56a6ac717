"""Every rule: its gradient against differences, in float64, and what all rules promise."""

import numpy as np
import pytest
from tests.cases import CASES, Case, normal

import zerokara as zk
from zerokara import functional as F
from zerokara.autodiff import apply, gradients
from zerokara.rules import ONCE, RULES, Rule

CHECKED_ELSEWHERE = {"batch_norm"}
"""Through `functional`, which computes the statistics that the rule takes for granted."""


def names(cases: list[Case]) -> list[str]:
    return [str(case) for case in cases]


def test_no_rule_is_without_a_case() -> None:
    assert {case.rule for case in CASES} == set(RULES) - CHECKED_ELSEWHERE


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_gradient(case: Case) -> None:
    fixed = {i: x for i, x in enumerate(case.inputs) if case.at is not None and i not in case.at}
    moving = [x for i, x in enumerate(case.inputs) if i not in fixed]

    def f(*tensors: zk.Tensor) -> zk.Tensor:
        rest = iter(tensors)
        inputs = [fixed[i] if i in fixed else next(rest) for i in range(len(case.inputs))]
        return apply(RULES[case.rule], *inputs, **case.options)

    zk.check_gradients(f, *moving)


TWICE = [case for case in CASES if case.twice]


@pytest.mark.parametrize("case", TWICE, ids=names(TWICE))
def test_second_gradient(case: Case) -> None:
    """The gradient, recorded, is itself a function with a right gradient."""
    moving = range(len(case.inputs)) if case.at is None else case.at

    def slope(*tensors: zk.Tensor) -> zk.Tensor:
        inputs = [tensors[list(moving).index(i)] if i in moving else x for i, x in enumerate(case.inputs)]
        y = apply(RULES[case.rule], *inputs, **case.options)
        v = normal(5, *y.shape)[0]
        parts = gradients((y * v).sum(), tensors, create_graph=True)
        return F.concatenate([part.reshape(-1) * (k + 1) for k, part in enumerate(parts)])

    zk.check_gradients(slope, *(case.inputs[i] for i in moving))


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_no_rule_changes_what_it_is_given(case: Case) -> None:
    before = [x.copy() for x in case.inputs]
    y, pullbacks = RULES[case.rule](*case.inputs, **case.options)
    g = normal(*np.shape(y)) if np.ndim(y) else np.float64(1.5)
    kept = np.array(g)
    for i in case.at if case.at is not None else range(len(case.inputs)):
        pullbacks[i](g)
    assert np.array_equal(kept, g)
    for x, y in zip(before, case.inputs, strict=True):
        assert np.array_equal(x, y)


SINGLE = [case for case in CASES if case.rule not in ("cast",)]


@pytest.mark.parametrize("case", SINGLE, ids=names(SINGLE))
def test_float32_in_float32_out(case: Case) -> None:
    """No constant of a formula may turn a float32 into a float64, in the value or on the way back."""
    options = {k: v.astype(np.float32) if _is_float64(v) else v for k, v in case.options.items()}
    inputs = [x.astype(np.float32) for x in case.inputs]
    y, pullbacks = RULES[case.rule](*inputs, **options)
    assert y.dtype == np.float32
    g = np.ones(np.shape(y), np.float32)
    for i in case.at if case.at is not None else range(len(inputs)):
        assert pullbacks[i](g).dtype == np.float32


def _is_float64(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.float64


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 2, 5)])
@pytest.mark.parametrize("affine", [False, True])
def test_batch_norm_gradient(shape: tuple[int, ...], affine: bool) -> None:
    """The statistics of the batch move with the batch, and the gradient knows it."""
    parts = (normal(*shape), *((normal(3), normal(2, 3)[0]) if affine else ()))
    zk.check_gradients(lambda x, *wb: F.batch_norm(x, None, None, *wb, training=True), *parts)


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 2, 5)])
@pytest.mark.parametrize("affine", [False, True])
def test_batch_norm_second_gradient(shape: tuple[int, ...], affine: bool) -> None:
    """The statistics move in the second derivative, too."""
    parts = (normal(*shape), *((normal(3), normal(2, 3)[0]) if affine else ()))

    def slope(*tensors: zk.Tensor) -> zk.Tensor:
        y = F.batch_norm(tensors[0], None, None, *tensors[1:], training=True)
        found = gradients((y * y * normal(*shape)).sum(), tensors, create_graph=True)
        return F.concatenate([part.reshape(-1) * (k + 1) for k, part in enumerate(found)])

    zk.check_gradients(slope, *parts)


def test_every_gradient_is_linear_in_the_incoming_one() -> None:
    """Scaling the loss scales every gradient: a rule that ignores g (as the book's softmax-with-loss does) is wrong."""
    for case in CASES:
        every = [zk.tensor(x, requires_grad=True) for x in case.inputs]
        inputs = every if case.at is None else [every[i] for i in case.at]
        y = apply(RULES[case.rule], *every, **case.options)
        v = normal(5, *y.shape)[0]
        once = gradients(y, inputs, gradient=v, retain_graph=True)
        for a, b in zip(once, gradients(y, inputs, gradient=3 * v), strict=True):
            np.testing.assert_allclose(3 * a, b, rtol=1e-12, atol=1e-12, err_msg=str(case))


def test_every_rule_says_whether_it_has_a_second_derivative() -> None:
    """A rule is held to its second derivative by `test_second_gradient`, or it stands in the table of those without."""
    assert set(ONCE) <= set(RULES)
    for case in CASES:
        assert case.twice == (case.rule not in ONCE), case
    for name, instead in ONCE.items():
        assert instead == instead.strip().rstrip("."), name


@pytest.mark.parametrize("rule", sorted(ONCE))
def test_a_second_derivative_that_is_not_available_is_refused_in_words(rule: str) -> None:
    """Before anything is computed, so that no gradient is half done; the first derivative is still there."""
    case = next(case for case in CASES if case.rule == rule)
    every = [zk.tensor(x, requires_grad=True) for x in case.inputs]
    y = apply(RULES[rule], *every, **case.options)
    inputs = every if case.at is None else [every[i] for i in case.at]
    with pytest.raises(NotImplementedError, match=f"second derivative through {rule} is not available: "):
        gradients(y.sum(), inputs, create_graph=True)
    gradients(apply(RULES[rule], *every, **case.options).sum(), inputs)


def test_the_table_of_rules_without_a_second_derivative_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ONCE, "tanh", "take its formula")
    x = zk.tensor(1.0, requires_grad=True)
    with pytest.raises(NotImplementedError, match=r"second derivative through tanh is not available: take its formula"):
        gradients(x.tanh(), [x], create_graph=True)


def _step_by_step(x: np.ndarray) -> tuple[np.ndarray, tuple]:
    """y = x³, filled in place: on tensors it would forget where its numbers came from."""
    cubes = np.empty(x.shape)
    for i in range(len(x)):
        cubes[i] = x[i] * x[i]
    return cubes * x, (lambda g: 3 * g * cubes,)


def _by_numbers(x: np.ndarray) -> tuple[np.ndarray, tuple]:
    return x * x, (lambda g: g * np.array([2 * float(v) for v in x]),)


@pytest.mark.parametrize("rule", [_step_by_step, _by_numbers])
def test_a_rule_that_forgets_where_its_numbers_came_from_is_refused(rule: Rule) -> None:
    """Its second derivative would be 0, or a part of the right one, in silence."""
    x = zk.tensor(np.array([1.0, 2.0]), requires_grad=True)
    gradients(apply(rule, x).sum(), [x])
    with pytest.raises(
        NotImplementedError, match=f"second derivative through {rule.__name__} is not available: it makes"
    ):
        gradients(apply(rule, x).sum(), [x], create_graph=True)
    assert float(x[0]) == 1.0  # outside of a rule, a tensor is turned into numbers as ever
