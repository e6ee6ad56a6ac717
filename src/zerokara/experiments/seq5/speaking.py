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
    """Adam on an LSTM; the mean loss of every epoch, (epochs,). Plan `epochs · len(windows)` steps before."""
    optimizer = Adam(model, lr=lr)

    def step(x: Array, following: Array, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        scores, state = model(x, (h, c))
        loss = F.cross_entropy(scores.reshape(-1, model.vocabulary), following)
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm(model, clip)
        optimizer.step()
        return loss, *detached(state)

    recorded, losses = capture(step), np.zeros(epochs)
    for epoch in range(epochs):
        h = c = Tensor(np.zeros((1, windows.batch_size, model.hidden_size), np.float32))
        for x, y in windows.epoch(epoch):
            loss, h, c = recorded(x, y.ravel(), h, c)
            losses[epoch] += float(loss.item()) / len(windows)
            lab.advance()
    return losses
