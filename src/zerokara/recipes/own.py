"""A recipe for data that somebody brings: model and settings chosen by the data, so that nothing has to be known.

What is chosen was tried on folders of 80 to 4,000 pictures and on tables of 150 to 20,000 rows (docs/your-data.md).
"""

from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.recipes.base import Recipe

UPDATES, HEAD_UPDATES, LATER_UPDATES = 2000, 2000, 60
"""About how many updates a training has: more passes over few examples, fewer over many."""

ROWS_OF_BORDER = 1000
"""Pictures whose border is looked at, to tell paper from photographs."""


def recipe_for(dataset: Dataset, model: str | None = None, start: str = "") -> Recipe:
    """The recipe for this data set, with another model than the chosen one if `model` names one.

    start: the network that the training starts from. Its new last layer then learns for about `HEAD_UPDATES` updates,
    and all of it at a low rate for about `LATER_UPDATES` more.
    """
    pictures = len(dataset.train.shape) == 3
    chosen = model or (model_for_pictures(dataset) if pictures else model_for_rows(dataset))
    count = len(dataset.train)
    batch_size = 16 if count < 400 else 32 if count < 2000 else 64
    return Recipe(
        name=_name(dataset.name, Path(start).name if start else model),
        title=f"{chosen} on {dataset.name}",
        question="",
        data=dataset.name,
        model=chosen,
        epochs=_passes(LATER_UPDATES, count, batch_size, 1, 5) if start else _passes(UPDATES, count, batch_size, 8, 60),
        batch_size=batch_size,
        optimizer="adamw",
        lr=0.00002 if start else 0.01 if pictures else 0.005,
        schedule="one-cycle",
        weight_decay=0.05,
        label_smoothing=0.05 if pictures and not start else 0.0,
        augmentation=variation(dataset.train.images) if pictures else "none",
        validation=0.1 if count >= 200 else 0.0,
        start=start,
        head_epochs=_passes(HEAD_UPDATES, count, batch_size, 10, 100),
    )


def _passes(updates: int, count: int, batch_size: int, least: int, most: int) -> int:
    """The epochs that have about so many updates."""
    return int(np.clip(round(updates * batch_size / count), least, most))


def model_for_pictures(dataset: Dataset) -> str:
    """A small convolutional network with batch norm: they learn quickly on a processor, and from few pictures."""
    side = min(dataset.train.shape[1:])
    return "fast-convnet-wide" if side >= 16 else "small-convnet" if side >= 4 else "two-layer"


def model_for_rows(dataset: Dataset) -> str:
    """Two hidden layers, narrower ones for few rows."""
    units = 32 if len(dataset.train) < 1000 else 128
    return f"stack:linear{units}-relu-linear{units}-relu"


def variation(images: Array) -> str:
    """How pictures may be varied: marks on white paper, marks on black, or photographs, as their borders say.

    A picture is taken for paper where four fifths of the border are nearly white. Coloured photographs are mirrored
    too, grey ones are not: they may be letters.
    """
    some = images[:: max(1, len(images) // ROWS_OF_BORDER)].astype(np.float32).mean(axis=1) / 255
    border = np.concatenate([some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]], axis=1)
    for name, level in (("paper", 1.0), ("light", 0.0)):
        if np.mean(np.abs(border - level) < 0.15) >= 0.8:
            return name
    return "photo" if images.shape[1] == 3 else "light"


def _name(data: str, model: str | None) -> str:
    """What the run's folder is called: after the folder or file of the data."""
    plain = data.rpartition("@")[0] or data if data.startswith(("folder:", "csv:")) else data
    last = plain.partition(":")[2].rstrip("/\\").replace("\\", "/").rpartition("/")[2] or plain
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in last.removesuffix(".csv"))
    return f"{model.replace(':', '-')}-{kept}" if model else kept.strip("-.") or "own"
