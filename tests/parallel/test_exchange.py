"""Laws of the exchange of gradients: what looks after messages between kernels changes no number."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.workloads import TRAININGS

import zerokara as zk
from tests.parallel import cases
from tests.parallel.test_equal import together
from tests.parallel.world import needs_mpi
from tests.sweeps import sweep
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.kernels.compiled import rewriting
from zerokara.kernels.tracing import PROGRESS
from zerokara.models import count_parameters
from zerokara.parallel import exchange
from zerokara.parallel.team import Team
from zerokara.training.shared_step import COUNTS, SharedStepper


class Message:
    """The sum with a process that has the same array; it is there when it was looked at a few times."""

    def __init__(self, array: Array) -> None:
        self.array, self.missing = array, 3

    def Test(self) -> bool:
        if self.missing:
            self.missing -= 1
            if not self.missing:
                self.array *= 2
        return not self.missing


class Echo(Team):
    """Two processes of which there is one: the other has the same numbers. It keeps what was done, in order."""

    def __init__(self, spread: bool) -> None:
        super().__init__()
        self.size, self.spread, self.done = 2, spread, list[str]()

    def adder(self, array: Array) -> Callable[[], Message]:
        return partial(self._sent, array)

    def _sent(self, array: Array) -> Message:
        self.done.append("sent")
        return Message(array)

    def progress(self, requests: Iterable[Message]) -> None:
        self.done.append(PROGRESS)
        for request in requests:
            request.Test()

    def wait(self, request: Message) -> None:
        self.done.append("received")
        while not request.Test():
            pass


def trained(monkeypatch: pytest.MonkeyPatch, spread: bool, kernels: str) -> tuple[Echo, dict[str, Array]]:
    """Five steps, with small buckets, and what was done in the last one."""
    monkeypatch.setattr(exchange, "BUCKET", 200)
    monkeypatch.setattr(rewriting, "_PASSED", 500)
    team, model = Echo(spread), cases.network("convolution", 7, 0)
    optimizer = optim.Adam(model, lr=0.01)
    data = cases.split(50)

    def forward(x: Tensor, labels: Array) -> tuple[Tensor, Any, tuple[Array, ...]]:
        scores = model(x)
        return F.cross_entropy(scores, labels), scores, (scores.data,)

    def tell(loss: float, weight: float, scores: Array) -> tuple[float, ...]:
        return (loss * weight,) * COUNTS

    step = SharedStepper(team, model, optimizer, forward, 0.5, tell, lambda counts: None, lambda norm: None)
    with zk.kernels.use_kernels(kernels):
        for begin in range(0, 50, 10):
            team.done.clear()
            part = slice(begin, begin + 10)
            step(0.5, Tensor(data.images[part].astype(np.float64)), data.labels[part])
    assert len(step.messages) > 1
    assert step.recordings == (1 if kernels == "compiled" else 0)
    return team, model.state_dict()


@pytest.mark.parametrize("kernels", ["compiled", "reference"])
def test_between_hosts_messages_are_looked_after_while_others_are_made(
    monkeypatch: pytest.MonkeyPatch, kernels: str
) -> None:
    """Between the first message and the last in a recorded step; the weights have the same bits without."""
    team, weights = trained(monkeypatch, True, kernels)
    alone, expected = trained(monkeypatch, False, kernels)
    for name, array in expected.items():
        np.testing.assert_array_equal(weights[name], array)
    last = max(k for k, what in enumerate(team.done) if what == "sent")
    between = team.done[:last].count(PROGRESS)
    assert between > 0 if kernels == "compiled" else between == 0
    assert team.done[last + 1] == PROGRESS
    assert [what for what in team.done if what != PROGRESS] == alone.done  # nothing else moved
    assert PROGRESS not in alone.done


def changed_while_training(recorded: bool) -> tuple[list[list[int]], dict[str, Array]]:
    """The messages of every step, and the weights and counts, of a model that changes from step to step."""
    zk.manual_seed(0)
    d = np.float64
    model = nn.Sequential(nn.Linear(36, 6, dtype=d), nn.BatchNorm1d(6, dtype=d), nn.ReLU(), nn.Linear(6, 3, dtype=d))
    first, norm, last = model[0], model[1], model[3]
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)
    optimizer = optim.Momentum(model, lr=0.05)
    data = cases.split(80)
    changes = [
        lambda: None,
        lambda: None,
        lambda: setattr(first.weight, "requires_grad", False),
        lambda: norm.eval(),
        lambda: setattr(first.weight, "requires_grad", True),
        lambda: setattr(last, "bias", None),
        lambda: norm.train(),
        lambda: norm.eval(),
        lambda: norm.train(),
        lambda: setattr(last, "weight", nn.Parameter(np.full((3, 6), 0.1))),
    ]

    def forward(x: Tensor, labels: Array) -> tuple[Tensor, Any, tuple[Array, ...]]:
        scores = model(x)
        return F.cross_entropy(scores, labels), scores, ()

    tell = lambda loss, weight: (loss * weight,) * COUNTS  # noqa: E731
    step = SharedStepper(Echo(False), model, optimizer, forward, None, tell, lambda counts: None, lambda norm: None)
    if not recorded:
        step._captured = None
    messages, counts = [], []
    for number, change in enumerate(changes):
        change()
        for begin in (20 * (number % 4), 20 * (number % 4) + 10):
            part = slice(begin, begin + 10)
            step(0.5, Tensor(data.images[part].reshape(10, 36)), data.labels[part])
            counts.append(step.counts.copy())
        messages.append(step.messages)
    assert (step.recordings > 5) is (recorded and zk.kernels.kernel_family() == "compiled")
    return messages, model.state_dict() | {"counts": np.array(counts)}


@pytest.mark.parametrize("kernels", ["compiled", "reference"])
def test_a_model_that_changes_between_steps_sends_what_it_now_learns(kernels: str) -> None:
    """A layer is frozen, learns again, loses its bias, gets another weight; statistics rest: as without a recording."""
    with zk.kernels.use_kernels(kernels):
        messages, weights = changed_while_training(True)
        expected, written = changed_while_training(False)
    assert messages == expected
    assert len({sum(sizes) for sizes in messages}) > 3
    assert weights.keys() == written.keys()
    for name, array in written.items():
        np.testing.assert_allclose(weights[name], array, rtol=1e-10, atol=1e-12, err_msg=name)


@needs_mpi
@pytest.mark.parametrize("ranks", sweep([2, 3], [2]))
def test_processes_that_look_after_their_messages_compute_the_same_bits(ranks: int, tmp_path: Any) -> None:
    """As if they were on several hosts, and as on one."""
    case = {"optimizer": "adam", "network": "normed", "clip": 0.5, "kernels": "compiled", "bucket": 200}
    with_it, without = together(ranks, [case | {"spread": True}, case | {"spread": False}], tmp_path)
    assert with_it.keys() == without.keys()
    for name, array in without.items():
        np.testing.assert_array_equal(with_it[name], array, err_msg=name)


def test_the_table_of_messages_is_true() -> None:
    """Parameters, messages and bytes of a step, as docs/parallel.md has them."""
    text = (Path(__file__).parents[2] / "docs" / "parallel.md").read_text()
    table = text.split("| network | parameters | messages a step | bytes a step |\n")[1].split("\n\n")[0]
    told = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[1:]]
    assert len(told) == 6
    for name, *numbers in told:
        workload = next(w for w in TRAININGS if w.name == name)
        model = workload.network(np.random.default_rng(0))
        optimizer = optim.SGD(model, lr=0.1)
        watch: Any = lambda *given: None  # noqa: E731
        messages = SharedStepper(Echo(False), model, optimizer, watch, None, watch, watch, watch).messages
        found = [count_parameters(model), len(messages), sum(messages)]
        assert [f"{number:,}" for number in found] == numbers, name


def test_nothing_of_mpi_is_imported_by_a_program_alone() -> None:
    program = "import sys; from zerokara import parallel; parallel.team(); assert 'mpi4py' not in sys.modules"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PMI", "OMPI", "PMIX"))}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
