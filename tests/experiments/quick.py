"""Quick results of the experiments on the bundled digits, and their pages: each made once for all tests and workers.

What holds for every experiment is a sweep: the tests of every day try it for a sample, the long ones for the others.
"""

import os
import warnings
from dataclasses import fields
from functools import cache
from pathlib import Path

import filelock
import pytest

from tests.conftest import SHARED
from tests.sweeps import long, sweep
from zerokara.experiments import EXPERIMENTS, Result, run
from zerokara.experiments.page import page
from zerokara.experiments.scope import Gap
from zerokara.io import write_atomically
from zerokara.report import Lang

EVERYDAY = (
    "show-image", "nand-half-adder", "gradient-method", "graph-drawing", "weight-init-histogram",
    "train-simple-convnet-small", "misclassified", "attention-map", "latent-plane", "em-mixture", "hessian-vector",
)  # fmt: skip
"""The sample: of most chapters and parts, computed and learned, with figures of every kind."""

OTHERS = [name for name in EXPERIMENTS if name not in EVERYDAY]

every_experiment = pytest.mark.parametrize("name", sweep(EXPERIMENTS, EVERYDAY))
every_experiment_together = pytest.mark.parametrize("names", [[*EVERYDAY], long(OTHERS)], ids=["everyday", "others"])


@cache
def quick_result(name: str, seed: int = 0) -> Result:
    """A quick run of the experiment with its first seeds; on the digits where it reads data."""
    settings = {"data": "digits"} if "data" in EXPERIMENTS[name].settings else {}
    folder = Path(os.environ[SHARED])
    with filelock.FileLock(folder / f"{name}-{seed}.lock"):  # whoever comes second takes what the first has found
        return run(name, quick=True, seed=seed, out=folder, **settings)


def quick_page(name: str, lang: Lang) -> str:
    """The report of the quick result."""
    kept = Path(os.environ[SHARED]) / f"{name}.{lang}.html"
    if not kept.exists():
        write_atomically(kept, page(quick_result(name), lang).html().encode())
    return kept.read_text(encoding="utf-8")


class Outspoken(Result):
    """A quick result that is shown as a full one is: with findings, questions and a verdict.

    Only for what a page looks like. What it says may be wrong: the numbers are those of a training that is too short.
    """

    @property
    def gap(self) -> Gap:
        return Gap()

    @property
    def own(self) -> bool:
        return True


def outspoken_page(name: str, lang: Lang) -> str:
    """The report that a full run has, with the numbers of the quick one; empty where the quick one has all of it."""
    result = quick_result(name)
    if not result.gap:
        return ""
    full = Outspoken(**{f.name: getattr(result, f.name) for f in fields(result)} | {"quick": False})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # some divide by what a longer training does not leave at 0
        return page(full, lang).html()
