"""The walks over a lowered program find what is wrong, and name the two calls. Every fault here is planted."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.kernels.compiled import fusion, lowering, optimizer, trial
from zerokara.kernels.compiled.elementwise import _fill
from zerokara.kernels.compiled.program import Instruction, Program
from zerokara.kernels.compiled.proof import ProofError, has_no_races, keeps_order
from zerokara.kernels.compiled.spans import Access
from zerokara.kernels.tracing import Operation, Trace, Value

X = np.random.default_rng(0).normal(size=(8, 20)).astype(np.float32)


class Turned(nn.Module):
    """x·wᵀ, written so that the gradient of w lies in columns."""

    def __init__(self, shape: tuple[int, int] = (10, 20)) -> None:
        self.w = nn.Parameter(np.random.default_rng(1).normal(size=shape).astype(np.float32))

    def forward(self, x: zk.Tensor) -> zk.Tensor:
        return x @ self.w.T


def _step(net: nn.Module, again: bool = False, method: Callable[..., Any] = optim.SGD) -> Callable[..., Any]:
    steps = method(net, 0.1)

    def step(x: zk.Tensor) -> Any:
        loss = F.mean(net(x) ** 2)
        steps.zero_grad()
        loss.backward()
        steps.step()
        return (loss, net(x)) if again else loss

    return step


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert np.isfinite(zk.capture(_step(Turned()))(zk.Tensor(X)).data)


def test_two_instructions_that_conflict_must_not_run_at_the_same_time() -> None:
    writer = Instruction("copy", [], Access(((0, 8),), ((16, 24),)))
    reader = Instruction("sgd", [], Access(((20, 28),), ((32, 40),)))
    other = Instruction("relu", [], Access(((24, 32),), ((40, 48),)))
    has_no_races([[writer], [reader, other]])
    has_no_races([[writer, other], [reader]])
    with pytest.raises(ProofError, match="sgd runs at the same time as copy, but reads what it writes"):
        has_no_races([[writer, reader], [other]])
    with pytest.raises(ProofError, match="sgd runs before copy, but reads what it writes"):
        has_no_races([[reader], [writer], [other]])


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (Access((), ((0, 8),)), Access((), ((4, 12),)), "writes what it writes"),
        (Access(((0, 8),), ()), Access((), ((7, 9),)), "writes what it reads"),
        (Access((), ((0, 8),)), Access(((0, 1),), ()), "reads what it writes"),
    ],
)
def test_every_kind_of_race_is_named(first: Access, second: Access, why: str) -> None:
    one, other = Instruction("one", [], first), Instruction("other", [], second)
    with pytest.raises(ProofError, match=f"other runs at the same time as one, but {why}"):
        has_no_races([[one, other]])


def test_several_readers_are_all_waited_for() -> None:
    readers = [Instruction(f"reader {k}", [], Access(((0, 8),), ())) for k in range(3)]
    writer = Instruction("writer", [], Access((), ((4, 5),)))
    has_no_races([[readers[0]], [readers[2]], [readers[1]], [writer]])
    with pytest.raises(ProofError, match="writer runs at the same time as reader 1"):
        has_no_races([[readers[0]], [readers[2]], [readers[1], writer]])


def test_a_planted_race_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps of an optimizer, and what they need, in one group."""

    def join(program: Program, first: int) -> None:
        program.groups[first:] = [[each for group in program.groups[first:] for each in group]]

    monkeypatch.setattr(Program, "bring_together", join)
    with pytest.raises(ProofError, match=r"sgd \(of sgd_step\) runs at the same time as copy_strided \(of sgd_step\)"):
        zk.capture(_step(Turned()))(zk.Tensor(X))


def _moved(name: str, place: Callable[[int], int]) -> Callable[..., Any]:
    """The rewriting, with the first operation of this name put elsewhere."""
    rewritten = fusion.rewritten

    def other(trace: Any, outputs: Any) -> list[Operation]:
        operations = rewritten(trace, outputs)
        at = next(k for k, o in enumerate(operations) if o.name == name)
        operation = operations.pop(at)
        operations.insert(place(len(operations)), operation)
        return operations

    return other


@pytest.mark.parametrize("shape", [(10, 20), (4000, 20)], ids=["small", "large"])
def test_a_planted_reordering_is_found(shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The step of the optimizer behind what reads the weights after it."""
    monkeypatch.setattr(fusion, "rewritten", _moved("sgd_step", lambda n: n))
    with pytest.raises(ProofError, match=r"(matmul|linear_fused|transpose) comes before sgd_step now"):
        zk.capture(_step(Turned(shape), again=True))(zk.Tensor(X))


def test_a_value_used_before_it_is_made_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion, "rewritten", _moved("sgd_step", lambda n: 0))
    monkeypatch.setattr(
        lowering, "lower", lambda trace, operations, outputs: keeps_order(trace, operations, outputs, {})
    )
    with pytest.raises(ProofError, match="sgd_step uses a value that is made later"):
        zk.capture(_step(Turned()))(zk.Tensor(X))


def test_a_change_that_was_dropped_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rewritten = fusion.rewritten
    monkeypatch.setattr(
        fusion, "rewritten", lambda trace, outputs: [o for o in rewritten(trace, outputs) if o.name != "sgd_step"]
    )
    with pytest.raises(ProofError, match="sgd_step changes an array, and is missing"):
        zk.capture(_step(Turned()))(zk.Tensor(X))


def test_memory_given_away_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that frees every value one operation before its last use."""
    last_uses = lowering._Lowering._last_uses

    def early(self: Any) -> dict[int, list[int]]:
        return {max(index - 1, 0): numbers for index, numbers in last_uses(self).items()}

    def expire(self: Any, index: int) -> None:
        self.last_use[index] = [n for n in self.last_use.get(index, ()) if n in self.arrays]
        free(self, index)

    free = lowering._Lowering._expire
    monkeypatch.setattr(lowering._Lowering, "_last_uses", early)
    monkeypatch.setattr(lowering._Lowering, "_expire", expire)
    net = nn.Sequential(*(nn.Linear(20, 20, rng=np.random.default_rng(k)) for k in range(4)))
    with pytest.raises(ProofError, match=r"\(of \w+\) reads \d+ bytes at 0x\w+ that \w+ has overwritten"):
        zk.capture(_step(net))(zk.Tensor(X))


def test_a_result_that_lies_in_an_input_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowering._Lowering, "_inputs_in", lambda self, arrays: set())
    with pytest.raises(ProofError, match="a result of the step lies in input 0, which the next replay has elsewhere"):
        zk.capture(lambda x: x.T)(zk.Tensor(X))


