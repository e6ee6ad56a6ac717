"""`fit`: the training loop, as a generator of records."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import counted, short
from zerokara.data import Loader, Split
from zerokara.kernels.waiting import working_time
from zerokara.nn import Module
from zerokara.optim import Optimizer, Schedule
from zerokara.parallel.team import Team, expect_team
from zerokara.training.agreement import expect_same_start
from zerokara.training.early_stopping import EarlyStopping
from zerokara.training.evaluation import Loss, evaluation_loader
from zerokara.training.fitting import check
from zerokara.training.last_batch import refuse_single
from zerokara.training.loop import Loop
from zerokara.training.options import Options
from zerokara.training.run import Run
from zerokara.training.settings import describe
from zerokara.training.shared_loop import SharedLoop, expect_shares
from zerokara.training.training import Training, caller_of


def fit(
    model: Module,
    train_loader: Loader,
    optimizer: Optimizer,
    *,
    epochs: int,
    loss: Loss = F.cross_entropy,
    validation: Loader | Split | None = None,
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    average: float | None = None,
    early_stopping: EarlyStopping | None = None,
    run_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
    checkpoint_steps: int | None = None,
    settings: Mapping[str, Any] | None = None,
    clock: Callable[[], float] = working_time,
    team: Team | None = None,
) -> Training:
    """Train `model`, and yield a `Record` after every step and after every epoch.

        for record in fit(model, Loader(data.train, 100), optim.Adam(model), epochs=20, validation=held_out):
            ...

    The training goes on while the records are read; who stops reading stops it, and the last checkpoint stays. Who
    never begins to read is warned that nothing was learned.
    An epoch is one pass over the loader, so there are as many validations as epochs for any batch size, and the last,
    smaller batch counts too.

    loss: (scores, labels) → the batch's mean loss, which is what is reported; penalties of the optimizer are not in it.
    Classes (N,) are learned with cross_entropy, numbers and pictures of any shape with mse_loss, several labels an
    example, (N, K) of 0 and 1, with binary_cross_entropy_with_logits; targets have the shape of the model's answers.
    validation: measured after every epoch in evaluation mode; a split is scaled as the training images are.
    schedule: a function of the step (from 0) that sets `optimizer.lr`.
    clip_norm: the longest that all gradients together may be. average: the decay of an exponential moving average of
    the weights; it is what is validated, what is kept as the best, and what the model has in the end.
    early_stopping: see `EarlyStopping`; it restores the best epoch's weights.

    run_dir: a folder for settings.json, history.jsonl and checkpoints: `last`, `previous` and `best` (judged by
    early_stopping's monitor, else by val_loss, else by loss), written after every epoch and, if wanted, every
    `checkpoint_steps` steps; in the end weights.safetensors. settings: anything of the caller's to keep in there.
    resume: go on where the run in run_dir stopped, however it stopped; weights and history then are bit for bit
    (on the same machine and versions) those of a training that never stopped. Only `epochs` may differ.
    clock: a function that gives seconds; by default one that stands still while kernels are compiled.
    team: `parallel.team()`, the processes that train together, which all call `fit` alike. Each computes its share of
    every batch; all have the records and the weights that one process alone would have (docs/parallel.md).

    Ctrl-C and SIGTERM end the running step, save, and raise `Interrupted`. A loss that is no number raises `Diverged`;
    checkpoints never hold such numbers. Raises ValueError or TypeError, before any work, for options or a run_dir that
    cannot be, for another model's optimizer, for labels that the loss does not take, and for a last batch of one
    example that a batch norm of the model could not normalize. Answers that went through a softmax before
    cross-entropy are warned of after the first step.
    """
    team = expect_team(team)
    with team.together():
        check(model, train_loader, optimizer, loss)
        options = Options(
            epochs=epochs,
            loss=loss,
            validation=None if validation is None else evaluation_loader(validation, like=train_loader),
            schedule=schedule,
            clip_norm=clip_norm,
            average=average,
            early_stopping=early_stopping,
            checkpoint_steps=checkpoint_steps,
            clock=clock,
        )
        if settings is not None and not isinstance(settings, Mapping):
            raise TypeError(f"settings are kept by name, as {{'author': 'me'}}; got {short(settings)}")
        if not isinstance(resume, bool | np.bool_):
            raise TypeError(f"resume is True or False; got {short(resume)}")
        if not len(train_loader):
            raise ValueError("there are no batches to learn from: the training data are empty, or fewer than a batch")
        if len(train_loader.split) > train_loader.batch_size:
            expect_shares(train_loader.batch_size, team.size)
        refuse_single(model, train_loader, team.size)
        if run_dir is None and (resume or checkpoint_steps):
            raise ValueError(f"{'resume' if resume else 'checkpoint_steps'} needs the folder of the run: give run_dir")
        told = {"train": train_loader, "model": model, "optimizer": optimizer}
        plan = {name: describe(value) for name, value in told.items()} | options.describe()
        run = Run(model, optimizer, options.average, plan, describe(settings or {}), team)
        if team.size > 1:
            expect_same_start(run)
        if run_dir is not None:
            run.enter(run_dir, resume=resume)
    what = f"{type(model).__name__}, {counted(epochs, 'epoch')} of {counted(len(train_loader), 'step')}"
    loop = (SharedLoop if team.size > 1 else Loop)(run, train_loader, options)
    return Training(loop.records(), what, caller_of(1), None if run_dir is None else loop.save)
