"""scikit-learn's own checks of estimators: all of them, and none is expected to fail."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from zerokara.estimators import NetworkClassifier, NetworkRegressor


@pytest.mark.filterwarnings("default")  # what scikit-learn warns of in its own checks is its business
@parametrize_with_checks([NetworkClassifier(epochs=100), NetworkRegressor(epochs=100)])
def test_of_scikit_learn(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
