"""One process of a world of `benchmarks.parallel`, which starts it with FRAMEWORK NETWORK WHOLE PORT CLOCK.

FRAMEWORK is zerokara, pytorch, instep (ours, whose processes only wait for each other after every step), or such as
1/2: ours again, the second half of every batch, in a process that has nothing to do with the others.
"""

import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.workloads import TRAININGS, Training, batches

Step = Callable[[int], Any]


def ours(workload: Training, whole: bool) -> tuple[Step, Callable[[], list[int]]]:
    """A training step of one of several processes, as `fit` does it."""
    from benchmarks.ours import OPTIMIZERS
    from benchmarks.workloads import network
    from zerokara import functional as F
    from zerokara import parallel
    from zerokara.arrays import Array
    from zerokara.autodiff import Tensor
    from zerokara.training.shared_step import COUNTS, SharedStepper

    team = parallel.team()
    if team.size == 1:
        return apart(workload, 0, 1, whole)
    model = network(workload)
    optimizer = OPTIMIZERS[workload.optimizer](model, workload.lr)
    data = _shares(workload, team.rank, team.size, whole)

    def forward(x: Tensor, labels: Array) -> tuple[Tensor, Tensor, tuple[Array, ...]]:
        scores = model(x)
        return F.cross_entropy(scores, labels), scores, (scores.data, labels)

    def step(i: int) -> Any:
        x, labels = data[i % len(data)]
        return shared(1 / team.size, Tensor(x), labels)

    tell = lambda loss, weight, scores, labels: (loss * weight,) * COUNTS  # noqa: E731
    shared = SharedStepper(team, model, optimizer, forward, None, tell, lambda counts: None, lambda norm: None)
    return step, lambda: shared.messages


def apart(workload: Training, rank: int, size: int, whole: bool) -> tuple[Step, Callable[[], list[int]]]:
    """A training step with a share of each batch, by a process that never hears of the others."""
    from benchmarks.ours import OPTIMIZERS
    from benchmarks.workloads import network
    from zerokara import functional as F
    from zerokara.training.stepping import Stepper

    model = network(workload)
    optimizer = OPTIMIZERS[workload.optimizer](model, workload.lr)
    data = _shares(workload, rank, size, whole)
    alone = Stepper(model, optimizer, F.cross_entropy, None, lambda loss, x: None, lambda norm: None)
    return lambda i: alone(*data[i % len(data)]), list


def in_step(workload: Training, whole: bool) -> tuple[Step, Callable[[], list[int]]]:
    """The same by a process that hears of the others only that they have made the step, too."""
    from zerokara import parallel

    team = parallel.team()
    alone, messages = apart(workload, team.rank, team.size, whole)

    def step(i: int) -> Any:
        found = alone(i)
        team.barrier()
        return found

    return step, messages


def pytorch(workload: Training, whole: bool) -> tuple[Step, Callable[[], list[int]]]:
    """A training step of PyTorch's DistributedDataParallel over gloo."""
    import torch
    from torch import distributed
    from torch.nn.parallel import DistributedDataParallel

    from benchmarks.pytorch import OPTIMIZERS, prepare, translated
    from benchmarks.workloads import network

    prepare()
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    model: Any = translated(network(workload))
    if size > 1:
        distributed.init_process_group("gloo")
        model = DistributedDataParallel(model)
    optimizer = OPTIMIZERS[workload.optimizer](model.parameters(), workload.lr)
    data = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in _shares(workload, rank, size, whole)]

    def step(i: int) -> float:
        x, labels = data[i % len(data)]
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, list


def _shares(workload: Training, rank: int, size: int, whole: bool) -> list[tuple[Any, Any]]:
    cut = slice(None) if whole else slice(workload.batch * rank // size, workload.batch * (rank + 1) // size)
    return [(x[cut].copy(), labels[cut].copy()) for x, labels in batches(workload)]


def main() -> None:
    framework, name, whole, port, clock = sys.argv[1:]
    now = {"wall": time.perf_counter, "cpu": time.process_time}[clock]
    workload = next(w for w in TRAININGS if w.name == name)
    if "/" in framework:
        rank, size = map(int, framework.split("/"))
        step, messages = apart(workload, rank, size, whole == "1")
    else:
        step, messages = {"zerokara": ours, "pytorch": pytorch, "instep": in_step}[framework](workload, whole == "1")
    for i in range(3):
        step(i)
    with socket.create_connection(("127.0.0.1", int(port))) as end, end.makefile("rw") as file:
        for word in file:
            if word.strip() == "messages":
                answer = " ".join(map(str, messages()))
            elif word.strip() == "end":
                answer = "bye"
            else:
                step(0)  # the caches are cold from the others' turns
                began = now()
                for i in range(int(word)):
                    step(i)
                answer = str((now() - began) / max(int(word), 1))
            file.write(answer + "\n")
            file.flush()
            if word.strip() == "end":
                return


if __name__ == "__main__":
    main()
