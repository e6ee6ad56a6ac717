"""Networks that are not judged by an answer: what `training.fit` needs to train them all the same."""

from typing import Any

from zerokara.autodiff import Tensor
from zerokara.nn import Module


class Learner(Module):
    """A network that says itself how badly it does: `loss(x, labels)` gives a scalar tensor. What such networks share.

    A loss of this kind looks at the examples, and perhaps draws random numbers: it rebuilds a picture, or guesses the
    noise that was added to it.
    """

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        """The mean loss over the examples x; `labels` (N,) are their classes, for networks that look at them."""
        raise NotImplementedError(f"{type(self).__name__} has no loss of its own")


class Objective(Module):
    """A `Learner` in the form that `training.fit` trains

        objective = Objective(model)
        fit(objective, loader, optim.Adam(objective), loss=objective.loss, epochs=10)

    `fit` calls model(x) and then loss(answer, labels); a learner's loss wants x itself. So `forward` hands x on, with
    one axis more, (N, 1, …), by which nobody takes points (N, 2) for scores of classes.
    """

    model: Learner

    def __init__(self, model: Learner) -> None:
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        """x, (N, 1, …)."""
        return x.reshape(x.shape[0], 1, *x.shape[1:])

    def loss(self, handed: Tensor, labels: Any) -> Tensor:
        """The model's loss on the examples that were handed on."""
        return self.model.loss(handed.reshape(handed.shape[0], *handed.shape[2:]), labels)
