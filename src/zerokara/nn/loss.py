"""Losses as layers: `loss = nn.CrossEntropyLoss()`, then `loss(scores, labels)`. Formulas at the functions in F."""

from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module

REDUCTIONS = ("mean", "sum", "none")
SAMPLES = (*REDUCTIONS, "batchmean")
"""Also the sum over the numbers of each sample, its mean: the negative log-likelihood of a picture, in nats."""


class Loss(Module):
    """A loss as a layer: `forward(scores, target)` gives the mean over the batch, the sum, or every loss by itself."""

    reductions: tuple[str, ...] = REDUCTIONS

    def __init__(self, reduction: str = "mean") -> None:
        if reduction not in self.reductions:
            known = " or ".join(map(repr, self.reductions))
            raise ValueError(f"{type(self).__name__} expects reduction {known}; got {short(reduction)}")
        self.reduction = reduction

    def _keep(self, name: str, weight: Any) -> None:
        """Weights are kept as a buffer: a checkpoint has them, and the layer's dtype is theirs."""
        if weight is None:
            self.register_buffer(name, None)
            return
        array = weight._data if isinstance(weight, Tensor) else np.asarray(weight)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{type(self).__name__} expects numbers for {name}; got {short(weight)}")
        kept = array.dtype.kind == "f" and isinstance(weight, Tensor | np.ndarray)
        self.register_buffer(name, np.array(array, array.dtype if kept else np.float32))

    def extra_repr(self) -> str:
        """The weights and settings that are not the usual ones."""
        usual = {"reduction": "mean", "ignore_index": None, "label_smoothing": 0.0}
        shown = [
            f"{name}={_numbers(array)}" for name in self._buffer_names if (array := getattr(self, name)) is not None
        ]
        shown += [f"{k}={v!r}" for k, v in vars(self).items() if k not in self._buffer_names and _said(k, v, usual)]
        return ", ".join(shown)


def _numbers(array: Array) -> str:
    text = ", ".join(f"{number:g}" for number in array.reshape(-1)[:20])
    return f"[{text}]" if array.size <= 20 else f"[{text}, …], {array.shape} with the sum {array.sum():g}"


def _said(name: str, value: Any, usual: dict[str, Any]) -> bool:
    return name not in ("training", "_buffer_names") and usual.get(name, ...) != value


class CrossEntropyLoss(Loss):
    """−ln softmax(scores) at the label        see `F.cross_entropy`

    Scores (N, K) straight from the last layer, without a softmax; labels (N,) of integers or probabilities (N, K).
    `weight` (K,): how much each class counts; `ignore_index`: the label of samples that do not count, None for none.
    """

    weight: Array | None

    def __init__(
        self,
        weight: Any = None,
        ignore_index: int | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction)
        self._keep("weight", weight)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, scores: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.cross_entropy(
            scores,
            target,
            self.label_smoothing,
            self.reduction,
            weight=self.weight,
            ignore_index=self.ignore_index,
        )


class NLLLoss(Loss):
    """−log_probabilities at the label        see `F.nll_loss`; behind a `LogSoftmax`"""

    weight: Array | None

    def __init__(self, weight: Any = None, ignore_index: int | None = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self._keep("weight", weight)
        self.ignore_index = ignore_index

    def forward(self, log_probabilities: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.nll_loss(log_probabilities, target, self.weight, self.ignore_index, self.reduction)


class MSELoss(Loss):
    """(y − t)²"""

    reductions = SAMPLES

    def forward(self, y: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.mse_loss(y, target, self.reduction)


class L1Loss(Loss):
    """|y − t|"""

    reductions = SAMPLES

    def forward(self, y: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.l1_loss(y, target, self.reduction)


class HuberLoss(Loss):
    """½(y − t)² where |y − t| ≤ δ, else δ·(|y − t| − ½δ)"""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        self.delta = delta

    def forward(self, y: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.huber_loss(y, target, self.reduction, self.delta)


class SmoothL1Loss(Loss):
    """½(y − t)²/β where |y − t| ≤ β, else |y − t| − ½β"""

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = beta

    def forward(self, y: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.smooth_l1_loss(y, target, self.reduction, self.beta)


class BCELoss(Loss):
    """−t·ln p − (1 − t)·ln(1 − p) for probabilities p; no answer costs more than 100        see `BCEWithLogitsLoss`"""

    weight: Array | None

    def __init__(self, weight: Any = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self._keep("weight", weight)

    def forward(self, p: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.binary_cross_entropy(p, target, self.weight, self.reduction)


class BCEWithLogitsLoss(Loss):
    """−p·t·ln σ(s) − (1 − t)·ln(1 − σ(s)) from scores s, p = `pos_weight`: for several labels at once, and exact"""

    reductions = SAMPLES
    weight: Array | None
    pos_weight: Array | None

    def __init__(self, weight: Any = None, reduction: str = "mean", pos_weight: Any = None) -> None:
        super().__init__(reduction)
        self._keep("weight", weight)
        self._keep("pos_weight", pos_weight)

    def forward(self, scores: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.binary_cross_entropy_with_logits(
            scores, target, self.reduction, weight=self.weight, pos_weight=self.pos_weight
        )


class KLDivLoss(Loss):
    """t·(ln t − log_q): how far the distribution q, given by its logarithms, is from t        see `F.kl_div`"""

    reductions = SAMPLES

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction)
        self.log_target = log_target

    def forward(self, log_q: Tensor, target: Any) -> Tensor:
        """The loss."""
        return F.kl_div(log_q, target, self.reduction, self.log_target)


class GaussianNLLLoss(Loss):
    """½·(ln σ² + (t − y)²/σ²), with `full` also ½·ln 2π: a network that says how sure it is, by its variance

    Variances below `eps` count as `eps`. From the logarithm of the variance, `F.gaussian_nll_loss(…, log_var=)`.
    """

    reductions = SAMPLES

    def __init__(self, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.full, self.eps = full, eps

    def forward(self, y: Tensor, target: Any, var: Any) -> Tensor:
        """The loss."""
        return F.gaussian_nll_loss(y, target, var, self.full, self.eps, self.reduction)
