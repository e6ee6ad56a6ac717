"""What is looked at in a network that learns from pictures: answers, mistakes, filters, maps, and what goes on inside.

Nothing here changes the training: with looks and without them its weights are the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.data import Split, scaled
from zerokara.data.dataset import stratified
from zerokara.explain.maps import FeatureMaps, feature_maps
from zerokara.explain.scores import evaluation, scores_of
from zerokara.models import model_entry
from zerokara.nn import Conv2d, Linear, MaxPool2d, Module
from zerokara.nn.activation import ACTIVATIONS
from zerokara.recipes import Recipe
from zerokara.studio.pictures.learning import Learning
from zerokara.studio.probe import Probe, probe
from zerokara.studio.whys import Evidence, Why, whys
from zerokara.training import evaluate
from zerokara.training.evaluation import Loss
from zerokara.training.metrics import confusion_matrix

SAMPLE, PROBED = 1000, 256
"""Held-out pictures that are looked at while it learns, and learned ones on which the probe looks inside."""

SMALL_RATE = 0.05
"""Below this share of the recipe's rate a schedule is at its beginning or its end."""

PORTION = 500
MOST_WRONG, MOST_BEHIND = 18, 60
MOST_FILTERS, MOST_LAYERS, MOST_MAPS = 64, 14, 16
SIDE = 64
"""Pictures larger than this a side are sent smaller, each pixel the mean of a block."""

_BENDS = (*(type(make()) for name, make in ACTIVATIONS.items() if name != "identity"), MaxPool2d)


@dataclass(frozen=True, eq=False)
class Answers:
    """What the network says of some pictures. confidence: the probability of each answer. Shapes: (N,)."""

    part: str
    pictures: Split
    loss: float
    predictions: Array
    confidence: Array
    classes: int

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return float(np.mean(self.predictions == self.pictures.labels))

    @property
    def confusion(self) -> Array:
        """[i, j]: how many of class i were taken for class j."""
        return confusion_matrix(self.pictures.labels, self.predictions, self.classes)

    def behind(self, true: int, predicted: int, most: int = MOST_BEHIND) -> Array:
        """The positions of the pictures of a cell of the confusion matrix, the most confident first."""
        found = np.flatnonzero((self.pictures.labels == true) & (self.predictions == predicted))
        return found[np.argsort(-self.confidence[found], kind="stable")][:most]

    @property
    def worst(self) -> Array:
        """The positions of the wrong answers, the most confident first."""
        wrong = np.flatnonzero(self.predictions != self.pictures.labels)
        return wrong[np.argsort(-self.confidence[wrong], kind="stable")][:MOST_WRONG]


def sample(pictures: Split, count: int, seed: int) -> Split:
    """So many of the pictures, each class with its share; always the same ones. All of them where there are no more."""
    return pictures if len(pictures) <= count else pictures.select(stratified(pictures.labels, count, seed))


def answers(
    model: Module, part: str, pictures: Split, classes: int, judged_by: Loss = F.cross_entropy
) -> Iterator[tuple[int, Answers | None]]:
    """(how many pictures are done, None), portion by portion; with the last the answers to all."""
    loss, predictions, confidence = 0.0, [], []
    for start in range(0, len(pictures), PORTION):
        found = evaluate(model, pictures[start : start + PORTION], loss=judged_by)
        loss += found.loss * len(found)
        predictions.append(found.predictions)
        confidence.append(np.nan_to_num(found.probabilities.max(axis=1)))
        done = min(start + PORTION, len(pictures))
        if done < len(pictures):
            yield done, None
    both = np.concatenate(predictions), np.concatenate(confidence)
    yield len(pictures), Answers(part, pictures, loss / len(pictures), *both, classes)


@dataclass(frozen=True, eq=False)
class Inside:
    """One picture's way through the network: probabilities (K,), and what the layers make of it."""

    probabilities: Array
    layers: tuple[FeatureMaps, ...]
    skipped: int


def inside(model: Module, picture: Array) -> Inside:
    """What the layers make of one picture (C, H, W): those that change something, at most so many, evenly chosen."""
    x = scaled(picture[None])
    found = [m for m in feature_maps(model, x) if m.kind not in ("Dropout", "Flatten", "Identity", "Sequential")]
    with evaluation(model):
        scores = scores_of(model, x)[0].astype(np.float64)
    shares = np.exp(scores - scores.max())
    maps = [m for m in found if m.is_map]
    places = np.linspace(0, len(maps) - 1, min(len(maps), MOST_LAYERS)).round().astype(int)
    chosen = sorted(set(places.tolist()))
    return Inside(shares / shares.sum(), tuple(maps[i] for i in chosen), len(maps) - len(chosen))


