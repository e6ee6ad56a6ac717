"""PyTorch's schedulers: objects that are told `scheduler.step()` and set the learning rates of an optimizer.

    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=30)
    for epoch in range(90):
        ...                 # optimizer.step() for every batch
        scheduler.step()    # after the epoch

After k calls of `step()` the rate is a function of k alone, the same as PyTorch's. Each part of the parameters has its
own rate to begin with (`param_groups`). A schedule (`schedules.py`) is the function itself, for `fit(schedule=…)`, and
needs no state; a scheduler counts, so save its `state_dict()` beside the optimizer's.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zerokara.arguments import short
from zerokara.kernels import tracing
from zerokara.optim.base import Optimizer
from zerokara.optim.schedules import OneCycleLR as _Cycle
from zerokara.refusing import speaking, speaking_methods

Rates = Callable[[int], float]


__all__ = [
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "ReduceLROnPlateau",
    "StepLR",
]


class LRScheduler:
    """rate[k] = `rate_after(k, rate[0])`, k the number of calls of `step()`: what all schedulers share.

    `last_epoch` is k. A scheduler of your own defines `rate_after`.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__} expects an optimizer; got a {type(optimizer).__name__}")
        self.optimizer = optimizer
        self.base_lrs = self._first()
        self._base = optimizer.lr
        self.last_epoch = 0
        self._set()

    def rate_after(self, k: int, first: float) -> float:
        """The learning rate after k calls of `step()`, for a part that began with `first`."""
        raise NotImplementedError(f"{type(self).__name__} has no rate_after(): define what the rate is after k steps")

    def step(self) -> None:
        """Count one, and set the learning rates."""
        _refuse_in_a_recording()
        self.last_epoch += 1
        self._set()

    def get_last_lr(self) -> list[float]:
        """The learning rate of each part."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """What is needed to go on: numbers only."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs), "base": self._base}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Go on where the state was saved: the learning rates are set as they were."""
        rates = [float(rate) for rate in saved["base_lrs"]]
        if len(rates) != len(self.base_lrs):
            raise ValueError(f"the saved scheduler has {len(rates)} parts of parameters; this one {len(self.base_lrs)}")
        self.last_epoch, self.base_lrs, self._base = int(saved["last_epoch"]), rates, float(saved["base"])
        self._set()

    def _first(self) -> list[float]:
        return self.get_last_lr()

    def _set(self) -> None:
        """The rate of the whole first, since that of the parts follows it; then those of the parts, exactly."""
        self.optimizer.lr = self.rate_after(self.last_epoch, self._base)
        for group, first in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = self.rate_after(self.last_epoch, first)

    def __call__(self, *given: Any) -> float:
        """Refused: `fit(schedule=…)` wants a schedule, a function of the step."""
        raise TypeError(
            f"lr_scheduler.{type(self).__name__} is advanced by step(), not a function of the step: call its step() in "
            f"a loop of your own, or give fit a schedule such as optim.CosineLR"
        )


