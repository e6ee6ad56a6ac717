"""How much faster two processes of one thread each train than one, ours beside PyTorch's DDP over gloo.

python -m benchmarks.parallel [--processes 2] [--only DeepConvNet,ResNet-20] [--rounds 7] [--whole] [--clock cpu]

All trainings have the same batch: of several processes, each computes its share (with --whole, each has a batch of its
own, so that there is twice as much work). Every world of processes, ours and PyTorch's, of one and of several, stands
ready, and they measure in turns; between turns they sleep. Each process has one thread. Printed are milliseconds a
step (the median over the rounds), and how many times faster the images pass than in one process. "apart" are processes
of ours that compute the same shares and have nothing to do with each other: what the machine allows at most. "in step"
are such that wait for each other after every step, and so for the slower one: what no exchange can be faster than.

On a busy machine --clock cpu counts the processor's time of the slowest process instead of the clock's: what is gained
if nobody else wants the cores and nobody has to wait.
"""

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.workloads import TRAININGS

NAMES = ("DeepConvNet", "VGG-CIFAR", "ResNet-20")
TURN = 1.0
"""Seconds of a turn, about."""


class World:
    """Processes that train one network together whenever it is their turn."""

    def __init__(self, framework: str, processes: int, workload: str, whole: bool, clock: str) -> None:
        self.framework, self.processes = framework, processes
        self.seconds: list[float] = []
        with socket.create_server(("127.0.0.1", 0)) as door:
            self._programs = list(_started(framework, processes, workload, whole, door.getsockname()[1], clock))
            door.settimeout(600)
            self._ends = [door.accept()[0] for _ in range(processes)]
        self._files = [end.makefile("rw") for end in self._ends]
        self.steps = 3
        self._ask("0")  # compiling is over when this is answered
        self.steps = max(2, round(TURN / max(self._ask("3"), 1e-4)))

    def turn(self) -> None:
        """One turn: some steps, timed."""
        self.seconds.append(self._ask(str(self.steps)))

    def messages(self) -> list[int]:
        """The bytes of the messages of a step."""
        return [int(number) for number in self._answers("messages")[0].split()]

    def end(self) -> None:
        """No more turns."""
        self._answers("end")
        for program in self._programs:
            program.wait(60)

    def _ask(self, steps: str) -> float:
        return max(map(float, self._answers(steps)))

    def _answers(self, word: str) -> list[str]:
        for file in self._files:
            file.write(word + "\n")
            file.flush()
        answers = [file.readline() for file in self._files]
        if not all(answers):
            raise SystemExit(f"{self.framework} with {self.processes} processes has died")
        return answers


def _started(
    framework: str, processes: int, workload: str, whole: bool, port: int, clock: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """One program, or mpiexec with several, or several programs that find each other (PyTorch)."""
    one = dict.fromkeys(("ZEROKARA_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [
        sys.executable,
        "-m",
        "benchmarks.parallel_worker",
        framework,
        workload,
        str(int(whole)),
        str(port),
        clock,
    ]
    environment = {**os.environ, **one}
    if framework == "apart":
        at = command.index(framework)
        for rank in range(processes):
            yield subprocess.Popen([*command[:at], f"{rank}/{processes}", *command[at + 1 :]], env=environment)
        return
    if processes == 1 or framework in ("zerokara", "instep"):
        launch = [mpiexec(), "-n", str(processes)] if processes > 1 else []
        yield subprocess.Popen([*launch, *command], env=environment)
        return
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port()), "WORLD_SIZE": str(processes)}
    for rank in range(processes):
        yield subprocess.Popen(command, env={**environment, **meeting, "RANK": str(rank)})


def mpiexec() -> str:
    """The mpiexec beside this Python."""
    return str(Path(sys.executable).parent / "mpiexec")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def measured(workload: str, arguments: argparse.Namespace) -> None:
    """Let all worlds take turns with one network, and print a line of the table."""
    n = arguments.processes
    asked = [
        ("zerokara", 1),
        ("zerokara", n),
        ("apart", n),
        ("instep", n),
        *([] if arguments.alone else [("pytorch", 1), ("pytorch", n)]),
    ]
    worlds = [World(framework, count, workload, arguments.whole, arguments.clock) for framework, count in asked]
    try:
        for _ in range(arguments.rounds):
            for world in worlds:
                world.turn()
        times = [statistics.median(world.seconds) for world in worlds]
        work = n if arguments.whole else 1
        cells = [f"{1000 * t:8.2f}" for t in times]
        cells += [f"{work * times[0] / times[k]:6.2f}" for k in (1, 2, 3)]
        if not arguments.alone:
            cells += [f"{work * times[4] / times[5]:6.2f}", f"{times[5] / times[1]:6.2f}"]
        messages = worlds[1].messages()
        print(f"{workload:12}", *cells, f"{len(messages):4} {sum(messages):12,}", sep="  ", flush=True)
    finally:
        for world in worlds:
            with contextlib.suppress(OSError):
                world.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default=",".join(NAMES), help="names of networks, with commas between")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--whole", action="store_true", help="every process has a batch of its own")
    parser.add_argument(
        "--clock", choices=("wall", "cpu"), default="wall", help="cpu: on a busy machine, the processor's time alone"
    )
    parser.add_argument("--alone", action="store_true", help="without PyTorch")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    unknown = set(names) - {workload.name for workload in TRAININGS}
    if unknown:
        raise SystemExit(f"there is no network {', '.join(sorted(unknown))}: {', '.join(w.name for w in TRAININGS)}")
    n = arguments.processes
    titles = ["ours 1", f"ours {n}", "apart", "in step", *([] if arguments.alone else ["torch 1", f"torch {n}"])]
    ratios = "speed-up (ours, apart, in step" + (")" if arguments.alone else ", torch)  torch/ours")
    print(f"{'ms a step':12}", *(f"{t:>8}" for t in titles), ratios, "messages, bytes", sep="  ")
    for name in names:
        measured(name, arguments)


if __name__ == "__main__":
    main()
