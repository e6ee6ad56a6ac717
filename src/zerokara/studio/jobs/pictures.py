"""The worker that trains on pictures: one run at a time, which goes on while somebody asks it to.

A tab asks `go` again and again; so a tab that is gone costs nothing, and pausing is asking no more. What is learned is
on the disk after every epoch, every few seconds, at every pause and when the studio ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from zerokara.arrays import Array, generator_kept
from zerokara.data import Dataset, Split
from zerokara.nn import Module
from zerokara.recipes import Recipe, new_model
from zerokara.recipes.running import loss_of
from zerokara.studio.jobs import Message
from zerokara.studio.jobs.keeping import page_settings
from zerokara.studio.pictures.choices import Sets, fitting, needs, recipe_of
from zerokara.studio.pictures.learning import Learning
from zerokara.studio.pictures.looks import (
    SAMPLE,
    Answers,
    Probing,
    answers,
    filters,
    inside,
    probe_of,
    sample,
    shown,
    small_maps,
)
from zerokara.studio.probe import Histogram, Probe
from zerokara.studio.runs import Runs
from zerokara.studio.whys import told as told_whys

COLUMNS = 400
LONGEST_SLICE = 2.0
LOOK_SHARE = 0.2
"""The share of the time that looking may take while it learns: after a look of 50 ms come 200 ms of learning."""

EXAMPLES = 40
UNTRAINED, CHEAP = 200, 10**8
"""Pictures that a network is shown before it has learned; of one that multiplies more often nothing is shown."""


def start(options: dict[str, Any]) -> PicturesJob:
    """Get ready. options: `runs`, `data` and `data_dir`, as they were named when the studio was started."""
    return PicturesJob(Runs(options.get("runs") or "runs"), Sets(options.get("data_dir"), options.get("data")))


class PicturesJob:
    """The run that is open, and the questions about it."""

    def __init__(self, runs: Runs, sets: Sets, clock: Callable[[], float] = time.monotonic) -> None:
        self.runs, self.sets, self._clock = runs, sets, clock
        self.learning: Learning | None = None
        self.probing: Probing | None = None
        self.seen: dict[str, Answers] = {}
        self.looks: list[tuple[int, float, float]] = []
        self._look_cost = self._learned_since = 0.0
        self._looked = False
        self._questions: dict[str, Callable[[dict[str, Any]], Iterator[Message]]] = {
            "choices": self.choices,
            "plan": self.plan,
            "start": self.start,
            "open": self.open,
            "go": self.go,
            "pause": self.pause,
            "look": self.look,
            "test": self.test,
            "behind": self.behind,
            "page": self.page,
        }

    def answer(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The parts of an answer; each carries the question's number `n`."""
        do = head.get("do")
        if not isinstance(do, str) or do not in self._questions:
            raise ValueError(f"there is no question {str(do)[:40]!r}")
        for told, more in self._questions[do](head):
            yield {"n": head.get("n", 0), **told}, more

    def close(self) -> None:
        """Keep what was learned."""
        if self.learning is not None:
            self.learning.close()

    # ── before a run

    def choices(self, head: dict[str, Any]) -> Iterator[Message]:
        """The data sets, the runs that are kept, and the one that is open."""
        now: dict[str, Any] = {"open": None}
        if self.learning is not None:
            now = {"open": self.learning.folder.name, "settings": self._settings(self.learning)}
        yield {"topic": "choices", "sets": self.sets.listed(), "runs": self.runs.told(), **now}, {}

    def plan(self, head: dict[str, Any]) -> Iterator[Message]:
        """What the settings mean: the data set's size and some of its pictures, the models that fit, what it takes."""
        told = head.get("settings")
        dataset = self.sets.load(told.get("data") if isinstance(told, dict) else None)
        chosen = sample(dataset.train, EXAMPLES, 0)
        about = {
            "topic": "plan",
            "shape": list(dataset.train.shape),
            "classes": list(dataset.classes),
            "training": len(dataset.train),
            "test": len(dataset.test),
            "models": fitting(dataset.train.shape),
            "labels": chosen.labels.tolist()[:EXAMPLES],
        }
        recipe = None
        try:
            recipe = recipe_of(told, self.sets)
            found = needs(recipe, dataset)
            about |= {"parameters": found.parameters, "multiply_adds": found.multiply_adds, "memory": found.memory}
        except ValueError as error:  # the pictures are shown all the same
            about["why_not"] = str(error)
        yield about, {"examples": shown(chosen.images[:EXAMPLES])}
        if recipe is not None and "why_not" not in about and found.multiply_adds < CHEAP:
            yield self._untrained(recipe, dataset, head)

    # ── a run

    def start(self, head: dict[str, Any]) -> Iterator[Message]:
        """A new run, in a folder of its own, and its first steps' place: nothing is learned yet."""
        recipe = recipe_of(head.get("settings"), self.sets)
        dataset = self.sets.load(head["settings"]["data"])
        needs(recipe, dataset)
        self._open(Learning(recipe, dataset, self.runs.free(recipe.name)))
        yield self._told(head, look=True)

    def open(self, head: dict[str, Any]) -> Iterator[Message]:
        """Go on with a run that is kept: from its last checkpoint."""
        name = head.get("run")
        if self.learning is None or self.learning.folder.name != name:
            recipe, folder = self.runs.recipe(name), self.runs.folder(name)
            dataset = self.sets.load(self._page_name(recipe.data))
            needs(recipe, dataset)
            self._open(Learning(recipe, dataset, folder, resume=True))
        yield self._told(head, look=True)

    def go(self, head: dict[str, Any]) -> Iterator[Message]:
        """Learn for `seconds`, then tell; with a look where one is due."""
        learning, seconds = self._open_run(head), head.get("seconds", 0.25)
        if type(seconds) not in (int, float) or not 0 <= seconds <= LONGEST_SLICE:
            raise ValueError(f"a part of a training lasts 0 to {LONGEST_SLICE:g} seconds; got {str(seconds)[:40]}")
        begun = self._clock()
        learning.go(seconds)
        self._learned_since += self._clock() - begun
        due = self._learned_since * LOOK_SHARE >= self._look_cost * (1 - LOOK_SHARE)
        yield self._told(head, look=due or not learning.is_live)

    def pause(self, head: dict[str, Any]) -> Iterator[Message]:
        """Keep what was learned so far."""
        self._open_run(head).save()
        yield self._told(head, look=True)

    def look(self, head: dict[str, Any]) -> Iterator[Message]:
        """The same again, for another picture."""
        self._open_run(head)
        yield self._told(head, look=True)

    def test(self, head: dict[str, Any]) -> Iterator[Message]:
        """The whole test part, told as it goes on."""
        learning = self._open_run(head)
        pictures = learning.dataset.test
        for done, found in answers(learning.model, "test", pictures, len(learning.dataset.classes)):
            told: dict[str, Any] = {"topic": "tested", "run": learning.folder.name, "done": done, "all": len(pictures)}
            if found is None:
                yield told, {}
            else:
                self.seen["test"] = found
                about, arrays = _judged(found)
                yield {**told, **about, "step": learning.step}, arrays

    def behind(self, head: dict[str, Any]) -> Iterator[Message]:
        """The pictures of a cell of the confusion matrix."""
        learning, part = self._open_run(head), head.get("part")
        if part not in self.seen:
            raise ValueError(f"there are no answers to the part {str(part)[:40]!r} yet")
        found, K = self.seen[part], len(learning.dataset.classes)
        true, predicted = (_whole(head, name, K - 1) for name in ("true", "predicted"))
        chosen = found.behind(true, predicted)
        told = {
            "topic": "behind",
            "part": part,
            "true": true,
            "predicted": predicted,
            "count": int(found.confusion[true, predicted]),
            "positions": chosen.tolist(),
            "confidence": found.confidence[chosen].astype(float).tolist(),
        }
        yield told, {"pictures": shown(found.pictures.images[chosen])}

    def page(self, head: dict[str, Any]) -> Iterator[Message]:
        """The run as it stands as a page to keep, as HTML."""
        from zerokara.studio.pictures.saved import saved_page  # reports take longer to load than a training to begin

        learning = self._open_run(head)
        found = self.seen.get("validation" if learning.recipe.validation else "test-sample")
        html = saved_page(learning, found, self.sets.data_dir, *page_settings(head)).html().encode()
        yield {"topic": "page"}, {"html": np.frombuffer(html, np.uint8)}

    def _untrained(self, recipe: Recipe, dataset: Dataset, head: dict[str, Any]) -> Message:
        """What the network says with its initial values. (The run that is open draws from the same generator.)"""
        with generator_kept():
            return self._initial(recipe, dataset, head)

    def _initial(self, recipe: Recipe, dataset: Dataset, head: dict[str, Any]) -> Message:
        model = new_model(recipe, dataset)
        pictures = sample(dataset.train, UNTRAINED, recipe.seed)
        *_, (_, found) = answers(model, "untrained", pictures, len(dataset.classes))
        assert found is not None
        told, arrays = _judged(found)
        told |= {"topic": "preview", "classes": list(dataset.classes), "step": 0}
        more, others = _one_picture(model, dataset.train.shape, pictures, _whole(head, "picture", 10**9))
        return {**told, **more, **_probed(probe_of(model, recipe, pictures))}, arrays | others

    # ── what is told

    def _open(self, learning: Learning) -> None:
        """Only one run is open: random draws outside of layers come from one generator."""
        self.close()
        self.learning, self.probing = learning, Probing(learning)
        self.seen, self.looks = {}, []
        self._look_cost = self._learned_since = 0.0
        self._looked = False

    def _open_run(self, head: dict[str, Any]) -> Learning:
        if self.learning is None or self.learning.folder.name != head.get("run"):
            raise ValueError("this run is not open any more: another one was opened meanwhile; open it again to go on")
        return self.learning

    def _page_name(self, data: str) -> str:
        if not data.startswith("folder:"):
            return data
        if data != self.sets.own:
            raise ValueError("this run has learned from a folder that was not named when the studio started: --data")
        return "folder"

    def _told(self, head: dict[str, Any], *, look: bool) -> Message:
        learning = self.learning
        assert learning is not None
        arrays: dict[str, Array] = {"curve": learning.curve.thinned(COLUMNS), "epochs": learning.rows()}
        told: dict[str, Any] = {
            "topic": "pictures",
            "run": learning.folder.name,
            "state": learning.state,
            "why": learning.why,
            "step": learning.step,
            "steps": learning.steps_an_epoch * learning.recipe.epochs,
            "steps_an_epoch": learning.steps_an_epoch,
            "epoch": len(learning.epochs),
            "saved": learning.saved,
            "settings": self._settings(learning),
            "classes": list(learning.dataset.classes),
            "looked": look,
        }
        record = learning.record
        if record is not None:
            told |= {"seconds": record.seconds, "rate": record.images_per_second, "eta": record.eta, "lr": record.lr}
        if learning.step:
            recent = slice(max(0, learning.step - 50), None)
            accuracy = learning.curve.accuracies[recent]
            told |= {"loss": _number(learning.curve.losses[recent].mean()), "accuracy": _number(accuracy.mean())}
        if look and learning.state != "diverged":
            with np.errstate(all="ignore"):  # weights that grow without end are met in words
                about, more = self._look(learning, head)
            told |= about
            arrays |= more
        elif look and self.probing is not None:
            told["whys"] = told_whys(self.probing.whys(None))
        arrays["looks"] = np.array(self.looks, np.float32).reshape(-1, 3)
        return told, arrays

    def _look(self, learning: Learning, head: dict[str, Any]) -> Message:
        assert self.probing is not None
        begun = self._clock()
        part = "validation" if learning.recipe.validation else "test-sample"
        looked_at = sample(learning.held, SAMPLE, learning.recipe.seed)
        judged_by = loss_of(learning.recipe)  # as fit's own validation
        *_, (_, found) = answers(learning.model, part, looked_at, len(learning.dataset.classes), judged_by)
        assert found is not None
        self.seen[part] = found
        if not self.looks or self.looks[-1][0] != learning.step:
            self.looks.append((learning.step, found.loss, found.accuracy))
        told, arrays = _judged(found)
        chosen_from = learning.dataset.test if head.get("of") == "test" else looked_at
        more, others = _one_picture(learning.model, chosen_from.shape, chosen_from, _whole(head, "picture", 10**9))
        told |= {**more, **_probed(self.probing.look())}
        arrays |= others
        told["whys"] = told_whys(self.probing.whys(found.accuracy))
        was_first, self._looked = not self._looked, True  # the first compiles what it needs
        self._look_cost, self._learned_since = 0.0 if was_first else self._clock() - begun, 0.0
        return told, arrays

    def _settings(self, learning: Learning) -> dict[str, Any]:
        """The run's settings by the page's names."""
        r = learning.recipe
        model, layers = ("stack", r.model.partition(":")[2]) if r.model.startswith("stack:") else (r.model, None)
        told = {"data": "folder" if r.data.startswith("folder:") else r.data, "model": model, "epochs": r.epochs}
        told |= {"batch": r.batch_size, "optimizer": r.optimizer, "lr": r.lr, "schedule": r.schedule, "seed": r.seed}
        told |= {"decay": r.weight_decay, "smoothing": r.label_smoothing, "augmentation": r.augmentation}
        return {**told, "validation": r.validation, **({} if layers is None else {"layers": layers})}


