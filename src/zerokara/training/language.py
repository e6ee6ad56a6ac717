"""Training a language model on windows of a text, its state carried from window to window.

    scores, state = model(x, state)        loss = mean −ln softmax(scores) at the tokens that follow

The numbers of the state go on to the next window, gradients do not: back-propagation through time, truncated. With
every checkpoint the state is kept too, so that a training that was stopped goes on in the middle of the text.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from zerokara.arguments import counted, short
from zerokara.data.text import Snippets, Windows
from zerokara.kernels.waiting import working_time
from zerokara.nn import Module
from zerokara.optim import Optimizer, Schedule
from zerokara.parallel.team import Team, expect_team
from zerokara.training.agreement import expect_same_start
from zerokara.training.early_stopping import EarlyStopping
from zerokara.training.evaluation import expect_model
from zerokara.training.language_loop import LanguageLoop
from zerokara.training.options import Options
from zerokara.training.run import Run
from zerokara.training.settings import describe
from zerokara.training.shared_language_loop import SharedLanguageLoop
from zerokara.training.shared_loop import expect_shares
from zerokara.training.training import Training, caller_of


def fit_language(
    model: Module,
    windows: Windows | Snippets,
    optimizer: Optimizer,
    *,
    epochs: int,
    validation: Any = None,
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    carry: bool = True,
    early_stopping: EarlyStopping | None = None,
    run_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
    checkpoint_steps: int | None = None,
    settings: Mapping[str, Any] | None = None,
    clock: Callable[[], float] = working_time,
    team: Team | None = None,
) -> Training:
    """Train a language model, called as `scores, state = model(x, state)`, and yield a `Record` a step and an epoch.

    As `fit`, of which it is the counterpart for texts: run_dir, resume, Ctrl-C and all the rest mean the same; where a
    record says images, they are tokens here, and losses are nats a token, whose perplexity is e^loss.

    windows: the training text, in streams. carry: hand the state behind a window to the next one (an epoch begins with
    none); False starts every window from nothing, and so do `Snippets`, which no text joins. validation: the numbers of
    a text's tokens; after every epoch val_loss is the mean −ln p of all of them but the first, read as one text. The
    best epoch is judged by it.
    team: the processes that train together. Each has its share of the streams (rows of a window, or snippets) and of
    the state; all have the records and the weights of one process alone (docs/parallel.md).
    """
    team = expect_team(team)
    with team.together():
        expect_model(model)
        if not isinstance(windows, Windows | Snippets):
            raise TypeError(
                f"fit_language learns from data.text.Windows(ids, batch_size, time) or Snippets; got {short(windows)}"
            )
        carry = carry and isinstance(windows, Windows)
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"fit_language takes an optimizer, as optim.Adam(model); got {short(optimizer)}")
        judged = None if validation is None else Windows(validation, 1, 1)
        options = Options(
            epochs=epochs,
            validation=judged,  # type: ignore[arg-type]  # it is described and counted, and the loop below reads it
            schedule=schedule,
            clip_norm=clip_norm,
            carry=carry,
            early_stopping=early_stopping,
            checkpoint_steps=checkpoint_steps,
            clock=clock,
        )
        expect_shares(windows.batch_size, team.size)
        if run_dir is None and (resume or checkpoint_steps):
            raise ValueError(f"{'resume' if resume else 'checkpoint_steps'} needs the folder of the run: give run_dir")
        told = {"train": windows, "model": model, "optimizer": optimizer, "carry": carry}
        plan = {name: describe(value) for name, value in told.items()} | options.describe()
        run = Run(model, optimizer, None, plan, describe(settings or {}), team)
        if team.size > 1:
            expect_same_start(run)
        if run_dir is not None:
            run.enter(run_dir, resume=resume)
    loop = (SharedLanguageLoop if team.size > 1 else LanguageLoop)(run, windows, options)
    what = f"{type(model).__name__}, {counted(epochs, 'epoch')} of {counted(len(windows), 'step')}"
    return Training(loop.records(), what, caller_of(1), None if run_dir is None else loop.save)
