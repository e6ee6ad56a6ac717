"""Pickles are programs: they are recognised and refused, never opened."""

import os
from pathlib import Path

SUFFIXES = (".pkl", ".pickle", ".p")
MARKS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How a pickle begins, in protocols 2 to 5; older ones begin like many other files."""


def refuse_pickle(path: str | os.PathLike[str]) -> None:
    """Raise ValueError for a pickle, by its name or its first bytes: why it is not opened, and how to convert it."""
    source = Path(path)
    if source.is_file() and (source.suffix.lower() in SUFFIXES or _begins(source) in MARKS):
        raise ValueError(
            f"{path} is a pickle, which could run anything while it is opened; nothing in it was executed. Where you "
            "trust it, convert it once in Python: import pickle, zerokara as zk; zk.io.save_npz("
            f"'{source.stem}.npz', pickle.load(open('{source.name}', 'rb')))"
        )


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(2)
    except OSError:
        return b""  # whoever reads it says what is wrong
