"""What may be chosen on the page: data sets, models, settings; each checked, and what it takes told before."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

from zerokara.arguments import known
from zerokara.data import DATASETS, DataError, Dataset, is_here, load
from zerokara.models import MODELS, build_model, summarize, totals
from zerokara.models.stack import PREFIX as STACK
from zerokara.nn.init.values import unset
from zerokara.recipes import Recipe

FOLDER = "folder"
SETS = ("digits", "mnist", "fashion-mnist", "kmnist", "mnist-hands", "cifar10", FOLDER)
"""The data sets of pictures; `folder` is the one that was named when the studio started."""

SAME = {"optimizer": "adamw", "lr": 0.03, "batch": 64, "schedule": "one-cycle", "decay": 0.1, "smoothing": 0.1}
PRESETS: dict[str, dict[str, Any]] = {
    "digits": {"model": "small-convnet", "epochs": 20, "augmentation": "shift"},
    "mnist": {"model": "fast-convnet", "epochs": 1, "augmentation": "none"},
    "fashion-mnist": {"model": "fast-convnet-wide", "epochs": 3, "augmentation": "none"},
    "kmnist": {"model": "fast-convnet-wide", "epochs": 3, "augmentation": "shift"},
    "mnist-hands": {"model": "fast-convnet", "epochs": 2, "augmentation": "none"},
    "cifar10": {"model": "fast-convnet-wide", "epochs": 5, "augmentation": "none"},
    FOLDER: {"model": "fast-convnet", "epochs": 5, "augmentation": "none"},
}
"""Settings that are good to begin with."""

LARGEST = 4 * 2**30
"""Bytes a training may need where the machine does not say how much memory it has."""


class Sets:
    """The data sets of this machine. Nothing is fetched: what is not here is said."""

    def __init__(self, data_dir: str | None = None, own: str | None = None) -> None:
        self.data_dir, self.own = data_dir, own
        self._loaded: tuple[str, Dataset] | None = None

    def named(self, name: Any) -> str:
        """The name under which `load` knows a data set of the page; ValueError in a sentence."""
        if name == FOLDER:
            if self.own is None:
                raise ValueError("no folder was named: start the studio with --data folder:PATH")
            return self.own
        return known("data set", name, SETS[:-1])

    def load(self, name: Any) -> Dataset:
        """The data set, kept while no other is asked for; ValueError where it is not here, or holds no pictures."""
        full = self.named(name)
        if self._loaded is None or self._loaded[0] != full:
            self._loaded = None  # two at a time are never held
            try:
                found = load(full, data_dir=self.data_dir, download=False)
            except DataError as error:
                here = full in DATASETS and not is_here(full, self.data_dir)
                hint = f"{full} is not on this machine: `zerokara data fetch {full}` fetches it" if here else str(error)
                raise ValueError(hint) from error
            if len(found.train.shape) != 3 or not found.train.has_classes:
                raise ValueError(f"{name} holds no pictures with classes")
            self._loaded = full, found
        return self._loaded[1]

    def listed(self) -> list[dict[str, Any]]:
        """Every data set: whether it is here, and what is good to begin with."""
        here = {name: is_here(name, self.data_dir) for name in SETS[:-1]} | {FOLDER: self.own is not None}
        return [{"name": name, "here": here[name], "preset": {**SAME, **PRESETS[name]}} for name in SETS]


def recipe_of(told: Any, sets: Sets) -> Recipe:
    """The training that the page's settings describe. ValueError in a sentence for what cannot be."""
    if not isinstance(told, dict):
        raise ValueError("the question has no settings")
    data, model = sets.named(told.get("data")), str(told.get("model"))
    if model == "stack":
        layers = told.get("layers", "")
        if not isinstance(layers, str) or len(layers) > 1000:
            raise ValueError("layers are a text of at most 1,000 characters")
        model = STACK + layers
    elif model not in MODELS:
        known("model", model, MODELS)
    name = f"{'stack' if model.startswith(STACK) else model}-{told.get('data')}".replace(".", "-")
    return Recipe(
        name=name,
        title=name,
        question="",
        data=data,
        model=model,
        epochs=_whole(told, "epochs", 1, 10_000),
        batch_size=_whole(told, "batch", 1, 100_000),
        optimizer=_word(told, "optimizer"),
        lr=_number(told, "lr"),
        schedule=_word(told, "schedule"),
        weight_decay=_number(told, "decay"),
        label_smoothing=_number(told, "smoothing"),
        augmentation=_word(told, "augmentation"),
        validation=_number(told, "validation"),
        seed=_whole(told, "seed", 0, 2**31),
    )


@dataclass(frozen=True)
class Needs:
    """What a training takes. memory: bytes of weights, gradients, the optimizer's numbers and a batch's answers."""

    parameters: int
    multiply_adds: int
    memory: int


def needs(recipe: Recipe, dataset: Dataset) -> Needs:
    """What the training takes. ValueError where the model does not fit the pictures, or the machine's memory."""
    try:
        with unset():
            model = build_model(recipe.model, dataset.train.shape, len(dataset.classes))
            found = totals(summarize(model, dataset.train.shape))
    except MemoryError:
        raise ValueError(f"{recipe.model} is too large for this machine's memory") from None
    pixels = 4 * math.prod(dataset.train.shape)
    batch = min(recipe.batch_size, len(dataset.train))
    memory = 4 * found.parameter_bytes + batch * (2 * found.output_bytes + pixels)
    if memory > (most := most_memory()):
        raise ValueError(
            f"this training needs about {_amount(memory)} of memory, and half of what this machine has is "
            f"{_amount(most)}: choose a smaller batch, or a smaller model"
        )
    return Needs(found.parameters, found.multiply_adds, memory)


def fitting(shape: tuple[int, ...]) -> list[str]:
    """The models of the catalogue that take pictures of this size."""
    return [name for name, entry in MODELS.items() if min(shape[1:]) >= entry.least]


def most_memory() -> int:
    """Half of this machine's memory, in bytes."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return LARGEST


def _amount(size: int) -> str:
    return f"{size / 2**30:,.1f} GiB" if size >= 2**30 else f"{size / 2**20:,.0f} MiB"


def _word(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError(f"{name} is one of a few words")
    return value


def _whole(told: dict[str, Any], name: str, low: int, high: int) -> int:
    value = told.get(name)
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} is a whole number from {low:,} to {high:,}; got {str(value)[:40]}")
    return value


def _number(told: dict[str, Any], name: str) -> float:
    value = told.get(name)
    if type(value) not in (int, float) or not math.isfinite(value):  # type: ignore[arg-type]
        raise ValueError(f"{name} is a number; got {str(value)[:40]}")
    return float(value)  # type: ignore[arg-type]