def _judged(found: Answers) -> Message:
    """Answers for the page: loss, accuracy, confusion matrix, the worst mistakes."""
    worst = found.worst
    told = {
        "judged": found.part,
        "judged_count": len(found.pictures),
        "held_loss": _number(found.loss),
        "held_accuracy": found.accuracy,
        "wrong": int(np.sum(found.predictions != found.pictures.labels)),
        "worst": [
            {"position": int(i), "true": int(found.pictures.labels[i]), "predicted": int(found.predictions[i]),
             "confidence": float(found.confidence[i])}
            for i in worst
        ],
    }  # fmt: skip
    return told, {"confusion": found.confusion.astype(np.int32), "worst": shown(found.pictures.images[worst])}


def _one_picture(model: Module, shape: tuple[int, ...], pictures: Split, picture: int) -> Message:
    """One picture's way through the network, and the filters of the first layer."""
    picture = min(picture, len(pictures) - 1)
    seen, first = inside(model, pictures.images[picture]), filters(model, shape)
    told: dict[str, Any] = {"picture": picture, "label": int(pictures.labels[picture]), "skipped": seen.skipped}
    arrays = {"chosen": shown(pictures.images[picture : picture + 1])}
    arrays["shares"] = seen.probabilities.astype(np.float32)
    told["layers"] = []
    for k, maps in enumerate(seen.layers):
        arrays[f"maps{k}"], scale = small_maps(maps)
        told["layers"].append({"layer": maps.layer, "kind": maps.kind, "shape": list(maps.shape), "scale": scale})
    if first is not None:
        told["filters"], arrays["filters"] = first[0], np.nan_to_num(first[1])
    return told, arrays


def _probed(inner: Probe) -> dict[str, Any]:
    """Histograms of what the layers and parameters hold."""
    layers = [
        {"name": layer.name, "kind": layer.kind, "zeros": layer.zeros, "saturated": layer.saturated,
         "activations": _bins(layer.activations), "gradients": _bins(layer.gradients)}
        for layer in inner.layers
    ]  # fmt: skip
    parameters = [
        {"name": p.name, "update": _number(p.update), "weights": _bins(p.weights), "gradients": _bins(p.gradients)}
        for p in inner.parameters
    ]
    return {"inside": layers, "parameters": parameters}


def _bins(h: Histogram) -> dict[str, Any]:
    low, high, rms = (_number(v) for v in (h.least, h.greatest, h.rms))
    return {"counts": h.counts.tolist(), "low": low, "high": high, "rms": rms, "bad": h.not_finite}


def _number(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def _whole(head: dict[str, Any], name: str, high: int) -> int:
    value = head.get(name, 0)
    if type(value) is not int or not 0 <= value <= high:
        raise ValueError(f"{name} is a whole number from 0 to {high:,}; got {str(value)[:40]}")
    return value
