"""Shapes as people write them."""

import re

from zerokara.arguments import UsageError


def parse_shape(text: str) -> tuple[int, ...]:
    """`1x28x28` (also with × or commas) as (1, 28, 28). Raises UsageError for anything else."""
    parts = re.split(r"[x×,*]", text.strip().lower())
    if not all(part.strip().isdecimal() and 0 < int(part) < 1_000_000 for part in parts):
        raise UsageError(f"--input is a shape such as 1x28x28; got {text!r}")
    return tuple(int(part) for part in parts)
