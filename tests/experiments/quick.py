"""Quick results of the experiments on the bundled digits, and their pages: each made once for all tests and workers."""

import os
from functools import cache
from pathlib import Path

import filelock

from tests.conftest import SHARED
from zerokara.experiments import EXPERIMENTS, Result, run
from zerokara.experiments.page import page
from zerokara.io import write_atomically
from zerokara.report import Lang


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
