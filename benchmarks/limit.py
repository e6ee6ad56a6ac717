"""How near a training step comes to the machine's limit: nominal operations a second, next to a large matrix product.

    python -m benchmarks.limit [--only NAME …]

Nominal operations are those of the direct sums, 2 · N · F · I · J · C · P · Q for each pass of a convolution (taps on
padding included) and 2 · M · K · N for a product, counted in the recorded step itself: the gradient of the first
images is not in it. Winograd's convolution does the same with fewer multiplications, so a step may go beyond 100 %.
"""

import argparse
import math
import statistics
import time
from typing import Any

import numpy as np

import zerokara as zk
from benchmarks import ours, workloads
from benchmarks.sidebyside import machine
from zerokara import kernels
from zerokara.kernels.tracing import Operation, Trace, Value, tracing

SIDE = 2048


def operations(step: Any, x: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> float:
    """Nominal floating-point operations of a step."""
    from zerokara.kernels.compiled import threads

    trace = Trace(kernels.implementation)
    with tracing(trace), threads.recorded_by(lambda function, calls: None):
        step(zk.Tensor(trace.input(x)), trace.input(labels))
    return sum(cost(trace, operation) for operation in trace.operations)


def cost(trace: Trace, operation: Operation) -> float:
    """Of one operation."""

    def size(value: Any) -> tuple[int, ...]:
        return trace.specs[value.number][0] if isinstance(value, Value) else np.shape(value)

    args, name = operation.args, operation.name
    if name == "conv2d":
        return 2.0 * math.prod(trace.specs[operation.results[0]][0]) * math.prod(size(args[1])[1:])
    if name == "conv2d_grad_x":
        return 2.0 * math.prod(size(args[0])) * math.prod(size(args[1])[1:])
    if name == "conv2d_grad_w":
        return 2.0 * math.prod(size(args[0])) * math.prod(args[2][1:])
    if name == "matmul":
        return 2.0 * math.prod(size(args[0])) * size(args[1])[-1]
    return 0.0


def seconds(run: Any, atleast: float = 1.0) -> float:
    """The median of some runs."""
    run()
    taken: list[float] = []
    while sum(taken) < atleast or len(taken) < 5:
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limit", description=__doc__.split("\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    names = parser.parse_args().only
    print(f"{machine()}, {kernels.thread_count()} threads\n")
    square = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)
    product = zk.capture(lambda a: a @ a)
    peak = 2.0 * SIDE**3 / seconds(lambda: product(zk.Tensor(square))) / 1e9
    print(f"{'product of two ' + str(SIDE) + '² matrices':32s}{peak:10.0f} GFLOP/s")
    for workload in workloads.TRAININGS:
        if names and not any(name in workload.name for name in names):
            continue
        counted, ((x, labels), *_) = ours.training_step(workload)  # what has been traced, keeps its arrays guarded
        step, _ = ours.training_step(workload)
        work = operations(counted, x.data, labels)
        captured = zk.capture(step)
        taken = seconds(lambda c=captured, x=x, t=labels: c(x, t))
        rate = work / taken / 1e9
        print(
            f"{workload.name:20s}{work / 1e9:9.2f} GFLOP {taken * 1e3:9.2f} ms {rate:8.0f} GFLOP/s {rate / peak:7.0%}"
        )


if __name__ == "__main__":
    main()
