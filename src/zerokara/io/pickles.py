"""Pickles are programs: they are recognised and refused, never opened."""

import os
from pathlib import Path

from zerokara.paths import as_path

SUFFIXES = (".pkl", ".pickle", ".p")
MARKS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How a pickle begins, in protocols 2 to 5; older ones begin like many other files."""


def refuse_pickle(path: str | os.PathLike[str]) -> None:
    """Raise ValueError for a pickle, by its name or its first bytes: why it is not opened, and how to convert it."""
    source = as_path(path)
    if source.is_file() and (source.suffix.lower() in SUFFIXES or _begins_as_pickle(source)):
        raise ValueError(
            f"{path} is a pickle, which could run anything while it is opened; nothing in it was executed. Where you "
            "trust it, convert it once in Python: import pickle, zerokara as zk; zk.io.save_npz("
            f"'{source.stem}.npz', pickle.load(open('{source.name}', 'rb')))"
        )


def _begins_as_pickle(path: Path) -> bool:
    """Whether the first bytes are a pickle's. A safetensors file may begin with the same two: the length of its header.

    There the rest of the length, which is short, and the header's opening brace follow.
    """
    try:
        with path.open("rb") as file:
            first = file.read(9)
    except OSError:
        return False  # whoever reads it says what is wrong
    return first[:2] in MARKS and first[4:] != b"\0\0\0\0{"
