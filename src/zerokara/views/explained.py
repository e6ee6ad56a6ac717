"""The explanations of one view: by every method for every class, judged by curves, and kept as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zerokara import explain as methods
from zerokara.arguments import UsageError, known
from zerokara.arrays import Array
from zerokara.explain import Curve, Explanation
from zerokara.explain.maps import FeatureMaps, feature_maps
from zerokara.explain.pictures import enlarged, heat_picture, overlay, sheet
from zerokara.explain.pixels import blur
from zerokara.explain.scores import scores_of
from zerokara.explain.unit import Unit
from zerokara.io import write_atomically
from zerokara.io.png import as_pixels, png
from zerokara.models.committee import softmax
from zerokara.views.preparing import View, in_picture
from zerokara.views.subject import Subject
from zerokara.views.units import to_dict as unit_dict

USUAL = ("grad-cam", "smooth-grad", "integrated-gradients")
SMALL, FOR_SMALL = 64, ("integrated-gradients", "occlusion", "grad-cam")
"""For pictures below this side, whose networks mostly end with a linear layer that sees every place apart: there
Grad-CAM says little, and occlusion is quick."""

MAPLESS = ("saliency", "smooth-grad", "integrated-gradients")
STEPS, LEAST = 10, 224
FINE = 64
MAPS_SHOWN, MAP_SIDE = 36, 48
BY_PIXEL = ("saliency", "smooth-grad", "integrated-gradients")
"""Methods whose maps are grains; over a photograph they are softened by a hundredth of its side, to be seen at all."""


@dataclass(frozen=True, eq=False)
class Told:
    """One explanation of a view, and its two curves where they were asked for."""

    explanation: Explanation
    deletion: Curve | None
    insertion: Curve | None

    @property
    def target(self) -> int:
        """The class explained."""
        return int(self.explanation.target[0])

    @property
    def map(self) -> Array:
        """(H, W)"""
        return np.asarray(self.explanation.map[0])

    @property
    def key(self) -> str:
        """What tells it from others of the same view: `grad-cam.281`."""
        return f"{self.explanation.method}.{self.target}"

    @property
    def hottest(self) -> tuple[int, int] | None:
        """(row, column) of the hottest pixel; None for a map without one."""
        if not np.any(self.map > 0):
            return None
        row, column = np.unravel_index(int(np.argmax(self.map)), self.map.shape)
        return int(row), int(column)


@dataclass(frozen=True, eq=False)
class Explained:
    """A view, the model's probabilities, its explanations, and its feature maps and accounts of units if asked for."""

    view: View
    name: str
    probabilities: Array
    told: tuple[Told, ...]
    maps: tuple[FeatureMaps, ...] = ()
    units: tuple[Unit, ...] = ()

    def best(self, count: int = 5) -> list[int]:
        """The most probable classes."""
        return [int(i) for i in np.argsort(-self.probabilities, kind="stable")[:count]]


def chosen_methods(text: str | None, about: Subject) -> tuple[str, ...]:
    """The methods named, or the usual ones; UsageError with the nearest name."""
    if text is None:
        usual = FOR_SMALL if max(about.shape[1:]) < SMALL else USUAL
        return usual if _has_maps(about) else MAPLESS
    asked = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    names = list(methods.METHODS) if asked != ("all",) or _has_maps(about) else [*MAPLESS, "occlusion"]
    try:
        return tuple(names) if asked == ("all",) else tuple(known("method", name, names) for name in asked)
    except ValueError as error:
        raise UsageError(str(error)) from error


def explained(
    about: Subject,
    view: View,
    name: str,
    ways: Sequence[str],
    classes: Sequence[int],
    layer: str | None,
    *,
    curves: bool = True,
    maps: bool = False,
    units: Sequence[tuple[str, tuple[int, ...]]] = (),
) -> Explained:
    """Every method for every class (by default the one that the model prefers).

    units: layers, and places in what they give, to be accounted for; of the first class.
    """
    x = view.x[None]
    with methods.evaluation(about.model):
        scores = scores_of(about.model, x)
    targets = list(classes) or [int(scores[0].argmax())]
    told = tuple(_told(about, x, way, target, layer, curves) for target in targets for way in ways)
    kept = tuple(_lively(feature_maps(about.model, x))) if maps else ()
    accounts = tuple(methods.unit(about.model, x, where, index, targets[0]) for where, index in units)
    return Explained(view, name, softmax(scores)[0], told, kept, accounts)


