"""A network as a classifier of scikit-learn's."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.estimators.base import NetworkEstimator
from zerokara.estimators.losses import weighted_cross_entropy, weighted_rows
from zerokara.estimators.networks import Network
from zerokara.estimators.weights import expected, of_classes
from zerokara.optim import Optimizer


class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that tells classes apart, with scikit-learn's interface.

    L = Σ_n w_n·(−ln p_{n, y_n}) / Σ_n w_n,   p = softmax(network(x)),   w_n = sample_weight_n · class_weight[y_n]

    network: hidden sizes, as `[100, 50]` (`[]`: none), with `activation` between them; or any `nn.Module` that answers
    (N, D, …) with scores (N, K), which is copied and trained on from the weights it has; or a function
    (inputs, outputs) → Module. Sizes compute in the dtype of X (float32, else float64), a module in its own.
    optimizer: a name in `optim.OPTIMIZERS` or a class, with `lr` (None: 0.003, for a given module 0.001) and
    `weight_decay`. batch_size: examples a step.
    epochs: the most passes over the examples. The training ends before that when its loss has not improved by more
    than `tol` for `patience` epochs (None: never); with `early_stopping` when the loss on a part that is held out,
    `validation_fraction` of the examples, stratified, has not, and the best epoch's weights are kept.
    class_weight: None, "balanced" (every class counts alike), or a weight by class.
    random_state: an integer makes everything that is drawn the same in every fit: initial values of sizes and
    functions, order, dropout, the part held out. verbose: a line an epoch, on standard error.

    fit(X, y, sample_weight=None), partial_fit(X, y, classes=None, sample_weight=None), predict, predict_proba, score.
    A weight k is as good as k equal examples, and 0 as none: exactly where one batch holds all, else on average.
    Fitted: classes_ (K,), network_, history_ (a `training.Record` an epoch), n_iter_, loss_, n_features_in_.
    Raises ValueError for labels of fewer than two classes, and `training.Diverged`, a ValueError, for a loss that
    becomes NaN.
    """

    _usual_lr = 0.003

    def __init__(
        self,
        network: Network = (100,),
        *,
        activation: str = "relu",
        optimizer: str | Callable[..., Optimizer] = "adam",
        lr: float | None = None,
        weight_decay: float = 0.0,
        batch_size: int = 200,
        epochs: int = 200,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int | None = 10,
        tol: float = 1e-3,
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = None,
        verbose: bool | int = False,
    ) -> None:
        super().__init__(
            network,
            activation=activation,
            optimizer=optimizer,
            lr=lr,
            weight_decay=weight_decay,
            batch_size=batch_size,
            epochs=epochs,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            patience=patience,
            tol=tol,
            random_state=random_state,
            verbose=verbose,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network. Shapes: X (N, D), or (N, D, …) for a module; y (N,), any labels; sample_weight (N,)."""
        x, y = self._examples(X, y, reset=True)
        weights = expected(sample_weight, len(x))
        x, y, weights = x[weights > 0], y[weights > 0], weights[weights > 0]
        self.classes_, labels = np.unique(y, return_inverse=True)
        self._expect_classes()
        weights = weights * of_classes(self.class_weight, self.classes_, labels, weights)[labels]
        if not np.any(weights):
            raise ValueError("the weights of all classes are zero: nothing would be learned")
        K = len(self.classes_)
        if np.all(weights == weights[0]):
            return self._learn(x, labels, F.cross_entropy, K, labels)
        rows = weighted_rows(labels, K, weights / weights.mean())
        return self._learn(x, rows, weighted_cross_entropy, K, labels)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """One pass over these examples; the first call makes the network, unless `fit` did.

        classes: all labels that will ever come, needed in the first call. Weights count as they are, also between
        calls; early stopping and `epochs` are fit's alone.
        """
        first = not hasattr(self, "network_")
        x, y = self._examples(X, y, reset=first)
        weights = expected(sample_weight, len(x))
        if first:
            if classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit: all labels that will come")
            self.classes_ = np.unique(classes)
            self._expect_classes()
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(f"classes={short(classes)} are not those of the first call, {short(self.classes_)}")
        strange = np.setdiff1d(y, self.classes_)
        if len(strange):
            raise ValueError(f"y has labels that are none of the classes {short(self.classes_)}: {short(strange)}")
        if isinstance(self.class_weight, str):
            raise ValueError("partial_fit does not see all examples, so it cannot balance them: give weights by class")
        labels = np.searchsorted(self.classes_, y)
        weights = weights * of_classes(self.class_weight, self.classes_, labels, weights)[labels]
        if first:
            self._begin(x, len(self.classes_))
        return self._learn_once(x, weighted_rows(labels, len(self.classes_), weights), weighted_cross_entropy)

    def predict_proba(self, X: Any) -> Array:
        """The probabilities of the classes, in the order of `classes_`: float64 (N, K), rows that sum to 1."""
        check_is_fitted(self)
        scores = self._outputs(X)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        result: Array = odds / odds.sum(axis=1, keepdims=True)
        return result

    def predict(self, X: Any) -> Array:
        """The most probable class of every example (N,)."""
        places = self.predict_proba(X).argmax(axis=1)
        result: Array = self.classes_[places]
        return result

    def _examples(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array]:
        x, y = validate_data(self, X, y, reset=reset, dtype=[np.float64, np.float32], allow_nd=True)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        return x, y

    def _expect_classes(self) -> None:
        count = len(self.classes_)
        if count < 2:
            raise ValueError(
                f"a classifier tells at least 2 classes apart; y has {'1 class' if count == 1 else f'{count} classes'}"
            )
