"""The estimators next to scikit-learn's own networks on scikit-learn's data sets: how accurate, and how fast.

    python -m benchmarks.estimators --repeats 2

Both get the same examples, scaled by the training part's mean and deviation, and the same hidden sizes; the rest is as
each has it by default: Adam, batches of 200, at most 200 epochs, the end when the loss has not improved for ten. They
take turns fold by fold in one process, each being first in every other fold; the first fit of each is not counted (it
loads machine code). The regressors' peer learns scaled targets too (`TransformedTargetRegressor`), as ours does.
Seconds are those of the processor, on one core, so that other work on the machine counts little; --threads 2 measures
with two, and then by the clock.
"""

import argparse
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.report import write_json
from benchmarks.sidebyside import machine, processor
from benchmarks.turns import pin
from zerokara.estimators import NetworkClassifier, NetworkRegressor

PINNED = "ZEROKARA_BENCHMARK_THREADS"
"""Says to the process that measures that it has so many threads: libraries look at that when they are loaded."""

CLASSES: dict[str, Callable[[], Any]] = {
    "iris": lambda: datasets.load_iris(return_X_y=True),
    "wine": lambda: datasets.load_wine(return_X_y=True),
    "breast_cancer": lambda: datasets.load_breast_cancer(return_X_y=True),
    "digits": lambda: datasets.load_digits(return_X_y=True),
}
NUMBERS: dict[str, Callable[[], Any]] = {
    "diabetes": lambda: datasets.load_diabetes(return_X_y=True),
    "friedman1": lambda: datasets.make_friedman1(2000, noise=1.0, random_state=0),
}


@dataclass(frozen=True)
class Fold:
    """One fit: its score on the fold (accuracy, or R²), seconds to fit and to score, epochs."""

    score: float
    fit: float
    answer: float
    epochs: int


def contestants(name: str, hidden: tuple[int, ...], seed: int) -> dict[str, Any]:
    """Ours and scikit-learn's, each behind a scaling of the inputs."""
    if name in CLASSES:
        pair = NetworkClassifier(hidden, random_state=seed), MLPClassifier(hidden, random_state=seed)
    else:
        theirs = TransformedTargetRegressor(
            MLPRegressor(hidden_layer_sizes=hidden, random_state=seed), transformer=StandardScaler()
        )
        pair = NetworkRegressor(hidden, random_state=seed), theirs
    return {kind: make_pipeline(StandardScaler(), one) for kind, one in zip(("zerokara", "sklearn"), pair, strict=True)}


def fold(estimator: Any, X: Any, y: Any, train: Any, test: Any) -> Fold:
    """Fit on one part, judge on the other."""
    estimator = clone(estimator)
    clock = time.process_time if os.environ.get(PINNED) == "1" else time.perf_counter
    start = clock()
    estimator.fit(X[train], y[train])
    fitted = clock()
    score = estimator.score(X[test], y[test])
    done = clock()
    last = estimator[-1]
    epochs = getattr(last, "regressor_", last).n_iter_
    return Fold(float(score), fitted - start, done - fitted, int(epochs))


def measure(name: str, hidden: tuple[int, ...], repeats: int, dtype: str) -> dict[str, list[Fold]]:
    """All folds of a data set, by contestant."""
    X, y = (CLASSES | NUMBERS)[name]()
    X = X.astype(dtype)
    folds = (RepeatedStratifiedKFold if name in CLASSES else RepeatedKFold)(
        n_splits=5, n_repeats=repeats, random_state=0
    )
    found: dict[str, list[Fold]] = {"zerokara": [], "sklearn": []}
    for number, (train, test) in enumerate(folds.split(X, y)):
        both = contestants(name, hidden, seed=number)
        if not number:
            for estimator in both.values():
                fold(estimator, X, y, train, test)
        for kind in sorted(both, reverse=number % 2 == 0):
            found[kind].append(fold(both[kind], X, y, train, test))
    return found


def row(name: str, found: dict[str, list[Fold]]) -> str:
    """A line of the table."""
    ours, theirs = found["zerokara"], found["sklearn"]
    gaps = [a.score - b.score for a, b in zip(ours, theirs, strict=True)]
    error = statistics.stdev(gaps) / len(gaps) ** 0.5
    scores = " | ".join(f"{np.mean([f.score for f in folds]):.4f}" for folds in (ours, theirs))
    times = " | ".join(f"{statistics.median(f.fit for f in folds):.3f}" for folds in (ours, theirs))
    epochs = " / ".join(f"{np.mean([f.epochs for f in folds]):.0f}" for folds in (ours, theirs))
    ratio = statistics.median(b.fit / a.fit for a, b in zip(ours, theirs, strict=True))
    return f"| {name} | {scores} | {np.mean(gaps):+.4f} ± {error:.4f} | {times} | **{ratio:.1f}** | {epochs} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimators", description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="*", choices=[*CLASSES, *NUMBERS], default=[*CLASSES, *NUMBERS])
    parser.add_argument("--hidden", nargs="*", type=int, default=[100])
    parser.add_argument("--repeats", type=int, default=2, help="rounds of five folds")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float64")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    told = parser.parse_args(arguments)
    if os.environ.get(PINNED) != str(told.threads):
        pin(told.threads)
        os.environ[PINNED] = os.environ["OPENBLAS_NUM_THREADS"] = str(told.threads)
        given = sys.argv[1:] if arguments is None else [*arguments]
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.estimators", *given])
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{processor()}; {told.threads} thread(s), {told.dtype}, hidden {told.hidden}, {told.repeats} × 5 folds")
    print("| data | score | MLP's | difference | seconds a fit | MLP's | ratio | epochs |")
    print("|---|---|---|---|---|---|---|---|")
    kept = {}
    for name in told.data:
        found = measure(name, tuple(told.hidden), told.repeats, told.dtype)
        kept[name] = {kind: [asdict(one) for one in folds] for kind, folds in found.items()}
        print(row(name, found), flush=True)
    if told.json:
        write_json(told.json, {"machine": machine(), "folds": kept})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
