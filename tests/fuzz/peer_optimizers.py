"""The optimizers once more, from their papers' formulas: plain NumPy in float64, one array after another."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

SIZES = {
    "SGD": (),
    "Momentum": ("v",),
    "Nesterov": ("v",),
    "AdaGrad": ("h",),
    "RMSprop": ("h",),
    "Adam": ("m", "v"),
    "AdamW": ("m", "v"),
}


class Optimizer:
    def __init__(
        self,
        parameters: Any,
        lr: float,
        weight_decay: Any = None,
        l1: float = 0.0,
        decay: str = "all",
        momentum: float = 0.0,
        dampening: float = 0.0,
    ) -> None:
        self.parameters, self.lr, self.l1, self.decay = parameters, lr, l1, decay
        kind = self.kind = type(self).__name__
        self.weight_decay = (0.01 if kind == "AdamW" else 0.0) if weight_decay is None else weight_decay
        self.momentum = momentum if kind == "SGD" else 0.9
        self.dampening, self.betas, self.alpha = dampening, (0.9, 0.999), 0.99
        self.eps = 1e-10 if kind == "AdaGrad" else 1e-8
        self.state: dict[str, dict[str, Any]] = {}

    def named(self) -> list[tuple[str, Any]]:
        if hasattr(self.parameters, "named_parameters"):
            return list(self.parameters.named_parameters())
        return [(str(i), p) for i, p in enumerate(self.parameters)]

    def zero_grad(self) -> None:
        for _, p in self.named():
            p.grad = None

    def state_dict(self) -> dict[str, Any]:
        return {
            "state": {name: {k: np.array(a) for k, a in s.items()} for name, s in self.state.items()},
            "lr": self.lr,
        }

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        self.state, self.lr = saved["state"], saved["lr"]

    def step(self) -> None:
        for name, p in self.named():
            if p.grad is not None:
                self._step(name, p.data, p.grad.astype(np.float64))

    def _step(self, name: str, w: Any, g: Any) -> None:
        state = self._state(name, w)
        w64, t = w.astype(np.float64), 1
        if "step" in state:
            state["step"] += 1
            t = int(state["step"])
        if self.decay == "all" or w.ndim > 1:
            g = g + (0 if self.kind == "AdamW" else self.weight_decay) * w64 + self.l1 * np.sign(w64)
            w64 = w64 * (1 - self.lr * self.weight_decay) if self.kind == "AdamW" else w64
        old = {k: a.astype(np.float64) for k, a in state.items() if k != "step"}
        if "Adam" in self.kind:
            b1, b2 = self.betas
            new = {"m": b1 * old["m"] + (1 - b1) * g, "v": b2 * old["v"] + (1 - b2) * g * g}
            move = new["m"] / (1 - b1**t) / (np.sqrt(new["v"] / (1 - b2**t)) + self.eps)
        elif self.kind in ("AdaGrad", "RMSprop"):
            keep, add = (1, 1) if self.kind == "AdaGrad" else (self.alpha, 1 - self.alpha)
            new = {"h": keep * old["h"] + add * g * g}
            move = g / (np.sqrt(new["h"]) + self.eps)
        elif "v" in state:
            new = {"v": g if t == 1 else self.momentum * old["v"] + (1 - self.dampening) * g}
            move = g + self.momentum * new["v"] if self.kind == "Nesterov" else new["v"]
        else:
            new, move = {}, g
        for key, array in new.items():
            state[key][...] = array
        w[...] = w64 - self.lr * move

    def _state(self, name: str, w: Any) -> dict[str, Any]:
        state = self.state.get(name)
        if state is None or any(a.shape != w.shape or a.dtype != w.dtype for k, a in state.items() if k != "step"):
            kept = ("v",) if self.kind == "SGD" and self.momentum else SIZES[self.kind]
            state = {k: np.zeros_like(w) for k in kept}
            if "v" in state:
                state["step"] = np.array(0)
            self.state[name] = state
        return state


def clip_grad_norm(net: Any, limit: float) -> float:
    """g · min(1, limit/(‖g‖ + 10⁻⁶))"""
    given = [p for p in net.parameters() if p.grad is not None]
    norm = math.sqrt(sum(float(np.sum(p.grad.astype(np.float64) ** 2)) for p in given))
    for p in given:
        p.grad = (p.grad * min(1.0, limit / (norm + 1e-6))).astype(p.grad.dtype)
    return norm


def clip_grad_value(net: Any, limit: float) -> None:
    for p in net.parameters():
        if p.grad is not None:
            p.grad = p.grad.clip(-limit, limit)


METHODS = {name: type(name, (Optimizer,), {}) for name in SIZES}
optim = SimpleNamespace(clip_grad_norm=clip_grad_norm, clip_grad_value=clip_grad_value, **METHODS)
