"""Names of files and folders, as they come from users."""

import os
import re
from pathlib import Path
from typing import Any

from zerokara.arguments import short

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def safe(text: str) -> str:
    """One line without control characters: a file's name cannot move the cursor or colour the terminal."""
    return _CONTROL.sub(lambda found: " " if found.group().isspace() else "�", text.strip())


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
