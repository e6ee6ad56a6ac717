"""Learning rates that change: a schedule is a function of the step alone, so that a resumed training needs no state.

Steps count from 0: `optimizer.lr = schedule(step)` before step number `step`. A "step" is whatever the caller counts,
updates or epochs. Before 0 there is nothing; after the last step the rate stays where it is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from zerokara.arguments import short

Schedule = Callable[[int], float]


@dataclass(frozen=True)
class Constant:
    """lr, always."""

    lr: float

    def __post_init__(self) -> None:
        _expect("Constant", "lr", self.lr >= 0, "≥ 0", self.lr)

    def __call__(self, step: int) -> float:
        """The learning rate of that step."""
        return self.lr


@dataclass(frozen=True)
class StepLR:
    """lr · gamma^(step // step_size): every `step_size` steps a tenth (gamma = 0.1) of before."""

    lr: float
    step_size: int
    gamma: float = 0.1

    def __post_init__(self) -> None:
        _expect("StepLR", "lr", self.lr >= 0, "≥ 0", self.lr)
        _expect("StepLR", "step_size", self.step_size >= 1, "≥ 1", self.step_size)
        _expect("StepLR", "gamma", self.gamma >= 0, "≥ 0", self.gamma)

    def __call__(self, step: int) -> float:
        """The learning rate of that step."""
        return self.lr * self.gamma ** (step // self.step_size)


@dataclass(frozen=True)
class CosineLR:
    """From lr down to `minimum` on half a cosine, after `warmup` steps of climbing        (Loshchilov and Hutter, 2017)

    step < warmup:  lr · (step + 1)/(warmup + 1)
    afterwards:     minimum + ½·(lr − minimum)·(1 + cos(π·t)),  t = (step − warmup)/(steps − warmup) from 0 to 1

    PyTorch's `LinearLR(start_factor=1/(warmup + 1), total_iters=warmup)` followed by
    `CosineAnnealingLR(T_max=steps − warmup, eta_min=minimum)`.
    """

    lr: float
    steps: int
    warmup: int = 0
    minimum: float = 0.0

    def __post_init__(self) -> None:
        _expect("CosineLR", "lr", self.lr >= 0, "≥ 0", self.lr)
        _expect("CosineLR", "steps", self.steps >= 1, "≥ 1", self.steps)
        _expect("CosineLR", "warmup", 0 <= self.warmup < self.steps, "≥ 0 and below steps", self.warmup)
        _expect("CosineLR", "minimum", 0 <= self.minimum <= self.lr, "between 0 and lr", self.minimum)

    def __call__(self, step: int) -> float:
        """The learning rate of that step."""
        if step < self.warmup:
            return self.lr * (step + 1) / (self.warmup + 1)
        t = (step - self.warmup) / (self.steps - self.warmup)
        return _cosine(self.lr, self.minimum, min(t, 1.0))


@dataclass(frozen=True)
class OneCycleLR:
    """Up from lr/div_factor to lr and down to lr/(div_factor · final_div_factor), both on half a cosine.

    Smith, 2018 (arXiv 1803.09820). The way up takes the share `pct_start` of `steps` and is left out where that is less
    than a step; the last step, steps − 1, has the smallest rate. PyTorch's `OneCycleLR(max_lr=lr, total_steps=steps)`,
    without its change of momentum.
    """

    lr: float
    steps: int
    pct_start: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 1e4

    def __post_init__(self) -> None:
        _expect("OneCycleLR", "lr", self.lr >= 0, "≥ 0", self.lr)
        _expect("OneCycleLR", "steps", self.steps >= 1, "≥ 1", self.steps)
        _expect("OneCycleLR", "pct_start", 0 <= self.pct_start <= 1, "between 0 and 1", self.pct_start)
        _expect("OneCycleLR", "div_factor", self.div_factor >= 1, "≥ 1", self.div_factor)
        _expect("OneCycleLR", "final_div_factor", self.final_div_factor >= 1, "≥ 1", self.final_div_factor)

    def __call__(self, step: int) -> float:
        """The learning rate of that step."""
        first = self.lr / self.div_factor
        top, end = max(0.0, self.pct_start * self.steps - 1), self.steps - 1
        if step <= top:
            return _cosine(first, self.lr, step / top if top else 1.0)
        t = (step - top) / (end - top) if end > top else 1.0
        return _cosine(self.lr, first / self.final_div_factor, min(t, 1.0))


SCHEDULES: dict[str, Callable[[float, int], Schedule]] = {
    "constant": lambda lr, steps: Constant(lr),
    "step": lambda lr, steps: StepLR(lr, step_size=max(1, -(-steps // 3))),
    "cosine": lambda lr, steps: CosineLR(lr, steps, warmup=steps // 20),
    "one-cycle": lambda lr, steps: OneCycleLR(lr, steps),
}
"""By name, for `steps` steps in all: how a recipe or the command line asks for one."""


def schedule_by_name(name: str, lr: float, steps: int) -> Schedule:
    """The schedule of that name with its highest rate `lr`, for a training of `steps` steps."""
    if name not in SCHEDULES:
        raise ValueError(f"unknown schedule {name!r}: choose one of {', '.join(SCHEDULES)}")
    return SCHEDULES[name](lr, steps)


def _cosine(start: float, end: float, t: float) -> float:
    """From `start` (t = 0) to `end` (t = 1) on half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * t)) / 2


def _expect(kind: str, name: str, holds: bool, wanted: str, value: float) -> None:
    if not holds:
        raise ValueError(f"{kind} expects {name} {wanted}; got {short(value)}")
