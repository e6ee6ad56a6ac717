"""The worker for other networks than the reader: runs of this machine, and ONNX files that were given to the page.

A foreign file may be made to take all memory, or to compute for ever; it does so in this process, which has limits of
both and is started again when it is gone.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from zerokara.arrays import Array
from zerokara.data import Dataset, load
from zerokara.studio.jobs import Message
from zerokara.studio.jobs.read import Looking
from zerokara.studio.models import Models, Place
from zerokara.views.answers import Answers, NetworkAnswers
from zerokara.views.examples import Examples, examples_of
from zerokara.views.runs import of_run
from zerokara.views.subject import of_onnx, of_recipe

KEPT = 3
"""Networks that are kept at a time."""

SECONDS = 60.0
"""A part of an answer that takes longer ends the process."""

MEMORY = 8 * 2**30
"""Bytes that the process may ask for, where the system can hold it to that."""


def start(options: dict[str, Any]) -> LookJob:
    """Get ready: `folder` is the studio's own, `runs` that of the runs, `data_dir` that of data files."""
    _limit_memory(int(options.get("memory", MEMORY)))
    return LookJob(Models.by(options), options.get("data_dir"), float(options.get("seconds", SECONDS)))


class LookJob(Looking):
    """Networks by their ids. A run that goes on learning is loaded anew when its weights have changed."""

    def __init__(self, models: Models, data_dir: str | None = None, seconds: float = SECONDS) -> None:
        super().__init__(quick=False)
        self.models, self.data_dir, self.seconds = models, data_dir, seconds
        self._networks: OrderedDict[tuple[str, int], Answers] = OrderedDict()
        self._datasets: dict[str, Dataset] = {}
        self._of: dict[int, str] = {}
        self._examples: dict[int, Examples | None] = {}
        self.questions["open"] = self.open

    def answer(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """As of the reader, each part within the limit of time."""
        parts = super().answer(head, arrays)
        while True:
            watch = threading.Timer(self.seconds, os._exit, (1,))
            watch.daemon = True
            watch.start()
            try:
                part = next(parts)
            except StopIteration:
                return
            except MemoryError as error:
                raise ValueError("this network takes more memory than there is for it") from error
            finally:
                watch.cancel()
            yield part

    def open(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """What a network is: name, shape, classes."""
        network = self.network(head)
        about = network.about
        told = {"name": about.name, "shape": list(network.shape), "classes": list(about.classes)}
        yield {"topic": "open", "model": str(head.get("model")), "digits": network.reads_digits, **told}, {}

    def network(self, head: dict[str, Any]) -> Answers:
        """The network of this id, loaded where it is not kept or has changed since."""
        place = self.models.place(str(head.get("model", "")))
        key = place.path.as_posix(), place.changed
        network = self._networks.pop(key, None) or self._loaded(place)
        self._networks[key] = network
        while len(self._networks) > KEPT:
            _, old = self._networks.popitem(last=False)
            self._of.pop(id(old), None)
            self._examples.pop(id(old), None)
        return network

    def called(self, head: dict[str, Any]) -> str:
        """Its folder, or its file."""
        return self.models.place(str(head.get("model", ""))).path.as_posix()

    def examples(self, network: Answers) -> Examples | None:
        """Of the data set that a run has learned from; for ONNX files that read digits, drawn digits."""
        if id(network) not in self._examples:
            data = self._of.get(id(network))
            self._examples[id(network)] = examples_of(network, None if data is None else self._dataset(data))
        return self._examples[id(network)]

    def _loaded(self, place: Place) -> Answers:
        if place.kind == "onnx":
            return NetworkAnswers(of_onnx(place.path, place.name))
        recipe = of_run(place.path)
        if recipe is None:
            raise ValueError(f"the run {place.name} has no recipe")
        network = NetworkAnswers(of_recipe(recipe, self._dataset(recipe.data), place.weights, place.name))
        self._of[id(network)] = recipe.data
        return network

    def _dataset(self, name: str) -> Dataset:
        """Nothing is fetched: the data set is on this machine, or the run cannot be opened."""
        if name not in self._datasets:
            self._datasets[name] = load(name, data_dir=self.data_dir, download=False)
        return self._datasets[name]


def _limit_memory(most: int) -> None:
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    except (ImportError, ValueError, OSError):
        return  # Windows and some others cannot; there the limit of time is left
