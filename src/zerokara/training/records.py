"""What the training loop says: one record a step, one an epoch."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Record:
    """What happened in one step, or in one epoch.

    step: updates so far. epoch: the epoch it belongs to, from 1. images: images seen so far, repeats counted.
    loss, accuracy: of a step, those of the very forward pass that was learned from (so in training mode, before the
    update); of an epoch, the mean over its images. val_loss, val_accuracy: on the validation data after the epoch.
    lr: the learning rate of the update. seconds: training time so far, without the time spent by who reads the records.
    best: this epoch is the best one so far. note: a remark in words, such as why the training ends here.
    """

    kind: Literal["step", "epoch"]
    step: int
    epoch: int
    images: int
    loss: float
    accuracy: float | None
    lr: float
    seconds: float
    images_per_second: float = 0.0
    val_loss: float | None = None
    val_accuracy: float | None = None
    best: bool = False
    note: str = ""
    total_steps: int = 0
    total_epochs: int = 0
    total_images: int = 0

    @property
    def eta(self) -> float | None:
        """Seconds that the rest will take at the present rate; None while the rate is unknown."""
        if self.images_per_second <= 0:
            return None
        return max(self.total_images - self.images, 0) / self.images_per_second

    def to_line(self) -> dict[str, Any]:
        """The fields that the history keeps: those that say something, without the plan (totals)."""
        return {name: value for name, value in vars(self).items() if name not in _PLAN and not _says_nothing(value)}


_PLAN = ("total_steps", "total_epochs", "total_images")


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value == ""
