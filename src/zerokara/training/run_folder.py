"""The folder of a run: settings, history, checkpoints. One training at a time owns it."""

import json
import os
from pathlib import Path
from typing import Any, BinaryIO
from weakref import WeakValueDictionary

from zerokara.arrays import Array
from zerokara.io import files, save_safetensors
from zerokara.io.checkpoint import BEST, LAST, PREVIOUS, Checkpoint, load_checkpoint, load_last, save_checkpoint
from zerokara.training.history import HISTORY

SETTINGS, WEIGHTS = "settings.json", "weights.safetensors"

_OPEN: "WeakValueDictionary[Path, RunFolder]" = WeakValueDictionary()


class RunFolder:
    """settings.json · history.jsonl · last, previous, best and weights (.safetensors)

    A lock keeps a second process out (it is gone with the process, however that dies). Within a process the newest
    training takes the folder over, so that a cell of a notebook can be run again after an error.
    Raises ValueError in words if the folder cannot be made, written or locked.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = files.make_folder(path).resolve()
        if (older := _OPEN.get(self.path)) is not None:
            older.close()
        self._history: BinaryIO | None = None
        self._lock = _lock(self.path)
        _OPEN[self.path] = self
        for leftover in self.path.glob(".*.part"):  # of a process that was killed while writing
            leftover.unlink(missing_ok=True)

    # ── beginning ────────────────────────────────────────────────────────────────────────────────────────────────

    def refuse_if_used(self) -> None:
        """Raise ValueError if there is a run in the folder: a new one would destroy it."""
        history = self.path / HISTORY
        begun = history.exists() and history.stat().st_size > 0
        if begun or any((self.path / name).exists() for name in (LAST, PREVIOUS)):
            raise ValueError(f"{self.path} already holds a run: resume it, or choose another folder for the new one")

    def load_last(self) -> Checkpoint:
        """The checkpoint to go on from; ValueError if there is none."""
        return load_last(self.path)

    def load_best(self) -> Checkpoint | None:
        """The checkpoint of the best epoch, if one was written."""
        return load_checkpoint(self.path / BEST) if (self.path / BEST).exists() else None

    def write_settings(self, settings: Any) -> None:
        """Write settings.json."""
        files.write_atomically(self.path / SETTINGS, (json.dumps(settings, indent=2) + "\n").encode())

    def open_history(self, size: int) -> None:
        """Open the history for appending, cut to its first `size` bytes: what came after them happens again."""
        path = self.path / HISTORY
        try:
            self._history = path.open("ab", buffering=0)
            self._history.truncate(min(size, path.stat().st_size))
        except OSError as error:
            raise ValueError(files.cannot_write(path, error)) from error

    # ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────

    def append(self, line: dict[str, Any]) -> None:
        """Add a line to the history; it is in the file when this returns, even if the process is killed then."""
        try:
            self._open_history().write((json.dumps(line) + "\n").encode())
        except OSError as error:
            raise ValueError(files.cannot_write(self.path / HISTORY, error)) from error

    def history_size(self) -> int:
        """The history's length in bytes, all of them on the disk."""
        history = self._open_history()
        os.fsync(history.fileno())
        return (self.path / HISTORY).stat().st_size

    def save_last(self, state: Checkpoint) -> None:
        """Write `last`; the one before is kept as `previous`."""
        save_checkpoint(self.path / LAST, state, keep=self.path / PREVIOUS)

    def save_best(self, state: Checkpoint) -> None:
        """Write `best`."""
        save_checkpoint(self.path / BEST, state)

    def save_weights(self, weights: dict[str, Array], metadata: dict[str, str]) -> None:
        """Write the finished model's weights under their plain names, for any reader of safetensors."""
        save_safetensors(self.path / WEIGHTS, weights, metadata)

    def close(self) -> None:
        """Close the history and let others have the folder. May be called twice."""
        if self._history is not None:
            self._history.close()
            self._history = None
        if self._lock is not None:
            self._lock.release(force=True)
            self._lock = None

    def _open_history(self) -> BinaryIO:
        if self._history is None:
            raise ValueError(f"this training no longer owns {self.path}: another one took the folder over")
        return self._history


def _lock(folder: Path) -> Any:
    import filelock

    lock = filelock.FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise ValueError(f"{folder} is in use by another training; wait for it or choose another folder") from None
    except OSError as error:
        raise ValueError(files.cannot_write(folder / ".lock", error)) from error
    return lock
