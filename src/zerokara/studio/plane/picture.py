"""What a page is shown of a training: only what it asked to see, as numbers that are small on the wire."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.studio.plane import doctor
from zerokara.studio.plane.bend import bent
from zerokara.studio.plane.compare import Pair
from zerokara.studio.plane.data import Points
from zerokara.studio.plane.glass import PHASES, Glass, glass
from zerokara.studio.plane.plan import differing, journal
from zerokara.studio.plane.steering import Steered
from zerokara.studio.plane.surfaces import GRID, answer_map, measured, unit_maps
from zerokara.studio.probe import Histogram, Probe
from zerokara.studio.whys import told, whys

Message = tuple[dict[str, Any], dict[str, Array]]

COLUMNS = 400
SHOWN_WEIGHTS = 20_000
SHOWN_NUMBERS = 640
"""Of a tensor under the glass; of larger ones the first so many rows."""


@dataclass(frozen=True)
class Show:
    """What is on the screen. unit: (layer, number), whose surface is shown large; look: inside, and the doctor; bend:
    (layer, unit, unit); glass: how far the next update has come, a place in PHASES. version, points: the marks and the
    points that the page knows already.
    """

    answer: bool = True
    units: bool = True
    unit: tuple[int, int] | None = None
    look: bool = False
    bend: tuple[int, int, int] | None = None
    glass: int | None = None
    version: int = -1
    points: int = -1


def picture(training: Steered, show: Show, pair: Pair | None = None) -> Message:
    """The training as it is now."""
    head, arrays = _told(training, show)
    if show.answer:
        _answer(training, head, arrays, "")
    if show.units:
        _units(training, head, arrays)
    if show.unit is not None:
        _unit(training, show.unit, head, arrays)
    if show.look:
        _look(training, head, arrays)
    if show.bend is not None:
        found = bent(training, *show.bend)
        arrays |= {"lines": _finite(found.lines), "bentpoints": _finite(found.points)}
        head["bend"] = list(show.bend)
    if show.glass is not None:
        _glass(glass(training), show.glass, head, arrays)
    if pair is not None:
        _compared(pair, show, head, arrays)
    return head, arrays


def _told(training: Steered, show: Show) -> Message:
    """The numbers, the curve, and what is other than the page knows it."""
    losses, accuracies, step = training.curve.losses, training.curve.accuracies, training.step
    arrays = {"curve": training.curve.thinned(COLUMNS), "tests": training.curve.thinned_tests(COLUMNS)}
    live = asdict(training.live)
    own, gone = live["data"].pop("own"), live["data"].pop("gone")
    head: dict[str, Any] = {
        "outputs": training.outputs,
        "regression": training.live.data.regression,
        "step": step,
        "furthest": len(training.curve),
        "epoch": training.epoch,
        "loss": _number(losses[step - 1]) if step else None,
        "accuracy": _number(accuracies[step - 1]) if step else None,
        "rate": training.rate(step),
        "measured": _measured(training),
        "live": live,
        "stopped": training.stopped,
        "parameters": sum(p.data.size for p in training.model.parameters()),
        "version": training.version,
        "points": training.points,
    }
    if training.live.data.regression:
        head["scale"] = max(1e-6, float(np.abs(training.train.labels).max(initial=0)))
    if show.version != training.version:
        head["journal"] = journal(training.plan.live, training.marks)
        head["marks"] = _marks(training)
        if training.branches:
            arrays["branch"] = training.branches[-1].thinned(COLUMNS)
    if show.points != training.points:
        arrays |= {"train": rows(training.train), "test": rows(training.test)}
        arrays |= {"own": np.array(own, np.float32).reshape(-1, 3), "gone": np.array(gone, np.int32)}
        kept = np.setdiff1d(np.arange(len(training.train) - len(own) + len(gone)), np.array(gone, np.int64))
        arrays["drawn"] = kept.astype(np.int32)
    return head, arrays


def _measured(training: Steered) -> dict[str, list[float | None]]:
    return {name: [_number(loss), _number(share)] for name, (loss, share) in measured(training).items()}


def _marks(training: Steered) -> list[dict[str, Any]]:
    """Of every mark what it changed: the settings' new values; of data only that they are others."""
    found, before = [], training.plan.live
    for mark in training.marks:
        changes = differing(before, mark.live)
        before = mark.live
        changes |= {"data": True} if "data" in changes else {}
        changes |= {"held": len(mark.live.held)} if "held" in changes else {}
        changes |= {"weights": [[e.place[0], list(e.place[1]), e.after] for e in mark.edits]} if mark.edits else {}
        found.append({"step": mark.step, "changes": changes})
    return found[-200:]


def _answer(training: Steered, head: dict[str, Any], arrays: dict[str, Array], which: str) -> None:
    """The answer everywhere as bytes: the class and how sure, or the number."""
    scores = answer_map(training)
    if training.live.data.regression:
        values = _finite(scores[..., 0])
        scale = max(1e-6, float(np.abs(training.train.labels).max(initial=0)))
        arrays[f"answer{which}"] = signed(values, scale)
        head |= {f"low{which}": float(values.min()), f"high{which}": float(values.max())}
        return
    best = scores.argmax(axis=2)
    with np.errstate(all="ignore"):
        sure = 1 / np.exp(scores - scores.max(axis=2, keepdims=True)).sum(axis=2)  # of the softmax the greatest
    arrays[f"answer{which}"] = best.astype(np.uint8)
    arrays[f"sure{which}"] = np.round(255 * np.nan_to_num(sure, nan=0.0)).astype(np.uint8)
    head[f"shares{which}"] = (np.bincount(best.ravel(), minlength=training.outputs) / best.size).tolist()


