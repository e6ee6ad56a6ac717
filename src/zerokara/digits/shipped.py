"""The reader that came with the installation."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

from zerokara.models.committee import Reader, load_committee

SHIPPED, SYMBOLS = "reader.safetensors", "symbols.safetensors"


def load_reader(path: str | Path | None = None) -> Reader:
    """The reader that came with the installation, or one made of the weights in a safetensors file.

    Each call gives another one, whose weights may be changed. Raises ValueError for a file that holds no such weights.
    """
    return _loaded(SHIPPED) if path is None else load_committee(path)


def load_symbols() -> Reader:
    """The network that tells digits, signs and what is none of these apart; its classes are `symbols.SYMBOLS`."""
    return _loaded(SYMBOLS)


@lru_cache(maxsize=1)
def for_reading() -> tuple[Reader, Reader]:
    """Both, as `read` uses them. Nobody else gets these two: who changed their weights would change what is read."""
    return load_reader().settled(), load_symbols().settled()


def _loaded(name: str) -> Reader:
    with as_file(files("zerokara.digits").joinpath(name)) as path:
        return load_committee(path)
