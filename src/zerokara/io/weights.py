"""Weights by name, to and from safe files: safetensors, .npz, or (reading only) a checkpoint of ours."""

import os
from collections.abc import Mapping
from pathlib import Path

from zerokara.arrays import Array
from zerokara.io import checkpoint, files, npz, safetensors
from zerokara.io.pickles import refuse_pickle
from zerokara.nn import Module
from zerokara.paths import as_path

NPZ = ".npz"


def save_weights(
    path: str | os.PathLike[str], model: Module | Mapping[str, Array], metadata: Mapping[str, str] | None = None
) -> Path:
    """Write a module's parameters and buffers (or arrays by name) to `path`, by their names; return the path.

    A name that ends in .npz makes an .npz archive, which holds no metadata; any other a safetensors file. Arrays may
    lie in the memory as they like. Raises ValueError if the file cannot be written.
    """
    state = model.state_dict() if isinstance(model, Module) else files.arrays_by_name(model)
    if as_path(path).suffix.lower() != NPZ:
        return safetensors.save_safetensors(path, state, metadata)
    if metadata:
        raise ValueError(f"{path}: an .npz archive holds no texts; save a .safetensors file to keep them")
    return npz.save_npz(path, state)


def load_weights(path: str | os.PathLike[str]) -> dict[str, Array]:
    """The arrays of `path`, ready for `model.load_state_dict`.

    From a checkpoint these are the weights meant for use: the averaged ones where the training averaged them.
    Raises ValueError naming the file and what is wrong with it. A pickle, such as the book's params.pkl, is refused
    unopened, with a line that says how to convert it.
    """
    refuse_pickle(path)
    if as_path(path).suffix.lower() == NPZ:
        return npz.load_npz(path)
    state, metadata = safetensors.load_safetensors(path)
    if checkpoint.is_checkpoint(metadata):
        return checkpoint.load_checkpoint(path).weights
    return state
