"""Whether all processes of a team train the same: asked before the first step, and of the weights after every epoch."""

import importlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels import kernel_family
from zerokara.parallel import TeamError
from zerokara.training.run import Run
from zerokara.training.settings import flat

_FREE = ("machine", "threads")
"""What may differ from host to host."""


def expect_same_start(run: Run) -> None:
    """TeamError that names the first process whose versions, data, settings or weights are not those of process 0."""
    team = run.team
    environment = {k: v for k, v in run.settings["environment"].items() if k not in _FREE} | _versions()
    own = dict(flat({"environment": environment, "training": run.settings["training"], "notes": run.settings["notes"]}))
    told = [json.loads(text) for text in team.gather_texts(json.dumps(own, default=str))]
    for rank, other in enumerate(told):
        for name in other | told[0]:
            if other.get(name) != told[0].get(name):
                raise TeamError(
                    f"{team.names[rank]} has {_short(name, other)}, and {team.names[0]} {_short(name, told[0])}: "
                    "all processes of a training need the same versions, data and settings"
                )
    _expect_same(run, run.model.state_dict(), "begins with other weights")


def _versions() -> dict[str, str]:
    """Of the packages that compute or speak here, beside those that a run keeps."""
    packages = ["mpi4py", *(("numba", "llvmlite") if kernel_family() == "compiled" else ())]
    return {name: str(importlib.import_module(name).__version__) for name in packages}


def expect_same_state(run: Run) -> None:
    """TeamError if the weights, or the optimizer's state, are not the same on all processes, bit for bit."""
    state = {**run.model.state_dict(), **{f"optimizer/{k}": v for k, v in run.optimizer.state_dict().items()}}
    _expect_same(run, state, "no longer has the same numbers")


def _expect_same(run: Run, state: Mapping[str, Any], what: str) -> None:
    names = list(state)
    found = run.team.gather(np.array([_checksum(np.asarray(state[name])) for name in names], np.int64))
    for rank, name in np.argwhere(found != found[0]).tolist():
        raise TeamError(
            f"{run.team.names[rank]} {what} in {names[name]} (first found there) as {run.team.names[0]} has: "
            "the processes must build the same model from the same seed, and run on processors that compute alike"
        )


def _checksum(array: Array) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data)


def _short(name: str, told: Mapping[str, Any]) -> str:
    text = json.dumps(told.get(name))
    return f"{name} = {text if len(text) <= 60 else text[:59] + '…'}"
