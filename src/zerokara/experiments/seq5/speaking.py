"""A language model learns a text: windows side by side, the state carried on, the gradient cut off between them."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.capture import capture
from zerokara.data.text import Windows
from zerokara.experiments.lab import Lab
from zerokara.models import LanguageModel
from zerokara.models.language import detached
from zerokara.optim import Adam, clip_grad_norm


def learn_language(lab: Lab, model: LanguageModel, windows: Windows, *, epochs: int, lr: float, clip: float) -> Array:
    """Adam; the mean loss of every epoch, (epochs,). Plan `epochs · len(windows)` steps before."""
    optimizer = Adam(model, lr=lr)

    def step(x: Array, following: Array, *parts: Tensor) -> tuple[Tensor, ...]:
        scores, state = model(x, parts if len(parts) > 1 else parts[0])
        loss = F.cross_entropy(scores.reshape(-1, model.vocabulary), following)
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm(model, clip)
        optimizer.step()
        left = detached(state)
        return loss, *(left if isinstance(left, tuple) else (left,))

    recorded, losses = capture(step), np.zeros(epochs)
    for epoch in range(epochs):
        begin = Tensor(np.zeros((1, windows.batch_size, model.hidden_size), np.float32))
        parts = [begin] * (2 if model.cell == "lstm" else 1)
        for x, y in windows.epoch(epoch):
            loss, *parts = recorded(x, y.ravel(), *parts)
            losses[epoch] += float(loss.item()) / len(windows)
            lab.advance()
    return losses
