"""The one look at the test part: of the best trial, when all have ended, and never before."""

import os
from dataclasses import asdict
from pathlib import Path

import optuna

from zerokara.data import Dataset, load
from zerokara.io import load_weights
from zerokara.recipes import new_model, train
from zerokara.search.outcome import TESTED, Found, Look, Outcome
from zerokara.search.storage import patiently
from zerokara.search.worker import TRIALS
from zerokara.training import evaluate
from zerokara.training.run_folder import WEIGHTS


def look_once(
    study: optuna.Study, outcome: Outcome, folder: Path, data_dir: str | os.PathLike[str] | None = None
) -> Look | None:
    """What the test part says of the best trial; asked only if it was not asked of this trial before.

    None while trials are still to be done, or if none has a score. The weights are those of the trial's run; where
    that lies on another machine, its training is done again.
    """
    best = outcome.best
    if best is None or not outcome.done:
        return None
    if outcome.test is not None:
        return outcome.test
    dataset = load(outcome.recipe(best).data, data_dir=data_dir)
    tested = _asked(outcome, best, folder, dataset)
    told = {name: value for name, value in asdict(tested).items() if name != "number"}
    before = patiently(lambda: study.user_attrs).get(TESTED, {})
    patiently(lambda: study.set_user_attr(TESTED, {**before, str(best.number): told}))
    return tested


def _asked(outcome: Outcome, best: Found, folder: Path, dataset: Dataset) -> Look:
    recipe = outcome.recipe(best)
    model = new_model(recipe, dataset)
    weights = folder / TRIALS / best.run / WEIGHTS
    if best.run and weights.is_file():
        model.load_state_dict(load_weights(weights))
    else:
        for _ in train(recipe, dataset, model):
            pass
    found = evaluate(model, dataset.test)
    return Look(best.number, found.accuracy, found.loss, found.correct, len(found), outcome.ended)
