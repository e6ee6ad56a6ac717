"""What a page asks of the trainer, read and checked: everything that is wrong is said in a sentence (ValueError)."""

from __future__ import annotations

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.studio.plane.data import Choice
from zerokara.studio.plane.network import Layers
from zerokara.studio.plane.picture import Show
from zerokara.studio.plane.plan import Live, Place, Plan

NUMBERS = ("lr", "momentum", "weight_decay", "l1", "dropout")


def plan_of(head: dict[str, Any], arrays: dict[str, Array]) -> Plan:
    """What the training is made of, and the settings that it begins with."""
    told = dictionary(head, "plan")
    live = _live(dictionary(head, "start"), arrays, "0")
    try:
        layers = Layers(
            tuple((int(units), str(activation)) for units, activation in told.get("hidden", [])),
            tuple(str(name) for name in told.get("features", ())),
            bool(told.get("batch_norm", False)),
            str(told.get("init", "")),
        )
        return Plan(
            layers, str(told["optimizer"]), int(told["seed"]), live, str(told.get("schedule", "constant")),
            int(told.get("horizon", 2000)), str(told.get("loss", "")),
        )  # fmt: skip
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"the question lacks something: {error}") from None


def change_of(told: dict[str, Any], arrays: dict[str, Array]) -> tuple[Live, dict[Place, float]]:
    """The settings that the hand wants from now on, and the weights that it typed."""
    live = _live(told, arrays, "")
    try:
        return live, {_place(name, at): float(value) for name, at, value in told.get("typed", [])}
    except (TypeError, OverflowError) as error:
        raise ValueError(f"a typed weight is name, place, value: {error}") from None


def show_of(head: dict[str, Any]) -> Show:
    """What is on the screen."""
    told = head.get("show", {})
    if not isinstance(told, dict):
        raise ValueError("what is shown is said by names")
    try:
        return Show(
            answer=bool(told.get("answer", True)),
            units=bool(told.get("units", True)),
            unit=_whole_numbers(told.get("unit"), 2),  # type: ignore[arg-type]
            look=bool(told.get("look", False)),
            bend=_whole_numbers(told.get("bend"), 3),  # type: ignore[arg-type]
            glass=None if told.get("glass") is None else int(told["glass"]),
            version=int(told.get("version", -1)),
            points=int(told.get("points", -1)),
        )
    except (TypeError, OverflowError) as error:
        raise ValueError(f"what is shown cannot be read: {error}") from None


def dictionary(head: dict[str, Any], name: str) -> dict[str, Any]:
    """A part of the question that has parts itself."""
    told = head.get(name)
    if not isinstance(told, dict):
        raise ValueError(f"the question has no {name}")
    return told


def whole(head: dict[str, Any], name: str, low: int, high: int) -> int:
    """A whole number within its limits."""
    value = head.get(name, 0)
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} is a whole number from {low} to {high}; got {value!r}")
    return value


def _live(told: dict[str, Any], arrays: dict[str, Array], which: str) -> Live:
    live, data = dictionary(told, "live"), dictionary(told, "data")
    own = arrays.get(f"own{which}", np.zeros((0, 3), np.float32))
    if own.ndim != 2 or own.shape[1:] != (3,):
        raise ValueError("points of one's own are (n, 3): x, y, label")
    gone = arrays.get(f"gone{which}", np.zeros(0, np.int32))
    try:
        choice = Choice(
            str(data["set"]), int(data["count"]), float(data["noise"]), float(data["share"]), int(data["classes"]),
            int(data["seed"]), str(data.get("formula", "")), tuple((float(x), float(y), float(t)) for x, y, t in own),
            tuple(sorted({int(k) for k in gone.ravel()})),
        )  # fmt: skip
        held = tuple(sorted({_place(name, at) for name, at in live.get("held", [])}))
        return Live(choice, batch=int(live["batch"]), held=held, **{n: float(live[n]) for n in NUMBERS})
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"the question lacks something: {error}") from None


def _place(name: Any, at: Any) -> Place:
    return str(name), tuple(int(i) for i in at)


def _whole_numbers(told: Any, count: int) -> tuple[int, ...] | None:
    if told is None:
        return None
    if not isinstance(told, list) or len(told) != count or not all(type(k) is int for k in told):
        raise ValueError(f"expected {count} whole numbers; got {str(told)[:40]}")
    return tuple(told)
