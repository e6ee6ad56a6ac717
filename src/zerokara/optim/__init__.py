"""Optimizers, learning-rate schedules and gradient clipping."""

from typing import TYPE_CHECKING, Any

from zerokara.autodiff.elsewhere import absent
from zerokara.optim import lr_scheduler
from zerokara.optim.adaptive import AdaGrad, Adam, AdamW, RMSprop
from zerokara.optim.base import DECAYS, Optimizer
from zerokara.optim.clip import clip_grad_norm, clip_grad_value
from zerokara.optim.groups import ParamGroup
from zerokara.optim.parameters import Groups, Parameters
from zerokara.optim.rows import Rows
from zerokara.optim.schedules import SCHEDULES, Constant, CosineLR, OneCycleLR, Schedule, StepLR, schedule_by_name
from zerokara.optim.sgd import SGD, Momentum, Nesterov
from zerokara.optim.state import State
from zerokara.refusing import speaking, speaking_methods

Adagrad = AdaGrad
"""PyTorch's spelling."""

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}

__all__ = [
    "DECAYS",
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "AdaGrad",
    "Adagrad",
    "Adam",
    "AdamW",
    "Constant",
    "CosineLR",
    "Groups",
    "Momentum",
    "Nesterov",
    "OneCycleLR",
    "Optimizer",
    "ParamGroup",
    "Parameters",
    "RMSprop",
    "Rows",
    "Schedule",
    "State",
    "StepLR",
    "clip_grad_norm",
    "clip_grad_value",
    "lr_scheduler",
    "optimizer_by_name",
    "schedule_by_name",
]


def optimizer_by_name(name: str, parameters: Parameters | Groups, **settings: Any) -> Optimizer:
    """A new optimizer by its name: `optimizer_by_name("adam", model, lr=0.001)`."""
    if name not in OPTIMIZERS:
        raise ValueError(f"unknown optimizer {name!r}: choose one of {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name](parameters, **settings)


if not TYPE_CHECKING:  # a type checker is to know which names there are

    def __getattr__(name: str) -> Any:
        others = {name: f"; optimizers are {', '.join(kind.__name__ for kind in OPTIMIZERS.values())}"}
        raise absent("zerokara.optim", name, others if name[:1].isupper() else {}, __all__)


speaking(globals(), __all__)
speaking_methods(Optimizer, "add_param_group", "load_state_dict", "zero_grad")
