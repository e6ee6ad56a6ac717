"""Laws of a training on the plane: it is fit's; any step can be come back to; looking changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

from zerokara import kernels, optim
from zerokara.data import Loader
from zerokara.studio.plane import Grid, Pair, Points, Spec, Training, drawn, from_csv, from_formula, glass
from zerokara.studio.plane.formula import formula
from zerokara.studio.plane.points import SETS
from zerokara.studio.plane.surfaces import shares
from zerokara.studio.probe import probe
from zerokara.studio.rewind import Ring, Snapshot, same, take
from zerokara.training import Diverged, fit

POINTS = drawn("spirals", 53, seed=1)
SPECS = {
    "plain": Spec(units=(5, 4)),
    "momentum": Spec(units=(5,), momentum=0.9, weight_decay=1e-3),
    "adam, dropout, batch norm": Spec(units=(6, 6), activations=("relu", "gelu"), optimizer="adam", lr=0.01,
                                      dropout=0.3, batch_norm=True),
    "rmsprop, features": Spec(units=(4,), optimizer="rmsprop", lr=0.01, features=("x", "y", "xy", "sinx"), init="he"),
}  # fmt: skip


@pytest.fixture(autouse=True, params=["reference", "compiled"], scope="module")
def _family(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    with kernels.use_kernels(request.param):
        yield


def now(t: Training) -> Snapshot:
    return take(t.step, t.model, t.optimizer)


def trained(spec: Spec, steps: int) -> Training:
    t = Training(spec, POINTS, every=8)
    t.play(steps)
    return t


@pytest.mark.parametrize("name", SPECS)
def test_rewinding_and_going_on_is_never_having_rewound(name: str) -> None:
    straight, other = trained(SPECS[name], 40), trained(SPECS[name], 33)
    at = {0: now(Training(SPECS[name], POINTS)), 19: now(trained(SPECS[name], 19))}
    for step in (19, 0, 19):
        other.rewind(step)
        assert same(now(other), at[step])
    curve = other.curve.loss.copy()
    other.play(21)
    assert same(now(other), now(straight))
    np.testing.assert_array_equal(other.curve.loss[:33], curve)
    np.testing.assert_array_equal(other.curve.loss, straight.curve.loss)
    assert not other.branches


@pytest.mark.parametrize("name", SPECS)
def test_with_probe_and_without_are_the_same_bits(name: str) -> None:
    plain, probed = Training(SPECS[name], POINTS), Training(SPECS[name], POINTS)
    before = None
    for _ in range(12):
        plain.play(1)
        found = probe(probed.model, *probed.next_batch(), probed.loss, before)
        before = probed.model.state_dict()
        Grid(probed.spec, 5).all_units(probed.model)
        probed.play(1)
        assert np.isfinite(found.loss)
    assert same(now(plain), now(probed))
    assert all(p.update is not None and p.update > 0 for p in found.parameters if p.name.endswith("weight"))


@pytest.mark.parametrize("name", ["plain", "momentum"])
def test_the_steps_are_those_of_fit(name: str) -> None:
    spec, t = SPECS[name], trained(SPECS[name], 12)
    model = spec.model(3)
    optimizer = optim.SGD(model, spec.lr, spec.momentum, weight_decay=spec.weight_decay)
    for _ in fit(
        model, Loader((spec.inputs(POINTS.points), POINTS.labels), spec.batch, seed=spec.seed), optimizer, epochs=2
    ):
        pass
    for key, value in model.state_dict().items():
        np.testing.assert_array_equal(value, t.model.state_dict()[key])


@pytest.mark.parametrize(
    ("name", "value"),
    [("lr", 0.5), ("momentum", 0.5), ("weight_decay", 0.1), ("batch", 7), ("points", drawn("spirals", 40, seed=9)),
     ("weight", ("out.bias", (1,), 3.0)), ("dropout", 0.4)],
)  # fmt: skip
def test_a_branch_differs_only_after_the_change(name: str, value: object) -> None:
    spec = Spec(units=(5,), dropout=0.2)
    t = trained(spec, 40)
    original = t.curve.loss.copy()
    t.rewind(21)
    t.change(name, value)
    t.play(19)
    np.testing.assert_array_equal(t.curve.loss[:21], original[:21])
    assert not np.array_equal(t.curve.loss[21:], original[21:])
    assert [b.step for b in t.branches] == [21]
    np.testing.assert_array_equal(t.branches[0].curve.loss[21:], original[21:])
    assert np.isnan(t.branches[0].curve.loss[:21]).all()
    end = now(t)
    t.rewind(10)  # before the change, and over it again
    t.play(1)
    t.rewind(40)
    assert same(now(t), end)
    t.rewind(30)
    t.play(10)
    assert same(now(t), end)


def test_changes_are_made_again_on_the_way_however_few_snapshots_are_left() -> None:
    t = Training(Spec(units=(5,)), POINTS, every=4, memory=20_000)
    for step, (name, value) in enumerate(
        [("lr", 0.3), ("momentum", 0.8), ("momentum", 0.0), ("batch", 5), ("lr", 0.02)]
    ):
        t.play(30 + step)
        t.change(name, value)
    t.play(50)
    end = now(t)
    assert t.ring.bytes <= 20_000
    assert len(t.ring) < 12
    for step in (0, 100, 45, t.furthest):
        t.rewind(step)
    assert same(now(t), end)
    assert [m.step for m in t.marks] == [30, 61, 93, 126, 160]


def test_compared_without_a_change_both_are_the_same_and_with_one_they_part() -> None:
    spec = SPECS["adam, dropout, batch norm"]
    pair = Pair(spec, spec, POINTS)
    pair.play(20)
    assert same(now(pair.left), now(pair.right))
    assert pair.knobs == {}
    assert pair.first_difference() is None
    assert not pair.difference(9).any()
    other = Pair(spec, replace(spec, lr=0.02), POINTS)
    other.play(20)
    assert other.knobs == {"lr": (0.01, 0.02)}
    assert other.first_difference() == 1  # the first loss is from before the first update
    assert other.difference(9).any()
    other.rewind(7)
    assert (other.left.step, other.right.step) == (7, 7)


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("steps", [0, 7, 8])
def test_the_step_under_the_glass_is_the_one_that_comes(name: str, steps: int) -> None:
    t = Training(SPECS[name], POINTS, every=8)
    if steps:
        t.play(steps)
    before, curve = now(t), t.curve.loss.copy()
    seen = glass(t)
    assert same(now(t), before)
    assert (t.step, t.furthest, len(t.ring)) == (steps, steps, 1 + steps // 8)
    np.testing.assert_array_equal(t.curve.loss, curve)
    loss = t.play(1)
    assert seen.loss == pytest.approx(loss, rel=1e-5)
    after = t.model.state_dict()
    parameters = {k.name: k for k in seen.knots if k.kind == "parameter"}
    for key, knot in parameters.items():
        np.testing.assert_array_equal(knot.value, before.weights[key])
        np.testing.assert_array_equal(knot.change, after[key] - before.weights[key])
    if name == "plain":  # the rule of descent, by hand
        for knot in parameters.values():
            np.testing.assert_allclose(knot.change, -0.1 * knot.gradient, atol=1e-6)
    for knot in seen.knots:
        assert all(k < knot.number for k in knot.inputs)
        assert bool(knot.formula) == bool(knot.rule)
        assert knot.gradient is None or knot.gradient.shape == knot.value.shape
    assert seen.knots[-1].kind == "loss"
    assert seen.of("backward")[0] is seen.knots[-1]
    assert {k.name for k in seen.of("update")} == set(parameters)
    t.rewind(steps)
    t.play(5)
    straight = Training(SPECS[name], POINTS)
    straight.play(steps + 5)
    assert same(now(t), now(straight))


def test_a_ring_keeps_the_first_and_the_newest_within_its_limit() -> None:
    t = Training(Spec(), POINTS)
    one = now(t).bytes
    ring = Ring(5 * one)
    for step in range(100):
        ring.add(Snapshot(step, t.model.state_dict(), {}, {}, None))
    assert ring.steps[0] == 0
    assert ring.steps[-1] == 99
    assert ring.bytes <= 5 * one
    assert ring.before(98).step <= 98


def test_a_training_that_diverges_says_where_and_can_be_rewound() -> None:
    t = Training(Spec(activations=("relu",), lr=1e6), drawn("hills", 40))
    with pytest.raises(Diverged, match="after"):
        t.play(500)
    t.rewind(0)
    t.change("lr", 0.01)
    assert np.isfinite(t.play(30))


def test_it_learns_and_the_surfaces_say_so() -> None:
    t = Training(Spec(units=(8, 8), optimizer="adam", lr=0.02), drawn("circles", 200))
    t.play(400)
    assert np.mean(t.curve.accuracy[-100:]) > 0.97
    grid = Grid(t.spec, 31)
    surfaces = grid.all_units(t.model)
    assert surfaces["act1"].shape == (8, 31, 31)
    assert surfaces["out"][1, 15, 15] > surfaces["out"][0, 15, 15]  # the inner circle, in the middle
    assert shares(surfaces["out"]).sum() == pytest.approx(1)
    assert grid.bent(t.model, "act2", 0, 1).shape == (26, 31, 2)


@pytest.mark.parametrize("name", SETS)
def test_sets_are_functions_of_their_seed(name: str) -> None:
    a, b, c = drawn(name, 50, 0.1, 3), drawn(name, 50, 0.1, 3), drawn(name, 50, 0.1, 4)
    np.testing.assert_array_equal(a.points, b.points)
    assert not np.array_equal(a.points, c.points)
    t = Training(Spec(units=(3,)), a)
    assert np.isfinite(t.play(10))


def test_points_of_a_text() -> None:
    found = from_csv("x,y,label\n0.5,-1,b\n1,2,a\n\n")
    assert (found.classes, found.labels.tolist(), found.points.tolist()) == (2, [1, 0], [[0.5, -1], [1, 2]])
    assert from_csv("0,0,2\n1,1,10").labels.tolist() == [0, 1]
    assert from_csv("0,0,0.5\n1,1,2").is_regression
    for text, says in [
        ("", "no lines"),
        ("0,0,1\n1,1", "line 2"),
        ("0,0,1\n1,x,2", "line 2"),
        ("0,0,1\n1,1,1", "2 to 10"),
    ]:
        with pytest.raises(ValueError, match=says):
            from_csv(text)


@pytest.mark.parametrize(
    ("text", "python"),
    [("2+3*x^2", "2+3*x**2"), ("-x^2", "-(x**2)"), ("2^3^x", "2**(3**x)"), ("1-2-x", "1-2-x"),
     ("8/4/(x+2)", "8/4/(x+2)"),
     ("sin(3*x)/2", "np.sin(3*x)/2"), ("y > abs(x) − .5", "abs(x)-.5"), ("e^-x*pi", "np.e**-x*np.pi"), ("+-x", "-x")],
)  # fmt: skip
def test_a_formula_means_what_it_means_elsewhere(text: str, python: str) -> None:
    x = np.linspace(-0.9, 1, 9)
    np.testing.assert_allclose(formula(text)(x), eval(python, {"np": np, "x": x}) * np.ones(9))


@pytest.mark.parametrize(
    "text",
    ["", "x +", "2 x", "__import__('os')", "x.real", "sin x", "(x", "x)", "y", "x;x", "lambda",
     "(" * 50 + "x" + ")" * 50,
     "x" * 300, "2^" * 60 + "x", "x=3", "sin()", "'x'"],
)  # fmt: skip
def test_what_is_no_formula_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as raised:
        formula(text)
    assert "\n" not in str(raised.value)


def test_points_are_parted_by_a_formula() -> None:
    found = from_formula("y > x^2 - 0.5", 200, seed=2)
    np.testing.assert_array_equal(found.labels, found.points[:, 1] > found.points[:, 0] ** 2 - 0.5)
    with pytest.raises(ValueError, match="no number anywhere"):
        from_formula("sqrt(-5-x)")


@pytest.mark.parametrize(
    ("says", "settings"),
    [("activation 'rleu'", {"activations": ("rleu",)}), ("units are", {"units": (0,)}),
     ("optimizer 'x'", {"optimizer": "x"}),
     ("feature 'z'", {"features": ("z",)}), ("momentum is a number", {"momentum": 1}), ("lr is", {"lr": -1}),
     ("momentum is for sgd", {"momentum": 0.5, "optimizer": "adam"}), ("too slow", {"units": (9000, 9000)}),
     ("batch is", {"batch": 0}), ("activations are", {"activations": ("relu",) * 3})],
)  # fmt: skip
def test_errors_of_a_spec_speak(says: str, settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=says):
        Spec(**settings)  # type: ignore[arg-type]


def test_errors_of_a_training_speak() -> None:
    t = trained(Spec(), 5)
    for says, call in [
        ("no step 6", lambda: t.rewind(6)),
        ("begin anew; lr", lambda: t.change("units", (3,))),
        ("no dropout", lambda: t.change("dropout", 0.5)),
        ("lr is a number", lambda: t.change("lr", -1)),
        ("a weight is", lambda: t.change("weight", ("out.bias", (9,), 1.0))),
        ("as many classes", lambda: t.change("points", drawn("moons", 10))),
        ("at least 1", lambda: t.play(0)),
        ("there are no points", lambda: Points(np.empty((0, 2)), np.empty(0, int), 2)),
    ]:
        with pytest.raises(ValueError, match=says):
            call()
    assert t.furthest == 5