def test_a_view_that_was_copied_before_it_changed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowering._Lowering, "_changed_later", lambda self, operation, index: False)
    net = Turned()
    inner = _step(net)

    def step(x: zk.Tensor) -> Any:
        with zk.no_grad():
            seen = net.w[:, 1:3]
        inner(x)
        with zk.no_grad():
            return F.sum(seen * seen)

    with pytest.raises(ProofError, match="comes before sgd_step now"):
        zk.capture(step)(zk.Tensor(X))


def _column(x: Any, index: Any) -> Any:
    return x[index]


def _halve(x: Any) -> None:
    x *= 0.5


def _halved_column() -> tuple[Trace, np.ndarray[Any, Any]]:
    """w[:, 1] *= 0.5, and then the whole of w, as a trace."""
    w = np.ones((4, 3), np.float32)
    trace = Trace(lambda name: None)
    number = trace.constant(w).number
    view = trace.new(w[:, 1]).number
    trace.shows[view] = (Value(number),)
    trace.operations = [
        Operation("getitem", _column, (Value(number), (slice(None), 1)), {}, (view,)),
        Operation("in_place", _halve, (Value(view),), {}, ()),
    ]
    trace.unlock()
    return trace, w


def test_a_view_that_is_changed_is_the_array_itself() -> None:
    trace, w = _halved_column()
    lowering.lower(trace, trace.operations, [trace.operations[0].args[0].number])([])
    np.testing.assert_array_equal(w, [[1, 0.5, 1]] * 4)


def test_a_change_of_a_copy_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowering._Lowering, "_changed_later", lambda self, operation, index: False)
    trace, _ = _halved_column()
    with pytest.raises(ProofError, match="in_place changes a copy, made before, of the array that it is to change"):
        lowering.lower(trace, trace.operations, [])


# ── trying it out ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first replay of every recording is tried out."""
    monkeypatch.setenv("ZEROKARA_CHECK", "1")


@pytest.mark.usefixtures("tried")
@pytest.mark.parametrize("method", [optim.SGD, optim.Adam, optim.RMSprop, optim.AdaGrad])
def test_a_step_that_is_tried_out_is_the_step(method: Callable[..., Any]) -> None:
    nets = [Turned(), Turned()]
    written, recorded = _step(nets[0], method=method), zk.capture(_step(nets[1], method=method))
    for _ in range(3):
        np.testing.assert_allclose(recorded(zk.Tensor(X)).data, written(zk.Tensor(X)).data, rtol=1e-5)
        np.testing.assert_allclose(nets[1].w.data, nets[0].w.data, rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("tried")
def test_an_untrue_declaration_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that writes more than it says."""
    monkeypatch.setattr(optimizer._adam, "writes", frozenset({"w", "v"}))
    with pytest.raises(ProofError, match=r"adam \(of adam_step\) changed 800 bytes that it only reads, as declared"):
        zk.capture(_step(Turned(), method=optim.Adam))(zk.Tensor(X))


def test_parts_that_do_not_go_well_together_are_found() -> None:
    """Two parts of one call that write the same numbers."""
    program, target = Program(), np.zeros(10, np.float32)
    program.record(_fill.on(target.dtype), [(target, 1.0, 0, 6), (target, 2.0, 6, 10)])
    trial.run([program])
    np.testing.assert_array_equal(target, [1] * 6 + [2] * 4)
    program = Program()
    program.record(_fill.on(target.dtype), [(target, 1.0, 0, 6), (target, 2.0, 5, 10)])
    with pytest.raises(ProofError, match="fill: its parts, run in another order, leave other numbers"):
        trial.run([program])


def test_operations_are_compared_with_the_trace_not_with_themselves() -> None:
    """Rewriting leaves the trace as it was."""
    traces: list[Any] = []
    rewritten = fusion.rewritten

    def noted(trace: Any, outputs: Any) -> list[Operation]:
        before = [dataclasses.replace(o) for o in trace.operations]
        operations = rewritten(trace, outputs)
        traces.append((before, trace.operations))
        return operations

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fusion, "rewritten", noted)
        net = nn.Sequential(nn.Linear(20, 8, rng=np.random.default_rng(0)), nn.ReLU())
        zk.capture(_step(net))(zk.Tensor(X))
    assert traces
    for before, after in traces:  # once more where kernels had to be compiled first
        assert [(o.name, o.results, o.origins) for o in before] == [(o.name, o.results, o.origins) for o in after]