def filters(model: Module, shape: tuple[int, ...]) -> tuple[str, Array] | None:
    """The first layer's weights as pictures (n, C, h, w) float32: filters, or the weights of units that see all pixels.

    None where the first layer with weights is neither.
    """
    for name, layer in model.named_modules():
        if isinstance(layer, Conv2d):
            return name, layer.weight.data[:MOST_FILTERS, :3].astype(np.float32)
        if isinstance(layer, Linear):
            if layer.in_features != np.prod(shape):
                return None
            return name, layer.weight.data[:MOST_FILTERS].reshape(-1, *shape)[:, :3].astype(np.float32)
    return None


class Probing:
    """Looks inside now and then, on pictures that stay the same."""

    def __init__(self, learning: Learning) -> None:
        self.learning = learning
        self._batch = sample(learning.learned, PROBED, learning.recipe.seed)
        self.last: Probe | None = None

    def look(self) -> Probe:
        """Activations, weights and gradients as they are now, in training mode; how far the last watched update went.

        At the beginning and the end of a schedule steps are meant to be small, so they are not told then.
        """
        learning, record = self.learning, self.learning.record
        found = probe_of(learning.model, learning.recipe, self._batch)
        small = record is None or record.lr < SMALL_RATE * learning.recipe.lr
        updates = {} if small else learning.updates
        told = tuple(replace(p, update=updates.get(p.name)) for p in found.parameters)
        self.last = replace(found, parameters=told)
        learning.watch_update()
        return self.last

    def whys(self, accuracy: float | None) -> list[Why]:
        """The doctor's signs, of what is known now."""
        learning = self.learning
        rows = learning.epochs
        return whys(
            Evidence(
                probe=self.last,
                losses=learning.curve.losses.tolist()[-max(2 * learning.steps_an_epoch, 300) :],
                batch_is_all=learning.steps_an_epoch == 1,
                epochs=[(row[1], row[3]) for row in rows if not np.isnan(row[3])],
                classes=len(learning.dataset.classes),
                steps_an_epoch=learning.steps_an_epoch,
                accuracy=accuracy,
                linear=not any(isinstance(module, _BENDS) for module in learning.model.modules()),
                diverged=learning.diverged,
            )
        )


def probe_of(model: Module, recipe: Recipe, pictures: Split) -> Probe:
    """A look inside a model in training mode; afterwards every layer is in the mode that it was in."""
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    try:
        return probe(model, scaled(pictures.images), pictures.labels, model_entry(recipe.model).loss)
    finally:
        for module, training in modes:
            module.training = training


def shown(pictures: Array) -> Array:
    """Pictures (N, C, H, W) as they are sent: uint8, one or three channels, at most SIDE pixels a side."""
    if pictures.shape[1] not in (1, 3):
        pictures = pictures.mean(axis=1, keepdims=True).astype(np.uint8)
    every = -(-max(pictures.shape[2:]) // SIDE)
    if every == 1:
        return pictures
    n, c, h, w = pictures.shape
    h, w = h // every * every, w // every * every
    blocks = pictures[:, :, :h, :w].reshape(n, c, h // every, every, w // every, every)
    return np.asarray(blocks.mean(axis=(3, 5)).round(), np.uint8)


def small_maps(found: FeatureMaps) -> tuple[Array, float]:
    """The first maps of a layer (n, h, w) as bytes 0…254, 127 for 0, and the scale: the greatest size of a value."""
    maps = found.value[0, :MOST_MAPS].astype(np.float32)
    every = -(-max(maps.shape[1:]) // 32)
    if every > 1:
        n, h, w = maps.shape
        h, w = h // every * every, w // every * every
        maps = maps[:, :h, :w].reshape(n, h // every, every, w // every, every).mean(axis=(2, 4))
    maps = np.nan_to_num(maps, nan=0.0, posinf=1e6, neginf=-1e6)
    scale = max(1e-6, float(np.abs(maps).max(initial=0)))
    return np.round(127 + 127 * maps / scale).astype(np.uint8), scale
