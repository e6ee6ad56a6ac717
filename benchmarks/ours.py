"""zerokara's part: steps written in the ordinary way."""

from collections.abc import Callable
from typing import Any

import zerokara as zk
import zerokara.functional as F
from benchmarks.task import Task
from benchmarks.workloads import Inference, Training, batches, network
from zerokara import nn, optim

OPTIMIZERS: dict[str, Callable[[nn.Module, float], optim.Optimizer]] = {
    "sgd": optim.SGD,
    "momentum": lambda model, lr: optim.SGD(model, lr, momentum=0.9),
    "adam": optim.Adam,
}


def training(workload: Training) -> Task:
    """One training step."""
    step, data = training_step(workload)
    run = step if workload.kind == "written" else captured(step)
    return Task(lambda i: run(*data[i % len(data)]), lambda loss: float(loss.item()))


def training_step(workload: Training) -> tuple[Callable[..., zk.Tensor], list[tuple[Any, ...]]]:
    """The step, and the batches that it is called with."""
    model = network(workload)
    optimizer = OPTIMIZERS[workload.optimizer](model, workload.lr)

    def step(x: zk.Tensor, labels: Any) -> zk.Tensor:
        scores = model(x)
        loss = F.cross_entropy(scores, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step, [(zk.Tensor(x), labels) for x, labels in batches(workload)]


def inference(workload: Inference) -> Task:
    """The scores of a batch."""
    model = network(workload).eval()

    def scores(x: zk.Tensor) -> zk.Tensor:
        with zk.no_grad():
            return model(x)

    data = [zk.Tensor(x) for x, _ in batches(workload)]
    run = captured(scores)
    return Task(lambda i: run(data[i % len(data)]), lambda y: squares(y.data))


def captured(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step as a program that is recorded by its first call, where this version can do that."""
    capture: Callable[..., Any] | None = getattr(zk, "capture", None)
    return step if capture is None else capture(step)


def squares(values: Any) -> float:
    """Σ values²"""
    return float((values.astype("float64") ** 2).sum())
