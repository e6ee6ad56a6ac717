"""A network as a regressor of scikit-learn's."""

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.estimators.base import NetworkEstimator
from zerokara.estimators.losses import weighted_mse
from zerokara.estimators.weights import expected


class NetworkRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that finds numbers, with scikit-learn's interface.

    L = Σ_n w_n · mean_m (z_nm − t_nm)² / Σ_n w_n,   z = network(x),   t = (y − μ) / σ,   prediction = z·σ + μ

    μ and σ are the (weighted) mean and standard deviation of each target in `fit`, or in the first `partial_fit`: a
    network's first answers are near 0 and change by about `lr` a step, so that targets of another size would take it
    very long. A constant target has σ = 1.

    The settings are those of `NetworkClassifier`, without class weights; `lr` None is 0.001, since small noisy tables
    are soon learned by heart; early stopping's part is drawn with every
    range of a single target in it. A module answers (N, D, …) with (N, M), one output a target.

    fit(X, y, sample_weight=None), partial_fit(X, y, sample_weight=None), predict, score (R²).
    Fitted: network_, target_mean_ and target_scale_ (M,), history_ and loss_ (in units of σ²), n_iter_, n_features_in_.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network. Shapes: X (N, D), or (N, D, …) for a module; y (N,) or (N, M); sample_weight (N,)."""
        x, y = self._examples(X, y, reset=True)
        weights = expected(sample_weight, len(x))
        x, y, weights = x[weights > 0], y[weights > 0], weights[weights > 0]
        self._measure_targets(y, weights)
        targets = self._scaled(y)
        groups = targets[:, 0] if targets.shape[1] == 1 else np.zeros(len(x))
        if np.all(weights == weights[0]):
            return self._learn(x, targets, F.mse_loss, targets.shape[1], groups)
        weighted = np.column_stack([targets, weights / weights.mean()])
        return self._learn(x, weighted, weighted_mse, targets.shape[1], groups)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One pass over these examples; the first call makes the network and measures the targets, unless `fit` did.

        Weights count as they are, also between calls; early stopping and `epochs` are fit's alone.
        """
        first = not hasattr(self, "network_")
        x, y = self._examples(X, y, reset=first)
        weights = expected(sample_weight, len(x))
        if first:
            self._measure_targets(y, weights)
        elif self._flat_targets != (y.ndim == 1) or (y.ndim == 2 and y.shape[1] != len(self.target_mean_)):
            raise ValueError(f"y has another number of targets than in the first call; got {y.shape}")
        if first:
            self._begin(x, len(self.target_mean_))
        return self._learn_once(x, np.column_stack([self._scaled(y), weights]), weighted_mse)

    def predict(self, X: Any) -> Array:
        """The numbers found, float64, of the shape that y had: (N,) or (N, M)."""
        check_is_fitted(self)
        found: Array = self._outputs(X) * self.target_scale_ + self.target_mean_
        return found[:, 0] if self._flat_targets else found

    def _examples(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array]:
        kinds = [np.float64, np.float32]
        x, y = validate_data(self, X, y, reset=reset, dtype=kinds, allow_nd=True, multi_output=True, y_numeric=True)
        return x, np.asarray(y, np.float64)

    def _measure_targets(self, y: Array, weights: Array) -> None:
        self._flat_targets = y.ndim == 1
        columns = y.reshape(len(y), -1)
        self.target_mean_ = np.average(columns, axis=0, weights=weights)
        spread = np.sqrt(np.average((columns - self.target_mean_) ** 2, axis=0, weights=weights))
        self.target_scale_ = np.where(spread > 0, spread, 1.0)

    def _scaled(self, y: Array) -> Array:
        result: Array = (y.reshape(len(y), -1) - self.target_mean_) / self.target_scale_
        return result

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