def _units(training: Steered, head: dict[str, Any], arrays: dict[str, Array]) -> None:
    head["scales"] = []
    for k, maps in enumerate(unit_maps(training), 1):
        maps = _finite(maps)
        scale = max(1e-6, float(np.abs(maps).max()))
        head["scales"].append(scale)
        arrays[f"units{k}"] = signed(maps, scale)
    named = training.model.named_parameters()
    weights = {
        name.removesuffix(".weight"): p.data for name, p in named if name.endswith(".weight") and p.data.ndim == 2
    }
    if sum(a.size for a in weights.values()) <= SHOWN_WEIGHTS:
        arrays |= {f"weights.{name}": np.nan_to_num(a) for name, a in weights.items()}


def _unit(training: Steered, unit: tuple[int, int], head: dict[str, Any], arrays: dict[str, Array]) -> None:
    layer, number = unit
    if (
        not 1 <= layer <= len(training.plan.layers.hidden)
        or not 0 <= number < training.plan.layers.hidden[layer - 1][0]
    ):
        raise ValueError(f"there is no unit {number} in layer {layer} of this network")
    values = _finite(unit_maps(training, GRID)[layer - 1][number])
    scale = max(1e-6, float(np.abs(values).max()))
    arrays["unit"] = signed(values, scale)
    head["unit"] = {"layer": layer, "number": number, "low": float(values.min()), "high": float(values.max())}


def _look(training: Steered, head: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Histograms, and the doctor's signs."""
    seen = doctor.look(training)
    head["whys"] = told(whys(doctor.evidence(training, seen)))
    if seen is not None:
        found = list(_histograms(seen, training.live.dropout > 0))
        head["inside"] = [one for one, _ in found]
        arrays["counts"] = np.array([counts for _, counts in found], np.int32)


def _histograms(seen: Probe, drops: bool) -> Any:
    for layer in seen.layers:
        if layer.kind == "Dropout" and not drops:
            continue
        more = {"zeros": layer.zeros, "saturated": layer.saturated}
        yield _histogram(layer.name, "activations", layer.activations, more), layer.activations.counts
        yield _histogram(layer.name, "signals", layer.gradients, {}), layer.gradients.counts
    for p in seen.parameters:
        yield _histogram(p.name, "weights", p.weights, {"update": _number(p.update)}), p.weights.counts
        yield _histogram(p.name, "gradients", p.gradients, {}), p.gradients.counts


def _histogram(name: str, kind: str, h: Histogram, more: dict[str, Any]) -> dict[str, Any]:
    numbers = {"rms": _number(h.rms), "least": _number(h.least), "greatest": _number(h.greatest)}
    return {"name": name, "kind": kind, "notfinite": h.not_finite, **numbers, **more}


def _glass(found: Glass | None, phase: int, head: dict[str, Any], arrays: dict[str, Array]) -> None:
    """The graph as far as the phase has come: values, then the loss, then gradients with what will be changed."""
    if not 0 <= phase < len(PHASES):
        raise ValueError(f"a step has {len(PHASES)} phases before its update; got {phase}")
    if found is None:
        head["glass"] = None
        return
    told_ = []
    for knot in found.knots:
        leaf = not knot.rule
        shown = leaf or phase >= 2 or (phase == 1 and knot.kind != "loss")
        told_.append(
            {
                "kind": knot.kind, "name": knot.name, "rule": knot.rule, "formula": knot.formula,
                "inputs": list(knot.inputs), "shape": list(knot.value.shape), "shown": shown,
            }
        )  # fmt: skip
        for letter, array, asked in (
            ("v", knot.value, shown),
            ("g", knot.gradient, phase >= 3),
            ("c", knot.change, phase >= 3),
        ):
            if asked and array is not None:
                arrays[f"glass.{letter}{knot.number}"] = _few(array)
    checks = [{"knot": c.knot, "kind": c.kind, "apart": c.apart, "holds": c.holds} for c in found.checks]
    head["glass"] = {
        "phase": phase,
        "loss": _number(found.loss) if phase >= 2 else None,
        "knots": told_,
        "checks": [c for c in checks if phase >= 3 or (phase >= 1 and c["kind"] == "value")],
    }


def _compared(pair: Pair, show: Show, head: dict[str, Any], arrays: dict[str, Array]) -> None:
    head["second"] = {
        "knob": pair.knob, "value": pair.value, "step": pair.second.step, "stopped": pair.second.stopped,
        "measured": _measured(pair.second),
    }  # fmt: skip
    arrays["curve2"] = pair.second.curve.thinned(COLUMNS)
    if show.answer:
        _answer(pair.second, head, arrays, "2")
        apart = _finite(pair.difference())
        scale = max(1e-6, float(apart.max())) if pair.first.live.data.regression else 1.0
        arrays["difference"] = np.round(255 * np.clip(apart / scale, 0, 1)).astype(np.uint8)
        head["difference"] = {"mean": float(apart.mean()), "greatest": float(apart.max()), "scale": scale}


def rows(points: Points) -> Array:
    """(N, 3): x, y, label."""
    return np.column_stack([points.xy, points.labels.astype(np.float32)]).astype(np.float32).reshape(-1, 3)


def signed(values: Array, scale: float) -> Array:
    """−scale … scale as the bytes 0 … 254, 0 as 127."""
    return np.round(127 + 127 * np.clip(values / scale, -1, 1)).astype(np.uint8)


def _few(array: Array) -> Array:
    """As rows, the first ones that go into SHOWN_NUMBERS."""
    flat = array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
    return np.ascontiguousarray(_finite(flat[: max(1, SHOWN_NUMBERS // flat.shape[1])]), np.float32)


def _finite(values: Array) -> Array:
    return np.nan_to_num(values, nan=0.0, posinf=1e6, neginf=-1e6)


def _number(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None
