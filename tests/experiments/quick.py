"""Quick results of the experiments on the bundled digits, each measured once for all tests of all workers."""

import os
from functools import cache
from pathlib import Path

import filelock

from tests.conftest import SHARED
from zerokara.experiments import EXPERIMENTS, Result, run


@cache
def quick_result(name: str, seed: int = 0) -> Result:
    """A quick run of the experiment with its first seeds; on the digits where it reads data."""
    settings = {"data": "digits"} if "data" in EXPERIMENTS[name].settings else {}
    folder = Path(os.environ[SHARED])
    with filelock.FileLock(folder / f"{name}-{seed}.lock"):  # whoever comes second takes what the first has found
        return run(name, quick=True, seed=seed, out=folder, **settings)
