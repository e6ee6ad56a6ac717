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
