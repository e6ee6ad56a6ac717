"""Writing files so that a reader sees the old one or the new one, never half of one."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zerokara.paths import as_path


def write_atomically(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write `content` to `path` whole or not at all; return the path.

    The bytes go to a temporary file in the same folder, are flushed to the disk (`fsync`) and read back, and the file
    is then renamed over `path` (`os.replace`, atomic within a file system). A process killed at any moment leaves the
    previous file as it was; a failure leaves no temporary file behind.

    Raises ValueError with a sentence naming the file if it cannot be written.
    """
    target = as_path(path)
    if not isinstance(content, bytes | bytearray | memoryview):
        raise TypeError(f"a file is written from bytes; got {type(content).__name__}")
    temporary = write_beside(target, content)
    rename(temporary, target)
    return target


def write_beside(target: Path, content: bytes) -> Path:
    """Write `content` to a temporary file in the folder of `target`, ready to be renamed; return its path."""
    if target.is_dir():
        raise ValueError(f"cannot write {target}: it is a folder; give the name of a file")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        _write_and_read_back(temporary, content)
    except BaseException as error:
        _remove(temporary)
        if isinstance(error, OSError):
            raise ValueError(cannot_write(target, error)) from error
        raise
    return temporary


def rename(source: Path, target: Path) -> None:
    """Give `source` the name `target`, replacing what has it now; `source` is removed if that fails."""
    try:
        source.replace(target)
    except OSError as error:
        _remove(source)
        raise ValueError(cannot_write(target, error)) from error
    _flush_folder(target.parent)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Create the folder `path`, with its parents, unless it is there; return it.

    Raises ValueError naming the folder if it cannot be created.
    """
    folder = as_path(path, "a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot create the folder {folder}: {reason(error)}; choose another place") from error
    return folder


def read(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file; ValueError in words if there is none or it cannot be read."""
    source = as_path(path)
    if source.is_dir():
        raise ValueError(f"{source} is a folder; give the name of a file")
    try:
        return source.read_bytes()
    except FileNotFoundError:
        raise ValueError(f"there is no file {source}") from None
    except OSError as error:
        raise ValueError(f"cannot read {source}: {reason(error)}") from error


def arrays_by_name(state: Any) -> Mapping[str, Any]:
    """The state itself; TypeError for what is no mapping from names to arrays."""
    if not isinstance(state, Mapping):
        raise TypeError(f"arrays are saved by name, as model.state_dict() gives them; got {type(state).__name__}")
    return state


def reason(error: OSError) -> str:
    """What the operating system says, in lower case and without its number: "permission denied"."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def cannot_write(path: Path, error: OSError) -> str:
    """The sentence for a file that cannot be written."""
    return f"cannot write {path}: {reason(error)}; check that the folder exists, is writable and has room"


def _write_and_read_back(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.read_bytes() != content:
        raise OSError("the disk gave back other bytes than were written")


def _flush_folder(folder: Path) -> None:
    """Make a rename survive a loss of power, on systems that can open a folder (Windows cannot)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
