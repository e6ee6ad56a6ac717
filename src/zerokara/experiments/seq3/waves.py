"""A network that learns to continue a wave, and is then left alone with its own answers."""

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.lab import Lab
from zerokara.experiments.sequence_models import Reading, squares
from zerokara.optim import Adam


def go_round(
    lab: Lab, model: Reading, kind: str, wave: Array, *, streams: int, time: int, epochs: int, lr: float
) -> Array:
    """Learn the next point of a wave of one turn; the errors, (epochs, windows).

    Streams begin at evenly spaced places and go round; the state is carried within an epoch. One step of the lab is an
    epoch.
    """
    step, turn = squares(model, Adam(model, lr=lr), last=False), len(wave) - 1
    places = (np.arange(streams) * turn // streams)[:, None] + np.arange(turn + 1)
    rows, errors = wave[places % turn][..., None], []
    zeros = np.zeros((1, streams, model.head.weight.shape[1]), np.float32)
    for _ in range(epochs):
        state, total = ((zeros, zeros.copy()) if kind == "lstm" else zeros), []
        for begin in range(0, turn - time + 1, time):
            piece = rows[:, begin : begin + time + 1]
            loss, state = step(piece[:, :-1], piece[:, 1:], state)
            total.append(float(loss.item()))
        errors.append(total)
        lab.advance()
    return np.array(errors)


def run_freely(model: Reading, wave: Array) -> Array:
    """What it says after reading half of a wave and then its own answers."""
    half = len(wave) // 2
    said, state = model(wave[None, : half + 1, None])
    value, found = said[:, -1:], []
    for _ in range(len(wave) - half - 1):
        found.append(float(value.data[0, 0, 0]))
        value, state = model(value, state)
    return np.array(found)
