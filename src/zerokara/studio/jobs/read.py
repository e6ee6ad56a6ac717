"""The reader's worker: drawings and pictures are read, looked into, explained, and changed into other digits.

Views (28, 28) travel as the float32 numbers that the network was shown, so what is explained is what was read.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

from zerokara import digits, explain
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.capture import capture
from zerokara.digits import Digit, Reader, Reading
from zerokara.digits.strokes import Together
from zerokara.explain.maps import FeatureMaps, feature_maps
from zerokara.explain.pictures import overlay
from zerokara.kernels import use_kernels
from zerokara.nn import Module
from zerokara.report import Lang
from zerokara.report.png import as_pixels
from zerokara.studio.jobs import Message
from zerokara.views import pen
from zerokara.views.become import become
from zerokara.views.saved_drawing import saved_drawing
from zerokara.views.sights import five_sights
from zerokara.views.stages import stages

SIDE = 28
STEPS = 64
"""Points of integrated gradients: on drawings, which are full of edges, fewer miss the completeness."""

CURVE = 14
"""Steps of the deletion curve."""

SHOWN = 1024
"""The longer side of a picture that is sent back to be drawn on."""

MOST_DIGITS = 60


def start(options: dict[str, Any]) -> ReadJob:
    """Get ready. With {"kernels": "reference"} nothing is compiled: slower answers, but at once."""
    return ReadJob(quick=options.get("kernels") == "reference")


class ReadJob:
    """Answers by the name of the question, `do`."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self.reader: Reader = digits.load_reader()
        self.swift = self.reader if quick else recorded(self.reader)
        self.model = Together(self.reader)
        self.questions: dict[str, Callable[..., Iterator[Message]]] = {
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
            "page": self.page,
        }
        if not quick:
            self._warm()

    def answer(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The parts of an answer; each carries the number `n` of the question, so that older ones can be told."""
        do = head.get("do")
        if not isinstance(do, str) or do not in self.questions:
            raise ValueError(f"there is no question {do!r}")
        with self._kernels():
            for told, more in self.questions[do](head, arrays):
                yield {"n": head.get("n", 0), **told}, more

    def moving(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """While the pen moves: the digits and their probabilities, then the maps of the chosen digit."""
        found = pen.read_ink(pen.as_ink(_placed(head, arrays)), self.swift)
        yield {"topic": "bars", "exact": False, **_told(found)}, _views(found)
        if found and head.get("maps"):
            yield from self._maps(found[_chosen(head, found)].view)

    def lifted(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The pen was lifted: what `digits.read` says of the picture, as the command line computes it, bit for bit."""
        with use_kernels("reference"):
            reading = digits.read(pen.as_paper(_canvas(arrays)), self.reader)
        yield {"topic": "bars", "exact": True, **_told(reading.digits, reading.text)}, _views(reading.digits)

    def picture(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """A picture file, as bytes: read like any other, and sent back upright, to be drawn on."""
        data = np.asarray(arrays["file"], np.uint8).tobytes()
        with use_kernels("reference"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of several pages the first is read; the answer says how many there are
            reading = digits.read(data, self.reader)
            picture = digits.open_picture(data)
        shown, every = _shown(picture.pixels)
        size = {"width": picture.width, "height": picture.height, "pages": picture.pages, "every": every}
        told = _told(reading.digits, reading.text)
        yield {"topic": "bars", "exact": True, **told, "picture": size}, {**_views(reading.digits), "picture": shown}

    def page(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """A drawing (`ink`), a picture file (`file`) or pixels set by hand (`view`) as a page to keep."""
        lang: Lang = "ja" if head.get("lang") == "ja" else "en"
        if "view" in arrays:
            view = _view(arrays)
            found = self._of_pixels(view) if view.any() else ()
            set_by_hand = Reading("pixels", found, "".join(d.symbol for d in found))
            html = saved_drawing(as_pixels(view), set_by_hand, lang, repeats=False).html()
            yield {"topic": "page"}, {"html": np.frombuffer(html.encode(), np.uint8)}
            return
        source = arrays["file"].astype(np.uint8).tobytes() if "file" in arrays else pen.as_paper(_canvas(arrays))
        with use_kernels("reference"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reading = digits.read(source, self.reader)
        picture = _shown(digits.open_picture(source).pixels)[0] if "file" in arrays else np.asarray(source)
        html = saved_drawing(picture, reading, lang, str(head.get("link", ""))[:4000]).html()
        yield {"topic": "page"}, {"html": np.frombuffer(html.encode(), np.uint8)}

    def pixels(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """28×28 set by hand, shown to the network as they are."""
        view = _view(arrays)
        if not view.any():
            yield {"topic": "bars", "exact": True, **_told(())}, {}
            return
        found = self._of_pixels(view)
        yield {"topic": "bars", "exact": True, **_told(found)}, _views(found)

    def _of_pixels(self, view: Array) -> tuple[Digit, ...]:
        with use_kernels("reference"):
            p = self.reader.probabilities(view[None])[0]
        return (Digit(int(p.argmax()), tuple(map(float, p)), (0, 0, SIDE, SIDE), view),)

    def maps(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The feature maps of every layer."""
        yield from self._maps(_view(arrays))

    def heat(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The heat of each method that is named, the quick ones first, for a class; with `curves` the deletion's."""
        view, target = _view(arrays), _class(head)
        for name in [n for n in explain.METHODS if n in head.get("methods", ())]:
            found = explain.METHODS[name](self.model, view[None, None], target, **_options(name))
            told: dict[str, Any] = {
                "topic": f"heat.{name}",
                "method": name,
                "target": int(found.target[0]),
                "score": float(found.score[0]),
                "signed": found.signed,
                "layer": (found.layer or "").removeprefix("networks.0."),
                "notes": [{"en": n.english, "ja": n.japanese} for n in found.notes[0]],
                "sum": float(found.map[0].sum()),
            }
            shown = {"heat": found.map[0].astype(np.float32), "picture": as_pixels(overlay(0.5 * view, found.map[0]))}
            if head.get("curves"):
                curve = explain.deletion(self.model, view[None, None], found, steps=CURVE)
                told["deletion"] = float(curve.area[0])
                shown["curve"] = np.asarray(curve.values[0], np.float32)
                shown["shares"] = np.asarray(curve.shares, np.float32)
            yield told, shown

    def sights(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The five sights with the answer to each, and their mean."""
        seen = five_sights(_view(arrays), self.reader)
        told = {"probabilities": seen.probabilities.tolist(), "together": seen.together.tolist()}
        yield {"topic": "sights", **told}, {"pictures": seen.pictures.astype(np.float32)}

    def stages(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """How the chosen digit's ink becomes 28×28."""
        marks = pen.marks_of(pen.as_ink(_canvas(arrays)))
        if not marks:
            yield {"topic": "stages", "width": None}, {}
            return
        mark = marks[_chosen(head, marks)]
        s = stages(mark.ink)
        pictures = {"box": s.box, "redrawn": s.redrawn, "fitted": s.fitted, "view": s.view}
        told = {"topic": "stages", "width": s.width, "wanted": s.wanted, "place": list(mark.box)}
        yield told, {name: as_pixels(np.asarray(one, np.float32)) for name, one in pictures.items()}

    def sweep(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """Several drawings, one for each place of a slider: the answer to each (its largest digit), or none."""
        canvases = arrays.get("ink")
        if canvases is None or canvases.ndim != 3 or len(canvases) > 16:
            raise ValueError("a sweep is up to 16 drawings (n, H, W)")
        slider, first = str(head.get("slider", ""))[:20], int(head.get("from", 0))
        for place, canvas in enumerate(canvases, first):
            found = pen.read_ink(pen.as_ink(_canvas({"ink": canvas})), self.reader)
            best = max(found, key=lambda d: (d.box[2] - d.box[0]) * (d.box[3] - d.box[1]), default=None)
            told = {"slider": slider, "from": place, "answers": [None if best is None else list(best.probabilities)]}
            yield {"topic": f"sweep.{slider}.{place}", **told}, {}

    def become(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """Towards another digit, a message a step; `start` is the picture that changes are told from."""
        view, target, steps = _view(arrays), _class(head), int(head.get("steps", 20))
        begun = _view({"view": arrays["start"]}) if "start" in arrays else view
        if not 1 <= steps <= 200:
            raise ValueError(f"between 1 and 200 steps are gone at a time; got {steps}")
        for step in become(view, target, self.reader, steps):
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

    def _maps(self, view: Array) -> Iterator[Message]:
        layers: list[dict[str, Any]] = []
        pictures: dict[str, Array] = {}
        for one in _layers(feature_maps(self.model, view[None, None])):
            name = one.layer.removeprefix("networks.0.")
            told = {"layer": name, "kind": one.kind, "shape": list(one.shape), "zeros": one.zeros}
            layers.append({**told, "silent": len(one.dead)})
            pictures[name] = one.value[0].astype(np.float32)
        yield {"topic": "maps", "layers": layers}, pictures

    def _kernels(self) -> AbstractContextManager[None]:
        return use_kernels("reference") if self.quick else nullcontext()

    def _warm(self) -> None:
        """Once through everything: on a new machine this compiles, which takes seconds."""
        view = np.zeros((SIDE, SIDE), np.float32)
        view[5:23, 13:16] = 1
        canvas = np.zeros((pen.SIDE, pen.SIDE), np.uint8)
        canvas[40:240, 130:150] = 255
        questions: list[tuple[dict[str, Any], dict[str, Array]]] = [
            ({"do": "moving", "maps": True}, {"ink": canvas}),
            ({"do": "heat", "target": 1, "methods": list(explain.METHODS), "curves": True}, {"view": view}),
            ({"do": "sights"}, {"view": view}),
            ({"do": "become", "target": 7, "steps": 1}, {"view": view}),
        ]
        for head, arrays in questions:
            for _ in self.answer(head, arrays):
                pass


class _Recorded(Module):
    """A network that is recorded once for each number of pictures and then replayed: the same answer in a third of the
    time, to the last bit or two, since what can be computed in one pass is.
    """

    def __init__(self, network: Module) -> None:
        self.network = network
        self.replay = capture(lambda x: network(x))

    def forward(self, x: Tensor) -> Tensor:
        """The network's scores."""
        told: Tensor = self.replay(x)
        return told


def recorded(reader: Reader) -> Reader:
    """The reader for the moving pen, who waits for nothing else."""
    return replace(reader, networks=tuple(_Recorded(network).eval() for network in reader.networks))


def _layers(found: list[FeatureMaps]) -> list[FeatureMaps]:
    """Without layers that hand on what they were given, such as Dropout outside of training, and without the whole."""
    return [m for m in found if m.kind not in ("Dropout", "Flatten", "ReaderNet")]


def _options(name: str) -> dict[str, Any]:
    return {"steps": STEPS} if name == "integrated-gradients" else {}


def _canvas(arrays: dict[str, Array]) -> Array:
    ink = arrays.get("ink")
    if ink is None or ink.dtype != np.uint8 or ink.ndim != 2 or not 28 <= min(ink.shape) <= max(ink.shape) <= 1024:
        raise ValueError("a drawing is uint8 (H, W), 28 to 1024 pixels a side")
    return ink


def _placed(head: dict[str, Any], arrays: dict[str, Array]) -> Array:
    """A drawing of which only the part with ink has come, or all of it: `ink` (h, w), whose top left pixel is `at`."""
    at, side, part = head.get("at"), head.get("side"), arrays.get("ink")
    if at is None or part is None:
        return _canvas(arrays)
    numbers = [*at, side] if isinstance(at, list) else []
    fits = len(numbers) == 3 and all(type(n) is int and 0 <= n <= 1024 for n in numbers) and part.ndim == 2
    if not fits or any(n + size > numbers[2] for n, size in zip(numbers, part.shape[::-1], strict=False)):
        raise ValueError("a part of a drawing is (h, w) and lies inside: at is [left, top], side the whole's")
    left, top, whole = numbers[0], numbers[1], np.zeros((numbers[2], numbers[2]), part.dtype)
    whole[top : top + part.shape[0], left : left + part.shape[1]] = part
    return _canvas({"ink": whole})


def _view(arrays: dict[str, Array]) -> Array:
    view = arrays.get("view")
    if view is None or view.shape != (SIDE, SIDE) or not np.all(np.isfinite(view)):
        raise ValueError("a view is (28, 28) numbers from 0 to 1")
    return np.clip(np.asarray(view, np.float32), 0, 1)


def _class(head: dict[str, Any]) -> int:
    target = head.get("target")
    if type(target) is not int or not 0 <= target <= 9:
        raise ValueError(f"a class is a digit from 0 to 9; got {target!r}")
    return target


def _chosen(head: dict[str, Any], found: Any) -> int:
    """Which digit is looked at: the one asked for, or the last there is."""
    asked = head.get("chosen", 0)
    return min(max(asked if type(asked) is int else 0, 0), len(found) - 1)


def _told(found: tuple[Digit, ...], text: str | None = None) -> dict[str, Any]:
    symbols = [str(getattr(d, "symbol", d.digit)) for d in found[:MOST_DIGITS]]
    shown = [
        {"digit": d.digit, "symbol": symbol, "box": list(d.box), "probabilities": list(d.probabilities)}
        for d, symbol in zip(found, symbols, strict=False)
    ]
    return {"digits": shown, "text": "".join(symbols) if text is None else text}


def _views(found: tuple[Digit, ...]) -> dict[str, Array]:
    return {f"view{k}": np.asarray(d.view, np.float32) for k, d in enumerate(found[:MOST_DIGITS])}


def _shown(pixels: Array) -> tuple[Array, int]:
    """The picture as bytes with its longer side at most SHOWN: every pixel the mean of a block."""
    every = -(-max(pixels.shape[:2]) // SHOWN)
    H, W = (size // every * every for size in pixels.shape[:2])
    mean = pixels[:H, :W].reshape(H // every, every, W // every, every, 3).mean(axis=(1, 3))
    return as_pixels(mean), every
