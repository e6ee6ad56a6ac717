"""Drawings that people have labelled: plain files, a data set at any time.

    drawings/<label>/<time>.png    28 × 28, grey: what the reader was shown, as MNIST's digits are
    drawings/<label>/<time>.json   the strokes [[x…], [y…], [t…], [p…]], and what was read

`folder:…/drawings` names it as a data set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.io import write_atomically
from zerokara.io.png import png

LABELS = tuple("0123456789")
SIDE = 28


class Collection:
    """The drawings in a folder, which is made when the first is kept."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder, self._clock = folder, clock

    def keep(self, label: str, view: Array, about: dict[str, Any]) -> str:
        """Keep a drawing under its label; its id. ValueError for what is no label or no view; OSError of the disk.

        Shapes: view (28, 28) in 0..1, ink bright.
        """
        if label not in LABELS:
            raise ValueError(f"a drawing is labelled 0 to 9; got {label[:20]!r}")
        if view.shape != (SIDE, SIDE):
            raise ValueError(f"what is kept is {SIDE} × {SIDE}; got {view.shape}")
        there = self.folder / label
        there.mkdir(parents=True, exist_ok=True)
        name = self._free(self._clock().strftime("%Y%m%dT%H%M%S%fZ"))
        pixels = np.round(255 * np.clip(view, 0, 1)).astype(np.uint8)
        told = json.dumps({"label": label, **about}, ensure_ascii=False) + "\n"
        write_atomically(there / f"{name}.json", told.encode())
        write_atomically(there / f"{name}.png", png(pixels))
        return name

    def remove(self, id: str) -> bool:
        """Take a drawing out again; whether it was there."""
        if not re.fullmatch(r"\d{8}T\d{12}Z(-\d+)?", id):
            return False
        found = False
        for label in LABELS:
            for ending in ("png", "json"):
                path = self.folder / label / f"{id}.{ending}"
                found = found or path.is_file()
                path.unlink(missing_ok=True)
        return found

    def counts(self) -> list[int]:
        """How many there are of each label."""
        return [sum(1 for _ in (self.folder / label).glob("*.png")) for label in LABELS]

    def _free(self, name: str) -> str:
        """The name, or one that no drawing of any label has: an id says which file, without its label."""
        number, free = 1, name
        while any((self.folder / label / f"{free}.png").exists() for label in LABELS):
            number, free = number + 1, f"{name}-{number + 1}"
        return free
