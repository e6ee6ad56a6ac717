"""The reader that came with the installation."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

from zerokara.models.committee import Reader, load_committee

SHIPPED = "reader.safetensors"


def load_reader(path: str | Path | None = None) -> Reader:
    """The reader that came with the installation, or one made of the weights in a safetensors file.

    Raises ValueError for a file that holds no such weights.
    """
    return _shipped() if path is None else load_committee(path)


@lru_cache(maxsize=1)
def _shipped() -> Reader:
    with as_file(files("zerokara.digits").joinpath(SHIPPED)) as path:
        return load_committee(path)
