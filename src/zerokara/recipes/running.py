"""Cooking by a recipe: data, model, training, and the judgement on the test part."""

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.arrays import generator, manual_seed
from zerokara.data import Dataset, Loader, load
from zerokara.data import split as cut
from zerokara.data.inputs import inputs_of
from zerokara.data.tables import Table
from zerokara.io.checkpoint import LAST
from zerokara.kernels import prepare
from zerokara.models import build_model, count_parameters, model_entry
from zerokara.nn import Module, SyncBatchNorm
from zerokara.nn.norm import BatchNorm
from zerokara.optim import Optimizer, optimizer_by_name, schedule_by_name
from zerokara.parallel.team import Team, expect_team
from zerokara.recipes.augmentation import AUGMENTATIONS
from zerokara.recipes.base import Recipe
from zerokara.recipes.head import HEAD, features, learn
from zerokara.recipes.starting import Start, shared
from zerokara.training import (
    EarlyStopping,
    Evaluation,
    Record,
    RegressionEvaluation,
    Training,
    evaluate,
    fit,
    read_records,
)
from zerokara.training.evaluation import Loss
from zerokara.training.interrupts import Interrupted, InterruptedWhileCompiling
from zerokara.training.run_folder import SETTINGS, RunFolder

Watch = Callable[[Iterator[Record]], Iterable[Record]]
"""Who looks on while a training goes on, and passes its records on: `training.watch`, for example."""


@dataclass(frozen=True, eq=False)
class Result:
    """What came of a recipe.

    `history` has a dict an epoch (the fields of `training.Record`); `evaluation` holds the answers on the test part;
    `seconds` is the training's time, without loading data and testing.
    """

    recipe: Recipe
    dataset: Dataset
    model: Module
    evaluation: Evaluation | RegressionEvaluation
    history: Sequence[Mapping[str, Any]] = ()
    seconds: float = 0.0

    @property
    def classified(self) -> Evaluation:
        """The evaluation of answers that are classes. TypeError where numbers are answered."""
        if not isinstance(self.evaluation, Evaluation):
            raise TypeError("this network answers with numbers, not with classes")
        return self.evaluation

    @property
    def accuracy(self) -> float:
        """The share of the test part that is classified correctly; NaN where numbers are answered."""
        return self.evaluation.accuracy if isinstance(self.evaluation, Evaluation) else math.nan

    @property
    def parameters(self) -> int:
        """How many numbers the model learned."""
        return count_parameters(self.model)

    @property
    def as_expected(self) -> bool | None:
        """Whether the accuracy is what the recipe promises; None if it promises nothing."""
        return None if self.recipe.expected is None else self.accuracy >= self.recipe.expected - self.recipe.tolerance


def run(
    recipe: Recipe,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    run_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
    watch: Watch = iter,
    dataset: Dataset | None = None,
    start: Start | None = None,
    sync_batch_norm: bool = False,
    team: Team | None = None,
) -> Result:
    """Load the data, train the model as the recipe says, and test it.

    With `run_dir` the run is kept there (settings, history, checkpoints, weights); `resume` goes on with the one that
    is there. `dataset`: the recipe's data, where they are loaded already; `start`: the network that it starts from, if
    it starts from one. `team`: the processes that train together; with `sync_batch_norm` their batch norms see the
    whole batch, and so they do where a run is resumed in which they did. The same recipe gives the same weights on the
    same machine. Raises ValueError if the data cannot be had or do not fit the model, or it has no batch norm that
    could see the whole batch, `training.Diverged` and `training.Interrupted` as `training.fit` does.
    """
    team = expect_team(team)
    if not isinstance(sync_batch_norm, bool):
        raise TypeError(f"sync_batch_norm is True or False; got {short(sync_batch_norm)}")
    prepare()
    dataset = dataset or load(recipe.data, data_dir=data_dir)
    folder = None if run_dir is None else Path(run_dir)
    synchronised = team.share_json(sync_batch_norm or (team.leads and resume and _is_synchronised(folder)))
    if recipe.start:
        model = _started(recipe, dataset, start, folder, resume, watch, team, synchronised)
        resume = team.share_json(resume and folder is not None and (folder / LAST).is_file())
    else:
        model = new_model(recipe, dataset)
    if synchronised:
        _expect_batch_norm(model)
        model = SyncBatchNorm.convert_sync_batchnorm(model)
    told = [record.to_line() for record in watch(train(recipe, dataset, model, run_dir, resume, team))]
    rows = (
        told if run_dir is None or not team.leads else read_records(run_dir)
    )  # a resumed run's first part was told before
    history = [row for row in rows if row["kind"] == "epoch"]
    seconds = history[-1]["seconds"] if history else 0.0
    return Result(recipe, dataset, model, judge(model, dataset, team), history, seconds)


def _is_synchronised(folder: Path | None) -> bool:
    """Whether the batch norms of the run in a folder see the whole batch of several processes."""
    path = None if folder is None else folder / SETTINGS
    if path is None or not path.is_file():
        return False
    return json.loads(path.read_text(encoding="utf-8")).get("notes", {}).get("sync_batch_norm") is True


