"""Diffusion: a chain that turns examples into noise, and a network that walks it back (Ho, Jain, Abbeel 2020)."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import known, short
from zerokara.arrays import Array, Shape, default_generator
from zerokara.autodiff import Tensor, as_tensor, no_grad
from zerokara.capture import capture
from zerokara.kernels import tracing
from zerokara.models.objective import Learner
from zerokara.nn import Module

Rng = np.random.Generator | None
SCHEDULES = ("linear", "unscaled", "cosine")


def noise_betas(steps: int, schedule: str = "linear", *, first: float = 1e-4, last: float = 0.02) -> Array:
    """β₁ … β_T, (T,) float64: the share of the variance that is replaced by noise in each step

    "linear": from `first` to `last`, 10⁻⁴ and 0.02 unless given, times 1000/T, so that the end of the chain is noise
    for any T (at most 0.999); "unscaled": the same without that factor; "cosine": ᾱ_t ~ cos²(½π·(t/T + s)/(1 + s)),
    s = 0.008 (Nichol, Dhariwal 2021).
    """
    known("noise schedule", schedule, SCHEDULES)
    if steps < 1:
        raise ValueError(f"a chain has at least 1 step; got {short(steps)}")
    if not (0 < first < 1 and 0 < last < 1):
        raise ValueError(f"shares of noise lie between 0 and 1; got from {short(first)} to {short(last)}")
    if schedule == "cosine":
        kept = np.cos(0.5 * np.pi * (np.arange(steps + 1) / steps + 0.008) / 1.008) ** 2
        found: Array = np.minimum(1 - kept[1:] / kept[:-1], 0.999)
        return found
    scale = 1000 / steps if schedule == "linear" else 1.0
    return np.minimum(np.linspace(first, last, steps) * scale, 0.999)


class Diffusion(Learner):
    """x_t = √ᾱ_t·x + √(1 − ᾱ_t)·ε, ᾱ_t = Π (1 − β_s) over s ≤ t, ᾱ_0 = 1; `network(x_t, t, labels)` guesses ε

    The loss is the mean of (guess − ε)², t drawn evenly from 1 … T for every example. With `classes` the network is
    told the label; each example's label is replaced with probability `drop` by the number `classes`, "no class", so
    that the same network guesses without one too: what guidance needs. Examples should have a variance near 1, as
    pixels in −1…1 do. All random numbers of the loss come from the default generator.

    Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models", 2020; guidance: Ho and Salimans, 2022.
    """

    network: Module

    def __init__(
        self, network: Module, steps: int = 100, schedule: str = "linear", *, classes: int = 0, drop: float = 0.1
    ) -> None:
        if not 0 <= drop <= 1:
            raise ValueError(f"drop is the share of labels that are left out, 0 to 1; got {short(drop)}")
        self.network, self.steps, self.classes, self.drop = network, int(steps), int(classes), float(drop)
        self.schedule = schedule
        betas = noise_betas(self.steps, schedule)
        self.betas = np.concatenate([[0.0], betas])  # the index is t itself, 0 … T
        self.kept = np.cumprod(1 - self.betas)  # ᾱ
        self.signal, self.noise = np.sqrt(self.kept), np.sqrt(1 - self.kept)

    def noised(self, x: Any, t: Any, noise: Any) -> Tensor:
        """x_t from x in one jump; t (N,) of whole numbers 0 … T, noise in the shape of x."""
        x = as_tensor(x)
        shape = (-1, *(1,) * (x.ndim - 1))
        signal, spread = (table.astype(x.dtype)[t].reshape(shape) for table in (self.signal, self.noise))
        mixed: Tensor = x * signal + as_tensor(noise) * spread
        return mixed

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        """The mean of (guess − ε)² at random places of the chain."""
        count, shape, dtype = x.shape[0], x.shape, x.dtype
        places = tracing.again(lambda: default_generator().integers(1, self.steps + 1, count), (count,), np.int64)
        noise = tracing.again(
            lambda: np.asarray(default_generator().standard_normal(shape, np.float32), dtype), shape, dtype
        )
        told = self._told(labels, count) if self.classes else None
        return F.mse_loss(self.network(self.noised(x, places, noise), places, told), noise)

    def _told(self, labels: Any, count: int) -> Array:
        """The labels, each left out with probability `drop`."""
        if labels is None:
            raise ValueError("this network is told classes: its loss needs labels (N,)")
        hidden = tracing.again(lambda: default_generator().random(count) < self.drop, (count,), np.bool_)
        return np.where(hidden, np.int64(self.classes), labels)

    def guess(self, x: Any, t: int, labels: Array | None = None, guidance: float = 1.0) -> Array:
        """The noise in x_t, at the same t for all: without a class + guidance · (with the class − without)"""
        return self._guesser()(np.asarray(x), t, labels, guidance)

    def _guesser(self) -> Callable[[Array, int, Array | None, float], Array]:
        """The network as a function of arrays, recorded at its first call."""
        network = capture(lambda x, t, told: self.network(x, t, told))

        def ask(x: Array, t: int, labels: Array | None) -> Array:
            places = np.full(len(x), t)
            told = np.full(len(x), self.classes) if labels is None else labels
            with no_grad():
                return network(Tensor(x), places, told if self.classes else None).data

        def guess(x: Array, t: int, labels: Array | None, guidance: float) -> Array:
            if labels is None or guidance == 1.0:
                return ask(x, t, labels)
            if guidance == 0.0:
                return ask(x, t, None)
            both = ask(np.concatenate([x, x]), t, np.concatenate([labels, np.full(len(x), self.classes)]))
            asked, free = both[: len(x)], both[len(x) :]
            more: Array = free + np.asarray(guidance, x.dtype) * (asked - free)
            return more

        return guess

    def sample(
        self,
        count: int,
        shape: Shape,
        labels: Any = None,
        *,
        guidance: float = 1.0,
        rng: Rng = None,
        watch: Callable[[int, Array], None] | None = None,
        dtype: Any = np.float32,
    ) -> Array:
        """`count` new examples of `shape`, walked from noise x_T back to x_0

        x_{t−1} = (x_t − β_t/√(1 − ᾱ_t)·guess)/√(1 − β_t) + √(β_t·(1 − ᾱ_{t−1})/(1 − ᾱ_t))·z, z from N(0, 1): none in
        the last step, where ᾱ_0 = 1. labels: the class of each, or one for all; guidance: 0 does as if there were none,
        1 as learned, more exaggerates. watch(t, x) is shown x_T, …, x_0. Shapes: (count, …).
        """
        labels = self._asked(labels, count, guidance)
        rng, guess = default_generator() if rng is None else rng, self._guesser()
        x = rng.standard_normal((count, *shape), np.float32).astype(dtype)
        if watch is not None:
            watch(self.steps, x)
        was_training = self.training
        self.eval()
        try:
            for t in range(self.steps, 0, -1):
                beta, kept, before = self.betas[t], self.kept[t], self.kept[t - 1]
                noise = guess(x, t, labels, guidance) * np.asarray(beta / math.sqrt(1 - kept), dtype)
                x = (x - noise) * np.asarray(1 / math.sqrt(1 - beta), dtype)
                if t > 1:
                    spread = math.sqrt(beta * (1 - before) / (1 - kept))
                    x = x + np.asarray(spread, dtype) * rng.standard_normal(x.shape, np.float32).astype(dtype)
                if watch is not None:
                    watch(t - 1, x)
        finally:
            self.train(was_training)
        return x

    def _asked(self, labels: Any, count: int, guidance: float) -> Array | None:
        if not math.isfinite(guidance):
            raise ValueError(f"guidance is a number, 1 for none more than learned; got {short(guidance)}")
        if labels is None:
            return None
        if not self.classes:
            raise ValueError("this network was not told classes: leave labels out")
        found = np.broadcast_to(np.asarray(labels), (count,)).astype(np.int64)
        if found.size and not 0 <= found.min() <= found.max() < self.classes:
            raise ValueError(f"classes lie between 0 and {self.classes - 1}; got {found.min()} to {found.max()}")
        return found
