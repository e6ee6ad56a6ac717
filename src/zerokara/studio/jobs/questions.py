"""What the questions of the drawing page hold, checked; and what the answers tell."""

from __future__ import annotations

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.digits import Digit
from zerokara.explain.maps import FeatureMaps
from zerokara.io.png import as_pixels
from zerokara.views.answers import SIDE, Answers

SHOWN = 1024
"""The longer side of a picture that is sent back to be drawn on."""

MOST_DIGITS = 60
MOST_BYTES = 8 * 2**20
"""Of the maps of a network: layers beyond are named, and their maps left out."""

FIRST = "networks.0."
"""Where the layers of the reader's (first) network are; the page leaves it out."""

PASSING = ("Dropout", "Flatten", "Identity", "ReaderNet", "Sequential")
"""Kinds of layers that hand on what they were given, and those that hold the others."""


def canvas(arrays: dict[str, Array]) -> Array:
    """The ink of the drawing area, 255 where the pen pressed fully."""
    ink = arrays.get("ink")
    if ink is None or ink.dtype != np.uint8 or ink.ndim != 2 or not 28 <= min(ink.shape) <= max(ink.shape) <= 1024:
        raise ValueError("a drawing is uint8 (H, W), 28 to 1024 pixels a side")
    return ink


def placed(head: dict[str, Any], arrays: dict[str, Array]) -> Array:
    """A drawing of which only the part with ink has come, or all of it: `ink` (h, w), whose top left pixel is `at`."""
    at, side, part = head.get("at"), head.get("side"), arrays.get("ink")
    if at is None or part is None:
        return canvas(arrays)
    numbers = [*at, side] if isinstance(at, list) else []
    fits = len(numbers) == 3 and all(type(n) is int and 0 <= n <= 1024 for n in numbers) and part.ndim == 2
    if not fits or any(n + size > numbers[2] for n, size in zip(numbers, part.shape[::-1], strict=False)):
        raise ValueError("a part of a drawing is (h, w) and lies inside: at is [left, top], side the whole's")
    left, top, drawing = numbers[0], numbers[1], np.zeros((numbers[2], numbers[2]), part.dtype)
    drawing[top : top + part.shape[0], left : left + part.shape[1]] = part
    return canvas({"ink": drawing})


def view(arrays: dict[str, Array], network: Answers, name: str = "view") -> Array:
    """A view of the network, values 0..1."""
    found = arrays.get(name)
    if found is None or found.shape != network.shape or not np.all(np.isfinite(found)):
        raise ValueError(f"a view is {network.shape} numbers from 0 to 1")
    return np.clip(np.asarray(found, np.float32), 0, 1)


def set_by_hand(arrays: dict[str, Array], network: Answers) -> Array:
    """A view of the network, or 28 × 28 that are brought to its size."""
    found = arrays.get("view")
    if found is not None and found.shape == (SIDE, SIDE) != network.shape and np.all(np.isfinite(found)):
        return network.fitted(np.clip(np.asarray(found, np.float32), 0, 1))
    return view(arrays, network)


def whole(head: dict[str, Any], name: str, default: int, low: int, high: int) -> int:
    """A whole number of the question."""
    value = head.get(name, default)
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} is a whole number from {low} to {high}; got {value!r}")
    return value


def target(head: dict[str, Any], network: Answers) -> int:
    """The number of a class."""
    value, count = head.get("target"), len(network.about.classes) or 100_000
    if type(value) is not int or not 0 <= value < count:
        raise ValueError(f"a class is a number from 0 to {count - 1}; got {value!r}")
    return value


def chosen(head: dict[str, Any], found: Any) -> int:
    """Which digit is looked at: the one asked for, or the last there is."""
    asked = head.get("chosen", 0)
    return min(max(asked if type(asked) is int else 0, 0), len(found) - 1)


def unit_of(head: dict[str, Any]) -> tuple[str, tuple[int, ...]]:
    """The layer and the place of a unit."""
    layer, index = head.get("layer"), head.get("index")
    if not isinstance(layer, str) or not isinstance(index, list) or not all(type(i) is int for i in index):
        raise ValueError('a unit is {"layer": name, "index": [numbers]}')
    return layer[:200], tuple(index)


def told(found: tuple[Digit, ...], text: str | None = None) -> dict[str, Any]:
    """What was found, as JSON can hold it."""
    symbols = [str(d.symbol) for d in found[:MOST_DIGITS]]
    shown = [
        {"digit": d.digit, "symbol": symbol, "box": list(d.box), "probabilities": list(d.probabilities)}
        for d, symbol in zip(found, symbols, strict=False)
    ]
    return {"digits": shown, "text": "".join(symbols) if text is None else text}


def views(found: tuple[Digit, ...]) -> dict[str, Array]:
    """What the network was shown of each."""
    return {f"view{k}": np.asarray(d.view, np.float32) for k, d in enumerate(found[:MOST_DIGITS])}


def shown(pixels: Array) -> tuple[Array, int]:
    """The picture as bytes with its longer side at most SHOWN: every pixel the mean of a block."""
    every = -(-max(pixels.shape[:2]) // SHOWN)
    H, W = (size // every * every for size in pixels.shape[:2])
    mean = pixels[:H, :W].reshape(H // every, every, W // every, every, 3).mean(axis=(1, 3))
    return as_pixels(mean), every


def layers(found: list[FeatureMaps]) -> list[FeatureMaps]:
    """Without layers that hand on what they were given, and without those that hold the others."""
    return [m for m in found if m.kind not in PASSING]


def maps(found: list[FeatureMaps]) -> tuple[list[dict[str, Any]], dict[str, Array]]:
    """What every layer gave, and the maps, as many as a message should hold; a layer that runs twice is told once."""
    heads: dict[str, dict[str, Any]] = {}
    arrays: dict[str, Array] = {}
    size = 0
    for one in layers(found):
        name = one.layer.removeprefix(FIRST)
        value = one.value[0]
        value = value.reshape(-1) if value.ndim not in (1, 3) else value
        size += 0 if name in heads else 4 * value.size
        heads[name] = {
            "layer": name, "kind": one.kind, "shape": list(value.shape), "zeros": one.zeros,
            "silent": len(one.dead), "units": one.shape[0], "axes": list(one.shape),
        }  # fmt: skip
        if size <= MOST_BYTES or name in arrays:
            arrays[name] = value.astype(np.float32)
    return list(heads.values()), arrays
