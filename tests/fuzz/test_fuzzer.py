"""The fuzzer itself: planted faults are found and made small, cases are functions of their numbers, the law is one."""

import contextlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.fuzz import expressions, nights, trainings
from tests.fuzz.grammar import CHANGES, LAYERS, LOSSES, METHODS, PIECES
from tests.fuzz.observing import Difference, compare, movement
from tests.fuzz.parts import Case, Part
from tests.fuzz.programs import body
from tests.fuzz.running import run
from tests.fuzz.worlds import Captured
from zerokara import nn, rules
from zerokara.kernels import compiled


def first_failure(way: str, most: int = 600) -> tuple[Case, Difference]:
    """The first case that fails in this way."""
    for number in range(most):
        case = trainings.case(number)
        try:
            run(case, (way,))
        except Difference as difference:
            return case, difference
    raise AssertionError(f"{most} cases show nothing")


def kinds(parts: tuple[Part, ...]) -> list[str]:
    return [p.kind for p in parts]


# ── planted faults ───────────────────────────────────────────────────────────────────────────────────────────────────


class Stale:
    """A recorder that goes on with the activations of its first call."""

    def __init__(self, step: Callable[..., Any]) -> None:
        self.step = step
        names = step.__code__.co_freevars
        self.net = step.__closure__[names.index("net")].cell_contents  # type: ignore[index]
        self.first: dict[str, Any] | None = None

    def __call__(self, *args: Any) -> Any:
        now = dict(vars(self.net))
        if self.first is None:
            self.first = now
        for name, value in self.first.items():
            if isinstance(value, nn.ReLU | nn.Tanh | nn.Sigmoid | nn.GELU | nn.SiLU | nn.Softplus) and name in now:
                object.__setattr__(self.net, name, value)
        try:
            return self.step(*args)
        finally:
            for name, value in now.items():
                object.__setattr__(self.net, name, value)


def test_a_recording_that_does_not_see_another_activation_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Captured, "capture", staticmethod(Stale))
    case, failure = first_failure("captured")
    small, found = trainings.smallest(case, failure)
    assert kinds(small.layers) == ["activation"]
    assert [kinds(call.changes) for call in small.calls] in ([[], ["activation"]], [[], ["layer"]])
    assert not small.pieces
    assert found.call == 1
    assert "net.layer0 = nn." in trainings.told(small, found)


def late(step: Callable[..., Any]) -> Callable[..., Any]:
    """A recorder that moves the optimizers' steps to the end, and turns their order around."""
    cells = dict(zip(step.__code__.co_freevars, step.__closure__ or (), strict=True))
    optimizers = [cells[name].cell_contents for name in ("optimizer", "other") if name in cells]

    def moved(*args: Any) -> Any:
        waiting: list[Callable[[], None]] = []
        own = [o.step for o in optimizers]
        for optimizer, work in zip(optimizers, own, strict=True):
            optimizer.step = lambda work=work: waiting.append(work)
        try:
            return step(*args)
        finally:
            for optimizer in optimizers:
                del optimizer.step
            for work in reversed(waiting):
                work()

    return moved


def test_a_recording_with_steps_in_another_order_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Captured, "capture", staticmethod(late))
    case, failure = first_failure("captured")
    small, _ = trainings.smallest(case, failure)
    assert small.layers == ()
    assert len(small.pieces) + len(small.optimizers) == 2, "one piece that reads the weights, or a second optimizer"
    assert len(small.calls) == 1


