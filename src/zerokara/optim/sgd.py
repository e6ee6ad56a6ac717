"""Gradient descent, and with momentum (the book's chapter 6.1)."""

from collections.abc import Callable

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.optim.base import Optimizer, expect
from zerokara.optim.parameters import Groups, Parameters
from zerokara.optim.state import State


class SGD(Optimizer):
    """w ← w − lr·g

    With momentum:  v ← momentum·v + (1 − dampening)·g  (v ← g in the first step),  w ← w − lr·v;
    with `nesterov`:  w ← w − lr·(g + momentum·v), the gradient one step ahead. As PyTorch's.
    """

    def __init__(
        self,
        parameters: Parameters | Groups,
        lr: float = 0.01,
        momentum: float = 0.0,
        dampening: float = 0.0,
        nesterov: bool = False,
        *,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        decay: str = "all",
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay, l1=l1, decay=decay)
        self.momentum = expect("momentum", momentum)
        self.dampening = expect("dampening", dampening)
        self.nesterov = nesterov
        if nesterov and (not momentum or dampening):
            raise ValueError("nesterov needs a momentum above 0 and dampening 0")

    def start(self, array: Array) -> State:
        """Velocity 0; without momentum there is nothing to keep."""
        return {"v": np.zeros_like(array), "step": np.array(0)} if self.momentum else {}

    @property
    def update(self) -> Callable[..., None]:
        """The kernel."""
        return kernels.momentum_step if self.momentum else kernels.sgd_step

    @property
    def kept(self) -> tuple[str, ...]:
        """The velocity, if there is one."""
        return ("v",) if self.momentum else ()

    def settings(self, t: int) -> tuple[float, ...]:
        """Momentum, dampening, whether it is Nesterov's, whether this is the first step; nothing for plain descent."""
        return (self.momentum, self.dampening, self.nesterov, t == 1) if self.momentum else ()


class Momentum(SGD):
    """v ← momentum·v + g,  w ← w − lr·v: a ball that rolls (Polyak 1964). The book's name for SGD with momentum."""

    def __init__(
        self,
        parameters: Parameters | Groups,
        lr: float = 0.01,
        momentum: float = 0.9,
        *,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        decay: str = "all",
    ) -> None:
        super().__init__(parameters, lr, momentum, weight_decay=weight_decay, l1=l1, decay=decay)


class Nesterov(SGD):
    """v ← momentum·v + g,  w ← w − lr·(g + momentum·v): Nesterov's look ahead (1983)."""

    def __init__(
        self,
        parameters: Parameters | Groups,
        lr: float = 0.01,
        momentum: float = 0.9,
        *,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        decay: str = "all",
    ) -> None:
        super().__init__(parameters, lr, momentum, nesterov=True, weight_decay=weight_decay, l1=l1, decay=decay)
