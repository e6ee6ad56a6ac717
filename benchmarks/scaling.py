"""How training grows with the number of processes: a model fitted here, beside what was measured and is to come.

python -m benchmarks.scaling [--hosts] [--delay 20] [--rounds 5]

Measured are sums of arrays of several sizes by two processes; with --hosts by three "hosts" with cables of 1 Gbit/s,
too (network namespaces: root's, Linux only), and with --delay over so many milliseconds there and back. The link that
explains them (`zerokara.parallel.cost`) foretells the time of training steps, which are then measured: from what a
step takes where as many processes compute at the same time here, and send nothing. Two forecasts stand beside what
was measured: with two thirds of the computing hiding messages, and with the part that explains all measured steps
best. Last, a table for 2 to 1,024 hosts of such a machine, with a batch for each and with one that all share, by the
second. All figures are medians.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.hosts import hosts
from benchmarks.parallel import mpiexec
from benchmarks.parallel_worker import ours
from benchmarks.workloads import TRAININGS
from zerokara import parallel
from zerokara.parallel.cost import HIDDEN, Link, fitted, speed_up, step_seconds

NETWORKS = {"TwoLayerNet": 80, "MultiLayerNet": 40, "SimpleConvNet": 10, "DeepConvNet": 5, "ResNet-20": 5}
"""How many steps of each a round measures: a step of a millisecond is measured more often."""
SIZES = (1 << 10, 1 << 14, 1 << 17, 1 << 20, 1 << 22)
RESNET50 = 25_557_032 * 4
LINKS = {"1 Gbit/s": Link(5e-5, 1e9 / 8), "10 Gbit/s": Link(2e-5, 1e10 / 8), "100 Gbit/s": Link(5e-6, 1e11 / 8)}
"""Usual latencies of such networks are assumed."""


def work(rounds: int) -> None:
    """What every process does: sums of all sizes, then training steps with a whole batch each."""
    team = parallel.team()
    sums = []
    for size in SIZES:
        array = np.zeros(size // 4, np.float32)
        team.add(array)
        seconds = []
        for _ in range(rounds * 5):
            team.barrier()
            began = time.perf_counter()
            team.add(array)
            seconds.append(time.perf_counter() - began)
        sums.append((team.size, size, statistics.median(seconds)))
    steps = {}
    for name, repeats in NETWORKS.items():
        step, messages = ours(next(w for w in TRAININGS if w.name == name), True)
        for i in range(3):
            step(i)
        seconds = []
        for i in range(rounds * repeats):
            team.barrier()
            began = time.perf_counter()
            step(i)
            seconds.append(time.perf_counter() - began)
        steps[name] = statistics.median(seconds), messages()
    if team.leads:
        print(json.dumps({"sums": sums, "steps": steps}), flush=True)


def measured(command: Sequence[str]) -> dict[str, Any]:
    """What came of a world of processes."""
    environment = {**os.environ, "ZEROKARA_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def apart(program: Sequence[str], count: int) -> dict[str, float]:
    """Seconds a step of each network, where so many processes compute at the same time and send each other nothing."""
    with ThreadPoolExecutor(count) as pool:
        worlds = list(pool.map(measured, [program] * count))
    return {name: max(world["steps"][name][0] for world in worlds) for name in NETWORKS}


@dataclass(frozen=True)
class Measured:
    """A world of processes: its name, how many they are, the link that explains their sums, and for every network the
    seconds of computing, the bytes of its messages and the seconds of a step."""

    name: str
    processes: int
    link: Link
    steps: dict[str, tuple[float, list[int], float]]

    def errors(self, hidden: float) -> dict[str, float]:
        """How far the forecast is off, as a part of what was measured."""
        return {
            network: step_seconds(compute, self.processes, messages, self.link, hidden) / seconds - 1
            for network, (compute, messages, seconds) in self.steps.items()
        }


def world(name: str, found: dict[str, Any], computing: dict[str, float]) -> Measured:
    """What was measured of a world, beside what its processes take where they send nothing."""
    sums = [(processes, size, seconds) for processes, size, seconds in found["sums"]]
    steps = {net: (computing[net], messages, seconds) for net, (seconds, messages) in found["steps"].items()}
    return Measured(name, sums[0][0], fitted(sums), steps)


def hidden_part(worlds: Sequence[Measured]) -> float:
    """The part of the computing under which messages hide, in hundredths, that leaves the smallest squared errors."""
    return min(
        (k / 100 for k in range(101)), key=lambda hidden: sum(e * e for w in worlds for e in w.errors(hidden).values())
    )


def compare(measured: Measured, part: float) -> None:
    """The fitted link, and the steps that it foretells beside those that were measured."""
    link = measured.link
    print(f"{measured.name}: latency {1e6 * link.latency:.0f} µs, {link.bandwidth / 1e6:,.0f} MB/s")
    usual, best = measured.errors(HIDDEN), measured.errors(part)
    for network, (compute, _, seconds) in measured.steps.items():
        told = ", ".join(
            f"foretold {1000 * seconds * (1 + errors[network]):8.2f} ms {errors[network]:+5.0%}"
            for errors in (usual, best)
        )
        print(f"  {network:13} computing {1000 * compute:8.2f} ms, measured {1000 * seconds:8.2f} ms, {told}")


def table(alone: dict[str, float], messages: dict[str, list[int]], part: float) -> None:
    """Speed-ups for more hosts than there are; "–" where a batch has fewer examples than there are hosts."""
    counts = [2**k for k in range(1, 11)]
    nets = {name: (alone[name], messages[name], batch(name)) for name in NETWORKS}
    flops = 3 * 2 * 4.09e9 * 32  # a step of ResNet-50 with 32 images, forward and backward
    nets["ResNet-50"] = flops / 100e9, [RESNET50 / 100] * 100, 32
    for title, sharing in (("every host with a whole batch", False), ("one batch shared by all hosts", True)):
        print(f"\n{'speed-up, ' + title:41}" + "".join(f"{n:>8,}" for n in counts))
        for name, (compute, sizes, examples) in nets.items():
            for speed, link in LINKS.items():
                row = [
                    f"{speed_up(compute, n, sizes, link, part, shared=examples * sharing):8.1f}"
                    if not sharing or n <= examples
                    else f"{'–':>8}"
                    for n in counts
                ]
                print(f"{name:13} {speed:>10} {1000 * compute:9.2f} ms    " + "".join(row))


def batch(name: str) -> int:
    """The number of examples in a batch of this network."""
    return next(w for w in TRAININGS if w.name == name).batch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hosts", action="store_true", help="also three hosts, which are network namespaces")
    parser.add_argument("--delay", type=float, default=0.0, help="milliseconds there and back, for hosts once more")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.rounds)
        return
    program = [sys.executable, "-m", "benchmarks.scaling", "--work", "--rounds", str(arguments.rounds)]
    two = measured([mpiexec(), "-n", "2", *program])
    worlds = [world("2 processes", two, apart(program, 2))]
    if arguments.hosts:
        delays = [0.0, *([arguments.delay] if arguments.delay else [])]
        three = apart(program, 3)
        for delay in delays:
            with hosts(3, "1gbit", delay) as made:
                name = f"3 hosts, 1 Gbit/s, {delay:g} ms there and back" if delay else "3 hosts, 1 Gbit/s"
                worlds.append(world(name, measured(made.command([1, 1, 1], program)), three))
    part = hidden_part(worlds)
    print(f"messages hide under {HIDDEN:.2f} of the computing as a rule; {part:.2f} explains these steps best")
    for each in worlds:
        compare(each, part)
    table(apart(program, 1), {name: told[1] for name, told in two["steps"].items()}, part)


if __name__ == "__main__":
    main()
