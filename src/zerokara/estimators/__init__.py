"""Networks as scikit-learn's estimators: for pipelines, cross-validation and grid searches.

    from zerokara.estimators import NetworkClassifier

    NetworkClassifier([100]).fit(X, y).score(X_test, y_test)

Only this package imports scikit-learn; `import zerokara` does not.
"""

from zerokara.estimators.classifier import NetworkClassifier
from zerokara.estimators.regressor import NetworkRegressor
from zerokara.refusing import speaking_methods

__all__ = ["NetworkClassifier", "NetworkRegressor"]

speaking_methods(NetworkClassifier, "fit", "partial_fit", "predict", "predict_proba", naming=False)
speaking_methods(NetworkRegressor, "fit", "partial_fit", "predict", naming=False)