def _told(about: Subject, x: Array, way: str, target: int, layer: str | None, curves: bool) -> Told:
    options: dict[str, Any] = {"layer": layer} if way in methods.LAYERED else {}
    if way == "integrated-gradients" and max(about.shape[1:]) < SMALL:
        options["steps"] = FINE  # they cost little there, and drawings are full of edges
    found = methods.METHODS[way](about.model, x, target, **options)
    if not curves:
        return Told(found, None, None)
    steps = min(STEPS, found.map[0].size)
    both = (judge(about.model, x, found, steps=steps) for judge in (methods.deletion, methods.insertion))
    return Told(found, *both)


def _has_maps(about: Subject) -> bool:
    x = np.zeros((1, *about.shape), np.float32)
    return any(m.is_map for m in feature_maps(about.model, x))


def _lively(found: Sequence[FeatureMaps]) -> list[FeatureMaps]:
    """Maps only, and of layers that hand on the same maps the first."""
    kept: list[FeatureMaps] = []
    for one in found:
        if one.is_map and not any(k.shape == one.shape and np.array_equal(k.value, one.value) for k in kept):
            kept.append(one)
    return kept


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def picture_of(view: View, told: Told | None = None) -> Array:
    """The view, or the heat over it, large enough to be looked at: (H, W, 3) or (H, W) in 0..1."""
    paper = view.shown if view.shown.ndim == 3 else 0.55 * view.shown  # bright ink would wash the colours out
    shown = view.shown if told is None else overlay(paper, _softened(told))
    return enlarged(shown, max(1, LEAST // max(shown.shape[:2])))


def _softened(told: Told) -> Array:
    side = min(told.map.shape)
    return blur(told.map, side / 100) if told.explanation.method in BY_PIXEL and side >= SMALL else told.map


def maps_sheet(maps: FeatureMaps) -> Array:
    """The first 36 maps of a layer on one sheet; small ones are enlarged, large ones shrunk by the mean of blocks."""
    pictures = maps.pictures()[:MAPS_SHOWN]
    times, every = max(1, MAP_SIDE // max(pictures.shape[1:])), -(-max(pictures.shape[1:]) // MAP_SIDE)
    n, h, w = len(pictures), *(max(1, size // every) for size in pictures.shape[1:])
    cut = pictures[:, : h * every, : w * every]
    small = cut.reshape(n, h, cut.shape[1] // h, w, cut.shape[2] // w).mean(axis=(2, 4))
    return sheet(np.stack([enlarged(p, times) for p in small]), gap=2, paper=0.5)


def write(found: Explained, folder: Path) -> list[Path]:
    """The view, and of every explanation the heat over it and the heat alone; of every layer its maps."""
    pictures = {f"{found.name}.png": picture_of(found.view)}
    for told in found.told:
        pictures[f"{found.name}.{told.key}.png"] = picture_of(found.view, told)
        alone = heat_picture(told.map)
        pictures[f"{found.name}.{told.key}.heat.png"] = enlarged(alone, max(1, LEAST // max(alone.shape[:2])))
    for maps in found.maps:
        pictures[f"{found.name}.maps.{maps.layer}.png"] = maps_sheet(maps)
    return [write_atomically(folder / name, png(as_pixels(image))) for name, image in pictures.items()]


def arrays(found: Explained) -> dict[str, Array]:
    """The maps by name, as they are kept in explanations.npz."""
    return {f"{found.name}.{told.key}": told.map for told in found.told}


def to_dict(found: Explained, about: Subject) -> dict[str, Any]:
    """Everything but pictures and maps, as JSON can hold it."""
    best = [{"class": i, "name": about.called(i), "probability": float(found.probabilities[i])} for i in found.best()]
    told = [_one(found, t, about) for t in found.told]
    result = {"file": found.view.file, "name": found.name, "model": about.name, "box": list(found.view.box)}
    layers = [
        {"layer": m.layer, "kind": m.kind, "shape": list(m.shape), "zeros": m.zeros, "silent": len(m.dead)}
        for m in found.maps
    ]
    units = [unit_dict(unit) for unit in found.units]
    more = {**({"layers": layers} if layers else {}), **({"units": units} if units else {})}
    return {**result, "predicted": best, "explanations": told, **more}


def _one(found: Explained, told: Told, about: Subject) -> dict[str, Any]:
    e = told.explanation
    hot = told.hottest
    return {
        "method": e.method,
        "class": told.target,
        "class_name": about.called(told.target),
        "probability": float(found.probabilities[told.target]),
        "score": float(e.score[0]),
        "layer": e.layer,
        "sum": float(told.map.sum()),
        "hottest": None if hot is None else list(in_picture(found.view, *hot)),
        "deletion_area": None if told.deletion is None else float(told.deletion.area[0]),
        "insertion_area": None if told.insertion is None else float(told.insertion.area[0]),
        "note": e.note,
        "picture": f"{found.name}.{told.key}.png",
    }
