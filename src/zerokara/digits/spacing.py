"""Where the writer left a gap: two columns, the cells of a table, words of digits."""

from __future__ import annotations

from itertools import pairwise

from zerokara.digits.marks import Mark
from zerokara.digits.quick import median

WIDE = 2.0  # paper between two digits, in their heights, that is a gap in any case
GAP, TIMES = 0.9, 2.5  # … and that is one if it is also so many times wider than between most digits of the page


def with_gaps(lines: list[list[Mark]], signs: list[list[str]]) -> str:
    """The text of a page: rows by line breaks, gaps within a row as one space each.

    gap between a and b = left of b − right of a;  a space where gap > min(WIDE·h, max(GAP·h, TIMES·median gap)),
    h the median height of all marks. `signs` holds one text for every mark of `lines`.
    """
    heights = [mark.height for line in lines for mark in line]
    apart = [max(0, b.box[0] - a.box[2]) for line in lines for a, b in pairwise(line)]
    if not apart:
        return "\n".join("".join(row) for row in signs)
    height = float(median(heights))
    least = min(WIDE * height, max(GAP * height, TIMES * float(median(apart))))
    return "\n".join(
        "".join((" " if i and line[i].box[0] - line[i - 1].box[2] > least else "") + sign for i, sign in enumerate(row))
        for line, row in zip(lines, signs, strict=True)
    )
