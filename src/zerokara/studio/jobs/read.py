"""The reader's worker: drawings and pictures are read, looked into, explained, and changed into other digits.

Views travel as the float32 numbers that the network was shown, so what is explained is what was read.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from zerokara import digits, explain
from zerokara.arrays import Array
from zerokara.explain.maps import feature_maps
from zerokara.explain.pictures import overlay
from zerokara.io.png import as_pixels
from zerokara.kernels import use_kernels
from zerokara.studio.jobs import Message, questions
from zerokara.studio.jobs.saving import Saving
from zerokara.studio.jobs.units import Units
from zerokara.views import pen
from zerokara.views.answers import SIDE, Answers, ReaderAnswers
from zerokara.views.become import towards
from zerokara.views.examples import Examples, examples_of
from zerokara.views.sights import five_sights
from zerokara.views.stages import stages
from zerokara.views.subject import READER

STEPS = 64
"""Points of integrated gradients: on drawings, which are full of edges, fewer miss the completeness."""

CURVE = 14
"""Steps of the deletion curve."""

Question = Callable[..., Iterator[Message]]


def start(options: dict[str, Any]) -> ReadJob:
    """Get ready. With {"kernels": "reference"} nothing is compiled: slower answers, but at once."""
    return ReadJob(quick=options.get("kernels") == "reference")


class Looking:
    """Answers about one network or several, by the name of the question, `do`. `quick`: with NumPy alone."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        units, saving = Units(self), Saving(self)
        self.questions: dict[str, Question] = {
            "moving": self.moving,
            "lifted": self.lifted,
            "picture": self.picture,
            "pixels": self.pixels,
            "maps": self.maps,
            "heat": self.heat,
            "sights": self.sights,
            "stages": self.stages,
            "sweep": self.sweep,
            "become": self.become,
            "unit": units.unit,
            "top": units.top,
            "example": units.example,
            "page": saving.page,
        }

    def network(self, head: dict[str, Any]) -> Answers:
        """The network that is asked."""
        raise NotImplementedError

    def called(self, head: dict[str, Any]) -> str:
        """What the command line calls the network that is asked."""
        raise NotImplementedError

    def examples(self, network: Answers) -> Examples | None:
        """The pictures of a data set for it."""
        raise NotImplementedError

    def answer(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The parts of an answer; each carries the number `n` of the question, so that older ones can be told."""
        do = head.get("do")
        if not isinstance(do, str) or do not in self.questions:
            raise ValueError(f"there is no question {do!r}")
        with self.kernels():
            for told, more in self.questions[do](head, arrays):
                yield {"n": head.get("n", 0), **told}, more

    def moving(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """While the pen moves: the digits and their probabilities, then the maps of the chosen digit."""
        network = self.network(head)
        found = network.drawn(pen.as_ink(questions.placed(head, arrays)), glance=True)
        yield {"topic": "bars", "exact": False, **questions.told(found)}, questions.views(found)
        if found and head.get("maps"):
            yield _maps(network, np.asarray(found[questions.chosen(head, found)].view))

    def lifted(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The pen was lifted: what the command line says of the picture, bit for bit: `zerokara read`, or `explain`."""
        network, ink = self.network(head), questions.canvas(arrays)
        with use_kernels("reference"):
            found, text = network.picture(pen.as_paper(ink)) if network.reads_digits or ink.any() else ((), "")
        yield {"topic": "bars", "exact": True, **questions.told(found, text)}, questions.views(found)

    def picture(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """A picture file, as bytes: read like any other, and sent back upright, to be drawn on."""
        data, network = np.asarray(arrays["file"], np.uint8).tobytes(), self.network(head)
        with use_kernels("reference"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of several pages the first is read; the answer says how many there are
            found, text = network.picture(data)
            picture = digits.open_picture(data)
        shown, every = questions.shown(picture.pixels)
        size = {"width": picture.width, "height": picture.height, "pages": picture.pages, "every": every}
        told = {**questions.told(found, text), "picture": size}
        yield {"topic": "bars", "exact": True, **told}, {**questions.views(found), "picture": shown}

    def pixels(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """A view set by hand, or one of a data set, shown to the network as it is."""
        network = self.network(head)
        view = questions.set_by_hand(arrays, network)
        if not view.any():
            yield {"topic": "bars", "exact": True, **questions.told(())}, {}
            return
        with use_kernels("reference"):
            found = (network.answered(view),)
        yield {"topic": "bars", "exact": True, **questions.told(found)}, questions.views(found)

    def maps(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The feature maps of every layer."""
        network = self.network(head)
        yield _maps(network, questions.view(arrays, network))

    def heat(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The heat of each method that is named, the quick ones first, for a class; with `curves` the deletion's."""
        network = self.network(head)
        view, target = questions.view(arrays, network), questions.target(head, network)
        x, model = network.x(view), network.about.model
        for name in [n for n in explain.METHODS if n in head.get("methods", ())]:
            try:
                found = explain.METHODS[name](model, x, target, **_options(name))
            except ValueError as error:  # a network without maps has no Grad-CAM
                yield {"topic": f"heat.{name}", "method": name, "target": target, "error": str(error)}, {}
                continue
            told: dict[str, Any] = {
                "topic": f"heat.{name}",
                "method": name,
                "target": int(found.target[0]),
                "score": float(found.score[0]),
                "signed": found.signed,
                "layer": (found.layer or "").removeprefix(questions.FIRST),
                "notes": [{"en": n.english, "ja": n.japanese} for n in found.notes[0]],
                "sum": float(found.map[0].sum()),
            }
            shown = {"heat": found.map[0].astype(np.float32), "picture": as_pixels(overlay(0.5 * view, found.map[0]))}
            if head.get("curves"):
                curve = explain.deletion(model, x, found, steps=CURVE)
                told["deletion"] = float(curve.area[0])
                shown["curve"] = np.asarray(curve.values[0], np.float32)
                shown["shares"] = np.asarray(curve.shares, np.float32)
            yield told, shown

    def sights(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The five sights of the reader with the answer to each, and their mean; other networks look once."""
        network = self.network(head)
        if not isinstance(network, ReaderAnswers):
            yield {"topic": "sights", "probabilities": None}, {}
            return
        seen = five_sights(questions.view(arrays, network), network.reader)
        told = {"probabilities": seen.probabilities.tolist(), "together": seen.together.tolist()}
        yield {"topic": "sights", **told}, {"pictures": seen.pictures.astype(np.float32)}

    def stages(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """How the chosen digit's ink becomes 28×28."""
        network = self.network(head)
        marks = pen.marks_of(pen.as_ink(questions.canvas(arrays))) if network.reads_digits else []
        if not marks:
            yield {"topic": "stages", "width": None}, {}
            return
        mark = marks[questions.chosen(head, marks)]
        s = stages(mark.ink)
        pictures = {"box": s.box, "redrawn": s.redrawn, "fitted": s.fitted, "view": s.view}
        if network.shape != (SIDE, SIDE):
            pictures["own"] = network.fitted(s.view)
        told = {"topic": "stages", "width": s.width, "wanted": s.wanted, "place": list(mark.box)}
        yield told, {name: as_pixels(np.asarray(one, np.float32)) for name, one in pictures.items()}

    def sweep(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """Several drawings, one for each place of a slider: the answer to each (its largest digit), or none."""
        canvases, network = arrays.get("ink"), self.network(head)
        if canvases is None or canvases.ndim != 3 or len(canvases) > 16:
            raise ValueError("a sweep is up to 16 drawings (n, H, W)")
        slider, first = str(head.get("slider", ""))[:20], questions.whole(head, "from", 0, 0, 1000)
        for place, canvas in enumerate(canvases, first):
            found = network.drawn(pen.as_ink(questions.canvas({"ink": canvas})))
            best = max(found, key=lambda d: (d.box[2] - d.box[0]) * (d.box[3] - d.box[1]), default=None)
            told = {"slider": slider, "from": place, "answers": [None if best is None else list(best.probabilities)]}
            yield {"topic": f"sweep.{slider}.{place}", **told}, {}

    def become(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """Towards another class, a message a step; `start` is the view that changes are told from."""
        network = self.network(head)
        view, target, steps = questions.view(arrays, network), questions.target(head, network), head.get("steps", 20)
        begun = questions.view(arrays, network, "start") if "start" in arrays else view
        if type(steps) is not int or not 1 <= steps <= 200:
            raise ValueError(f"between 1 and 200 steps are gone at a time; got {steps}")
        for step in towards(view, target, network, steps):
            change = step.change(begun)
            told = {
                "topic": "become",
                "step": step.number,
                "steps": steps,
                "target": target,
                "probabilities": step.probabilities.tolist(),
                "added": float(np.maximum(change, 0).sum()),
                "taken": float(np.maximum(-change, 0).sum()),
            }
            yield told, {"view": step.picture, "change": change.astype(np.float32)}

    def kernels(self) -> AbstractContextManager[None]:
        """The kernels that answers are computed with."""
        return use_kernels("reference") if self.quick else nullcontext()


class ReadJob(Looking):
    """The reader of drawn digits alone."""

    def __init__(self, *, quick: bool) -> None:
        super().__init__(quick=quick)
        self.reader = ReaderAnswers(digits.load_reader().settled())
        self._examples: Examples | None = None
        if not quick:
            self._warm()

    def network(self, head: dict[str, Any]) -> Answers:
        """Always the reader."""
        return self.reader

    def called(self, head: dict[str, Any]) -> str:
        """Its name."""
        return READER

    def examples(self, network: Answers) -> Examples | None:
        """MNIST's test part where it is, else the digits that come with the installation."""
        self._examples = self._examples or examples_of(network)
        return self._examples

    def _warm(self) -> None:
        """Once through everything: on a new machine this compiles, which takes seconds."""
        view = np.zeros((SIDE, SIDE), np.float32)
        view[5:23, 13:16] = 1
        canvas = np.zeros((pen.SIDE, pen.SIDE), np.uint8)
        canvas[40:240, 130:150] = 255
        asked: list[tuple[dict[str, Any], dict[str, Array]]] = [
            ({"do": "moving", "maps": True}, {"ink": canvas}),
            ({"do": "heat", "target": 1, "methods": list(explain.METHODS), "curves": True}, {"view": view}),
            ({"do": "sights"}, {"view": view}),
            ({"do": "become", "target": 7, "steps": 1}, {"view": view}),
        ]
        for head, arrays in asked:
            for _ in self.answer(head, arrays):
                pass


def _maps(network: Answers, view: Array) -> Message:
    heads, arrays = questions.maps(feature_maps(network.about.model, network.x(view)))
    return {"topic": "maps", "layers": heads}, arrays


def _options(name: str) -> dict[str, Any]:
    return {"steps": STEPS} if name == "integrated-gradients" else {}
