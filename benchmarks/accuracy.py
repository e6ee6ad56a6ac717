"""Seconds of training until a network reads MNIST's test part so well, next to PyTorch by the same recipe.

    python -m benchmarks.accuracy --recipe mnist-speed --data FOLDER

Every training is a process of its own; seed by seed the contestants take turns. Counted is the training itself, from
the making of the network to the end of an epoch, with everything that happens on the way: batches, augmentation,
kernels that are loaded when they are first used. Not counted, but told: importing, loading the images into memory, and
the evaluation on the test part, which comes after each epoch. A target is reached at the end of the first epoch that
reaches it. Where a recipe averages weights, the average is judged after the last epoch, the weights themselves before.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.__main__ import Parser
from benchmarks.contestants import OURS, PEERS, load, missing
from benchmarks.report import write_json
from benchmarks.sidebyside import machine, processor
from benchmarks.turns import peak_mib, pin
from zerokara.arguments import known
from zerokara.data import Dataset
from zerokara.recipes import RECIPES, Recipe, override

TARGETS = (0.99, 0.995)


@dataclass(frozen=True)
class Run:
    """A training: after each epoch the seconds so far and the accuracy on the test part."""

    contestant: str
    seed: int
    seconds: list[float]
    accuracies: list[float]
    evaluation_seconds: float
    import_seconds: float
    data_seconds: float
    peak_mib: float

    def until(self, target: float) -> float | None:
        """Seconds of training until that accuracy; None if it was not reached."""
        reached = (s for s, accuracy in zip(self.seconds, self.accuracies, strict=True) if accuracy >= target)
        return next(reached, None)


Epochs = Callable[[Recipe, Dataset], Iterator[Callable[[], float]]]
"""Trains epoch by epoch; what it yields evaluates the network as it then is."""


def zerokara_epochs(recipe: Recipe, dataset: Dataset) -> Iterator[Callable[[], float]]:
    """As `zerokara train --recipe` does it."""
    from zerokara.recipes import new_model, train
    from zerokara.training import evaluate

    model = new_model(recipe, dataset)
    for record in train(recipe, dataset, model):
        if record.kind == "epoch" and record.epoch < recipe.epochs:
            yield lambda: evaluate(model, dataset.test).accuracy
    yield lambda: evaluate(model, dataset.test).accuracy  # with the weights that the training ends with


def run(contestant: str, recipe: Recipe, data_dir: Path | None) -> Run:
    """One training, in this process."""
    begin = time.perf_counter()
    load(contestant)
    imported = time.perf_counter()
    from zerokara.data import load as load_data

    dataset = load_data(recipe.data, data_dir=data_dir)
    loaded = time.perf_counter()
    seconds, accuracies, evaluating = [], [], 0.0
    start = time.perf_counter()
    for evaluated in _epochs(contestant)(recipe, dataset):
        end_of_epoch = time.perf_counter()
        seconds.append(end_of_epoch - start - evaluating)
        accuracies.append(evaluated())
        evaluating += time.perf_counter() - end_of_epoch
    before = imported - begin, loaded - imported
    return Run(contestant, recipe.seed, seconds, accuracies, evaluating, *before, peak_mib())


def _epochs(contestant: str) -> Epochs:
    if contestant == OURS:
        return zerokara_epochs
    from benchmarks.accuracy_pytorch import epochs

    def of_peer(recipe: Recipe, dataset: Dataset) -> Iterator[Callable[[], float]]:
        return epochs(recipe, dataset, PEERS[contestant].channels_last)

    return of_peer


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    pin(options.threads)
    recipe, runs = options.recipe, []
    print(f"{processor()}; {machine()}, {options.threads} threads; recipe {recipe.name}, {recipe.epochs} epochs")
    for seed in range(options.seeds):
        for contestant in options.contestants:
            runs.append(_in_a_process(contestant, override(recipe, seed=seed), options.data))
            print(_line(runs[-1]), flush=True)
    print(_table(runs, options.targets))
    if options.json is not None:
        about = {"recipe": recipe.to_dict(), "machine": f"{processor()}; {machine()}", "threads": options.threads}
        content = json.loads(json.dumps([asdict(run) for run in runs]))
        write_json(options.json, {"runs": content, "targets": _summary(runs, options.targets), **about})
    return 0


def _in_a_process(contestant: str, recipe: Recipe, data_dir: Path | None) -> Run:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(run, contestant, recipe, data_dir).result()


def _line(run: Run) -> str:
    epochs = "  ".join(f"{s:.2f} s {100 * a:.2f} %" for s, a in zip(run.seconds, run.accuracies, strict=True))
    around = f"import {run.import_seconds:.1f} s, data {run.data_seconds:.1f} s, tests {run.evaluation_seconds:.1f} s"
    return f"{run.contestant:20} seed {run.seed}: {epochs}   ({around}, {run.peak_mib:.0f} MiB)"


def _summary(runs: Sequence[Run], targets: Sequence[float]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for target in targets:
        for contestant in dict.fromkeys(run.contestant for run in runs):
            own = [run for run in runs if run.contestant == contestant]
            times = [t for run in own if (t := run.until(target)) is not None]
            spread = {"mean": statistics.fmean(times), "min": min(times), "max": max(times)} if times else {}
            deviation = {"deviation": statistics.stdev(times)} if len(times) > 1 else {}
            row = {"target": target, "contestant": contestant, "reached": len(times), "of": len(own)}
            rows.append(row | spread | deviation)
    return rows


def _table(runs: Sequence[Run], targets: Sequence[float]) -> str:
    shown = ["", f"{'target':8} {'contestant':20} {'reached':>8}  seconds of training: mean ± deviation (least–most)"]
    for row in _summary(runs, targets):
        head = f"{100 * float(str(row['target'])):.2f} %  {row['contestant']:20} {row['reached']:>3} of {row['of']}"
        if "mean" in row:
            head += f"   {row['mean']:.2f} ± {row.get('deviation', 0.0):.2f} ({row['min']:.2f}–{row['max']:.2f})"
        shown.append(head)
    last: dict[str, list[float]] = {}
    for run in runs:
        last.setdefault(run.contestant, []).append(100 * run.accuracies[-1])
    shown += [f"in the end {name}: {statistics.fmean(a):.3f} % ({min(a):.2f}–{max(a):.2f})" for name, a in last.items()]
    return "\n".join(shown)


@dataclass(frozen=True)
class Options:
    recipe: Recipe
    contestants: Sequence[str]
    seeds: int
    targets: Sequence[float]
    data: Path | None
    threads: int
    json: Path | None


def parse(arguments: Sequence[str] | None) -> Options:
    parser = Parser(
        prog="python -m benchmarks.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    data = os.environ.get("ZEROKARA_DATA")
    parser.add_argument("--recipe", default="mnist-speed", help="a name from `zerokara train --help` (mnist-speed)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--lr", type=float, help="instead of the recipe's")
    parser.add_argument("--dataset", metavar="NAME", help="instead of the recipe's: a name, or folder:PATH")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="trainings of each contestant (5)")
    parser.add_argument("--peers", default="torch,torch-channels-last", metavar="NAMES", help='or "none"')
    parser.add_argument("--target", action="append", type=float, help="an accuracy, 0.99; may be repeated")
    parser.add_argument("--data", type=Path, default=data, help="folder with the data set (ZEROKARA_DATA)")
    parser.add_argument("--threads", type=int, default=available, metavar="N", help=f"for everybody ({available})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    given = parser.parse_args(arguments)
    if given.seeds < 1:
        parser.error(f"--seeds is at least 1; got {given.seeds}")
    if not 1 <= given.threads <= available:
        parser.error(f"--threads is a number from 1 to {available}, the processors here; got {given.threads}")
    wished = [] if given.peers == "none" else given.peers.split(",")
    for name in wished:
        if name not in PEERS or PEERS[name].library != "torch" or PEERS[name].compiled:
            parser.error(f"--peers here are torch, torch-channels-last or none; got {name!r}")
    present = [name for name in wished if not missing(name)]
    changes = {name: value for name in ("epochs", "lr") if (value := getattr(given, name)) is not None}
    changes |= {"data": given.dataset} if given.dataset else {}
    try:
        recipe = override(RECIPES[known("recipe", given.recipe, RECIPES)], **changes)
    except ValueError as error:
        parser.error(str(error))
    if present != wished:
        print("PyTorch is not installed and does not take part", file=sys.stderr)
    return Options(
        recipe, [OURS, *present], given.seeds, given.target or TARGETS, given.data, given.threads, given.json
    )


if __name__ == "__main__":
    sys.exit(main())
