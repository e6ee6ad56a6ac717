"""`zk.save` and `zk.load`: arrays by name, or the state of a module, in a file that holds nothing but numbers."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.io.weights import load_weights, save_weights
from zerokara.nn import Module

SUFFIXES = (".safetensors", ".npz")
PICKLED = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".p")


def save(state: Any, path: str | os.PathLike[str]) -> Path:
    """Write a module, its `state_dict()`, or tensors by name to a .safetensors or .npz file; return its path.

    Raises ValueError for a name that ends otherwise, such as .pt: those are pickles, which could run anything when they
    are opened. TypeError for what is no array by name: zk.io.save_checkpoint keeps a whole training.
    """
    if isinstance(state, str | os.PathLike):
        raise TypeError(f"save expects what is to be saved, then its path; got the path {os.fspath(state)!r} first")
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        why = "could run anything when it is opened" if suffix in PICKLED else "is not a known kind of file"
        raise ValueError(
            f"{path}: {suffix or 'no ending'} {why}: write {target.with_suffix('.safetensors').name!r} instead"
        )
    if isinstance(state, Module):
        return save_weights(target, state)
    if not isinstance(state, Mapping):
        raise TypeError(f"save expects a module, or tensors by name; got {type(state).__name__}: write {{'x': x}}")
    return save_weights(target, {name: _array(name, value) for name, value in state.items()})


def load(path: str | os.PathLike[str], map_location: Any = None, *, weights_only: bool = True) -> dict[str, Array]:
    """The arrays of a .safetensors or .npz file by name, ready for `model.load_state_dict`.

    A pickle (.pt, .pth, .pkl) is refused unopened, with a line that says how to convert it. `map_location` is the
    processor in any case.
    """
    source = Path(path)
    if source.suffix.lower() in (".pt", ".pth", ".bin", ".ckpt"):
        raise ValueError(
            f"{path} is a pickle of PyTorch's, which could run anything when opened: convert it once where PyTorch "
            f"is: safetensors.torch.save_file(torch.load('{source.name}', weights_only=True), "
            f"'{source.stem}.safetensors')"
        )
    return load_weights(source)


def _array(name: Any, value: Any) -> Array:
    if not isinstance(name, str):
        raise TypeError(f"save expects names that are text; got {name!r}")
    plain = value.numpy() if isinstance(value, Tensor) else value
    array = np.asarray(plain) if isinstance(plain, np.ndarray | np.generic | bool | int | float) else None
    if array is None or array.dtype.kind not in "biuf":
        raise TypeError(
            f"save expects tensors and arrays by name; {name!r} is a {type(value).__name__}: "
            "zk.io.save_checkpoint keeps a whole training"
        )
    return array
