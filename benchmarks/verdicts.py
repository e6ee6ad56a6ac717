"""The table of verdicts: what a full run of the laboratory gave, beside what was expected, as a page for docs/.

zerokara lab run all --json > run.jsonl
python -m benchmarks.verdicts run.jsonl > docs/lab-verdicts.md

A run of some chapters or parts makes a page of these alone.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

from zerokara.experiments import CHAPTERS, EXPERIMENTS
from zerokara.experiments.catalogue import heading
from zerokara.experiments.checks import Check
from zerokara.experiments.verdict_table import expected_text, measured_text
from zerokara.report import duration

DIFFERENCES = "lab.md#where-measured-numbers-differ-from-the-expected-ones"


def page(told: dict[str, dict[str, Any]]) -> str:
    """The page, chapter by chapter."""
    checks = [check for one in told.values() for check in one["checks"] if check["judged"]]
    right = sum(check["holds"] for check in checks)
    outside = [name for name, one in told.items() if one["verdict"] == "outside"]
    seconds = duration(sum(one["seconds"] for one in told.values()))
    chapters = [chapter for chapter in CHAPTERS if any(one["chapter"] == chapter for one in told.values())]
    command = f"zerokara lab run {'all' if chapters == list(CHAPTERS) else ' '.join(map(_typed, chapters))}"
    lines = [
        "# The verdicts of the laboratory",
        "",
        f"What `{command}` gave: {len(told)} experiments, {right} of {len(checks)} checks as expected, "
        f"{seconds} of measuring. [What the letters of the evidence mean](lab.md#evidence).",
        "",
        "```sh",
        f"{command} --json > run.jsonl",
        "python -m benchmarks.verdicts run.jsonl",
        "```",
        "",
        f"Outside what was expected: {', '.join(outside) if outside else 'nothing'}.",
    ]
    if any(isinstance(chapter, str) for chapter in chapters):
        lines += ["", f"[Why, and which bounds are not those that were expected first]({DIFFERENCES})."]
    missing = [name for name, kind in EXPERIMENTS.items() if name not in told and kind.chapter in chapters]
    lines += ["", f"Not measured in this run, for want of their data: {', '.join(missing)}."] if missing else []
    for chapter in chapters:
        lines += ["", f"## {heading(chapter, 'en')}", ""]
        lines += ["| experiment | what | measured | expected | evidence | |", "|---|---|---|---|---|---|"]
        for name, one in told.items():
            if one["chapter"] == chapter:
                lines += _rows(name, one)
    return "\n".join(lines) + "\n"


def _typed(chapter: int | str) -> str:
    """A chapter or part as `lab run` takes it."""
    return f"ch{chapter:02}" if isinstance(chapter, int) else chapter


def _rows(name: str, one: dict[str, Any]) -> list[str]:
    seeds = f", {len(one['seeds'])} seeds" if len(one["seeds"]) > 1 else ""
    first = f"**{name}** ({duration(one['seconds'])}{seeds})"
    rows = []
    for told in one["checks"]:
        check = _check(told)
        sign = ("✓" if told["holds"] else "✗ **outside**") if told["judged"] else "–"
        expected = "true" if told["yes_or_no"] else expected_text(check)
        measured = ("true" if told["holds"] else "false") if told["yes_or_no"] else measured_text(check)
        cells = [first, told["what"], measured, expected, told["evidence"] + (" law" if told["law"] else ""), sign]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        first = ""
    return rows


def _check(told: dict[str, Any]) -> Check:
    low, high = (end if told[name] is None else told[name] for name, end in (("low", -math.inf), ("high", math.inf)))
    measured = math.nan if told["measured"] is None else told["measured"]
    spread = None if told["spread"] is None else tuple(told["spread"])
    return Check(told["what"], measured, low, high, spread=spread)


def main() -> None:
    """Read the lines of JSON, print the page."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        raise SystemExit("usage: python -m benchmarks.verdicts RUN.jsonl   (made by zerokara lab run all --json)")
    told = {one["name"]: one for one in map(json.loads, Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())}
    print(page({name: told[name] for name in EXPERIMENTS if name in told}), end="")


if __name__ == "__main__":
    main()
