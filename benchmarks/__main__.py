"""Training steps, inference and single layers next to PyTorch and JAX: `python -m benchmarks --help`."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from benchmarks import report
from benchmarks.contestants import OURS, PEERS, Workload, missing, takes_part
from benchmarks.layers import LAYERS
from benchmarks.sequences import SEQUENCES
from benchmarks.sidebyside import machine, processor
from benchmarks.turns import Contestant, FailedError, Turn, pin
from benchmarks.workloads import INFERENCES, TRAININGS, WRITTEN

KINDS = ("training", "written", "inference", "layer", "sequence")
WORKLOADS: tuple[Workload, ...] = (*TRAININGS, *WRITTEN, *INFERENCES, *LAYERS, *SEQUENCES)

EXAMPLES = f"""
peers: {", ".join(PEERS)}; "none" for none

examples:
  python -m benchmarks --kind training --json table.json
  python -m benchmarks --kind written         (loops as they are written, ours not captured, next to PyTorch eager)
  python -m benchmarks --only SimpleConvNet --only DeepConvNet --peers torch,jax
  python -m benchmarks --kind layer --only "grad w" --threads 1
  python -m benchmarks.accuracy --help        (seconds to an accuracy)

Every contestant is a process of its own; they take turns, round by round. The ratio is the peer's time divided by
ours, the median over the rounds; ★ marks the peer that is hardest to beat. PyTorch and JAX are optional:
pip install "zerokara[bench]". Measure on a machine that does nothing else.
"""


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


@dataclass(frozen=True)
class Options:
    kinds: Sequence[str]
    only: Sequence[str]
    json: Path | None
    threads: int
    rounds: int
    peers: Sequence[str]
    cpu: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns 1 if somebody's results differ or we could not take part."""
    options = parse(arguments)
    pin(options.threads)
    about = {"machine": f"{processor()}; {machine()}", "threads": options.threads, "rounds": options.rounds}
    about["clock"] = "processor" if options.cpu else "wall"
    print(f"{about['machine']}, {options.threads} threads, {options.rounds} rounds, {about['clock']} time")
    results: list[report.Measured] = []
    kind = ""
    for workload in chosen(options):
        if workload.kind != kind:
            kind = workload.kind
            print(f"\n{report.heading(kind)}")
        results.append(measure(workload, options))
        print(report.lines(results[-1]), flush=True)
        if options.json is not None:
            report.write_json(options.json, report.as_json(results, about))
    print(f"\n{report.summary(results)}")
    return int(any(r.differing or OURS not in r.turns for r in results))


def measure(workload: Workload, options: Options) -> report.Measured:
    """Warm up one after another, then take turns."""
    failures: dict[str, str] = {}
    alive: dict[str, Contestant] = {}
    turns: dict[str, list[Turn]] = {}
    try:
        for name in [OURS, *(peer for peer in options.peers if takes_part(peer, workload))]:
            try:
                alive[name] = Contestant(name, workload)
            except FailedError as why:
                failures[name] = str(why)
        turns = {name: [] for name in alive}
        for _ in range(options.rounds):
            for name, contestant in alive.items():
                time.sleep(0.01)  # the threads of who was last go on looking for work for some milliseconds
                turn = contestant.turn()
                turns[name].append(replace(turn, seconds=turn.seconds * turn.cores) if options.cpu else turn)
        starts = {name: contestant.start for name, contestant in alive.items()}
        peaks = {name: contestant.end() for name, contestant in alive.items()}
    finally:
        for contestant in alive.values():
            contestant.stop()
    return report.Measured(workload, starts, turns, peaks, failures)


def chosen(options: Options) -> list[Workload]:
    """The workloads of the wished kinds in whose name one of the wished words stands."""
    words = [word.casefold() for word in options.only]
    return [
        workload
        for workload in WORKLOADS
        if workload.kind in options.kinds and (not words or any(word in workload.name.casefold() for word in words))
    ]


def parse(arguments: Sequence[str] | None) -> Options:
    parser = Parser(
        prog="python -m benchmarks",
        description=__doc__.split(":")[0] + "." if __doc__ else None,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parser.add_argument("--kind", action="append", choices=KINDS, help="what to measure; may be repeated (all)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a part of a name; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    parser.add_argument("--threads", type=int, default=available, metavar="N", help=f"for everybody ({available})")
    parser.add_argument("--rounds", type=int, default=9, metavar="N", help="turns of each contestant (9)")
    parser.add_argument("--peers", default=",".join(PEERS), metavar="NAMES", help="separated by commas (all)")
    parser.add_argument(
        "--cpu", action="store_true", help="with --threads 1: seconds of the processor, for a machine that is in use"
    )
    parser.add_argument("--list", action="store_true", help="print the names and do nothing")
    given = parser.parse_args(arguments)
    options = Options(
        kinds=given.kind or KINDS,
        only=given.only,
        json=given.json,
        threads=given.threads,
        rounds=given.rounds,
        peers=_peers(parser, given.peers),
        cpu=given.cpu,
    )
    _check(parser, options, available)
    if given.list:
        print("\n".join(f"{workload.kind:10} {workload.name}" for workload in chosen(options)))
        parser.exit()
    return replace(options, peers=_present(options.peers))


def _check(parser: Parser, options: Options, available: int) -> None:
    if not 1 <= options.threads <= available:
        parser.error(f"--threads is a number from 1 to {available}, the processors here; got {options.threads}")
    if options.cpu and options.threads > 1:
        parser.error("--cpu counts threads that wait as well as those that work: give --threads 1 with it")
    if options.rounds < 1:
        parser.error(f"--rounds is at least 1; got {options.rounds}")
    if not chosen(options):
        parser.error(f"no workload is called {' or '.join(options.only)}; --list shows all names")
    if options.json is not None and not options.json.absolute().parent.is_dir():
        parser.error(f"there is no folder for {options.json}")


def _peers(parser: Parser, names: str) -> list[str]:
    """The peers that are asked for."""
    wished = [] if names == "none" else [name for name in names.split(",") if name]
    for name in wished:
        if name not in PEERS:
            parser.error(f'there is no peer {name!r}; known are {", ".join(PEERS)}, and "none"')
    return wished


def _present(peers: list[str]) -> list[str]:
    """The peers that can take part; who is not installed is left out, in words."""
    for library in dict.fromkeys(PEERS[name].library for name in peers if missing(name)):
        print(f"{library} is not installed and does not take part: pip install {library}", file=sys.stderr)
    return [name for name in peers if not missing(name)]


if __name__ == "__main__":
    sys.exit(main())
