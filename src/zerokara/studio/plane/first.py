"""What the page of the plane shows before its trainer has started: the picture of the settings by default.

`python -m zerokara.studio.plane.first` computes it anew and writes it beside the page; a test compares the two.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from zerokara.studio import frames
from zerokara.studio.plane.data import Choice
from zerokara.studio.plane.network import Layers
from zerokara.studio.plane.picture import Message, Show, picture
from zerokara.studio.plane.plan import Live, Plan
from zerokara.studio.plane.steering import Steered
from zerokara.studio.state import PLANE

NAME = "plane-first.bin"


def plan() -> Plan:
    """The training that a page without settings begins with."""
    v: dict[str, Any] = {name: setting.default for name, setting in PLANE.items()}
    units = v["hidden"].split("-")
    hidden = tuple((int(u.rstrip("abcdefghijklmnopqrstuvwxyz_")), u.lstrip("0123456789")) for u in units)
    data = Choice(v["set"], int(v["count"]), v["noise"], v["share"], int(v["classes"]), int(v["seed"]))
    live = Live(data, v["lr"], v["momentum"], v["decay"], v["l1"], v["dropout"], int(v["batch"]))
    layers = Layers(hidden, tuple(v["features"].split("-")), v["norm"] == "on", v["init"])
    return Plan(layers, v["optimizer"], int(v["seed"]), live, v["schedule"], int(v["horizon"]))


def first() -> Message:
    """The picture, at the step that the page shows first."""
    training, step = Steered(plan()), PLANE["step"].default
    training.reach(int(step))
    head, arrays = picture(training, Show())
    return {**head, "journal": [], "marks": []}, arrays


if __name__ == "__main__":
    Path(str(files("zerokara.studio").joinpath("static", NAME))).write_bytes(frames.encode(*first()))
