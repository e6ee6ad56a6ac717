"""What an optimizer keeps of a parameter, and its saved form: flat, `fc1.weight:m`, `lr`, `lr.0` for rates of parts."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array

State = dict[str, Array]

_RATE = re.compile(r"lr(\.\d+)?")


def by_parameter(saved: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """{"fc1.weight:m": …} → {"fc1.weight": {"m": …}}"""
    states: dict[str, dict[str, Any]] = {}
    for full, value in saved.items():
        if _RATE.fullmatch(full):
            continue
        name, separator, key = full.rpartition(":")
        if not separator:
            raise ValueError(f"{full!r} is not a name in an optimizer state: expected lr, or parameter:state")
        states.setdefault(name, {})[key] = value
    return states


def part_rates(saved: Mapping[str, Any], parts: int) -> list[tuple[float, float]]:
    """For each part its rate, and that of the whole when it was set; none if the state has none."""
    found = sum(1 for name in saved if name != "lr" and _RATE.fullmatch(name))
    if not found and "lr" not in saved:
        return []
    if found != parts:
        raise ValueError(f"the saved state is of an optimizer with {found} parts of parameters; this one has {parts}")
    rates = []
    for k in range(parts):
        rate, then = np.asarray(saved[f"lr.{k}"], np.float64).reshape(-1).tolist()
        if not (rate >= 0 and then >= 0):
            raise ValueError(f"lr.{k} is a number ≥ 0; got {short(rate)}")
        rates.append((rate, then))
    return rates


def count(state: State) -> int:
    """The number of this step: 1, 2, …"""
    if "step" not in state:
        return 1
    state["step"] += 1
    return int(state["step"])


def belongs(state: State, array: Array) -> bool:
    """Whether the state was started for an array of this shape and dtype (counters have no axes)."""
    shape, dtype = array.shape, array.dtype
    for key, kept in state.items():
        if key == "step":
            continue
        if kept.shape != shape or kept.dtype != dtype:
            return False
    return True
