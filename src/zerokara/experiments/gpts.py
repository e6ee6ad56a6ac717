"""How the experiments train a small GPT: AdamW with a decay of matrices only, clipping, a warm-up and half a cosine."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.capture import capture
from zerokara.experiments.lab import Lab
from zerokara.models import GPT
from zerokara.optim import AdamW, CosineLR, clip_grad_norm

BETAS, DECAY, CLIP, WARMUP, LEAST = (0.9, 0.95), 0.1, 1.0, 50, 0.1
"""Of the optimizer and its schedule: the rate climbs over so many updates and falls to a tenth of its height."""

LEFT_OUT = -1
"""The label of a place that is not learned."""


@dataclass(frozen=True, eq=False)
class Taught:
    """losses: of every update; at: after how many updates it was judged, (K,); scores: what the judge said, (K, …)."""

    losses: Array
    at: Array
    scores: Array


def teach(
    lab: Lab,
    model: GPT,
    batch: Callable[[], tuple[Array, Array]],
    *,
    iterations: int,
    lr: float,
    judge: Callable[[], object],
    every: int,
) -> Taught:
    """Train for so many updates on what `batch()` gives, (x, y) of tokens (N, T); labels LEFT_OUT are not learned.

    Plan `iterations` steps in the lab before.
    """
    optimizer = AdamW(model, lr=lr, betas=BETAS, weight_decay=DECAY, decay="weights")
    rate = CosineLR(lr, iterations, warmup=min(WARMUP, iterations - 1), minimum=LEAST * lr)

    def update(x: Tensor, y: Tensor) -> Tensor:
        scores = model(x)[0].reshape(-1, model.vocabulary)
        loss = F.cross_entropy(scores, y.reshape(-1), ignore_index=LEFT_OUT)
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm(optimizer.named_parameters(), CLIP)
        optimizer.step()
        return loss

    run = capture(update) if iterations >= WARMUP else update  # recording takes as long as some dozens of updates
    losses, at, scores = np.empty(iterations), [], []
    for i in range(iterations):
        optimizer.lr = rate(i)
        x, y = batch()
        losses[i] = run(x, y).item()  # type: ignore[arg-type]
        if (i + 1) % every == 0 or i == iterations - 1:
            at.append(i + 1)
            scores.append(judge())
        lab.advance()
    return Taught(losses, np.array(at), np.array(scores))
