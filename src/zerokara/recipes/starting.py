"""The network that a training starts from, kept whole in the run's folder: nothing else is needed to go on.

start.json                               what the body is, and how it wants its pictures
start.onnx  or  start.safetensors        its weights, as they were before
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zerokara.arrays import Array, Shape, generator
from zerokara.io import load_onnx, load_safetensors, save_safetensors, write_atomically
from zerokara.models import build_model
from zerokara.models.transfer import Scaling, Transfer, without_last
from zerokara.nn import Identity, Module
from zerokara.parallel.team import Team

ABOUT, NETWORK, WEIGHTS = "start.json", "start.onnx", "start.safetensors"


@dataclass(frozen=True, eq=False)
class Start:
    """A network that learned something else. x = (scale·pixels in 0…1 − mean) / std, blue first with `bgr`.

    shape: of one example. model: its name in the catalogue with the number of classes it had, or None for one that
    came in an ONNX file. content: the bytes of that file. weights: of a model of the catalogue, without its last layer.
    """

    shape: Shape
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    scale: float = 1.0
    bgr: bool = False
    model: str | None = None
    classes: int = 0
    content: bytes = b""
    weights: Mapping[str, Array] | None = None

    def network(self, classes: int, seed: int) -> Transfer:
        """The body with its weights, and a new last layer with initial values of that seed."""
        if self.model is None:
            with TemporaryDirectory() as folder:  # a network is read from a file
                body = without_last(load_onnx(write_atomically(Path(folder) / NETWORK, self.content)).before_softmax())
        else:
            body = without_last(build_model(self.model, self.shape, self.classes))
        if self.weights is not None:
            body.load_state_dict(self.weights)
        scaling: Module = Identity()
        if len(self.shape) == 3:
            scaling = Scaling(self.shape[0], self.mean, self.std, self.scale, self.bgr)
        return Transfer(body, scaling, self.shape, classes, generator(seed, "weights"))

    def keep(self, folder: Path) -> None:
        """Write it into the folder of a run."""
        about = {
            "shape": list(self.shape),
            "mean": list(self.mean),
            "std": list(self.std),
            "scale": self.scale,
            "bgr": self.bgr,
            "model": self.model,
            "classes": self.classes,
        }
        if self.content:
            write_atomically(folder / NETWORK, self.content)
        if self.weights is not None:
            save_safetensors(folder / WEIGHTS, dict(self.weights))
        write_atomically(folder / ABOUT, (json.dumps(about, indent=2) + "\n").encode())


def is_kept(folder: Path) -> bool:
    """Whether the run in `folder` started from another network."""
    return (folder / ABOUT).is_file()


def kept(folder: Path) -> Start:
    """What `keep` wrote. ValueError naming the file that cannot be understood."""
    try:
        said: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        shape = tuple(int(n) for n in said["shape"])
        mean, std = (tuple(float(n) for n in said[name]) for name in ("mean", "std"))
        weights = load_safetensors(folder / WEIGHTS)[0] if (folder / WEIGHTS).is_file() else None
        content = (folder / NETWORK).read_bytes() if (folder / NETWORK).is_file() else b""
        scale, bgr, classes = float(said["scale"]), bool(said["bgr"]), int(said["classes"])
        return Start(shape, mean, std, scale, bgr, said["model"], classes, content, weights)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ValueError(f"{folder / ABOUT} does not say what the run started from: {error}") from error


def shared(folder: Path, team: Team) -> Start:
    """What process 0 of a team has kept in the folder of a run, for all of them."""
    if team.size == 1:
        return kept(folder)
    with TemporaryDirectory() as place:
        for name in (ABOUT, NETWORK, WEIGHTS):
            path = folder / name
            content = team.share(path.read_bytes() if team.leads and path.is_file() else b"")
            if content:
                write_atomically(Path(place) / name, content)
        return kept(Path(place))


def network_kept(folder: Path, classes: int, seed: int = 0) -> Transfer:
    """The network of the run in `folder`, with the body's first weights and a new head."""
    return kept(folder).network(classes, seed)
