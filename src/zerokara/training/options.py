"""How a training is to go, checked before anything happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zerokara import functional as F
from zerokara.arguments import is_number, is_whole, short
from zerokara.data import Loader
from zerokara.kernels.waiting import working_time
from zerokara.optim import Schedule
from zerokara.training.early_stopping import EarlyStopping
from zerokara.training.evaluation import Loss
from zerokara.training.settings import describe


@dataclass(frozen=True, eq=False)
class Options:
    """What `fit` is told beside the model, the data and the optimizer. Raises ValueError for what cannot be.

    carry: of a text, whether the state behind a window is handed to the next one.
    """

    epochs: int
    loss: Loss = F.cross_entropy
    validation: Loader | None = None
    schedule: Schedule | None = None
    clip_norm: float | None = None
    average: float | None = None
    carry: bool = True
    early_stopping: EarlyStopping | None = None
    checkpoint_steps: int | None = None
    clock: Callable[[], float] = working_time

    def __post_init__(self) -> None:
        if not is_whole(self.epochs) or self.epochs < 1:
            raise ValueError(
                f"a training lasts a whole number of epochs, at least 1 epoch; got epochs={short(self.epochs)}"
            )
        if self.clip_norm is not None and not (is_number(self.clip_norm) and self.clip_norm > 0):
            raise ValueError(f"clip_norm is a number above 0, or None; got {short(self.clip_norm)}")
        if self.average is not None and not (is_number(self.average) and 0 <= self.average < 1):
            raise ValueError(f"average is a decay in 0 ≤ average < 1, or None; got {short(self.average)}")
        if self.checkpoint_steps is not None and not (is_whole(self.checkpoint_steps) and self.checkpoint_steps >= 1):
            raise ValueError(
                f"checkpoint_steps is at least 1, a whole number, or None; got {short(self.checkpoint_steps)}"
            )
        if self.schedule is not None and not callable(self.schedule):
            raise TypeError(
                f"schedule is a function of the step that gives the learning rate; got {short(self.schedule)}"
            )
        if not callable(self.clock):
            raise TypeError(f"clock is a function that gives seconds; got {short(self.clock)}")
        if self.early_stopping is not None and not isinstance(self.early_stopping, EarlyStopping):
            raise TypeError(f"early_stopping is training.EarlyStopping(…), or None; got {short(self.early_stopping)}")
        if self.validation is not None and not len(self.validation):
            raise ValueError("the validation data are empty")
        if self.watched.monitor.startswith("val_") and self.validation is None:
            raise ValueError(
                f"early stopping monitors {self.watched.monitor}: give validation data, or monitor the loss"
            )

    @property
    def watched(self) -> EarlyStopping:
        """The rule that says which epoch is the best, whether or not it may stop the training."""
        return self.early_stopping or EarlyStopping(monitor="loss" if self.validation is None else "val_loss")

    def describe(self) -> dict[str, Any]:
        """The options on which the result depends, as JSON."""
        names = ("epochs", "loss", "validation", "schedule", "clip_norm", "average", "early_stopping")
        return {name: describe(getattr(self, name)) for name in names}
