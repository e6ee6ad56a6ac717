"""Processes that share the work of a step: each has the same network and computes the gradient of its part."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.models import build_model
from zerokara.nn import Module
from zerokara.optim import Adam

THREADS = ("ZEROKARA_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PATIENCE = 300.0
"""Seconds after which a worker that says nothing is given up."""


@dataclass(frozen=True)
class Job:
    """What every worker starts from."""

    net: str
    shape: tuple[int, ...]
    classes: int
    state: dict[str, Array]
    lr: float

    def network(self) -> Module:
        """The network, with the weights that all start from."""
        model = build_model(self.net, self.shape, self.classes)
        model.load_state_dict(self.state)
        return model.train()


def gradient(model: Module, x: Array, labels: Array) -> tuple[float, dict[str, Array]]:
    """The mean loss of these examples, and its gradient."""
    model.zero_grad()
    loss = F.cross_entropy(model(Tensor(x)), labels)
    loss.backward()
    return loss.item(), {name: np.asarray(p.grad) for name, p in model.named_parameters() if p.grad is not None}


def update(model: Module, optimizer: Adam, mean: dict[str, Array]) -> None:
    """One step along a gradient that was computed elsewhere."""
    for name, parameter in model.named_parameters():
        parameter.grad = mean[name]
    optimizer.step()


class Team:
    """So many processes. `step` gives each its part of a batch, averages what comes back, and lets all update.

    Each process has its share of the processor's cores, so that threads do not get in each other's way.
    RuntimeError, in words, when a process ends or says nothing.
    """

    def __init__(self, job: Job, count: int, cores: int) -> None:
        spawn = get_context("spawn")
        self.pipes: list[Connection] = []
        self.processes: list[SpawnProcess] = []
        with _environment(dict.fromkeys(THREADS, str(max(1, cores // count)))), _nothing_to_run_again():
            for _ in range(count):
                here, there = spawn.Pipe()
                process = spawn.Process(target=_work, args=(there, job), daemon=True)
                process.start()
                there.close()
                self.pipes.append(here)
                self.processes.append(process)
        for pipe in self.pipes:
            _received(pipe)  # it is ready

    def step(self, x: Array, labels: Array) -> tuple[float, dict[str, Array], float]:
        """Mean loss, mean gradient, and the seconds of the slowest worker's own computing.

        ∂L/∂w = Σ_k (n_k / n) ∂L_k/∂w,  n_k examples of the n go to worker k.
        """
        parts = np.array_split(np.arange(len(x)), len(self.pipes))
        for pipe, part in zip(self.pipes, parts, strict=True):
            pipe.send((x[part], labels[part]))
        answers = [_received(pipe) for pipe in self.pipes]
        shares = [len(part) / len(x) for part in parts]
        loss = sum(share * answer[0] for share, answer in zip(shares, answers, strict=True))
        mean = {
            name: sum(np.float32(share) * answer[1][name] for share, answer in zip(shares, answers, strict=True))
            for name in answers[0][1]
        }
        for pipe in self.pipes:
            pipe.send(mean)
        return loss, mean, max(answer[2] for answer in answers)

    def weights(self) -> list[dict[str, Array]]:
        """The weights of every worker, after its last update."""
        for pipe in self.pipes:
            pipe.send("weights")
        return [_received(pipe) for pipe in self.pipes]

    def close(self) -> None:
        """Let all go home."""
        for pipe in self.pipes:
            pipe.close()  # a worker that waits for work meets the end of its pipe
        for process in self.processes:
            process.join(10)
            if process.is_alive():
                process.terminate()


def _work(pipe: Connection, job: Job) -> None:
    """The life of a worker: a part of a batch comes, its gradient goes; the mean comes, and the weights move."""
    model = job.network()
    optimizer = Adam(model, lr=job.lr)
    pipe.send("ready")
    try:
        while True:
            wanted = pipe.recv()
            if wanted == "weights":
                pipe.send(model.state_dict())
            elif isinstance(wanted, dict):
                update(model, optimizer, wanted)
            else:
                began = time.perf_counter()
                loss, found = gradient(model, *wanted)
                pipe.send((loss, found, time.perf_counter() - began))
    except (EOFError, OSError, KeyboardInterrupt):
        return


def _received(pipe: Connection) -> Any:
    try:
        if pipe.poll(PATIENCE):
            return pipe.recv()
    except (EOFError, OSError):
        pass
    raise RuntimeError("a worker process ended or did not answer (was it ended from outside?)")


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Processes that are started in this block find these variables."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _nothing_to_run_again() -> Iterator[None]:
    """Processes that are started in this block do not run the file of the main program, as they else would.

    Workers need nothing of it, and so a script needs no `if __name__ == "__main__":` for their sake.
    """
    main = sys.modules["__main__"]
    names = [name for name in ("__file__", "__spec__") if name in vars(main)]
    before: dict[str, Any] = {name: vars(main)[name] for name in names}
    vars(main).pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        vars(main).update(before)
