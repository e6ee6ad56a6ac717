"""Numbers as the command line takes them."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter, Token


def whole_number(kind: object, tokens: Sequence[Token]) -> int:
    """`3` is a whole number; `1.5` is not, and is not rounded to one."""
    text = tokens[0].value
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a whole number") from None


Whole = Annotated[int | None, Parameter(converter=whole_number)]
"""An optional whole number."""

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def amount(size: int) -> str:
    """A number of bytes to three digits: 1234567 as "1.23 MB"."""
    power = max(0, min(len(UNITS) - 1, (len(str(size)) - 1) // 3))
    return f"{size} bytes" if not power else f"{size / 1000**power:.3g} {UNITS[power]}"
