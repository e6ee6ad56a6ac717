"""Optimizers that give every number a step size of its own (the book's chapter 6.1)."""

from collections.abc import Callable

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.optim.base import Optimizer, expect
from zerokara.optim.parameters import Groups, Parameters
from zerokara.optim.state import State


class AdaGrad(Optimizer):
    """h ← h + g²,  w ← w − lr·g/(√h + eps)        (Duchi et al., 2011)"""

    def __init__(
        self,
        parameters: Parameters | Groups,
        lr: float = 0.01,
        eps: float = 1e-10,
        *,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        decay: str = "all",
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay, l1=l1, decay=decay)
        self.eps = expect("eps", eps)

    def start(self, array: Array) -> State:
        """No squares yet."""
        return {"h": np.zeros_like(array)}

    @property
    def update(self) -> Callable[..., None]:
        """The kernel."""
        return kernels.adagrad_step

    @property
    def kept(self) -> tuple[str, ...]:
        """The squares."""
        return ("h",)

    def settings(self, t: int) -> tuple[float, ...]:
        """ε."""
        return (self.eps,)


class RMSprop(Optimizer):
    """h ← alpha·h + (1 − alpha)·g²,  w ← w − lr·g/(√h + eps)        (Hinton's lecture 6, 2012)"""

    def __init__(
        self,
        parameters: Parameters | Groups,
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        *,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        decay: str = "all",
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay, l1=l1, decay=decay)
        self.alpha = expect("alpha", alpha, below=1)
        self.eps = expect("eps", eps)

    def start(self, array: Array) -> State:
        """No squares yet."""
        return {"h": np.zeros_like(array)}

    @property
    def update(self) -> Callable[..., None]:
        """The kernel."""
        return kernels.rmsprop_step

    @property
    def kept(self) -> tuple[str, ...]:
        """The squares."""
        return ("h",)

    def settings(self, t: int) -> tuple[float, ...]:
        """α and ε."""
        return self.alpha, self.eps


class Adam(Optimizer):
    """m ← β₁·m + (1 − β₁)·g,  v ← β₂·v + (1 − β₂)·g²,  w ← w − lr·m̂/(√v̂ + eps)        (Kingma and Ba, 2015)

    with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ) at the t-th step: eps is added after the correction of the bias, as in the
    paper and in PyTorch, so that the first step is lr·g/(|g| + eps) even for tiny gradients.
    """

    def __init__(
        self,
        parameters: Parameters | Groups,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        decay: str = "all",
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay, l1=l1, decay=decay)
        self.betas = expect("betas[0]", betas[0], below=1), expect("betas[1]", betas[1], below=1)
        self.eps = expect("eps", eps)

    def start(self, array: Array) -> State:
        """No mean, no squares, no step yet."""
        return {"m": np.zeros_like(array), "v": np.zeros_like(array), "step": np.array(0)}

    @property
    def update(self) -> Callable[..., None]:
        """The kernel."""
        return kernels.adam_step

    @property
    def kept(self) -> tuple[str, ...]:
        """Mean and squares."""
        return ("m", "v")

    def settings(self, t: int) -> tuple[float, ...]:
        """β₁, β₂, ε and the number of the step."""
        return *self.betas, self.eps, t


class AdamW(Adam):
    """w ← (1 − lr·weight_decay)·w, then Adam's step with the gradient alone        (Loshchilov and Hutter, 2019)

    The decay is no part of the gradient here, so m and v never see it; `penalty()` therefore counts L1 only.
    """

    decays_gradient = False

    def __init__(
        self,
        parameters: Parameters | Groups,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        weight_decay: float = 0.01,
        l1: float = 0.0,
        decay: str = "all",
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay=weight_decay, l1=l1, decay=decay)
