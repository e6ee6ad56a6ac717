"""Questions about single units, and about the pictures of a data set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import explain
from zerokara.arguments import known
from zerokara.arrays import Array
from zerokara.io.png import as_pixels
from zerokara.studio.jobs import Message, questions
from zerokara.views.answers import Answers
from zerokara.views.units import to_dict

if TYPE_CHECKING:
    from zerokara.studio.jobs.read import Looking

TOP = 9
LIMIT, QUICK_LIMIT = 2000, 250
"""So many pictures are searched; with NumPy alone a few, since it takes seconds."""


class Units:
    """The answers, for the networks of a job."""

    def __init__(self, job: Looking) -> None:
        self.job = job

    def unit(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The account of one unit: its numbers, the field that it sees, its weights as a picture."""
        network = self.job.network(head)
        view, target = questions.view(arrays, network), questions.target(head, network)
        layer, index = questions.unit_of(head)
        found = explain.unit(network.about.model, network.x(view), full_name(network, layer), index, target)
        told = to_dict(found)
        told["layer"] = layer
        for term in told["terms"]:
            for name in ("source", "weight"):
                term[name] = term[name].removeprefix(questions.FIRST)
        seen = found.field.any(axis=0) if found.field.ndim == 3 else np.zeros(network.shape[:2], bool)
        field: Array = np.asarray(seen, np.uint8)
        weights = found.picture
        weights = weights[None] if weights.ndim == 2 else weights.reshape(1, 1, -1) if weights.ndim != 3 else weights
        yield {"topic": "unit", **told}, {"field": field, "weights": weights.astype(np.float32)}

    def top(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The pictures that excite the unit's map most, better and better the more were looked at."""
        network = self.job.network(head)
        layer, index = questions.unit_of(head)
        examples = self.job.examples(network)
        if examples is None:
            yield {"topic": "top", "data": None}, {}
            return
        limit = QUICK_LIMIT if self.job.quick else LIMIT
        unit = index[0] if index else 0
        for found, looked in examples.top(full_name(network, layer), unit, TOP, limit):
            pictures = np.stack([as_pixels(examples.view(s.image)) for s in found.seen])
            labels = [int(examples.labels[s.image]) for s in found.seen]
            told = {
                "topic": "top", "data": examples.name, "looked": looked, "layer": layer, "unit": unit,
                "values": [s.value for s in found.seen], "boxes": [list(s.box) for s in found.seen],
                "labels": [examples.classes[label] for label in labels],
            }  # fmt: skip
            yield told, {"pictures": pictures}

    def example(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """The number-th picture of a class as a view of the network; without a class, what classes there are."""
        network = self.job.network(head)
        examples = self.job.examples(network)
        if examples is None:
            yield {"topic": "example", "data": None, "classes": []}, {}
            return
        told = {"topic": "example", "data": examples.name, "classes": list(examples.classes)}
        if "label" not in head:
            yield told, {}
            return
        label = questions.whole(head, "label", 0, 0, len(examples.classes) - 1)
        index = examples.of(label, questions.whole(head, "number", 0, 0, 10**6))
        yield {**told, "label": label, "index": index}, {"view": examples.view(index)}


def full_name(network: Answers, layer: str) -> str:
    """The name in the network; the page leaves out where the reader's own network is."""
    names = [name for name, _ in network.about.model.named_modules() if name]
    if layer not in names and questions.FIRST + layer in names:
        return questions.FIRST + layer
    known("layer", layer, [name.removeprefix(questions.FIRST) for name in names])
    return layer
