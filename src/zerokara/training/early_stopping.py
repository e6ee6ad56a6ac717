"""When to stop before the last epoch, and which epoch was the best."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from zerokara.arguments import is_number, short

MONITORS: Mapping[str, Literal["min", "max"]] = {
    "loss": "min",
    "accuracy": "max",
    "val_loss": "min",
    "val_accuracy": "max",
}
"""What can be watched, and whether less or more of it is better."""


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when `monitor` has not improved for `patience` epochs. The options are those of Keras.

    monitor: "loss", "accuracy" (over the epoch's training images), "val_loss" or "val_accuracy".
    min_delta: a change of at most this is no improvement. mode: "min", "max", or "auto" (from the monitor).
    baseline: epochs that are not better than this value count as waiting, even if they improve.
    restore_best_weights: after the training, stopped early or not, the model has the weights of its best epoch.
        (True, unlike in Keras: who asks for early stopping wants the best weights.)
    start_from_epoch: the first so many epochs are neither counted nor candidates for the best.

    Raises ValueError for an unknown monitor or mode and for negative numbers.
    """

    monitor: str = "val_loss"
    min_delta: float = 0.0
    patience: int = 5
    mode: Literal["auto", "min", "max"] = "auto"
    baseline: float | None = None
    restore_best_weights: bool = True
    start_from_epoch: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.monitor, str) or self.monitor not in MONITORS:
            raise ValueError(f"early stopping can monitor {', '.join(MONITORS)}; got {short(self.monitor)}")
        if not isinstance(self.mode, str) or self.mode not in ("auto", "min", "max"):
            raise ValueError(f'early stopping has the modes "auto", "min" and "max"; got {short(self.mode)}')
        for name in ("min_delta", "patience", "start_from_epoch"):
            value = getattr(self, name)
            if not is_number(value) or not value >= 0:
                raise ValueError(f"early stopping needs {name} ≥ 0; got {short(value)}")
        if self.baseline is not None and not is_number(self.baseline):
            raise ValueError(f"baseline is a number, or None; got {short(self.baseline)}")

    def better(self, value: float, than: float) -> bool:
        """Whether `value` improves on `than` by more than min_delta."""
        mode = MONITORS[self.monitor] if self.mode == "auto" else self.mode
        return value < than - self.min_delta if mode == "min" else value > than + self.min_delta

    def counts(self, epoch: int) -> bool:
        """Whether this epoch (from 1) is looked at."""
        return epoch > self.start_from_epoch


@dataclass
class Best:
    """The best epoch so far, and how many epochs have passed without a better one."""

    value: float | None = None
    epoch: int = 0
    waited: int = 0

    def see(self, rule: EarlyStopping, value: float, epoch: int) -> bool:
        """Take in an epoch's value; return whether it is the best so far."""
        if not rule.counts(epoch):
            return False
        self.waited += 1
        if self.value is not None and not rule.better(value, self.value):
            return False
        self.value, self.epoch = value, epoch
        if rule.baseline is None or rule.better(value, rule.baseline):
            self.waited = 0
        return True

    def exhausted(self, rule: EarlyStopping) -> bool:
        """Whether patience has run out. Patience 0 stops at the first epoch that is not better."""
        return self.waited >= max(rule.patience, 1)
