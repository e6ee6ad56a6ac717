"""What the classifier and the regressor share: their settings, how they learn, how they answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import validate_data

from zerokara import arrays, optim, training
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.data import Loader, Split
from zerokara.data.dataset import stratified
from zerokara.estimators.networks import Network, dtype_of, made
from zerokara.nn import Module
from zerokara.optim import OPTIMIZERS, Optimizer
from zerokara.refusing import wrong_kind
from zerokara.training.divergence import Diverged, first_bad_place, first_bad_weight
from zerokara.training.evaluation import Loss, evaluation_mode
from zerokara.training.last_batch import refuse_single
from zerokara.training.stepping import Stepper, answers

BLOCK = 512
"""Examples that are answered at a time."""


class NetworkEstimator(BaseEstimator):  # type: ignore[misc]
    """A network with scikit-learn's interface; see `NetworkClassifier` and `NetworkRegressor`."""

    _usual_lr: ClassVar[float] = 0.001

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
        random_state: Any = None,
        verbose: bool | int = False,
    ) -> None:
        self.network = network
        self.activation = activation
        self.optimizer = optimizer
        self.lr = lr
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.tol = tol
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "network_")

    @contextmanager
    def _fitted_only_if_done(self) -> Iterator[None]:
        """What fails or is interrupted within leaves no network behind that has learned by half."""
        try:
            yield
        except BaseException:
            self.__dict__.pop("network_", None)
            raise

    # ── learning ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _learn(self, x: Array, targets: Array, loss: Loss, outputs: int, groups: Array) -> Self:
        """Make the network and train it; `groups` are what a validation part is stratified by."""
        with self._fitted_only_if_done():
            return self._learn_anew(x, targets, loss, outputs, groups)

    def _learn_anew(self, x: Array, targets: Array, loss: Loss, outputs: int, groups: Array) -> Self:
        seed = self._begin(x, outputs)
        model: Module = self.network_
        whole = Split(x.astype(dtype_of(model), copy=False), targets)
        train, validation, stopping = whole, None, self._stops_on("loss", restore=False)
        if self.early_stopping:
            chosen = self._held_out(groups, seed)
            train, validation = whole.select(~chosen), whole.select(chosen)
            stopping = self._stops_on("val_loss", restore=True)
        loader = self._loader(train, seed)
        with arrays.generator_kept():
            arrays.manual_seed(seed)
            records = training.fit(
                model,
                loader,
                self._optimizer,
                epochs=self.epochs,
                loss=loss,
                validation=validation,
                early_stopping=stopping,
            )
            told = training.watch(records, "lines") if self.verbose else records
            self.history_ = [record for record in told if record.kind == "epoch"]
        self.n_iter_ = len(self.history_)
        self.loss_ = self.history_[-1].loss
        return self

    def _learn_once(self, x: Array, targets: Array, loss: Loss) -> Self:
        """One pass over the examples with the network and the optimizer there are."""
        model: Module = self.network_
        seed = int(arrays.generator(self._seed, "pass", self._passes).integers(2**31))
        loader = self._loader(Split(x.astype(dtype_of(model), copy=False), targets), seed)
        total, count = 0.0, 0
        with arrays.generator_kept(), self._fitted_only_if_done():
            arrays.manual_seed(seed)
            model.train()
            for batch, wanted in loader.epoch(0):
                value, _ = self._stepper_for(loss)(batch, wanted)
                total, count = total + value * len(batch), count + len(batch)
            if place := first_bad_weight(model):
                self._diverged("a weight became infinite or NaN", place)
        self._passes += 1
        self.n_iter_ += 1
        self.loss_ = total / count
        return self

    def _expect_settings(self) -> None:
        """Refuse, with a TypeError, a setting of a wrong kind: scikit-learn's estimators take anything when made."""
        told_elsewhere = ("network", "optimizer", "class_weight", "random_state")  # with what each of them may be
        settings = {k: v for k, v in self.get_params(deep=False).items() if k not in told_elsewhere}
        if refusal := wrong_kind(type(self).__name__, type(self).__init__, settings):
            raise refusal

    def _begin(self, x: Array, outputs: int) -> int:
        """A new network and optimizer; the seed of everything that is drawn."""
        self._expect_settings()
        try:
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        except ValueError:
            words = "random_state is a whole number from 0 to 2³² − 1, a numpy.random.RandomState, or None"
            raise ValueError(f"{words}; got {short(self.random_state)}") from None
        with arrays.generator_kept():
            arrays.manual_seed(seed)
            model = made(self.network, x, outputs, self.activation, seed)
        self._optimizer = self._made_optimizer(model)
        self.network_ = model
        self._seed, self._passes = seed, 0
        self._stepper: Stepper | None = None
        self.history_, self.n_iter_ = [], 0
        return seed

    def _made_optimizer(self, model: Module) -> Optimizer:
        given, lr = self.optimizer, self.lr
        if lr is None:
            lr = 0.001 if isinstance(self.network, Module) else self._usual_lr
        if isinstance(given, str):
            return optim.optimizer_by_name(given, model, lr=lr, weight_decay=self.weight_decay)
        if not callable(given):
            raise TypeError(f"optimizer is {', '.join(OPTIMIZERS)}, or a class such as optim.Adam; got {short(given)}")
        made: Any = given(model, lr=lr, weight_decay=self.weight_decay)
        if not isinstance(made, Optimizer):
            raise TypeError(f"the function given as optimizer returns an Optimizer; got {short(made)}")
        return made

    def _loader(self, split: Split, seed: int) -> Loader:
        """Batches of all examples; only where batch norm could do nothing with a last one alone, it is left out."""
        kind = dtype_of(self.network_)
        loader = Loader(split, self.batch_size, seed=seed, dtype=kind)
        try:
            refuse_single(self.network_, loader)
        except ValueError:
            if loader.batch_size == 1 or len(split) <= loader.batch_size:
                raise
            loader = replace(loader, drop_last=True)
        return loader

    def _held_out(self, groups: Array, seed: int) -> Array:
        """A mask of the examples that early stopping looks at."""
        share, n = self.validation_fraction, len(groups)
        if not 0 < share < 1 or not 0 < round(share * n) < n:
            raise ValueError(
                f"early stopping needs examples to train on and examples to validate on: validation_fraction={share} "
                f"of {n} examples leaves one part empty"
            )
        return stratified(groups, round(share * n), seed)

    def _stops_on(self, monitor: str, *, restore: bool) -> training.EarlyStopping | None:
        patience = self.patience
        if patience is None:
            if not restore:
                return None
            patience = self.epochs
        return training.EarlyStopping(monitor, min_delta=self.tol, patience=patience, restore_best_weights=restore)

    def _stepper_for(self, loss: Loss) -> Stepper:
        """The recorded step of `partial_fit`, kept from call to call, but not in a copy or a pickle."""
        if self._stepper is None:
            self._stepper = Stepper(self.network_, self._optimizer, loss, None, self._expect_finite, _no_norm)
        return self._stepper

    def _expect_finite(self, value: float, x: Array) -> None:
        if not np.isfinite(value):
            self._diverged(f"the loss became {value}", first_bad_place(self.network_, x))

    def _diverged(self, what: str, place: str) -> None:
        raise Diverged(what, epoch=self._passes + 1, step=self._passes, lr=self._optimizer.lr, place=place)

    # ── answering ────────────────────────────────────────────────────────────────────────────────────────────────

    def _outputs(self, X: Any) -> Array:
        """The network's outputs for every example, float64 (N, K).

        Examples are answered in blocks whose sizes are powers of two, the last one filled up with zeros: a forward pass
        is recorded once for every size that it meets.
        """
        x = validate_data(self, X, reset=False, dtype=[np.float64, np.float32], allow_nd=True)
        model: Module = self.network_
        x = x.astype(dtype_of(model), copy=False)
        with evaluation_mode(model), np.errstate(all="ignore"):
            found = [_answers(model, x[start : start + BLOCK]) for start in range(0, len(x), BLOCK)]
        return np.concatenate(found).astype(np.float64)

    # ── scikit-learn's protocol ──────────────────────────────────────────────────────────────────────────────────

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = dict(super().__getstate__())
        if "_stepper" in state:
            state["_stepper"] = None
        return state


def _no_norm(norm: float) -> None:
    """Gradients are not clipped here, so nobody asks."""


def _answers(model: Module, x: Array) -> Array:
    """The outputs for a block of examples, computed together with zeros up to a power of two."""
    missing = (1 << (len(x) - 1).bit_length()) - len(x)
    filled = np.concatenate([x, np.zeros((missing, *x.shape[1:]), x.dtype)]) if missing else x
    return answers(model, filled).data[: len(x)]