def _expect_batch_norm(model: Module) -> None:
    if not any(isinstance(layer, BatchNorm) for layer in model.modules()):
        raise ValueError(
            "this network has no batch norm that could see the whole batch: leave --sync-batch-norm out "
            "(in Python: sync_batch_norm)"
        )


def _started(
    recipe: Recipe,
    dataset: Dataset,
    start: Start | None,
    folder: Path | None,
    resume: bool,
    watch: Watch,
    team: Team,
    synchronised: bool,
) -> Module:
    """The network that it starts from, with a new last layer that has learned alone."""
    classes = len(dataset.classes) or 1
    if synchronised and start is not None:
        _expect_batch_norm(start.network(classes, recipe.seed))
    if folder is None:
        if start is None:
            raise ValueError(f"the recipe starts from {recipe.start}: give run the network, start=")
        model = start.network(classes, recipe.seed)
    else:
        if not resume and team.leads:
            _begin(folder, recipe, dataset, start, synchronised)
        model = shared(folder, team).network(classes, recipe.seed)
    found, notes = features(model, dataset, folder, team), _notes(recipe, dataset, synchronised)
    try:
        for _ in watch(learn(recipe, dataset, model, found, folder, notes, team)):
            pass
    except InterruptedWhileCompiling:
        raise
    except Interrupted as error:
        told = str(error).replace(str(Path(str(folder)) / HEAD), str(folder))
        renamed = Interrupted(told, error.signal_number)
        renamed.agreed = error.agreed
        raise renamed from None
    return model


def _begin(folder: Path, recipe: Recipe, dataset: Dataset, start: Start | None, synchronised: bool) -> None:
    """Keep what the run starts from, and its settings, so that it can be resumed from its first moment on."""
    if start is None:
        raise ValueError(f"the recipe starts from {recipe.start}: give run the network, start=")
    run = RunFolder(folder)
    try:
        run.refuse_if_used()
        start.keep(run.path)
        run.write_settings({"training": {}, "notes": _notes(recipe, dataset, synchronised), "environment": {}})
    finally:
        run.close()


def _notes(recipe: Recipe, dataset: Dataset, synchronised: bool) -> dict[str, Any]:
    """What a run keeps of itself: its recipe, what its network is given, and what its batch norms see."""
    notes = {"recipe": recipe.to_dict(), "inputs": inputs_of(dataset).to_dict()}
    return notes | ({"sync_batch_norm": True} if synchronised else {})


def judge(model: Module, dataset: Dataset, team: Team | None = None) -> Evaluation | RegressionEvaluation:
    """The model's answers on the test part: classes, or numbers in the units of the data's target."""
    if dataset.test.has_classes:
        return evaluate(model, dataset.test, team=team)
    found = evaluate(model, dataset.test, task="regression", team=team)
    table = inputs_of(dataset)
    if not isinstance(table, Table):
        return found
    outputs, targets = (table.answer(y)[:, None] for y in (found.outputs, found.targets))
    return RegressionEvaluation(found.loss, outputs, targets)


def new_model(recipe: Recipe, dataset: Dataset) -> Module:
    """The recipe's model for this data set, with initial values of its seed, or of the data where it wants those."""
    manual_seed(recipe.seed)
    rng = generator(recipe.seed, "weights")
    model = build_model(recipe.model, dataset.train.shape, len(dataset.classes) or 1, rng)
    begin = model_entry(recipe.model).begin
    if begin is not None:
        begin(model, dataset.train.images)
    return model


def train(
    recipe: Recipe,
    dataset: Dataset,
    model: Module,
    run_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
    team: Team | None = None,
) -> Training:
    """The training itself: the records of `training.fit`, set up as the recipe says."""
    examples, validation = dataset.train, None
    if recipe.validation:
        examples, validation = cut(dataset.train, recipe.validation, recipe.seed)
    transform = AUGMENTATIONS[recipe.augmentation](examples.shape[-1])
    loader = Loader(examples, recipe.batch_size, seed=recipe.seed, transform=transform)
    synchronised = any(isinstance(layer, SyncBatchNorm) for layer in model.modules())
    return fit(
        model,
        loader,
        _optimizer(recipe, model),
        epochs=recipe.epochs,
        loss=loss_of(recipe) if dataset.train.has_classes else F.mse_loss,
        validation=validation,
        schedule=schedule_by_name(recipe.schedule, recipe.lr, recipe.epochs * len(loader)),
        clip_norm=recipe.clip_norm or None,
        average=recipe.average or None,
        early_stopping=EarlyStopping(patience=recipe.patience) if recipe.patience else None,
        run_dir=run_dir,
        resume=resume,
        settings=_notes(recipe, dataset, synchronised),
        team=team,
    )


def _optimizer(recipe: Recipe, model: Module) -> Optimizer:
    return optimizer_by_name(recipe.optimizer, model, lr=recipe.lr, weight_decay=recipe.weight_decay, l1=recipe.l1)


def loss_of(recipe: Recipe) -> Loss:
    """What the model's answers in training mode are judged by, with the recipe's label smoothing."""
    loss = F.cross_entropy if recipe.start else model_entry(recipe.model).loss
    return partial(loss, label_smoothing=recipe.label_smoothing) if recipe.label_smoothing else loss
