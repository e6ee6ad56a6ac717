"""Weights by name from whatever safe file holds them: safetensors, a checkpoint of ours, or .npz."""

import os
from pathlib import Path

from zerokara.arrays import Array
from zerokara.io import checkpoint, npz, safetensors


def load_weights(path: str | os.PathLike[str]) -> dict[str, Array]:
    """The arrays of `path`, ready for `model.load_state_dict`.

    From a checkpoint these are the weights meant for use: the averaged ones where the training averaged them.
    Raises ValueError naming the file and what is wrong with it.
    """
    if Path(path).suffix == ".npz":
        return npz.load_npz(path)
    state, metadata = safetensors.load_safetensors(path)
    if checkpoint.is_checkpoint(metadata):
        return checkpoint.load_checkpoint(path).weights
    return state
