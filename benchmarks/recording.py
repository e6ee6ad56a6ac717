"""What recording a step costs, network by network, on the clock.

python -m benchmarks.recording

The seconds of a recording (kernels compiled already), and the microseconds of asking, before every replay, whether
everything that the recording depends on is as it was; the time of a whole replay beside it, and what share of it the
question is. The first row is a network of twenty layers.
"""

import time
import timeit
from collections.abc import Callable
from typing import Any

import numpy as np

import zerokara as zk
import zerokara.functional as F
from benchmarks.ours import OPTIMIZERS
from benchmarks.workloads import TRAININGS, batches, network
from zerokara import nn, optim


def twenty_layers() -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Convolution, batch norm, ReLU and dropout five times, and a linear layer: a step of Adam on two small images."""
    blocks = [(nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.1)) for _ in range(5)]
    net = nn.Sequential(*(layer for block in blocks for layer in block), nn.Flatten(), nn.Linear(8 * 64, 10))
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 8)).astype(np.float32)
    return step_of(net, optim.Adam(net)), (zk.Tensor(x), np.array([1, 2]))


def step_of(net: nn.Module, optimizer: optim.Optimizer) -> Callable[..., Any]:
    """The ordinary training step."""

    def step(x: zk.Tensor, labels: Any) -> zk.Tensor:
        loss = F.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def measure(name: str, step: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """Print a row."""
    zk.capture(step)(*args)  # compiles what is not compiled yet
    captured = zk.capture(step)
    began = time.perf_counter()
    captured(*args)
    recorded = time.perf_counter() - began
    (recording,) = (known for kept in captured._recordings.values() for known in kept)
    asked = min(timeit.repeat(recording.changed, number=1000, repeat=7)) / 1000
    replayed = min(timeit.repeat(lambda: captured(*args), number=1, repeat=15))
    print(f"{name:22} {recorded:8.3f} s {asked * 1e6:8.2f} µs {replayed * 1e3:9.3f} ms {asked / replayed:8.2%}")


def main() -> None:
    """Print what recording costs."""
    print(f"{'network':22} {'recording':>10} {'asking':>11} {'replay':>12} {'share':>8}")
    measure("20 layers", *twenty_layers())
    for workload in TRAININGS:
        net = network(workload)
        x, labels = batches(workload)[0]
        measure(workload.name, step_of(net, OPTIMIZERS[workload.optimizer](net, workload.lr)), (zk.Tensor(x), labels))


if __name__ == "__main__":
    main()
