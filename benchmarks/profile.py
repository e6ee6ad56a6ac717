"""Where the time of a recorded step goes: every kernel that it calls, one after the other on one thread.

    python -m benchmarks.profile GPT [--each] [--rounds 20]

NAME is any part of the name of a training step or of a network of sequences. The recorded step is replayed call by
call; of every call the median of the rounds counts. Calls of one kernel for one operation are one line, or with
`--each` every call is. What several threads do at once, and what they wait for, is not in it.
"""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable

from benchmarks import ours, ours_sequences, workloads
from benchmarks.sequences import SEQUENCES, Sequence
from benchmarks.sidebyside import machine, processor
from zerokara.capture.captured import Captured
from zerokara.kernels.compiled import crew
from zerokara.kernels.compiled.program import Instruction, Program
from zerokara.kernels.compiled.replay import Replay


def profiled(workload: workloads.Training | Sequence, rounds: int) -> list[tuple[Instruction, float]]:
    """Every instruction of a step's replay on one batch, in order, with its median of seconds."""
    if isinstance(workload, workloads.Training):
        step, data = ours.training_step(workload)
    else:
        step, data = ours_sequences.sequence_step(workload)
    run = Captured(step)
    run(*data[0])
    ((recording,),) = run._recordings.values()
    return times(recording._replay, rounds)


def times(replay: Replay, rounds: int) -> list[tuple[Instruction, float]]:
    """Every instruction of a replay, in order, with its median of seconds."""
    taken: dict[int, list[float]] = defaultdict(list)
    known: dict[int, Instruction] = {}
    for _ in range(rounds):
        for part in replay._parts:
            if not isinstance(part, Program):
                _timed(part.instruction, part.run, known, taken)
                continue
            for group, calls in zip(part.groups, part.calls(), strict=True):
                for instruction, each in zip(group, calls, strict=True):
                    _timed(instruction, lambda each=each: crew.run_alone(each), known, taken)  # type: ignore[misc]
    return [(known[serial], statistics.median(taken[serial])) for serial in known]


def _timed(
    instruction: Instruction, run: Callable[[], None], known: dict[int, Instruction], taken: dict[int, list[float]]
) -> None:
    began = time.perf_counter()
    run()
    taken[instruction.serial].append(time.perf_counter() - began)
    known[instruction.serial] = instruction


def table(found: list[tuple[Instruction, float]], each: bool) -> str:
    """Milliseconds and shares, the longest first; every instruction with the shapes that it touches if `each`."""
    rows: dict[str, list[float]] = defaultdict(list)
    for instruction, seconds in found:
        shapes = ", ".join("×".join(map(str, array.shape)) for array in instruction.kept or ())
        rows[f"{instruction} {instruction.serial} [{shapes}]" if each else str(instruction)].append(seconds)
    total = sum(seconds for _, seconds in found)
    lines = [f"{'milliseconds':>12} {'share':>6} {'calls':>6}"]
    for name, taken in sorted(rows.items(), key=lambda row: -sum(row[1])):
        lines.append(f"{1e3 * sum(taken):12.3f} {sum(taken) / total:6.1%} {len(taken):6} {name}")
    return "\n".join([*lines, f"{1e3 * total:12.3f}"])


def main() -> None:
    """Print the table of every network whose name has NAME in it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__.split("\n")[0])
    parser.add_argument("name", metavar="NAME", help="part of the name of a network")
    parser.add_argument("--each", action="store_true", help="a line for every call, with the shapes of its arrays")
    parser.add_argument("--rounds", type=int, default=20, help="replays, of which the median counts (20)")
    options = parser.parse_args()
    known: list[workloads.Training | Sequence] = [*workloads.TRAININGS, *SEQUENCES]
    wanted = [workload for workload in known if options.name.lower() in workload.name.lower()]
    if not wanted:
        names = ", ".join(workload.name for workload in known)
        raise SystemExit(f"no network has {options.name!r} in its name; there are {names}")
    print(f"{processor()}; {machine()}, one thread")
    for workload in wanted:
        found = profiled(workload, options.rounds)
        print(f"\n{workload.name}\n{table(found, options.each)}", flush=True)


if __name__ == "__main__":
    main()
