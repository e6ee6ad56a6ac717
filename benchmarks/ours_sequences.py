"""zerokara's part of the networks of sequences: a step written in the ordinary way."""

from collections.abc import Callable
from typing import Any

import zerokara as zk
from benchmarks.ours import OPTIMIZERS, captured
from benchmarks.sequences import Sequence, sequence_batches, sequence_network
from benchmarks.task import Task
from zerokara import optim


def sequence(workload: Sequence) -> Task:
    """One training step."""
    step, data = sequence_step(workload)
    run = captured(step)
    return Task(lambda i: run(*data[i % len(data)]), lambda loss: float(loss.item()))


def sequence_step(workload: Sequence) -> tuple[Callable[..., zk.Tensor], list[tuple[Any, ...]]]:
    """The step, and the batches that it is called with."""
    model = sequence_network(workload)
    optimizer, clip = OPTIMIZERS[workload.optimizer](model, workload.lr), workload.clip

    def step(*batch: Any) -> zk.Tensor:
        loss = model(*batch)
        optimizer.zero_grad()
        loss.backward()
        if clip is not None:
            optim.clip_grad_norm(model.parameters(), clip)
        optimizer.step()
        return loss

    data = [tuple(zk.Tensor(a) if a.dtype.kind == "f" else a for a in batch) for batch in sequence_batches(workload)]
    return step, data
