"""A loss that is no number any more: where it began, and what to try."""

import contextlib

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.nn import Module, observe
from zerokara.training import random_state


class Diverged(ValueError):  # noqa: N818 (it is what happened, and so the field calls it)
    """The loss, a gradient or a weight became infinite or NaN; the message says where, and what to try.

    epoch (from 1), step (updates that were made before) and lr say when; place names the first layer or parameter.
    """

    def __init__(self, what: str, *, epoch: int, step: int, lr: float, place: str, kept: str = "") -> None:
        super().__init__(
            f"{what} in epoch {epoch} after {step} steps at learning rate {lr:g}; it shows first in {place}. "
            f"Try a smaller learning rate, a smaller clip_norm, or inputs scaled to about 0…1.{kept}"
        )
        self.epoch, self.step, self.lr, self.place = epoch, step, lr, place


def first_bad_weight(model: Module) -> str | None:
    """The first parameter or buffer that holds NaN or infinity, in words; None if all are finite."""
    return next((f"{name} (holds {kind})" for name, a in model.state_dict().items() if (kind := _kind(a))), None)


def first_bad_gradient(model: Module) -> str | None:
    """The first parameter whose gradient holds NaN or infinity, in words; None if all are finite."""
    found = ((name, p.grad) for name, p in model.named_parameters() if p.grad is not None)
    return next((f"the gradient of {name} (holds {kind})" for name, g in found if (kind := _kind(g))), None)


def first_bad_place(model: Module, x: Array) -> str:
    """Where NaN or infinity shows first on the way of the batch `x` through the model, in words.

    Looked at in this order: the batch itself, the output of every layer in the order of computing, the weights.
    The model and the random generators are left as they were.
    """
    if kind := _kind(x):
        return f"the batch itself, before the first layer: the input data hold {kind}"
    weight = first_bad_weight(model)
    layer = _first_bad_layer(model, x)
    if layer and weight:
        return f"{layer}; the first weight to hold such a number is {weight}"
    return layer or weight or "the loss alone: every layer's output and every weight is finite"


def _first_bad_layer(model: Module, x: Array) -> str | None:
    names = {id(module): name for name, module in model.named_modules()}
    found: list[str] = []

    def look(module: Module, y: Tensor) -> None:
        if not found and (kind := _kind(y.data)):
            name = names.get(id(module), "")
            found.append(f"the output of {f'layer {name}' if name else 'the model'} ({type(module).__name__}, {kind})")

    state, randomness = model.state_dict(), random_state.capture(model)
    with no_grad(), observe(look), np.errstate(all="ignore"), contextlib.suppress(ValueError):
        model(Tensor(x))
    model.load_state_dict(state)
    random_state.restore(model, randomness)
    return found[0] if found else None


def _kind(array: Array) -> str:
    """What an array holds beside finite numbers: "nan", "inf", or nothing."""
    if not np.issubdtype(array.dtype, np.floating) or np.isfinite(array).all():
        return ""
    return "nan" if np.isnan(array).any() else "inf"
