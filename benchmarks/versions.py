"""How long the training steps of two versions take, side by side in turns.

python -m benchmarks.versions OLD NEW --only DeepConvNet,VGG-CIFAR

OLD and NEW are checkouts (`git worktree add --detach ../old 836da27`, for example). Each version runs in a process
of its own, and they measure in turns, so that a busy moment of the machine meets both. A process may be lucky or not
with where its memory lies: so several are started one after the other, and the median over them is printed, of each
process' fastest turns; behind it the least and largest ratio of a pair of processes.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.workloads import TRAININGS

_SECONDS = 0.25  # of one turn, about

_WORK = """
import sys, time
from benchmarks import ours, workloads
if sys.argv[2] == "written":
    ours.captured = lambda step: step
training = ours.training(next(w for w in workloads.TRAININGS if w.name == sys.argv[1]))
for i in range(3):
    training.step(i)
print("ready", flush=True)
for line in sys.stdin:
    seconds, end = [], time.perf_counter() + float(line)
    while not seconds or time.perf_counter() < end:
        began = time.perf_counter()
        training.step(len(seconds))
        seconds.append(time.perf_counter() - began)
    print(sorted(seconds)[len(seconds) // 10], flush=True)
"""


class Version:
    """A process in which one version trains one network whenever it is its turn."""

    def __init__(self, root: Path, network: str, form: str) -> None:
        paths = os.pathsep.join((str(root / "src"), str(root)))
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WORK, network, form],
            cwd=root,
            env={**os.environ, "PYTHONPATH": paths, "ZEROKARA_QUIET": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._answer() != "ready":
            raise SystemExit(f"{root} cannot train {network}: see above")

    def turn(self) -> float:
        """Seconds of a step: nine of ten take longer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{_SECONDS}\n")
        self._process.stdin.flush()
        return float(self._answer())

    def end(self) -> None:
        """No more turns."""
        self._process.kill()
        self._process.wait()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def compare(network: str, old: Path, new: Path, starts: int, turns: int, form: str) -> str:
    """A row of the table."""
    found: list[tuple[float, float]] = []
    for start in range(starts):
        first, second = (old, new) if start % 2 == 0 else (new, old)
        processes = {root: Version(root, network, form) for root in (first, second)}
        fastest = dict.fromkeys(processes, float("inf"))
        for _ in range(turns):
            for root, process in processes.items():
                fastest[root] = min(fastest[root], process.turn())
        for process in processes.values():
            process.end()
        found.append((fastest[old], fastest[new]))
    before, after = (statistics.median(times) * 1e3 for times in zip(*found, strict=True))
    ratios = [b / a for a, b in found]
    spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
    return f"{network:16} {before:10.3f} ms {after:10.3f} ms {after / before:7.3f}   {spread}"


def main() -> None:
    """Print the table."""
    names = [workload.name for workload in TRAININGS]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.versions", description="Two versions of zerokara in turns: ms a training step."
    )
    parser.add_argument("old", type=Path, help="a checkout")
    parser.add_argument("new", type=Path, help="another checkout")
    parser.add_argument("--only", default=",".join(names), help="networks, by name, with commas")
    parser.add_argument("--starts", type=int, default=6, help="processes of each version")
    parser.add_argument("--turns", type=int, default=6, help="turns of each process")
    parser.add_argument("--written", action="store_true", help="steps as they are written, not captured")
    asked = parser.parse_args()
    chosen = asked.only.split(",")
    if unknown := [name for name in chosen if name not in names]:
        parser.exit(2, f"no network is called {unknown[0]}: choose from {', '.join(names)}\n")
    for root in (asked.old, asked.new):
        if not (root / "src" / "zerokara").is_dir():
            parser.exit(2, f"{root} is not a checkout of zerokara: expected a folder with src/zerokara in it\n")
    if min(asked.starts, asked.turns) < 1:
        parser.exit(2, "--starts and --turns are numbers from 1\n")
    print(f"{'network':16} {'old':>13} {'new':>13} {'new/old':>7}   of single pairs")
    for name in chosen:
        form = "written" if asked.written else "captured"
        print(compare(name, asked.old.resolve(), asked.new.resolve(), asked.starts, asked.turns, form), flush=True)


if __name__ == "__main__":
    main()
