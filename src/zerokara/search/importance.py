"""How much each setting matters: the share of the variance of the scores that it explains.

(F. Hutter, H. Hoos, K. Leyton-Brown, An efficient approach for assessing hyperparameter importance, ICML 2014: fANOVA.)
"""

import math
import warnings
from dataclasses import replace

import optuna

from zerokara.search.outcome import Outcome

FEWEST = 4
"""Of fewer completed trials nothing is said."""


def with_importance(study: optuna.Study, outcome: Outcome) -> Outcome:
    """The outcome with the importance of its settings, the greatest first; as it is where that cannot be said.

    Said of two or more settings, and of `FEWEST` or more completed trials with different scores.
    """
    scores = [one.score for one in outcome.completed]
    if len(scores) < FEWEST or len(set(scores)) < 2 or len(outcome.plan.space) < 2:
        return outcome
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances  # brings scikit-learn

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            evaluator = FanovaImportanceEvaluator(seed=outcome.plan.seed % 2**32)
            found = get_param_importances(study, evaluator=evaluator)
    except (ValueError, RuntimeError):
        return outcome
    return replace(outcome, importance={name: float(share) for name, share in found.items() if math.isfinite(share)})
