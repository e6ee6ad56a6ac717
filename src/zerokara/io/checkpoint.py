"""Checkpoints: everything a training needs to go on as if it had not stopped, in one safetensors file.

The arrays are named `model/…`, `optimizer/…`, `average/…` and `carried/…`; everything else (where the training stands,
states of the random generators) is one JSON text in the file's metadata. Nothing is pickled.
"""

import contextlib
import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.io import files, safetensors
from zerokara.paths import as_path
from zerokara.release import __version__

LAST, PREVIOUS, BEST = "last.safetensors", "previous.safetensors", "best.safetensors"
DAMAGED = "damaged.safetensors"

_KEY, _FORMAT = "zerokara-checkpoint", 1


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training after some step.

    model, optimizer: their `state_dict()`; average: averaged weights by name, empty if the training does not average.
    carried: what goes on from batch to batch, as the state of a recurrent network in the middle of a text; else empty.
    progress: where it stands (step, epoch, batch …); settings: what it was told; random: states of the generators.
    """

    model: Mapping[str, Array]
    optimizer: Mapping[str, Any] = field(default_factory=dict)
    average: Mapping[str, Array] = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    random: Mapping[str, Any] = field(default_factory=dict)
    carried: Mapping[str, Array] = field(default_factory=dict)
    version: str = field(default=__version__)

    @property
    def weights(self) -> dict[str, Array]:
        """The weights to use: the averaged ones where there are any."""
        return dict(self.average or self.model)


def save_checkpoint(
    path: str | os.PathLike[str], checkpoint: Checkpoint, *, keep: str | os.PathLike[str] | None = None
) -> Path:
    """Write `checkpoint` to `path` atomically; a file that was there is kept under the name `keep`, if one is given.

    The old file is renamed only when the new one is complete on the disk.
    Raises ValueError if it cannot be written, TypeError if it holds something that is neither array nor JSON.
    """
    target = as_path(path)
    if not isinstance(checkpoint, Checkpoint):
        raise TypeError(f"a checkpoint is an io.Checkpoint; got {type(checkpoint).__name__}")
    temporary = files.write_beside(target, to_bytes(checkpoint))
    if keep is not None and target.exists():
        files.rename(target, as_path(keep))
    files.rename(temporary, target)
    return target


def load_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint; ValueError names the file and what is wrong with it."""
    return _understood(path, *safetensors.load_safetensors(path))


def from_bytes(content: bytes) -> Checkpoint:
    """The checkpoint that `to_bytes` wrote down."""
    return _understood("this", *safetensors.from_bytes(content))


def _understood(path: str | os.PathLike[str], state: Mapping[str, Array], metadata: Mapping[str, str]) -> Checkpoint:
    if not is_checkpoint(metadata):
        raise ValueError(f"{path} holds weights but is not a checkpoint; use load_weights for it")
    text = json.loads(metadata[_KEY])
    if text["format"] > _FORMAT:
        raise ValueError(f"{path} was written by zerokara {text['version']}, which this version cannot read; upgrade")
    return Checkpoint(
        model=_under("model", state),
        optimizer=_under("optimizer", state) | text["optimizer"],
        average=_under("average", state),
        progress=text["progress"],
        settings=text["settings"],
        random=text["random"],
        carried=_under("carried", state),
        version=text["version"],
    )


def is_checkpoint(metadata: Mapping[str, str]) -> bool:
    """Whether a safetensors file with these metadata is a checkpoint of ours."""
    return _KEY in metadata


def load_last(folder: str | os.PathLike[str]) -> Checkpoint:
    """The newest whole checkpoint of a run's folder: `last`, or with a warning the one before it if `last` is damaged.

    A damaged `last` is set aside as `damaged.safetensors`, so that the next save does not put it in the place of the
    good one. Raises ValueError if the folder holds no checkpoint, or only damaged ones.
    """
    last, previous = as_path(folder) / LAST, as_path(folder) / PREVIOUS
    if not last.exists() and not previous.exists():
        raise ValueError(f"{folder} holds no checkpoint to resume from; start the training without resume")
    if not last.exists():  # killed between the two renames of a save
        return load_checkpoint(previous)
    try:
        return load_checkpoint(last)
    except ValueError as error:
        return _fall_back(last, previous, str(error))


def _fall_back(last: Path, previous: Path, complaint: str) -> Checkpoint:
    if not previous.exists():
        raise ValueError(f"{complaint}; there is no earlier checkpoint: start the training anew in another folder")
    checkpoint = load_checkpoint(previous)
    with contextlib.suppress(OSError):
        last.replace(last.with_name(DAMAGED))
    warnings.warn(f"{complaint}; the training continues from the checkpoint before it, {previous}", stacklevel=3)
    return checkpoint


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """What stands in the file of a checkpoint."""
    arrays = {name: value for name, value in checkpoint.optimizer.items() if isinstance(value, np.ndarray)}
    numbers = {name: value for name, value in checkpoint.optimizer.items() if name not in arrays}
    text = json.dumps(
        {
            "format": _FORMAT,
            "version": checkpoint.version,
            "optimizer": numbers,
            "progress": checkpoint.progress,
            "settings": checkpoint.settings,
            "random": checkpoint.random,
        }
    )
    groups = {"model": checkpoint.model, "optimizer": arrays, "average": checkpoint.average}
    groups["carried"] = checkpoint.carried
    state = {f"{group}/{name}": array for group, members in groups.items() for name, array in members.items()}
    return safetensors.to_bytes(state, {_KEY: text})


def _under(group: str, state: Mapping[str, Array]) -> dict[str, Any]:
    prefix = f"{group}/"
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
