"""The names of classes, kept in a text file."""

from pathlib import Path


def class_names(path: Path) -> tuple[str, ...]:
    """The names in a text file, one a line, in the order of the classes; empty lines at the end do not count.

    UTF-8, with or without a byte order mark. Raises ValueError for other text and for a file without names.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a list of names, one a line, in UTF-8") from error
    found = tuple(line.strip() for line in lines)
    while found and not found[-1]:
        found = found[:-1]
    if not found:
        raise ValueError(f"{path} holds no names of classes")
    return found
