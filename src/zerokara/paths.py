"""Names of files and folders, as they come from users."""

import os
from pathlib import Path
from typing import Any

from zerokara.arguments import short


def as_path(value: Any, what: str = "a file") -> Path:
    """`value` as a path, `~` still in it; TypeError for what names no file."""
    if isinstance(value, str | os.PathLike):
        try:
            path = Path(value)
        except TypeError:  # a path of bytes
            path = Path()
        if "\0" not in str(path) and str(value):
            return path
    raise TypeError(f"{what} is named by a text or a Path; got {short(value)}")
