"""The account of a unit in words and as JSON: for the command line, the report and the studio."""

from __future__ import annotations

import math
import re
from typing import Any

from zerokara.arguments import UsageError
from zerokara.explain.unit import Term, Unit

SHOWN = 24
"""Terms that are told one by one; the others are summed."""


def parse_unit(text: str) -> tuple[str, tuple[int, ...]]:
    """`relu2a:7,5,5` as ("relu2a", (7, 5, 5)), `fc1:3` as ("fc1", (3,)). Raises UsageError for anything else."""
    found = re.fullmatch(r"(.+):(\d{1,9}(?:,\d{1,9})*)", text.strip())
    if found is None:
        raise UsageError(
            f"--unit is a layer and the place of a number in what it gives, as relu2a:7,5,5 (map, row, column) or "
            f"fc1:3, counted from 0; got {text!r}"
        )
    return found[1], tuple(int(part) for part in found[2].split(","))


def key_of(unit: Unit) -> str:
    """`relu2a.7.5.5`: for names of files."""
    return f"{unit.layer}.{'.'.join(map(str, unit.index))}"


def to_dict(unit: Unit, count: int = SHOWN) -> dict[str, Any]:
    """All numbers of an account as JSON can hold them: the `count` largest terms, and the rest in one."""
    return {
        "layer": unit.layer,
        "index": list(unit.index),
        "kind": unit.kind,
        "rule": unit.rule,
        "formula": unit.formula(),
        "value": unit.value,
        "engine": unit.engine,
        "sum": unit.sum,
        "bias": unit.bias,
        "size": unit.size,
        "count": len(unit.terms),
        "rest": unit.rest(count),
        "terms": [_term(term) for term in unit.terms[:count]],
        "stages": [vars(stage) for stage in unit.stages],
        "target": unit.target,
        "score": unit.score,
        "gradient": unit.gradient,
        "box": None if unit.box is None else list(unit.box),
    }


def _term(term: Term) -> dict[str, Any]:
    """A gradient that does not exist (no parameter holds w) is null."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value for name, value in vars(term).items()
    }