def test_a_kernel_with_a_wrong_factor_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the program that is printed shows the difference."""
    right = compiled.relu
    monkeypatch.setattr(compiled, "relu", lambda x: right(x) * x.dtype.type(1 + 1e-6))
    case, failure = first_failure("reference")
    small, found = trainings.smallest(case, failure)
    assert len(small.layers) + len(small.pieces) <= 1
    assert len(small.calls) == 1
    program, said = trainings.told(small, found), io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(program, "<program>", "exec"), {})
    differences = [float(text.rsplit(" ", 1)[1]) for text in said.getvalue().splitlines() if "differs by" in text]
    assert max(differences) > 0
    assert "ReLU" in program or "relu" in program


def gradients_that_fail(text: str) -> Iterator[tuple[expressions.Expression, Difference]]:
    """The expressions with this text whose gradient is not what it should be."""
    for case in map(expressions.case, range(2000)):
        if any(text in line for line in expressions.lines(case)[0]):
            try:
                expressions.check(case)
            except Difference as difference:
                if difference.what.startswith("gradient"):
                    yield case, difference


def test_a_rule_with_a_wrong_gradient_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """By PyTorch, or, where it is not installed, by differences."""
    monkeypatch.setattr(rules, "cos", lambda x: (np.cos(x), (lambda g: -g * np.sin(x) * 1.001,)))
    case, failure = next(gradients_that_fail("F.cos"))
    small, found = expressions.smallest(case, failure)
    assert [text.partition("(")[0] for text in expressions.lines(small)[0]] == ["v0 = F.cos"]
    assert "requires_grad=True" in expressions.told(small, found)


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_case_is_a_function_of_its_number_and_seed() -> None:
    assert all(trainings.case(n) == trainings.case(n) for n in range(50))
    assert body(trainings.case(7)) == body(trainings.case(7))
    assert trainings.case(7, seed=1) != trainings.case(7)
    assert expressions.case(7) == expressions.case(7) != expressions.case(7, seed=1)


def test_everything_in_the_grammar_is_drawn() -> None:
    """No layer, piece, change, loss or method that never comes up."""
    seen: Counter[str] = Counter()

    def count(parts: tuple[Part, ...]) -> None:
        for p in parts:
            seen[p.kind] += 1
            count(p.inner)

    for number in range(1500):
        case = trainings.case(number)
        count((*case.layers, *case.pieces, *case.optimizers, case.loss))
        for call in case.calls:
            count(call.changes)
    assert set(seen) >= {*LAYERS, *PIECES, *CHANGES, *LOSSES, *METHODS}


def test_whatever_is_left_out_of_a_case_a_program_remains() -> None:
    """Every simpler case can be written, and is Python."""
    for number in range(60):
        for made in [*trainings.simpler(trainings.case(number))][::7]:
            compile(body(made), "<case>", "exec")


def test_a_crash_is_a_finding_and_the_night_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = iter([(3, "the process ended with -11 (a crash, or it stood still)"), (6, "the process ended with 0")])

    def process(self: nights.Night, first: int, count: int) -> tuple[int, str]:
        seen, end = next(ends)
        for number in range(first, first + seen):
            self._take({"case": number, "failed": "", "refused": ["why 3"], "invalid": "", "calls": 2})
        return seen, end

    monkeypatch.setattr(nights.Night, "_process", process)
    night = nights.Night("training", seed=0, jobs=1)
    night.run(nights.cases(0, 10))
    assert night.done == 10
    assert [f["case"] for f in night.failed] == [3]
    assert night.refused == {"why …": 9}
    json.dumps(night.failed)


# ── the law ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def differs(expected: Any, found: Any, before: Any = None, moved: Any = None, size: int = 8) -> bool:
    try:
        compare(
            "way", 0, {"w": expected}, {"w": found}, {} if before is None else {"w": before}, size, lambda: {"w": moved}
        )
    except Difference:
        return True
    return False


def test_a_change_is_measured_by_the_change() -> None:
    """A step of 0.001 that is a tenth wrong is not excused by weights of 1."""
    before = np.ones(3)
    assert not differs(before - 1e-3, before - 1e-3 * (1 + 1e-12), before, np.zeros(3))
    assert differs(before - 1e-3, before - 1.1e-3, before, np.zeros(3))
    assert differs(before, before + 1e-9, before, np.zeros(3)), "what a step leaves alone stays as it is"


def test_noise_that_an_optimizer_makes_large_is_allowed_where_it_is_noise() -> None:
    """Only the number that rounding moves may differ, and as far as rounding moves it."""
    a, b = np.array([1.0, 2.0]), np.array([1.1, 2.0])
    noise = np.array([0.1, 0.0])
    assert not differs(a, b, moved=noise)
    assert differs(a, np.array([1.0, 2.1]), moved=noise)
    assert movement([{"w": b}], {"w": a})["w"].tolist() == pytest.approx([0.1, 0.0])


def test_dtypes_shapes_infinities_and_labels_are_exact() -> None:
    one = np.ones(2)
    assert differs(one, one.astype(np.float32))
    assert differs(one, np.ones((2, 1)))
    assert differs(np.array([np.inf, 1]), np.array([1e300, 1]), moved=np.zeros(2))
    assert not differs(np.array([np.inf, np.nan]), np.array([np.inf, np.nan]))
    assert differs(np.array([1, 2]), np.array([1, 3]))


def test_a_refused_step_that_leaves_something_behind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoiling(step: Callable[..., Any]) -> Callable[..., Any]:
        net = dict(zip(step.__code__.co_freevars, step.__closure__ or (), strict=True))["net"].cell_contents

        def refuse(*args: Any) -> Any:
            net.head.weight.data += 1e-3
            raise zk.CaptureError("no")

        return refuse

    monkeypatch.setattr(Captured, "capture", staticmethod(spoiling))
    with pytest.raises(Difference, match="after the step was refused"):
        run(Case(0), ("captured",))
