"""scikit-learn's own checks of estimators: all of them, and none is expected to fail."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from zerokara.estimators import NetworkClassifier, NetworkRegressor


@pytest.mark.filterwarnings("default")  # what scikit-learn warns of in its own checks is its business
@parametrize_with_checks([NetworkClassifier(epochs=100)])
def test_of_scikit_learn(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


@pytest.mark.long
@pytest.mark.filterwarnings("default")
@parametrize_with_checks([NetworkRegressor(epochs=100)])
def test_of_scikit_learn_for_a_regressor(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


@pytest.mark.long
def test_of_scikit_learn_for_its_array_interface() -> None:
    """A check that is skipped unless the environment asks for it before SciPy is imported."""
    code = (
        "from functools import partial; from sklearn.utils.estimator_checks import check_array_api_input as check; "
        "from zerokara.estimators import NetworkClassifier, NetworkRegressor\n"
        "for kind in (NetworkClassifier, NetworkRegressor):"
        " check(kind.__name__, kind(epochs=5), array_namespace='numpy', expect_only_array_outputs=False)"
    )
    environment = os.environ | {"SCIPY_ARRAY_API": "1"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
