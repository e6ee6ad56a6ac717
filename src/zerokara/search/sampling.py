"""How the settings of a trial are chosen, and when a trial is hopeless: Optuna's samplers and pruners."""

import warnings
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, MedianPruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, Trial

from zerokara.search.plan import Plan
from zerokara.search.space import Choice, Value

BEFORE_PRUNING = 5
"""So many trials are carried to their end before the median of their scores cuts another short."""


class At(BaseSampler):
    """Gives settings that were chosen before: those of a grid, or those of a trial that is tried again."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = dict(values)

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """None: every setting stands for itself."""
        return {}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """None."""
        return {}

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """The value that was chosen."""
        return self.values[param_name]


def sampler(plan: Plan, index: int, before: Mapping[str, Value] | None = None) -> BaseSampler:
    """The sampler for trial `index`; `before`: all of its settings, where an earlier try had chosen them.

    Each trial has one with a seed of its own, so what random search draws for it does not depend on how many work.
    """
    if before is not None and set(before) >= set(plan.space):
        return At(before)
    if plan.sampler == "grid":
        return At(plan.grid(index))
    if plan.sampler == "random":
        return RandomSampler(seed=plan.drawn_by(index))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TPESampler(seed=plan.drawn_by(index))


def pruner(plan: Plan) -> BasePruner:
    """The pruner of the plan."""
    if plan.pruning == "median":
        return MedianPruner(n_startup_trials=BEFORE_PRUNING, n_warmup_steps=1)
    return SuccessiveHalvingPruner(min_resource=1, reduction_factor=3) if plan.pruning == "halving" else NopPruner()


def chosen(plan: Plan, trial: Trial) -> dict[str, Value]:
    """The settings of a trial, by name."""
    found: dict[str, Value] = {}
    for name, one in plan.space.items():
        if isinstance(one, Choice):
            value = trial.suggest_categorical(name, one.values)
            assert value is not None  # no choice has such a value
            found[name] = value
        elif one.whole:
            found[name] = trial.suggest_int(name, int(one.low), int(one.high), log=one.log)
        else:
            found[name] = trial.suggest_float(name, one.low, one.high, log=one.log)
    return found
