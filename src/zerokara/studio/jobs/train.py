"""The trainer's worker: trainings on the plane, one a tab. An answer is one picture of what was asked for.

A question is whole: the plan, the settings, how far to go. So it may be put twice, and a trainer that was started anew
builds from it what the old one had, step by step the same.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.studio.jobs import Message
from zerokara.studio.plane.data import Choice, from_csv
from zerokara.studio.plane.network import Layers
from zerokara.studio.plane.steering import Live, Plan, Steered
from zerokara.studio.plane.surfaces import surfaces

TABS = 4
"""Trainings that are kept; of more tabs the one that was asked longest ago is built anew when it is asked again."""

MOST_UPDATES, SLICE = 20_000, 0.025
"""Updates and seconds of one answer at most: who changes a setting waits no longer than that."""

COLUMNS = 400
SHOWN_WEIGHTS = 20_000


def start(options: dict[str, Any]) -> TrainJob:
    """Get ready. A network this small is trained fastest by one thread: several would wait for each other."""
    os.environ.setdefault("ZEROKARA_THREADS", "1")
    return TrainJob()


class TrainJob:
    """The trainings by their tabs."""

    def __init__(self) -> None:
        self.trainings: OrderedDict[str, Steered] = OrderedDict()

    def answer(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """One picture of the training after going on (`do`: "go"), or the points that a text holds ("csv")."""
        do = head.get("do")
        if do == "go":
            yield self.go(head, arrays)
        elif do == "csv":
            found = from_csv(str(head.get("text", "")), _whole(head, "classes", 2, 10) if head.get("classes") else None)
            yield {"topic": "csv", "n": head.get("n", 0)}, {"own": np.array(found, np.float32).reshape(-1, 3)}
        else:
            raise ValueError(f"there is no question {str(do)[:40]!r}")

    def go(self, head: dict[str, Any], arrays: dict[str, Array]) -> Message:
        """Bring the tab's training to what is wanted, and go on: `updates` more, or to the step `reach`."""
        plan = _plan(head, arrays)
        tab = str(head.get("tab", ""))[:40]
        training = self._training(tab, plan, _whole(head, "run", 0, 2**31))
        step = training.step
        reach = head.get("reach")
        if reach is not None:
            wanted = _whole(head, "reach", 0, 10**7)
            if wanted <= len(training.curve):
                training.go_to(wanted)
            else:
                training.go_to(len(training.curve))
                training.update(min(wanted - training.step, MOST_UPDATES), SLICE)
        training.change(**{name: getattr(plan.live, name) for name in vars(plan.live)})
        if reach is None:
            training.update(_whole(head, "updates", 0, MOST_UPDATES), SLICE)
        return _picture(training, {"n": head.get("n", 0), "from": step})

    def _training(self, tab: str, plan: Plan, run: int) -> Steered:
        """The tab's own; a new one where it has none, or another plan, or wants to begin anew (`run` is another)."""
        kept = self.trainings.pop(tab, None)
        if kept is None or not _is_same(kept, plan) or kept.run != run:
            kept = Steered(plan, run)
        self.trainings[tab] = kept
        while len(self.trainings) > TABS:
            self.trainings.popitem(last=False)
        return kept


def _is_same(training: Steered, plan: Plan) -> bool:
    """Whether the training can go on by this plan: only what may change on the way differs."""
    own, data = training.plan, training.live.data
    fixed = (own.layers, own.optimizer, own.seed) == (plan.layers, plan.optimizer, plan.seed)
    return fixed and (data.regression, data.classes) == (plan.live.data.regression, plan.live.data.classes)


def _plan(head: dict[str, Any], arrays: dict[str, Array]) -> Plan:
    """What the page wants, checked. ValueError in a sentence."""
    told, live, data = (_dict(head, name) for name in ("plan", "live", "data"))
    own = arrays.get("own", np.zeros((0, 3), np.float32))
    if own.ndim != 2 or own.shape[1:] != (3,):
        raise ValueError("points of one's own are (n, 3): x, y, label")
    try:
        layers = Layers(
            tuple((int(units), str(activation)) for units, activation in told.get("hidden", [])),
            tuple(str(name) for name in told.get("features", ())),
            bool(told.get("batch_norm", False)),
            str(told.get("init", "")),
        )
        numbers = {n: float(live[n]) for n in ("lr", "momentum", "weight_decay", "l1", "dropout")}
        choice = Choice(
            str(data["set"]), int(data["count"]), float(data["noise"]), float(data["share"]), int(data["classes"]),
            int(data["seed"]), str(data.get("formula", "")), tuple((float(x), float(y), float(t)) for x, y, t in own),
        )  # fmt: skip
        return Plan(
            layers, str(told["optimizer"]), int(told["seed"]), Live(choice, batch=int(live["batch"]), **numbers)
        )
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"the question lacks something: {error}") from None


