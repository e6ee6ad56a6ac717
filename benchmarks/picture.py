"""Our training step next to each peer's, as bars: an SVG picture of what `python -m benchmarks --json` measured.

python -m benchmarks.picture TABLE.json PICTURE.svg

For every network the time of a step as a multiple of ours, which is written in milliseconds: the better of PyTorch's
contiguous and channels_last forms, the better of its compiled ones, the better of JAX's forms, if they took part.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contestants import PEERS
from zerokara.io.files import make_folder, write_atomically

FAMILIES = {"PyTorch": ("torch", False), "PyTorch, compiled": ("torch", True), "JAX": ("jax", None)}
"""Name → library, and whether its form is compiled (None: whichever)."""

COLOURS = {"zerokara": "#0b7285", "PyTorch": "#e8590c", "PyTorch, compiled": "#f7a072", "JAX": "#868e96"}
LEFT, WIDTH, RIGHT = 150, 520, 60
BAR, GAP, TOP = 13, 13, 78
LONGEST = 6.0
"""Longer bars are cut, with a gap that shows it; their number is written."""


def families(row: Mapping[str, Any]) -> dict[str, float]:
    """Milliseconds of ours and of the best form of each peer that took part."""
    found = {"zerokara": float(row["ours_ms"])}
    for name, (library, compiled) in FAMILIES.items():
        times = [
            float(ms)
            for peer, ms in row["peers_ms"].items()
            if PEERS[peer].library == library and compiled in (None, PEERS[peer].compiled)
        ]
        if times:
            found[name] = min(times)
    return found


def drawn(rows: Sequence[Mapping[str, Any]]) -> str:
    """The picture; ValueError where no training step was measured."""
    steps = [(str(row["name"]).partition(",")[0], families(row)) for row in rows if row["kind"] == "training"]
    if not steps:
        raise ValueError("no training step was measured: python -m benchmarks --kind training --json TABLE.json")
    names = [name for name in COLOURS if any(name in times for _, times in steps)]
    scale = WIDTH / min(LONGEST, max(max(t.values()) / t["zerokara"] for _, t in steps))
    parts, x, y = [], LEFT, TOP
    for name in names:
        parts.append(f'<rect x="{x}" y="14" width="12" height="12" fill="{COLOURS[name]}"/>')
        parts.append(f'<text x="{x + 17}" y="24">{name}</text>')
        x += 34 + 8 * len(name)
    said = "time of a training step: shorter is faster"
    parts.append(f'<text class="number" x="{LEFT}" y="45">{said}</text>')
    for title, times in steps:
        middle = y + BAR * len(times) / 2 + 4
        parts.append(f'<text x="{LEFT - 8}" y="{middle:.1f}" text-anchor="end">{title}</text>')
        for name, ms in times.items():
            ratio = ms / times["zerokara"]
            length = min(ratio * scale, float(WIDTH))
            told = f"{_number(ms)} ms" if name == "zerokara" else f"{ratio:.2f}×"
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 2}" fill="{COLOURS[name]}"/>')
            if length < ratio * scale:
                gap = f"M{LEFT + length - 24:.1f} {y - 1}l-4 {BAR}h5l4 {-BAR}z"
                parts.append(f'<path d="{gap}" fill="#fff"/>')
            parts.append(f'<text class="number" x="{LEFT + length + 5:.1f}" y="{y + BAR - 4}">{told}</text>')
            y += BAR
        y += GAP
    for tick in range(1, math.floor(WIDTH / scale) + 1):
        at = LEFT + tick * scale
        parts.insert(0, f'<path d="M{at:.1f} {TOP - 8}V{y - GAP + 4}" stroke="#ced4da"/>')
        parts.append(f'<text class="number" x="{at:.1f}" y="{TOP - 12}" text-anchor="middle">{tick}×</text>')
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{y}" viewBox="0 0 {LEFT + WIDTH + RIGHT} {y}"'
    style = (
        "text{font:13px sans-serif;fill:#212529}"
        ".number{font-size:11px;fill:#495057;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    )
    title = "Time of a training step as a multiple of zerokara's; shorter is faster"
    ground = f'<rect width="{LEFT + WIDTH + RIGHT}" height="{y}" fill="#fff"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{title}</title><style>{style}</style>'
    return "\n".join([head, ground, *parts, "</svg>"]) + "\n"


def _number(ms: float) -> str:
    """Three digits, or all before the point."""
    return f"{ms:,.0f}" if ms >= 1000 else f"{ms:.3g}"


def main(arguments: list[str] | None = None) -> int:
    """Draw the picture of a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picture", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("table", type=Path, help="what `python -m benchmarks --kind training --json` wrote")
    parser.add_argument("picture", type=Path, help="the SVG file")
    asked = parser.parse_args(arguments)
    try:
        picture = drawn(json.loads(asked.table.read_text(encoding="utf-8"))["workloads"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        parser.error(f"{asked.table} is no table of training steps: {error}")
    make_folder(asked.picture.parent)
    write_atomically(asked.picture, picture.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
