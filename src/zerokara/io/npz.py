"""NumPy's .npz archives of arrays by name, read and written without pickle."""

import io
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from zerokara.arrays import Array, native
from zerokara.io import files


def save_npz(path: str | os.PathLike[str], state: Mapping[str, Array]) -> Path:
    """Write arrays by name to a .npz archive, atomically; return its path.

    Raises TypeError for an array of Python objects, ValueError if the file cannot be written.
    """
    for name, array in files.arrays_by_name(state).items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f"{name} holds Python objects, which could only be pickled; save numbers")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in state.items():
            _add(archive, name, np.asarray(array))
    return files.write_atomically(path, buffer.getvalue())


def load_npz(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Read every array of a .npz archive, by name.

    Raises ValueError naming the file if it is damaged, foreign, or holds pickled objects, which are never executed.
    """
    content = files.read(path)
    if not content.startswith(b"PK"):
        raise ValueError(f"{path} is {'empty (0 bytes)' if not content else 'not a .npz archive'}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: native(archive[name]) for name in archive.files}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, MemoryError, NotImplementedError) as error:
        raise ValueError(f"{path} is a damaged or truncated .npz archive") from error
    except ValueError as error:
        raise ValueError(f"{path} holds something other than plain arrays; nothing in it was executed") from error


def _add(archive: zipfile.ZipFile, name: str, array: Array) -> None:
    """One member, dated with the zip format's first day so that equal arrays give equal bytes."""
    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
        np.lib.format.write_array(member, array, allow_pickle=False)
