"""Networks as scikit-learn's estimators: for pipelines, cross-validation and grid searches.

    from zerokara.estimators import NetworkClassifier

    NetworkClassifier([100]).fit(X, y).score(X_test, y_test)

Only this package imports scikit-learn; `import zerokara` does not.
"""

from zerokara.estimators.classifier import NetworkClassifier
from zerokara.estimators.regressor import NetworkRegressor

__all__ = ["NetworkClassifier", "NetworkRegressor"]