def _picture(training: Steered, told: dict[str, Any]) -> Message:
    """Everything that the page shows, of the weights of now."""
    shown, measured = surfaces(training), training.measured()
    arrays: dict[str, Array] = {
        "curve": training.curve.thinned(COLUMNS),
        "tests": np.ascontiguousarray(training.curve.thinned_tests(COLUMNS)),
        "train": _rows(training.train),
        "test": _rows(training.test),
    }
    if training.branches:
        arrays["branch"] = training.branches[-1].thinned(COLUMNS)
    answer = np.nan_to_num(shown.answer, nan=0.0, posinf=1e6, neginf=-1e6)
    told = {**told, "topic": "plane", "outputs": training.outputs, "regression": training.live.data.regression}
    if training.live.data.regression:
        scale = max(1e-6, float(np.abs(training.train.labels).max(initial=0)))
        arrays["answer"] = _signed(answer[..., 0], scale)
        told |= {"scale": scale, "low": float(answer.min()), "high": float(answer.max())}
    else:
        best = answer.argmax(axis=2)
        arrays["answer"] = best.astype(np.uint8)
        arrays["sure"] = np.round(255 * answer.max(axis=2)).astype(np.uint8)
        told["shares"] = (np.bincount(best.ravel(), minlength=training.outputs) / best.size).tolist()
    told["scales"] = []
    for k, maps in enumerate(shown.units, 1):
        maps = np.nan_to_num(maps, nan=0.0, posinf=1e6, neginf=-1e6)
        scale = max(1e-6, float(np.abs(maps).max()))
        told["scales"].append(scale)
        arrays[f"units{k}"] = _signed(maps, scale)
    weights = {name: a for name, a in training.weights.items() if name.endswith(".weight") and a.ndim == 2}
    if sum(a.size for a in weights.values()) <= SHOWN_WEIGHTS:
        arrays |= {f"weights.{name.removesuffix('.weight')}": np.nan_to_num(a) for name, a in weights.items()}
    losses, accuracies = training.curve.losses, training.curve.accuracies
    return {
        **told,
        "step": training.step,
        "furthest": len(training.curve),
        "epoch": training.epoch,
        "loss": _number(losses[training.step - 1]) if training.step else None,
        "accuracy": _number(accuracies[training.step - 1]) if training.step else None,
        "measured": {name: [_number(loss), _number(accuracy)] for name, (loss, accuracy) in measured.items()},
        "marks": [{"step": mark.step, "changes": _changes(training, k)} for k, mark in enumerate(training.marks)][
            -200:
        ],
        "stopped": training.stopped,
        "parameters": sum(p.data.size for p in training.model.parameters()),
    }, arrays


def _changes(training: Steered, k: int) -> dict[str, Any]:
    """What the k-th mark changed: the settings' new values; of data only that they are others."""
    before = training.marks[k - 1].live if k else training.plan.live
    after = training.marks[k].live
    changed = [name for name in vars(after) if getattr(after, name) != getattr(before, name)]
    return {name: True if name == "data" else getattr(after, name) for name in changed}


def _rows(points: Any) -> Array:
    return np.column_stack([points.xy, points.labels.astype(np.float32)]).astype(np.float32).reshape(-1, 3)


def _signed(values: Array, scale: float) -> Array:
    """−scale … scale as the bytes 0 … 254, 0 as 127."""
    return np.round(127 + 127 * np.clip(values / scale, -1, 1)).astype(np.uint8)


def _number(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def _dict(head: dict[str, Any], name: str) -> dict[str, Any]:
    told = head.get(name)
    if not isinstance(told, dict):
        raise ValueError(f"the question has no {name}")
    return told


def _whole(head: dict[str, Any], name: str, low: int, high: int) -> int:
    value = head.get(name, 0)
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} is a whole number from {low} to {high}; got {value!r}")
    return value