class StepLR(LRScheduler):
    """rate[k] = rate[0]·gamma^⌊k/step_size⌋"""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = _at_least("StepLR", "step_size", step_size, 1), gamma
        super().__init__(optimizer)

    def rate_after(self, k: int, first: float) -> float:
        """rate[0]·gamma^⌊k/step_size⌋"""
        return first * self.gamma ** (k // self.step_size)


class MultiStepLR(LRScheduler):
    """rate[k] = rate[0]·gamma^n, n the number of milestones up to k"""

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        self.milestones, self.gamma = sorted(int(m) for m in milestones), gamma
        super().__init__(optimizer)

    def rate_after(self, k: int, first: float) -> float:
        """rate[0]·gamma^n, n the number of milestones up to k"""
        return first * self.gamma ** sum(milestone <= k for milestone in self.milestones)


class ExponentialLR(LRScheduler):
    """rate[k] = rate[0]·gammaᵏ"""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = gamma
        super().__init__(optimizer)

    def rate_after(self, k: int, first: float) -> float:
        """rate[0]·gammaᵏ"""
        return first * self.gamma**k


class LinearLR(LRScheduler):
    """rate[k] = rate[0]·(start_factor + (end_factor − start_factor)·min(k, total_iters)/total_iters)"""

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = _at_least("LinearLR", "total_iters", total_iters, 1)
        super().__init__(optimizer)

    def rate_after(self, k: int, first: float) -> float:
        """rate[0] times a factor on a straight line"""
        share = min(k, self.total_iters) / self.total_iters
        return first * (self.start_factor + (self.end_factor - self.start_factor) * share)


class LambdaLR(LRScheduler):
    """rate[k] = rate[0]·factor(k); `lr_lambda` is the factor, or a list with one for each part"""

    def __init__(self, optimizer: Optimizer, lr_lambda: Rates | Sequence[Rates]) -> None:
        self._factors = list(lr_lambda) if isinstance(lr_lambda, Sequence) else [lr_lambda]
        parts = len(optimizer.param_groups)
        if len(self._factors) not in (1, parts):
            raise ValueError(
                f"LambdaLR expects one function, or one for each of {parts} parts; got {len(self._factors)}"
            )
        super().__init__(optimizer)

    def rate_after(self, k: int, first: float) -> float:
        """rate[0]·factor(k)"""
        return first * self._factors[0](k)

    def _set(self) -> None:
        super()._set()
        if len(self._factors) > 1:
            for group, first, factor in zip(self.optimizer.param_groups, self.base_lrs, self._factors, strict=True):
                group["lr"] = first * factor(self.last_epoch)


class CosineAnnealingLR(LRScheduler):
    """rate[k] = eta_min + ½·(rate[0] − eta_min)·(1 + cos(π·k/T_max)); after T_max it climbs again, as PyTorch's does"""

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max, self.eta_min = _at_least("CosineAnnealingLR", "T_max", T_max, 1), eta_min
        super().__init__(optimizer)

    def rate_after(self, k: int, first: float) -> float:
        """Between rate[0] and eta_min, on a cosine"""
        return self.eta_min + (first - self.eta_min) * (1 + math.cos(math.pi * k / self.T_max)) / 2


class OneCycleLR(LRScheduler):
    """Up from max_lr/div_factor to max_lr and far down, both on half a cosine: `schedules.OneCycleLR`; step per batch

    The number of steps is `total_steps`, or `epochs`·`steps_per_epoch`. Momentum (for Adam, β₁) is left alone, so
    `cycle_momentum=False` has to be said: PyTorch would change it too.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        *,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR expects total_steps, or epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        if anneal_strategy != "cos":
            raise ValueError(f"OneCycleLR goes up and down on cosines; got anneal_strategy={anneal_strategy!r}")
        if cycle_momentum:
            raise ValueError(
                "OneCycleLR changes learning rates only: say cycle_momentum=False, momentum stays as it is"
            )
        self.total_steps = _at_least("OneCycleLR", "total_steps", total_steps, 1)
        parts = len(optimizer.param_groups)
        highest = list(max_lr) if isinstance(max_lr, Sequence) else [max_lr] * parts
        if len(highest) != parts:
            raise ValueError(f"OneCycleLR expects one max_lr, or one for each of {parts} parts; got {len(highest)}")
        self._highest = [float(rate) for rate in highest]
        self._shape = pct_start, div_factor, final_div_factor
        super().__init__(optimizer)

    def _first(self) -> list[float]:
        self.optimizer.lr = self._highest[0]
        return self._highest

    def rate_after(self, k: int, first: float) -> float:
        """Where the cycle with its highest rate `first` stands"""
        if k >= self.total_steps:
            raise ValueError(
                f"this OneCycleLR was made for total_steps={self.total_steps}, which are done: step no more"
            )
        return _Cycle(first, self.total_steps, *self._shape)(k)


class ReduceLROnPlateau:
    """The rate is multiplied by `factor` when the metric has not become better for more than `patience` steps

    `step(metric)` after every epoch, with a loss (`mode="min"`) or an accuracy (`mode="max"`). Better means by more
    than the share `threshold` of the best so far (`threshold_mode="rel"`), or by more than `threshold` ("abs").
    After a reduction `cooldown` steps are not counted; no rate falls below `min_lr`, nor changes by less than `eps`.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        for name, value, choices in (
            ("mode", mode, ("min", "max")),
            ("threshold_mode", threshold_mode, ("rel", "abs")),
        ):
            if value not in choices:
                raise ValueError(
                    f"ReduceLROnPlateau expects {name} {' or '.join(map(repr, choices))}; got {short(value)}"
                )
        if not 0 <= factor < 1:
            raise ValueError(f"ReduceLROnPlateau expects a factor from 0 up to but not 1; got {short(factor)}")
        self.optimizer, self.mode, self.factor = optimizer, mode, factor
        self.patience, self.cooldown = patience, cooldown
        self.threshold, self.threshold_mode, self.min_lr, self.eps = threshold, threshold_mode, min_lr, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def step(self, metric: Any) -> None:
        """Look at the metric of an epoch, and reduce the learning rates if it is time."""
        _refuse_in_a_recording()
        value = float(metric)
        self.last_epoch += 1
        if self._better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def get_last_lr(self) -> list[float]:
        """The learning rate of each part."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """What is needed to go on: numbers only. The rates themselves are in the optimizer's state."""
        names = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")
        return {name: getattr(self, name) for name in names}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Go on where the state was saved."""
        self.best = float(saved["best"])
        self.num_bad_epochs, self.last_epoch = int(saved["num_bad_epochs"]), int(saved["last_epoch"])
        self.cooldown_counter = int(saved["cooldown_counter"])

    def _better(self, value: float) -> bool:
        sign = 1 if self.mode == "min" else -1
        first = math.isinf(self.best)
        margin = 0.0 if first else self.threshold * (1.0 if self.threshold_mode == "abs" else self.best)
        return sign * value < sign * self.best - margin

    def _reduce(self) -> None:
        own = self.optimizer.lr
        rates = [(group, group["lr"]) for group in self.optimizer.param_groups]
        self.optimizer.lr = self._lower(own)
        for group, rate in rates:
            group["lr"] = self._lower(rate)

    def _lower(self, rate: float) -> float:
        lower = max(rate * self.factor, self.min_lr)
        return lower if rate - lower > self.eps else rate


def _refuse_in_a_recording() -> None:
    """A replay would not count."""
    if tracing.current() is not None:
        tracing.refuse("step a scheduler, which would count while recording only: call its step() outside")


def _at_least(kind: str, name: str, value: int, least: int) -> int:
    if value < least:
        raise ValueError(f"{kind} expects {name} of at least {least}; got {short(value)}")
    return int(value)


speaking(globals(), __all__)
speaking_methods(LRScheduler, "load_state_dict")
speaking_methods(ReduceLROnPlateau, "load_state_dict")
