"""The networks that a drawing can be shown to: the reader, the runs of this machine, ONNX files given to the page.

Every one has an id; no path ever comes from the page. The folders are those that the studio was started with, and an id
is looked up among what is in them now.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READER = "reader"
FOLDER, RUNS = "zerokara-studio", "runs"
"""The studio's own folder, and that of the runs, unless others were named."""

MODEL_BYTES = 500 * 2**20
HOUR = 3600.0
MOST = 60
"""So many runs are listed, the newest first."""

SETTINGS = "settings.json"
WEIGHTS = ("weights.safetensors", "best.safetensors", "last.safetensors", "previous.safetensors")


@dataclass(frozen=True)
class Place:
    """Where a network is. weights: its file of numbers; changed: when that was written, in nanoseconds."""

    id: str
    kind: str
    name: str
    path: Path
    weights: Path
    changed: int
    about: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For the page: no path."""
        return {"id": self.id, "kind": self.kind, "name": self.name, "about": self.about, "changed": self.changed}


class Models:
    """What there is in the folders, looked up anew each time: a run that is training now is there as soon as it has
    weights.
    """

    def __init__(self, own: Path, runs: Path) -> None:
        self.files, self.runs = own / "models", runs

    @classmethod
    def by(cls, options: Mapping[str, Any]) -> Models:
        """By what was named when the studio was started; neither folder has to exist."""
        return cls(Path(options.get("folder", FOLDER)), Path(options.get("runs", RUNS)))

    def listed(self) -> list[Place]:
        """All, the newest first."""
        found = [*self._runs(), *self._files()]
        return sorted(found, key=lambda place: -place.changed)[:MOST]

    def place(self, id: str) -> Place:
        """The network of this id. ValueError where there is none (any more)."""
        for place in (*self._runs(), *self._files()):
            if place.id == id:
                return place
        raise ValueError(f"there is no model {id[:80]!r} (any more)")

    def _runs(self) -> list[Place]:
        try:
            folders = [folder for folder in self.runs.iterdir() if (folder / SETTINGS).is_file()]
        except OSError:
            return []
        found = []
        for folder in folders:
            weights = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
            recipe = _recipe(folder)
            if weights is not None and recipe:
                data = str(recipe.get("data", ""))
                told = f"{recipe.get('model', '')}, {'folder' if data.startswith('folder:') else data}"
                changed = weights.stat().st_mtime_ns
                found.append(Place(_id("run", folder.name), "run", folder.name, folder, weights, changed, told))
        return found

    def _files(self) -> list[Place]:
        try:
            paths = [path for path in self.files.iterdir() if path.suffix == ".onnx"]
        except OSError:
            return []
        return [
            Place(f"onnx-{p.stem}", "onnx", _name_of(p), p, p, p.stat().st_mtime_ns, "ONNX")
            for p in paths
            if re.fullmatch(r"[0-9a-f]{16}", p.stem)
        ]

    async def add(self, name: str, parts: AsyncIterator[bytes], most: int = MODEL_BYTES) -> str | None:
        """Keep a file; its id, which is made of its bytes. None for one that is empty or longer than `most`."""
        digest, size, part = hashlib.sha256(), 0, self.files / f"{secrets.token_hex(8)}.part"
        try:
            async for data in parts:
                if not data:
                    continue
                if not size:
                    self._make_room()
                size += len(data)
                if size > most:
                    return None
                digest.update(data)
                with part.open("ab") as file:
                    file.write(data)
            if not size:
                return None
            stem = digest.hexdigest()[:16]
            (self.files / f"{stem}.json").write_text(json.dumps({"name": name}, ensure_ascii=False), encoding="utf-8")
            part.replace(self.files / f"{stem}.onnx")
            return f"onnx-{stem}"
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """The folder, without what a studio that was killed has left in it."""
        self.files.mkdir(parents=True, exist_ok=True)
        for left in self.files.glob("*.part"):
            if time.time() - left.stat().st_mtime > HOUR:
                left.unlink(missing_ok=True)

    def remove(self, id: str) -> None:
        """Forget a file that was given."""
        place = self.place(id)
        if place.kind == "onnx":
            place.path.unlink(missing_ok=True)
            place.path.with_suffix(".json").unlink(missing_ok=True)


def _id(kind: str, name: str) -> str:
    """A link can hold it: the name itself where it is of letters, digits, - and _, else made of it."""
    plain = re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name)
    return f"{kind}-{name if plain else hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


def run_id(folder: Path) -> str:
    """The id of a run in the folder of the runs: what the page that trains gives to the one that reads."""
    return _id("run", folder.name)


def _recipe(folder: Path) -> dict[str, Any] | None:
    try:
        written = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["notes"]["recipe"]
        return written if isinstance(written, dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _name_of(path: Path) -> str:
    try:
        return str(json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["name"])[:80]
    except (OSError, ValueError, KeyError, TypeError):
        return path.name
