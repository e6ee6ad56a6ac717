"""The points of the plane, and the small grammar in which people type formulas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.data import toys
from zerokara.studio.plane.data import CHOICES, Choice, from_csv
from zerokara.studio.plane.formula import FUNCTIONS, parse

X = np.linspace(-1.4, 1.4, 29)


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> str:
    """Texts that are a formula here and, with NumPy's functions, an expression of Python too."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["x", "y", "2", "0.5", "pi", "1.5e-1"]))
    inner = formulas(depth - 1)
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return f"{draw(st.sampled_from(['sin', 'cos', 'tanh', 'abs']))}({draw(inner)})"
    if kind == 1:
        return f"-{draw(inner)}"
    if kind == 2:
        return f"({draw(inner)})"
    return f"{draw(inner)} {draw(st.sampled_from(['+', '-', '*', '/', '**']))} {draw(inner)}"


@given(formulas())
def test_a_formula_means_what_python_means(text: str) -> None:
    """Python's own evaluation, which only this test may use, agrees to the last bit."""
    names = {**FUNCTIONS, "pi": np.pi, "x": X, "y": 0.7 * X + 0.1}
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(eval(text, {"__builtins__": {}}, names), X.shape)
        found = parse(text)({"x": X, "y": 0.7 * X + 0.1})
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "value"), [("2^3^2", 512.0), ("-2^2", -4.0), ("1-2-3", -4.0), ("8/4/2", 1.0), ("e", np.e), ("2^-1", 0.5)]
)
def test_order_of_operations(text: str, value: float) -> None:
    assert parse(text)({"x": np.zeros(1), "y": np.zeros(1)})[0] == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "ends early"),
        ("x +", "ends early"),
        ("(x", "not closed"),
        ("x y", "could end before 'y'"),
        ("sin x", "in parentheses"),
        ("z", "not known"),
        ("__import__('os')", "no place"),
        ("open(x)", "not known"),
        ("x.real", "no place"),
        ("x[0]", "no place"),
        ("lambda: x", "no place"),
        ("(" * 60 + "x" + ")" * 60, "levels deep"),
        ("-" * 90 + "x", "levels deep"),
        ("1+" * 150 + "1", "at most 200"),
    ],
)
def test_what_is_no_formula_is_refused_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(text)


@pytest.mark.parametrize(("name", "classes"), [(n, k) for n, most in CHOICES.items() for k in {2, min(5, most), most}])
def test_every_set_has_points_of_every_class(name: str, classes: int) -> None:
    choice = Choice(name, 200, 0.02, classes=classes, seed=4)
    train, test = choice.draw()
    assert (len(train), len(test)) == (140, 60)
    assert set(np.concatenate([train.labels, test.labels])) == set(range(classes))
    assert np.abs(train.xy).max() < 1.7
    again, _ = choice.draw()
    np.testing.assert_array_equal(train.xy, again.xy)


def test_the_sets_are_those_of_the_data() -> None:
    assert toys.TOYS.keys() - CHOICES.keys() == {"ring"}  # gaussians of eight classes
    for name in CHOICES:
        draw, classes = toys.TOYS[name]
        train, test = Choice(name, 100, 0.1, classes=classes, seed=3).draw()
        points, labels = np.concatenate([train.xy, test.xy]), np.concatenate([train.labels, test.labels])
        expected = draw(100, 3, 0.1)  # type: ignore[call-arg]
        np.testing.assert_array_equal(labels, expected.labels)
        shift = expected.images - points
        np.testing.assert_allclose(shift, np.broadcast_to(shift[0], shift.shape), atol=1e-6)


def test_a_curve_parts_the_plane_and_a_function_has_values() -> None:
    train, _ = Choice("curve", 300, 0.0, formula="x^2 - 0.5").draw()
    np.testing.assert_array_equal(train.labels, train.xy[:, 1] > train.xy[:, 0].astype(float) ** 2 - 0.5)
    train, _ = Choice("function", 300, 0.0, formula="x*y").draw()
    np.testing.assert_allclose(train.labels, train.xy[:, 0] * train.xy[:, 1], atol=1e-6)
    with pytest.raises(ValueError, match="no finite value"):
        Choice("function", 300, formula="log(x)").draw()


def test_own_points_are_learned_from() -> None:
    own = ((0.25, -0.5, 1.0), (1.0, 1.0, 0.0))
    train, test = Choice("xor", 10, own=own).draw()
    assert (len(train), len(test)) == (9, 3)
    np.testing.assert_array_equal(train.xy[-2:], [[0.25, -0.5], [1, 1]])
    assert train.labels[-2:].tolist() == [1, 0]
    assert len(Choice("own", own=own).draw()[0]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"set": "swiss"}, {"count": -1}, {"noise": float("nan")}, {"share": 1.0}, {"classes": 3}, {"classes": 1},
        {"own": ((0.0, 0.0, 2.0),)}, {"own": ((float("inf"), 0.0, 1.0),)},
    ],
)  # fmt: skip
def test_choices_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"got|finite"):
        Choice(**wrong)  # type: ignore[arg-type]


def test_csv() -> None:
    assert from_csv("x,y,label\n0.5, -1, 1\n\n1e-1,0,0\n", 2) == ((0.5, -1.0, 1.0), (0.1, 0.0, 0.0))
    for text, told in (("1,2", "line 1"), ("1,2,1\na,b,c", "line 2"), ("0,0,2", "0 to 1"), ("0,nan,1", "not finite")):
        with pytest.raises(ValueError, match=told):
            from_csv(text, 2)
