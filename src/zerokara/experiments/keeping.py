"""Results on the disk: found again by the settings, written whole, forgotten when the recipe itself changes."""

import hashlib
import json
import math
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from zerokara.experiments.base import Experiment
from zerokara.experiments.found import Found
from zerokara.experiments.result import Result
from zerokara.io import load_npz, save_npz, write_atomically
from zerokara.io.files import make_folder
from zerokara.release import __version__

RESULTS, ABOUT = "results", "result.json"
_PARTS = tuple(
    f"zerokara.experiments.{part}"
    for part in (
        "ch0",
        "seq",
        "ae",
        "gen",
        "dz",
        "gpts",
        "answering",
        "exercises",
        "learning",
        "reading",
    )  # seq: sequence_models, too
)
SOURCE, SECONDS = "_source", "_seconds"  # kept beside the arrays of a seed


@dataclass(frozen=True)
class Shelf:
    """The place of one experiment with certain settings: results/NAME-KEY in the laboratory's folder.

    The key is a hash of name, settings, quick, the version, the recipe's own source and the files that settings name,
    so that a result is found again exactly when measuring anew would give it.
    """

    root: Path
    experiment: Experiment
    quick: bool

    @property
    def folder(self) -> Path:
        """Where it is; not made yet."""
        return self.root / RESULTS / f"{self.experiment.name}-{key(self.experiment, self.quick)}"

    def seed_file(self, seed: int) -> Path:
        """Where the arrays of one seed are."""
        return self.folder / f"seed-{seed}.npz"

    def has(self, seed: int) -> bool:
        """Whether that seed was measured."""
        return self.seed_file(seed).is_file()

    def open(self) -> Path:
        """Make the folder, and write down what it holds."""
        folder = make_folder(self.folder)
        about = {"name": self.experiment.name, "settings": self.experiment.settings, "quick": self.quick}
        if not (folder / ABOUT).is_file():
            write_atomically(folder / ABOUT, (json.dumps(about, indent=2) + "\n").encode())
        return folder

    def keep(self, seed: int, arrays: dict[str, Any], source: str, seconds: float) -> None:
        """Write what one seed gave; its finished parts are not needed any more."""
        folder = self.open()
        told = {SOURCE: np.array(source), SECONDS: np.array(seconds)}
        save_npz(self.seed_file(seed), {**arrays, **told})
        for part in folder.glob(f"seed-{seed}.*.part.npz"):
            part.unlink(missing_ok=True)
        shutil.rmtree(folder / f"seed-{seed}", ignore_errors=True)

    def load(self, seeds: list[int]) -> Result:
        """The result of these seeds, all of which have been measured."""
        runs = [load_npz(self.seed_file(seed)) for seed in seeds]
        seconds = sum(float(run.pop(SECONDS)) for run in runs)
        sources = [str(run.pop(SOURCE)) for run in runs]
        return Result(self.experiment, Found(runs), seeds[0], self.quick, sources[0], seconds)

    def forget(self) -> None:
        """Remove everything kept for these settings."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def measured(self) -> list[int]:
        """The seeds that have been measured, in order."""
        stems = [path.stem.removeprefix("seed-") for path in self.folder.glob("seed-*.npz")]
        return sorted(int(stem) for stem in stems if stem.isdigit())


def key(experiment: Experiment, quick: bool) -> str:
    """Ten hexadecimal digits that stand for the experiment, its settings and its source."""
    told = [experiment.name, experiment.settings, quick, __version__, _source(experiment), *_files(experiment)]
    written = json.dumps(told)
    return hashlib.sha256(written.encode()).hexdigest()[:10]


def kept(root: Path, experiments: dict[str, Experiment]) -> Iterator[Shelf]:
    """Every shelf in the folder that this version would fill again in the same way."""
    for about in sorted((root / RESULTS).glob(f"*/{ABOUT}")):
        try:
            told = json.loads(about.read_text(encoding="utf-8"))
            experiment = experiments[told["name"]]
            settings = {n: tuple(v) if isinstance(v, list) else v for n, v in told["settings"].items()}
            shelf = Shelf(root, type(experiment)(**settings), bool(told["quick"]))
        except (KeyError, TypeError, ValueError, OSError):
            continue  # of another version, or not ours
        if shelf.folder == about.parent and shelf.measured():
            yield shelf


def _source(experiment: Experiment) -> str:
    """A hash of the file that the recipe stands in, and of the files of experiments that it uses."""
    modules = sorted(_used(type(experiment).__module__, set()))
    files = (getattr(sys.modules[name], "__file__", None) for name in modules)
    return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files if file)).hexdigest()


def _files(experiment: Experiment) -> list[str]:
    """Hashes of the files that settings name, as text:FILE does: the same name may have other words tomorrow."""
    settings = experiment.settings.values()
    each = [one for value in settings for one in (value if isinstance(value, tuple) else (value,))]
    named = [one.partition(":") for one in each if isinstance(one, str)]
    paths = [Path(name).expanduser() for kind, _, name in named if kind in ("text", "file") and name]
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()]


def _used(name: str, seen: set[str]) -> set[str]:
    """The module, and the modules with parts of experiments that it takes something from, and so on."""
    seen.add(name)
    for value in vars(sys.modules[name]).values():
        origin = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(origin, str) and origin.startswith(_PARTS) and origin not in seen:
            _used(origin, seen)
    return seen


def finite(value: Any) -> Any:
    """The value as JSON can hold it: numbers that are none become null."""
    if isinstance(value, dict):
        return {name: finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
