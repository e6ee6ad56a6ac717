"""What a recipe is: a question, everything needed to answer it again, and the answer that is expected."""

import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

from zerokara.arguments import known
from zerokara.data import DATASETS
from zerokara.models import MODELS, model_name
from zerokara.models.catalogue import SIZED
from zerokara.models.stack import PREFIX as STACK
from zerokara.optim import OPTIMIZERS, SCHEDULES
from zerokara.recipes.augmentation import AUGMENTATIONS
from zerokara.report import Lang

OWN = ("folder:", "csv:")
"""How the name of a data set begins that is not in the table: data of the user's."""


def setting(text: str, default: Any = ...) -> Any:
    """A field that the command line can override; `text` is its help."""
    metadata = {"help": text}
    return field(metadata=metadata) if default is ... else field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Recipe:
    """One training, completely described.

    `question` is what it is to find out; it and the title may be given in Japanese too. `expected` is the test
    accuracy (a share, 0..1) that the recipe reaches, and `tolerance` how far another machine's result may lie below
    it. Everything else is a setting, which `override` and the command line can change by its name.
    Raises ValueError for a setting that cannot be.
    """

    name: str
    title: str
    question: str
    data: str = setting("data set: a name from `zerokara data list`, folder:PATH, or csv:FILE@COLUMN")
    model: str = setting("model: a name from `zerokara summary`, two-layer:SIZE, multi-layer:SIZES, or stack:LAYERS")
    epochs: int = setting("passes over the training images", 10)
    batch_size: int = setting("images in one update", 100)
    optimizer: str = setting("sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw", "adam")
    lr: float = setting("learning rate; the highest one if a schedule changes it", 0.001)
    schedule: str = setting("constant, step, cosine or one-cycle", "constant")
    weight_decay: float = setting("strength of the pull of weights towards zero", 0.0)
    label_smoothing: float = setting("share of the target spread over all classes, 0 to below 1", 0.0)
    augmentation: str = setting(
        "none, shift, light, strong, paper, mirror or photo: how training images are varied", "none"
    )
    average: float = setting("decay of averaged weights, 0 for none, 0.998 for long", 0.0)
    l1: float = setting("strength of the pull of weights to exactly zero", 0.0)
    clip_norm: float = setting("longest gradient allowed, 0 for any", 0.0)
    patience: int = setting("epochs to wait for a lower validation loss, then stop with the best; 0 to go on", 0)
    validation: float = setting("share of the training images kept for validation", 0.0)
    seed: int = setting("where all random numbers start", 0)
    start: str = setting("the network that it starts from, whose last layer is new; empty for none", "")
    head_epochs: int = setting("passes in which the new last layer learns alone, before all does", 20)
    expected: float | None = None
    tolerance: float = 0.0
    title_ja: str = ""
    question_ja: str = ""

    def __post_init__(self) -> None:
        if not self.data.startswith(OWN):
            known("data set", self.data, DATASETS)
        if not self.start:
            object.__setattr__(self, "model", known_model(self.model))
        known("optimizer", self.optimizer, OPTIMIZERS)
        known("schedule", self.schedule, SCHEDULES)
        known("augmentation", self.augmentation, AUGMENTATIONS)
        for name in ("epochs", "head_epochs", "batch_size"):
            _check(name, getattr(self, name), getattr(self, name) >= 1, "at least 1")
        _check("lr", self.lr, math.isfinite(self.lr) and self.lr > 0, "a number above 0")
        for name in ("weight_decay", "l1", "clip_norm"):
            value = getattr(self, name)
            _check(name, value, math.isfinite(value) and value >= 0, "a number of at least 0")
        for name in ("label_smoothing", "average", "validation"):
            _check(name, getattr(self, name), 0 <= getattr(self, name) < 1, "at least 0 and below 1")
        _check("patience", self.patience, self.patience >= 0, "a whole number of epochs, 0 for none")
        if self.patience and not self.validation:
            raise ValueError("patience watches the validation loss: keep a share of the images for it, validation=0.1")
        _check("seed", self.seed, 0 <= self.seed < 2**64, "a whole number from 0 to 2⁶⁴ − 1")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by name: what `override` can change."""
        return {f.name: getattr(self, f.name) for f in fields(self) if "help" in f.metadata}

    def say(self, what: Literal["title", "question"], lang: Lang) -> str:
        """Title or question in `lang`; in English where there is no Japanese."""
        english: str = getattr(self, what)
        return getattr(self, f"{what}_ja") or english if lang == "ja" else english

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON can hold it; `Recipe(**recipe.to_dict())` is the recipe again."""
        return asdict(self)


def override(recipe: Recipe, **changes: Any) -> Recipe:
    """The recipe with some settings changed. The expected result then no longer holds, unless nothing changed.

    Raises ValueError for a setting that does not exist (the nearest name is offered) or a value that cannot be.
    """
    for name in changes:
        known("setting", name, recipe.settings)
    changed = {name: value for name, value in changes.items() if value != recipe.settings[name]}
    return replace(recipe, **changed, expected=None) if changed else recipe


def known_model(name: str) -> str:
    """The name of a model in the catalogue, however it is written (`vgg16_bn`), or of a stack of layers.

    Else a ValueError as `known`'s.
    """
    try:
        return model_name(name)
    except ValueError:
        if isinstance(name, str) and (name.startswith(STACK) or name.partition(":")[0] in SIZED):
            raise
        return known("model", name, MODELS)


def _check(name: str, value: object, holds: bool, wanted: str) -> None:
    if not holds:
        raise ValueError(f"{name} is {wanted}; got {value}")
