"""The first phase of a training that starts from another network: its new last layer learns alone.

The body does not change, and neither do its features f of a picture: they are computed once, and kept. The head learns
on (f − μ) / σ, with mean and standard deviation of the training pictures, and takes these numbers in at the end:

    w·(f − μ)/σ + b  =  (w/σ)·f + (b − Σ w·μ/σ)
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Dataset, Loader, Split, scaled
from zerokara.data import split as cut
from zerokara.io import load_safetensors, load_weights, save_safetensors
from zerokara.io.checkpoint import LAST
from zerokara.models.transfer import Transfer
from zerokara.nn import Linear
from zerokara.optim import AdamW, schedule_by_name
from zerokara.parallel.team import Team, expect_team
from zerokara.recipes.base import Recipe
from zerokara.training import Record, fit
from zerokara.training.run_folder import WEIGHTS

FEATURES, HEAD = "features.safetensors", "head"
AT_A_TIME = 32
RATE, DECAY = 0.01, 0.05


def features(model: Transfer, dataset: Dataset, folder: Path | None = None, team: Team | None = None) -> Array:
    """(N, D) float32: what the body makes of the training examples; of the folder's file if it is of these examples.

    The processes of a team take batches of the examples in turns, and all get the whole; the folder is process 0's.
    """
    team, images = expect_team(team), dataset.train.images
    folder = folder if team.leads else None
    mark = _mark(model, dataset)
    known = None if folder is None else _known(folder, mark)
    found = np.zeros((len(images), model.head.weight.shape[1]), np.float32) if known is None else known
    if team.share_json(known is not None):
        return team.share_array(found)
    model.eval()
    with no_grad(), np.errstate(all="ignore"):
        for i in range(team.rank * AT_A_TIME, len(images), team.size * AT_A_TIME):
            found[i : i + AT_A_TIME] = model.features(Tensor(scaled(images[i : i + AT_A_TIME]))).data
    team.add(found)
    if folder is not None:
        save_safetensors(folder / FEATURES, {"features": found}, {"mark": mark})
    return found


def _known(folder: Path, mark: str) -> Array | None:
    """The features that were kept, if they are of the examples and the body that the mark tells."""
    if not (folder / FEATURES).is_file():
        return None
    arrays, said = load_safetensors(folder / FEATURES)
    return arrays["features"] if said.get("mark") == mark else None


def learn(
    recipe: Recipe,
    dataset: Dataset,
    model: Transfer,
    found: Array,
    folder: Path | None,
    notes: dict[str, Any],
    team: Team | None = None,
) -> Iterator[Record]:
    """The records of the head's training, on the features; in the end it is in the model.

    folder: that of the run; the head's own records and checkpoints lie in `head` within it, and a training that was
    stopped there goes on. One that is finished is taken as it is, without a record.
    """
    mean, std = found.mean(axis=0, dtype=np.float64), found.std(axis=0, dtype=np.float64)
    std[std < 1e-6 * (1 + np.abs(mean))] = 1.0
    head = Linear(found.shape[1], model.head.weight.shape[0], rng=generator(recipe.seed, "head"))
    place, team = None if folder is None else folder / HEAD, expect_team(team)
    if team.share_json(place is not None and (place / WEIGHTS).is_file()):
        if place is not None and team.leads:
            head.load_state_dict(load_weights(place / WEIGHTS))
        head.load_state_dict({name: team.share_array(array) for name, array in head.state_dict().items()})
    else:
        yield from _fitted(recipe, Split(found, dataset.train.labels), head, (mean, std), place, notes, team)
    weight, bias = (np.float64(p.data) for p in head.parameters())
    weight = weight / std
    model.head.load_state_dict({"weight": weight, "bias": bias - weight @ mean})


def _fitted(
    recipe: Recipe,
    every: Split,
    head: Linear,
    scale: tuple[Array, Array],
    place: Path | None,
    notes: dict[str, Any],
    team: Team,
) -> Iterator[Record]:
    examples, validation = cut(every, recipe.validation, recipe.seed) if recipe.validation else (every, None)
    mean, std = (tuple(numbers.tolist()) for numbers in scale)
    loader = Loader(examples, recipe.batch_size, seed=recipe.seed, mean=mean, std=std)
    return fit(
        head,
        loader,
        AdamW(head, lr=RATE, weight_decay=DECAY),
        epochs=recipe.head_epochs,
        loss=F.cross_entropy if every.has_classes else F.mse_loss,
        validation=validation,
        schedule=schedule_by_name("one-cycle", RATE, recipe.head_epochs * len(loader)),
        run_dir=place,
        resume=team.share_json(place is not None and (place / LAST).is_file()),
        settings=notes,
        team=team,
    )


def _mark(model: Transfer, dataset: Dataset) -> str:
    """What the features depend on: the training examples, and the body's numbers."""
    total = zlib.crc32(np.ascontiguousarray(dataset.train.images).data)
    for part in (model.scaling, model.body):
        for array in part.state_dict().values():
            total = zlib.crc32(np.ascontiguousarray(array).data, total)
    return f"{total:08x}"
