"""A module as a notebook shows it: a table of its layers and what each learns."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

MOST = 200
"""So many rows are shown of a network; of more, it is said how many there are."""


class Row(NamedTuple):
    """A layer: its dotted name, what it is, and how many numbers it learns."""

    name: str
    layer: str
    parameters: int


def module(kind: str, rows: Iterable[Row], total: int) -> str:
    """The layers in the order of assignment, and the sum of what is learned (what is shared counts once)."""
    rows = list(rows)
    lines = [
        f"<tr><td style='text-align:left'>{escape(row.name)}</td><td style='text-align:left'>{escape(row.layer)}</td>"
        f"<td>{row.parameters:,}</td></tr>"
        for row in rows[:MOST]
    ]
    more = f"<tr><td colspan='3'>… and {len(rows) - MOST} more layers</td></tr>" if len(rows) > MOST else ""
    return (
        f"<table><caption>{escape(kind)}: {total:,} parameters</caption>"
        "<tr><th>name</th><th>layer</th><th>parameters</th></tr>" + "".join(lines) + more + "</table>"
    )
